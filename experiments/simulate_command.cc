// SPDX-License-Identifier: Apache-2.0
//
// The command that lives users one by one: simulate. Unlike `ab`, nothing here is drawn by the
// central limit theorem.
#include <cmath>
#include <utility>
#include <vector>

#include "core/config_error.h"
#include "experiments/commands.h"
#include "experiments/task_access.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {

int SimulateCommand(const SimulateArguments& arguments, const Workbench& workbench,
                    Console& console) {
  const auto testbed = OpenTask(arguments.task, workbench);
  const auto ab = testbed->resolved.find("ab");
  if (ab != testbed->resolved.end() && ab->contains("interference")) {
    throw ConfigError("/ab/interference", (*ab)["interference"].dump(),
                      "nothing: full mode lives users apart, and creators answer to none of them")
        .In(arguments.task.scenario);
  }
  std::vector<Configuration> arms = {testbed->space->Production()};
  std::vector<std::string> names = {"production"};
  for (const std::string& config : arguments.configs) {
    arms.push_back(ReadConfiguration(config, *testbed->space));
    names.push_back(config);
  }
  const std::vector<FullReadout> readouts =
      testbed->simulate_users(arms, {.first_user = arguments.first_user,
                                     .users = arguments.users,
                                     .replicate = arguments.replicate,
                                     .jobs = arguments.jobs});
  const std::vector<MetricInfo>& metrics = testbed->metrics->metrics();
  if (arguments.task.as_json) {
    Json arms_json = Json::array();
    for (std::size_t a = 0; a < arms.size(); ++a) {
      Json levels = Json::array();
      for (std::size_t k = 0; k < metrics.size(); ++k) {
        levels.push_back({{"metric", metrics[k].name},
                          {"level", NumberToJson(readouts[a].levels[k])},
                          {"standard_error", NumberToJson(readouts[a].standard_errors[k])}});
      }
      arms_json.push_back(
          {{"config", names[a]}, {"levels", std::move(levels)}, {"sums", readouts[a].sums}});
    }
    console.out << DumpPretty(Answer(*testbed, {{"first_user", arguments.first_user},
                                                {"users", arguments.users},
                                                {"replicate", arguments.replicate},
                                                {"arms", std::move(arms_json)}}));
    return kExitDone;
  }
  console.out << TaskTitle(*testbed) << ": full mode, " << arguments.users << " users from number "
              << arguments.first_user << " live " << testbed->horizon_days
              << " days under each configuration\n\n";
  for (std::size_t a = 0; a < arms.size(); ++a) {
    TextGrid grid({"metric", "level", "s.e.", "against production %"},
                  {Align::kLeft, Align::kRight, Align::kRight, Align::kRight});
    for (std::size_t k = 0; k < metrics.size(); ++k) {
      const double lift = 100.0 * (readouts[a].levels[k] / readouts[0].levels[k] - 1.0);
      grid.AddRow({metrics[k].name, Short(readouts[a].levels[k]),
                   Short(readouts[a].standard_errors[k]), a == 0 ? "" : Signed(lift, 2)});
    }
    console.out << names[a] << "\n" << grid.ToString() << "\n";
  }
  if (arms.size() > 1) {
    console.out << "The same users and candidates live under every configuration, so differences "
                   "are less noisy than\nthe standard errors, which are of levels, say.\n";
  }
  return kExitDone;
}

}  // namespace rectune::experiments
