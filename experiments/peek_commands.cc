// SPDX-License-Identifier: Apache-2.0
//
// The commands that look at an experiment before its end: `ab --peek` shows what one reads on each
// look, `peeking` what comes of stopping at the first look that pleases.
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "core/config_error.h"
#include "core/random_stream.h"
#include "experiments/commands.h"
#include "experiments/task_access.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

int LooksOrDaily(int looks, const TestbedPort& testbed) {
  if (looks == 0) return testbed.horizon_days;
  if (looks < 2 || looks > testbed.horizon_days) {
    throw ConfigError(
        "--looks", std::to_string(looks),
        "an integer in [2, " + std::to_string(testbed.horizon_days) + "], at most one look a day");
  }
  return looks;
}

std::string Interval(double middle, double half_width) {
  return "[" + Signed(middle - half_width, 2) + ", " + Signed(middle + half_width, 2) + "]";
}

Json LookJson(const PeekLook& look, const MetricCatalogue& metrics) {
  Json readings = Json::object();
  for (std::size_t k = 0; k < look.readings.size(); ++k) {
    const PeekReading& reading = look.readings[k];
    if (std::isnan(reading.lift)) continue;
    readings[metrics.metrics()[k].name] = {
        {"lift", NumberToJson(reading.lift)},
        {"standard_error", NumberToJson(reading.standard_error)},
        {"p_value", NumberToJson(reading.p_value)},
        {"always_valid_p_value", NumberToJson(reading.always_valid_p_value)},
        {"always_valid_half_width", NumberToJson(reading.always_valid_half_width)}};
  }
  return {{"day", look.day}, {"readings", std::move(readings)}};
}

/// Metrics that the objective names, by index.
std::set<std::size_t> ObjectiveMetrics(const TestbedPort& testbed) {
  std::set<std::size_t> named;
  for (const NorthStar& star : testbed.objective.north_stars()) {
    named.insert(testbed.metrics->IndexOf(star.metric));
  }
  for (const Guardrail& guardrail : testbed.objective.guardrails()) {
    named.insert(testbed.metrics->IndexOf(guardrail.metric));
  }
  return named;
}

void PrintArm(const PeekArm& arm, const TestbedPort& testbed, std::ostream& out) {
  TextGrid grid(
      {"metric", "day", "lift %", "s.e.", "p", "naive 95%", "always-valid p", "always-valid 95%"},
      {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight, Align::kRight,
       Align::kRight, Align::kRight});
  for (const std::size_t k : ObjectiveMetrics(testbed)) {
    for (const PeekLook& look : arm.looks) {
      const PeekReading& reading = look.readings[k];
      if (std::isnan(reading.lift) || reading.standard_error <= 0.0) continue;
      grid.AddRow({testbed.metrics->metrics()[k].name, std::to_string(look.day),
                   Signed(reading.lift, 3), Fixed(reading.standard_error, 3),
                   Fixed(reading.p_value, 4),
                   Interval(reading.lift, NormalQuantile(0.975) * reading.standard_error),
                   Fixed(reading.always_valid_p_value, 4),
                   Interval(reading.lift, reading.always_valid_half_width)});
    }
  }
  out << grid.ToString();
}

/// The three habits of a line, with the names that people read.
struct Habit {
  const char* name;
  const char* key;
  StoppingPort PeekingLine::*rates;
};
constexpr Habit kHabits[] = {
    {"one look, at the horizon", "horizon", &PeekingLine::horizon},
    {"stop at the first p <= 0.05", "first", &PeekingLine::first},
    {"stop at the first always-valid p <= 0.05", "always_valid", &PeekingLine::always_valid}};

double MeanOf(const std::vector<PeekingLine>& lines, const Habit& habit,
              double StoppingPort::*rate) {
  double sum = 0.0;
  for (const PeekingLine& line : lines) sum += line.*habit.rates.*rate;
  return sum / static_cast<double>(lines.size());
}

Json LineJson(const PeekingLine& line, const MetricCatalogue& metrics) {
  Json json{{"metric", metrics.metrics()[line.metric].name},
            {"planted_lift", NumberToJson(line.planted)},
            {"width_ratio", NumberToJson(line.width_ratio)}};
  for (const Habit& habit : kHabits) {
    const StoppingPort& rates = line.*habit.rates;
    json[habit.key] = {{"false_positives", NumberToJson(rates.false_positives)},
                       {"power", NumberToJson(rates.power)},
                       {"mean_day", NumberToJson(rates.days)},
                       {"overstatement", NumberToJson(rates.overstatement)},
                       {"coverage", NumberToJson(rates.coverage)}};
  }
  return json;
}

