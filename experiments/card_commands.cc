// SPDX-License-Identifier: Apache-2.0
//
// The commands that look at a simulator rather than at a tuner: fidelity, sweep.
#include <algorithm>
#include <filesystem>

#include "core/config_error.h"
#include "experiments/commands.h"
#include "experiments/known_names.h"
#include "experiments/sweep.h"
#include "experiments/tables.h"
#include "experiments/task_access.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {

int FidelityCommand(const FidelityArguments& arguments, const Workbench& workbench,
                    Console& console) {
  if (const ScenarioInfo* info = FindScenario(workbench, arguments.scenario)) {
    RequireKnown("--size", arguments.size, info->sizes);
  } else if (!std::filesystem::is_regular_file(arguments.scenario)) {
    std::vector<std::string> names;
    for (const ScenarioInfo& known : workbench.scenarios) names.push_back(known.name);
    RequireKnown("SCENARIO", arguments.scenario, names);
  }
  const std::vector<FidelityPort> lines =
      workbench.fidelity(arguments.scenario, arguments.size, arguments.only);
  const auto failed = std::count_if(lines.begin(), lines.end(),
                                    [](const FidelityPort& line) { return !line.pass; });
  if (arguments.as_json) {
    Json json = Json::array();
    for (const FidelityPort& line : lines) {
      json.push_back({{"name", line.name},
                      {"how", line.how},
                      {"value", NumberToJson(line.value)},
                      {"low", NumberToJson(line.low)},
                      {"high", NumberToJson(line.high)},
                      {"pass", line.pass},
                      {"source", line.source}});
    }
    console.out << DumpPretty(json);
    return failed == 0 ? kExitDone : kExitFailed;
  }
  console.out << arguments.scenario << " (" << arguments.size << "): fidelity card\n\n";
  TextGrid grid({"line", "value", "low", "high", "", "what is measured", "source of the band"},
                {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kLeft,
                 Align::kLeft, Align::kLeft});
  for (const FidelityPort& line : lines) {
    grid.AddRow({line.name, Short(line.value), Short(line.low), Short(line.high),
                 line.pass ? "pass" : "FAIL", line.how, line.source});
  }
  console.out << grid.ToString() << "\n"
              << lines.size() - static_cast<std::size_t>(failed) << " of " << lines.size()
              << " lines lie in their band\n";
  return failed == 0 ? kExitDone : kExitFailed;
}

namespace {

std::string PlainText(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

Json PointJson(const SweepPoint& point, const MetricCatalogue& metrics) {
  Json lifts = Json::object();
  for (std::size_t k = 0; k < metrics.size(); ++k) {
    lifts[metrics.metrics()[k].name] = NumberToJson(point.truth.readings[k].lift);
  }
  return {{"at", point.at},
          {"objective", NumberToJson(point.score.value)},
          {"violation", NumberToJson(point.score.violation)},
          {"lifts", std::move(lifts)}};
}

std::string PointsCsv(const std::vector<SweepPoint>& points, const MetricCatalogue& metrics) {
  std::vector<std::string> header;
  for (const auto& [name, value] : points.front().at.items()) header.push_back(name);
  header.insert(header.end(), {"objective", "violation"});
  for (const std::string& metric : metrics.Names()) header.push_back(metric + "_lift");
  CsvWriter csv(header);
  for (const SweepPoint& point : points) {
    std::vector<std::string> row;
    for (const auto& [name, value] : point.at.items()) row.push_back(PlainText(value));
    row.push_back(PlainText(NumberToJson(point.score.value)));
    row.push_back(PlainText(NumberToJson(point.score.violation)));
    for (const MetricReading& reading : point.truth.readings) {
      row.push_back(PlainText(NumberToJson(reading.lift)));
    }
    csv.Row(row);
  }
  return csv.text();
}

}  // namespace

int SweepCommand(const SweepArguments& arguments, const Workbench& workbench, Console& console) {
  if (arguments.parameters.empty() == (arguments.sample == 0)) {
    throw ConfigError("--parameter", arguments.parameters.empty() ? "nothing" : "also --sample",
                      "either parameters for a grid or a --sample of the whole space");
  }
  const auto testbed = OpenTask(arguments.task, workbench);
  const std::vector<SweepPoint> points =
      arguments.sample > 0 ? SweepSample(*testbed, arguments.sample, arguments.seed)
                           : SweepGrid(*testbed, arguments.parameters, arguments.points);
  if (arguments.as_csv) {
    console.out << PointsCsv(points, *testbed->metrics);
    return kExitDone;
  }
  if (arguments.task.as_json) {
    Json rows = Json::array();
    for (const SweepPoint& point : points) rows.push_back(PointJson(point, *testbed->metrics));
    console.out << DumpPretty(Answer(
        *testbed,
        {{"what", "noise-free lifts over production, %, on the evaluation panel; no tuner sees it"},
         {"points", std::move(rows)}}));
    return kExitDone;
  }
  // To the terminal what most questions are about; everything is in --csv and --json.
  std::vector<std::string> header;
  if (arguments.sample == 0) header = arguments.parameters;
  std::vector<Align> aligns(header.size(), Align::kLeft);
  std::vector<std::size_t> shown;
  for (std::size_t k = 0; k < testbed->metrics->size() && shown.size() < 6; ++k) {
    const std::string& name = testbed->metrics->metrics()[k].name;
    const auto& stars = testbed->objective.north_stars();
    const bool asked = std::any_of(stars.begin(), stars.end(),
                                   [&](const NorthStar& star) { return star.metric == name; });
    if (asked || name == "ctr" || name == "clickbait_share" || name == "retention_7d") {
      shown.push_back(k);
    }
  }
  for (const std::size_t k : shown) header.push_back(testbed->metrics->metrics()[k].name + " %");
  header.insert(header.end(), {"objective %", "violation %"});
  aligns.resize(header.size(), Align::kRight);
  TextGrid grid(header, aligns);
  for (const SweepPoint& point : points) {
    std::vector<std::string> row;
    if (arguments.sample == 0) {
      for (const auto& [name, value] : point.at.items()) {
        row.push_back(value.is_number_float() ? Short(value.get<double>()) : PlainText(value));
      }
    }
    for (const std::size_t k : shown) row.push_back(Signed(point.truth.readings[k].lift, 3));
    row.push_back(Signed(point.score.value, 3));
    row.push_back(Fixed(point.score.violation, 3));
    grid.AddRow(std::move(row));
  }
  console.out
      << TaskTitle(*testbed)
      << ": noise-free lifts over production on the evaluation panel, which no tuner sees\n\n"
      << grid.ToString();
  return kExitDone;
}

}  // namespace rectune::experiments
