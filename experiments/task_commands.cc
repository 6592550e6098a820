// SPDX-License-Identifier: Apache-2.0
//
// The commands that read a task rather than run a study: list, describe.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <mutex>
#include <utility>

#include "core/object_reader.h"
#include "experiments/commands.h"
#include "experiments/task_access.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

constexpr std::size_t kTextWidth = 100;

void PrintObjective(const TestbedPort& testbed, std::ostream& out) {
  out << "Objective: weighted mean of the lifts over production, in percent\n";
  for (const NorthStar& star : testbed.objective.north_stars()) {
    out << "  " << (star.direction == Direction::kHigherIsBetter ? "raise " : "lower ")
        << star.metric << ", weight " << Short(star.weight) << "\n";
  }
  for (const Guardrail& guardrail : testbed.objective.guardrails()) {
    out << "  guardrail: lift of " << guardrail.metric << " " << BoundText(guardrail) << "\n";
  }
  out << "  penalty a percent past a guardrail: " << Short(testbed.objective.violation_penalty())
      << "\n";
}

Json ScheduleJson(const SchedulePort& schedule) {
  Json events = Json::array();
  for (const EventPort& event : schedule.events) {
    events.push_back({{"round", event.round},
                      {"kind", event.kind},
                      {"announced", event.announced},
                      {"description", event.description}});
  }
  Json phases = Json::array();
  for (const PhasePort& phase : schedule.phases) {
    phases.push_back({{"label", phase.label}, {"first_round", phase.first_round}});
  }
  return {{"events", std::move(events)}, {"phases", std::move(phases)}};
}

void PrintBiases(const TestbedPort& testbed, std::ostream& out) {
  if (testbed.biases.empty()) return;
  out << "\nExperiments are biased; truth, by which regret goes, is a launch's\n";
  for (const std::string& bias : testbed.biases) out << "  " << bias << "\n";
}

void PrintSchedule(const TestbedPort& testbed, std::ostream& out) {
  const SchedulePort& schedule = testbed.schedule;
  if (schedule.events.empty()) return;
  out << "\nEvents: " << schedule.events.size() << "\n";
  for (const EventPort& event : schedule.events) {
    out << "  from round " << event.round << ": " << event.description
        << (event.announced ? "; tuners are told" : "; tuners are not told") << "\n";
  }
  out << "Phases: " << schedule.phases.size() << ", each with an optimum of its own (--phase)\n";
  for (std::size_t phase = 0; phase < schedule.phases.size(); ++phase) {
    out << (phase == testbed.phase ? " *" : "  ") << phase << ", first in round "
        << schedule.phases[phase].first_round << ": " << schedule.phases[phase].label << "\n";
  }
}

std::string Kind(const Parameter& parameter) {
  std::string text = ToString(parameter.kind);
  if (!parameter.unit.empty()) text += ", " + parameter.unit;
  return text;
}

}  // namespace

int ListCommand(bool as_json, const Workbench& workbench, Console& console) {
  Json scenarios = Json::array();
  for (const ScenarioInfo& info : workbench.scenarios) {
    scenarios.push_back({{"name", info.name},
                         {"summary", info.summary},
                         {"tasks", info.tasks},
                         {"sizes", info.sizes}});
  }
  Json tuners = Json::array();
  for (const TunerEntry& entry : workbench.tuners) {
    tuners.push_back({{"name", entry.name},
                      {"summary", entry.summary},
                      {"source", entry.source},
                      {"is_agent", entry.is_agent},
                      {"is_stand_in", entry.is_stand_in}});
  }
  Json specs = Json::array();
  for (const EmbeddedFile& file : workbench.specs) {
    const Json spec = ParseJson(file.text);
    specs.push_back({{"name", std::filesystem::path(file.name).stem().string()},
                     {"description", spec.at("description")}});
  }
  if (as_json) {
    console.out << DumpPretty({{"scenarios", scenarios}, {"tuners", tuners}, {"specs", specs}});
    return kExitDone;
  }
  TextGrid scenario_grid({"scenario", "tasks", "sizes", "what it is"},
                         std::vector<Align>(4, Align::kLeft));
  for (const ScenarioInfo& info : workbench.scenarios) {
    scenario_grid.AddRow({info.name, JoinNames(info.tasks), JoinNames(info.sizes), info.summary});
  }
  TextGrid tuner_grid({"tuner", "what it is", "recipe"}, std::vector<Align>(3, Align::kLeft));
  for (const TunerEntry& entry : workbench.tuners) {
    tuner_grid.AddRow({entry.name,
                       entry.summary + (entry.is_stand_in ? " (synthetic stand-in)" : ""),
                       entry.source});
  }
  TextGrid spec_grid({"spec", "what it is"}, std::vector<Align>(2, Align::kLeft));
  for (const Json& spec : specs) {
    spec_grid.AddRow(
        {spec.at("name").get<std::string>(), spec.at("description").get<std::string>()});
  }
  console.out << scenario_grid.ToString() << "\n"
              << tuner_grid.ToString() << "\n"
              << spec_grid.ToString();
  return kExitDone;
}

