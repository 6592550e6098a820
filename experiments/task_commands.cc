// SPDX-License-Identifier: Apache-2.0
//
// The commands that read a task rather than run a study: list, describe, evaluate, ab.
#include <algorithm>
#include <cmath>
#include <iterator>
#include <memory>
#include <utility>

#include "core/config_error.h"
#include "core/object_reader.h"
#include "experiments/commands.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

constexpr std::size_t kTextWidth = 100;

std::string Quoted(const std::string& text) { return Json(text).dump(); }

const ScenarioInfo* FindScenario(const Workbench& workbench, const std::string& name) {
  for (const ScenarioInfo& info : workbench.scenarios) {
    if (info.name == name) return &info;
  }
  return nullptr;
}

void RequireKnown(const std::string& where, const std::string& name,
                  const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  const std::string near = NearestName(name, known);
  throw ConfigError(where, Quoted(name),
                    "one of: " + JoinNames(known) +
                        (near.empty() ? "" : " (did you mean " + Quoted(near) + "?)"));
}

std::shared_ptr<const TestbedPort> Open(const TaskArguments& arguments,
                                        const Workbench& workbench) {
  const ScenarioInfo* info = FindScenario(workbench, arguments.scenario);
  if (info == nullptr) {
    if (!std::filesystem::is_regular_file(arguments.scenario)) {
      std::vector<std::string> names;
      for (const ScenarioInfo& known : workbench.scenarios) names.push_back(known.name);
      RequireKnown("SCENARIO", arguments.scenario, names);
    }
    return workbench.open(arguments.scenario, arguments.task, arguments.size);
  }
  const std::string task = arguments.task.empty() ? info->tasks.front() : arguments.task;
  RequireKnown("TASK", task, info->tasks);
  RequireKnown("--size", arguments.size, info->sizes);
  return workbench.open(arguments.scenario, task, arguments.size);
}

/// A file may name only what it changes: the rest keeps production's values.
Configuration ReadConfiguration(const std::string& config, const ParameterSpace& space) {
  const Configuration production = space.Production();
  if (config == "production") return production;
  const Json json = ReadJsonFile(config);
  try {
    return space.Parse(json, "", &production);
  } catch (const ConfigError& error) {
    throw error.In(config);
  }
}

std::size_t ChangedParameters(const Configuration& configuration, const ParameterSpace& space) {
  const Json a = space.ToJson(configuration);
  const Json b = space.ToJson(space.Production());
  std::size_t changed = 0;
  for (const auto& [name, value] : a.items()) changed += value != b.at(name) ? 1 : 0;
  return changed;
}

std::string ChangeNote(const Configuration& configuration, const ParameterSpace& space) {
  return std::to_string(ChangedParameters(configuration, space)) + " of " +
         std::to_string(space.size()) + " parameters differ from production";
}

std::string BoundText(const Guardrail& guardrail) {
  return std::string(guardrail.kind == BoundKind::kFloor ? "at least " : "at most ") +
         Signed(guardrail.lift_bound, 2) + "%";
}

std::string Title(const TestbedPort& testbed) {
  return testbed.scenario + "/" + testbed.task + " (" + testbed.size + ")";
}

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

Json ScoreJson(const Score& score) {
  return {{"value", NumberToJson(score.value)},
          {"standard_error", NumberToJson(score.standard_error)},
          {"violation", NumberToJson(score.violation)},
          {"feasible", score.feasible()}};
}