void PrintRates(const std::vector<PeekingLine>& lines, const TestbedPort& testbed,
                std::ostream& out) {
  TextGrid habits(
      {"mean over metrics", "false positives", "power", "called on day", "lift / true",
       "covers at every look"},
      {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight, Align::kRight});
  for (const Habit& habit : kHabits) {
    habits.AddRow({habit.name, Fixed(MeanOf(lines, habit, &StoppingPort::false_positives), 3),
                   Fixed(MeanOf(lines, habit, &StoppingPort::power), 3),
                   Fixed(MeanOf(lines, habit, &StoppingPort::days), 1),
                   Fixed(MeanOf(lines, habit, &StoppingPort::overstatement), 2),
                   Fixed(MeanOf(lines, habit, &StoppingPort::coverage), 3)});
  }
  TextGrid by_metric(
      {"metric", "planted %", "false: once", "peeking", "always-valid", "power: once", "peeking",
       "always-valid", "lift/true: once", "peeking", "always-valid", "width"},
      {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight, Align::kRight,
       Align::kRight, Align::kRight, Align::kRight, Align::kRight, Align::kRight, Align::kRight});
  for (const PeekingLine& line : lines) {
    std::vector<std::string> row = {testbed.metrics->metrics()[line.metric].name,
                                    Fixed(line.planted, 3)};
    for (double StoppingPort::*rate :
         {&StoppingPort::false_positives, &StoppingPort::power, &StoppingPort::overstatement}) {
      for (const Habit& habit : kHabits) row.push_back(Fixed(line.*habit.rates.*rate, 3));
    }
    row.push_back(Fixed(line.width_ratio, 2));
    by_metric.AddRow(std::move(row));
  }
  out << habits.ToString() << "\n" << by_metric.ToString();
}

}  // namespace

int PeekedAbCommand(const AbArguments& arguments, const Workbench& workbench, Console& console) {
  const auto testbed = OpenTask(arguments.task, workbench);
  std::vector<Configuration> arms;
  for (const std::string& config : arguments.configs) {
    arms.push_back(ReadConfiguration(config, *testbed->space));
  }
  const int looks = LooksOrDaily(arguments.looks, *testbed);
  const double users =
      arguments.users_per_arm > 0.0 ? arguments.users_per_arm : testbed->default_users_per_arm;
  RequireCredibleArm(users, *testbed, "--users");
  const std::vector<PeekArm> peeked =
      testbed->peek(arguments.seed, users, arms, looks, ReadBefore(arguments.before, *testbed));
  if (arguments.task.as_json) {
    Json arms_json = Json::array();
    for (std::size_t i = 0; i < peeked.size(); ++i) {
      Json looks_json = Json::array();
      for (const PeekLook& look : peeked[i].looks) {
        looks_json.push_back(LookJson(look, *testbed->metrics));
      }
      arms_json.push_back({{"config", arguments.configs[i]},
                           {"users_per_arm", peeked[i].users_per_arm},
                           {"looks", std::move(looks_json)}});
    }
    console.out << DumpPretty(Answer(*testbed, {{"seed", arguments.seed},
                                                {"users_per_arm", users},
                                                {"horizon_days", testbed->horizon_days},
                                                {"arms", std::move(arms_json)}}));
    return kExitDone;
  }
  std::ostream& out = console.out;
  out << TaskTitle(*testbed) << ": one A/B experiment looked at " << looks << " times in "
      << testbed->horizon_days << " days, " << Short(users) << " virtual users an arm, seed "
      << arguments.seed << "\n";
  for (std::size_t i = 0; i < peeked.size(); ++i) {
    out << "\nArm " << i + 1 << ", " << arguments.configs[i] << ", metrics of the objective\n";
    PrintArm(peeked[i], *testbed, out);
  }
  out << "\np and the naive interval hold for one look that was settled beforehand (the last is "
         "`ab`'s readout); the\nalways-valid ones hold for all looks together. Retention is read "
         "at the horizon only.\n";
  return kExitDone;
}

int PeekingCommand(const PeekingArguments& arguments, const Workbench& workbench,
                   Console& console) {
  const auto testbed = OpenTask(arguments.task, workbench);
  const int looks = LooksOrDaily(arguments.looks, *testbed);
  const double users =
      arguments.users_per_arm > 0.0 ? arguments.users_per_arm : testbed->default_users_per_arm;
  RequireCredibleArm(users, *testbed, "--users");
  const std::vector<PeekingLine> lines =
      testbed->study_peeking(arguments.seed, users, looks, arguments.experiments);
  if (arguments.task.as_json) {
    Json lines_json = Json::array();
    for (const PeekingLine& line : lines) lines_json.push_back(LineJson(line, *testbed->metrics));
    console.out << DumpPretty(Answer(*testbed, {{"seed", arguments.seed},
                                                {"users_per_arm", users},
                                                {"looks", looks},
                                                {"experiments", arguments.experiments},
                                                {"metrics", std::move(lines_json)}}));
    return kExitDone;
  }
  std::ostream& out = console.out;
  out << TaskTitle(*testbed) << ": " << arguments.experiments << " A/A experiments of "
      << Short(users) << " virtual users an arm, looked at " << looks << " times in "
      << testbed->horizon_days << " days,\nand as many with an effect planted that one look at the "
      << "horizon finds with power 0.8, seed " << arguments.seed << "\n\n";
  PrintRates(lines, *testbed, out);
  return kExitDone;
}

}  // namespace rectune::experiments