int DescribeCommand(const TaskArguments& arguments, const Workbench& workbench, Console& console) {
  const auto testbed = OpenTask(arguments, workbench);
  const TuningTask task = testbed->make_task(
      {.rounds = 1, .arms_per_round = 1, .users_per_arm = testbed->default_users_per_arm}, 0);
  const ParameterSpace& space = *testbed->space;
  if (arguments.as_json) {
    Json json = Answer(*testbed, {{"description", task.description},
                                  {"users_per_arm", testbed->default_users_per_arm},
                                  {"horizon_days", testbed->horizon_days},
                                  {"dimension", space.dimension()},
                                  {"objective", testbed->objective.ToJson()},
                                  {"parameters", space.ToJson()},
                                  {"metrics", testbed->metrics->ToJson()}});
    if (testbed->reference) {
      json["reference"] = {{"oracle_value", NumberToJson(testbed->reference->oracle_value)},
                           {"provenance", testbed->reference->provenance},
                           {"pareto", testbed->reference->pareto}};
    }
    if (!testbed->schedule.events.empty()) {
      json["phase"] = testbed->phase;
      json["schedule"] = ScheduleJson(testbed->schedule);
    }
    json["resolved_scenario"] = testbed->resolved;
    console.out << DumpPretty(json);
    return kExitDone;
  }
  std::ostream& out = console.out;
  out << TaskTitle(*testbed) << "\n" << Wrap(task.description, kTextWidth, 2) << "\n";
  if (const ScenarioInfo* info = FindScenario(workbench, arguments.scenario)) {
    out << "Tasks: " << JoinNames(info->tasks) << ". Sizes: " << JoinNames(info->sizes) << ".\n";
  }
  out << "Traffic: " << Short(testbed->default_users_per_arm) << " users an arm for "
      << testbed->horizon_days << " days, unless a spec says otherwise\n";
  if (testbed->reference) {
    out << "Reference optimum: " << Signed(testbed->reference->oracle_value, 3)
        << "% over production on the oracle panel\n"
        << Wrap(testbed->reference->provenance, kTextWidth, 2);
  } else {
    out << "Reference optimum: none is frozen for this task and size\n";
  }
  PrintBiases(*testbed, out);
  PrintSchedule(*testbed, out);
  out << "\n";
  PrintObjective(*testbed, out);
  out << "\nParameters: " << space.size() << ", or " << space.dimension()
      << " coordinates of the unit cube\n";
  const Json production = space.ToJson(space.Production());
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& parameter = space.parameters()[i];
    out << "\n  " << parameter.name << " [" << parameter.stage << "; " << Kind(parameter) << "]\n"
        << "    allowed " << space.DescribeAllowed(i) << "; production "
        << production.at(parameter.name).dump() << "\n"
        << Wrap(parameter.meaning, kTextWidth, 4);
  }
  out << "\nMetrics: " << testbed->metrics->size() << "\n";
  for (const MetricInfo& metric : testbed->metrics->metrics()) {
    out << "\n  " << metric.name << " [" << metric.unit << "; " << ToString(metric.direction)
        << (metric.delay_days > 0 ? "; known after " + std::to_string(metric.delay_days) + " days"
                                  : "")
        << "]\n"
        << Wrap(metric.definition, kTextWidth, 4);
  }
  return kExitDone;
}

}  // namespace rectune::experiments