std::string Verdict(const Score& score) {
  return score.feasible() ? "every guardrail holds"
                          : "guardrails broken by " + Fixed(score.violation, 3) + "% in sum";
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
  if (as_json) {
    console.out << DumpPretty({{"scenarios", scenarios}, {"tuners", tuners}});
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
  console.out << scenario_grid.ToString() << "\n" << tuner_grid.ToString();
  return kExitDone;
}

int DescribeCommand(const TaskArguments& arguments, const Workbench& workbench, Console& console) {
  const auto testbed = Open(arguments, workbench);
  const TuningTask task = testbed->make_task(
      {.rounds = 1, .arms_per_round = 1, .users_per_arm = testbed->default_users_per_arm}, 0);
  const ParameterSpace& space = *testbed->space;
  if (arguments.as_json) {
    Json json{{"scenario", testbed->scenario},
              {"task", testbed->task},
              {"size", testbed->size},
              {"description", task.description},
              {"users_per_arm", testbed->default_users_per_arm},
              {"horizon_days", testbed->horizon_days},
              {"dimension", space.dimension()},
              {"objective", testbed->objective.ToJson()},
              {"parameters", space.ToJson()},
              {"metrics", testbed->metrics->ToJson()}};
    if (testbed->reference) {
      json["reference"] = {{"value", NumberToJson(testbed->reference->value)},
                           {"provenance", testbed->reference->provenance}};
    }
    json["resolved_scenario"] = testbed->resolved;
    console.out << DumpPretty(json);
    return kExitDone;
  }
  std::ostream& out = console.out;
  out << Title(*testbed) << "\n" << Wrap(task.description, kTextWidth, 2) << "\n";
  if (const ScenarioInfo* info = FindScenario(workbench, arguments.scenario)) {
    out << "Tasks: " << JoinNames(info->tasks) << ". Sizes: " << JoinNames(info->sizes) << ".\n";
  }
  out << "Traffic: " << Short(testbed->default_users_per_arm) << " users an arm for "
      << testbed->horizon_days << " days, unless a spec says otherwise\n";
  if (testbed->reference) {
    out << "Reference optimum: " << Signed(testbed->reference->value, 3) << "% over production ("
        << testbed->reference->provenance << ")\n";
  } else {
    out << "Reference optimum: none is frozen for this task and size\n";
  }
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

int EvaluateCommand(const TaskArguments& arguments, const std::string& config,
                    const Workbench& workbench, Console& console) {
  const auto testbed = Open(arguments, workbench);
  const Configuration configuration = ReadConfiguration(config, *testbed->space);
  const Measurement truth = testbed->truth(configuration);
  const Score score = testbed->objective.Evaluate(truth, *testbed->metrics);
  if (arguments.as_json) {
    Json json{{"scenario", testbed->scenario},
              {"task", testbed->task},
              {"size", testbed->size},
              {"what", "noise-free truth on the evaluation panel; no tuner sees it"},
              {"changed_parameters", ChangedParameters(configuration, *testbed->space)},
              {"score", ScoreJson(score)},
              {"truth", ToJson(truth, *testbed->metrics)["readings"]}};
    if (testbed->reference) json["reference_value"] = NumberToJson(testbed->reference->value);
    console.out << DumpPretty(json);
    return kExitDone;
  }
  std::ostream& out = console.out;
  out << Title(*testbed) << ": noise-free truth on the evaluation panel, which no tuner sees\n"
      << config << ": " << ChangeNote(configuration, *testbed->space) << "\n\n";
  TextGrid grid({"metric", "production", "this", "lift %"},
                {Align::kLeft, Align::kRight, Align::kRight, Align::kRight});
  for (std::size_t k = 0; k < truth.readings.size(); ++k) {
    const MetricReading& reading = truth.readings[k];
    grid.AddRow({testbed->metrics->metrics()[k].name, Short(reading.control),
                 Short(reading.treatment), Signed(reading.lift, 3)});
  }
  out << grid.ToString() << "\nobjective " << Signed(score.value, 4) << "%, " << Verdict(score)
      << "\n";
  if (testbed->reference) {
    out << "reference optimum " << Signed(testbed->reference->value, 4) << "%\n";
  }
  return kExitDone;
}

int AbCommand(const AbArguments& arguments, const Workbench& workbench, Console& console) {
  const auto testbed = Open(arguments.task, workbench);
  std::vector<Configuration> arms;
  for (const std::string& config : arguments.configs) {
    arms.push_back(ReadConfiguration(config, *testbed->space));
  }
  const double users =
      arguments.users_per_arm > 0.0 ? arguments.users_per_arm : testbed->default_users_per_arm;
  const std::vector<Measurement> readouts = testbed->run_round(arguments.seed, 1, users, arms);
  if (arguments.task.as_json) {
    Json arms_json = Json::array();
    for (std::size_t i = 0; i < arms.size(); ++i) {
      arms_json.push_back(
          {{"config", arguments.configs[i]},
           {"changed_parameters", ChangedParameters(arms[i], *testbed->space)},
           {"score", ScoreJson(testbed->objective.Evaluate(readouts[i], *testbed->metrics))},
           {"guardrail_breaches", testbed->objective.Violations(readouts[i], *testbed->metrics)},
           {"measurement", ToJson(readouts[i], *testbed->metrics)}});
    }
    console.out << DumpPretty({{"scenario", testbed->scenario},
                               {"task", testbed->task},
                               {"size", testbed->size},
                               {"seed", arguments.seed},
                               {"users_per_arm", users},
                               {"horizon_days", testbed->horizon_days},
                               {"arms", std::move(arms_json)}});
    return kExitDone;
  }
  std::ostream& out = console.out;
  out << Title(*testbed) << ": one A/B experiment, " << arms.size() << " arm"
      << (arms.size() == 1 ? "" : "s") << " and control (production), " << Short(users)
      << " virtual users an arm, " << testbed->horizon_days << " days, seed " << arguments.seed
      << "\n";
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const Measurement& readout = readouts[i];
    const Score score = testbed->objective.Evaluate(readout, *testbed->metrics);
    out << "\nArm " << i + 1 << ", " << arguments.configs[i] << ": "
        << ChangeNote(arms[i], *testbed->space) << "\n";
    TextGrid grid({"metric", "control", "treatment", "lift %", "s.e.", "p", "q"},
                  {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight,
                   Align::kRight, Align::kRight});
    for (std::size_t k = 0; k < readout.readings.size(); ++k) {
      const MetricReading& reading = readout.readings[k];
      grid.AddRow({testbed->metrics->metrics()[k].name, Short(reading.control),
                   Short(reading.treatment), Signed(reading.lift, 3),
                   Fixed(reading.standard_error, 3), Fixed(reading.p_value, 4),
                   Fixed(reading.q_value, 4)});
    }
    out << grid.ToString() << "objective " << Signed(score.value, 3) << "% (s.e. "
        << Fixed(score.standard_error, 3) << ")\n";
    const std::vector<double> breaches = testbed->objective.Violations(readout, *testbed->metrics);
    for (std::size_t g = 0; g < breaches.size(); ++g) {
      const Guardrail& guardrail = testbed->objective.guardrails()[g];
      const double lift = readout.readings[testbed->metrics->IndexOf(guardrail.metric)].lift;
      out << "guardrail " << guardrail.metric << " " << BoundText(guardrail) << ": "
          << (breaches[g] > 0.0 ? "BROKEN" : "holds") << " at " << Signed(lift, 3) << "%\n";
    }
    out << "sample ratio: p = " << Fixed(readout.sample_ratio_p_value, 4)
        << (readout.sample_ratio_p_value < 0.001 ? " (mismatch: do not trust this readout)" : "")
        << "\n";
  }
  return kExitDone;
}

}  // namespace rectune::experiments
