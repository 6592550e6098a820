// SPDX-License-Identifier: Apache-2.0
#include "experiments/run_data.h"

#include <algorithm>
#include <fstream>
#include <map>
#include <stdexcept>
#include <utility>

#include "core/check.h"
#include "core/config_error.h"
#include "core/object_reader.h"
#include "experiments/journal.h"
#include "experiments/run_folder.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

Direction DirectionFromText(const std::string& text, const std::string& path) {
  for (const Direction direction :
       {Direction::kHigherIsBetter, Direction::kLowerIsBetter, Direction::kNeutral}) {
    if (text == ToString(direction)) return direction;
  }
  throw ConfigError(path, Json(text).dump(), "higher_is_better, lower_is_better or neutral");
}

std::shared_ptr<const MetricCatalogue> ReadMetrics(ObjectReader& reader) {
  std::vector<MetricInfo> metrics;
  reader.ForEach("metrics", [&](const Json& element, const std::string& path) {
    ObjectReader item(element, path);
    MetricInfo metric;
    metric.name = item.String("name");
    metric.unit = item.String("unit");
    metric.direction = DirectionFromText(item.String("direction"), item.PathOf("direction"));
    metric.delay_days = static_cast<int>(item.Integer("delay_days", {0, 10'000}));
    metric.definition = item.String("definition");
    item.Finish();
    metrics.push_back(std::move(metric));
  });
  return std::make_shared<const MetricCatalogue>(std::move(metrics));
}

TrueScore ReadScore(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  return {.value = NumberFromJson(reader.Value("value"), reader.PathOf("value")),
          .violation = NumberFromJson(reader.Value("violation"), reader.PathOf("violation"))};
}

/// The last line of a round counts: a round that a crash undid is timed again when it is redone.
std::map<int, double> ReadSuggestSeconds(const fs::path& file) {
  std::map<int, double> seconds;
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) continue;  // a torn line: its round is timed again below it
    seconds[json.at("round").get<int>()] = json.at("propose_seconds").get<double>();
  }
  return seconds;
}

RoundData ReadRound(const Json& line, const std::string& path, const TaskData& task) {
  ObjectReader reader(line, path);
  RoundData round{
      .round = static_cast<int>(reader.Integer("round", {1, 1'000'000})),
      // Journals older than phases do without.
      .phase = static_cast<std::size_t>(
          reader.IntegerOr("phase", 0, {0, static_cast<std::int64_t>(task.phases()) - 1})),
      .trials = {},
      .recommendation =
          task.space->Parse(reader.Value("recommendation"), reader.PathOf("recommendation")),
      .truth = MeasurementFromJson(reader.Value("truth"), *task.metrics, reader.PathOf("truth")),
      .true_score = ReadScore(reader.Value("true_score"), reader.PathOf("true_score")),
      .regret = std::nullopt,
      .arm_truth = {},
      .ledger = nullptr,
      .suggest_seconds = std::nullopt};
  reader.ForEach("trials", [&](const Json& trial, const std::string& trial_path) {
    round.trials.push_back(TrialFromJson(trial, *task.space, *task.metrics, trial_path));
  });
  reader.ForEach("arm_truth", [&](const Json& score, const std::string& score_path) {
    round.arm_truth.push_back(ReadScore(score, score_path));
  });
  if (task.has_references()) {
    round.regret = NormalisedRegret(round.true_score, task.ReferenceOf(round.phase)->value);
  }
  // Tuner::Save wraps what the tuner keeps; an agent keeps its ledger there under this name.
  const Json::json_pointer ledger("/private/ledger");
  const Json& state = reader.Value("state");
  if (state.is_object() && state.contains(ledger)) round.ledger = state.at(ledger);
  return round;
}

/// Nothing when the cell was not begun.
std::optional<CellData> ReadCell(const fs::path& folder, const TaskData& task) {
  const fs::path file = folder / "journal.jsonl";
  const JournalContent content = ReadJournal(file);
  if (content.records.empty()) return std::nullopt;
  const std::string source = file.string();
  ObjectReader header(content.records.front(), "");
  CellData cell;
  cell.id = header.String("id");
  cell.home = folder / "home";
  cell.label = header.String("label");
  cell.tuner = header.String("tuner");
  cell.options = header.Value("options");
  cell.is_agent = header.Boolean("is_agent");
  cell.is_stand_in = header.Boolean("is_stand_in");
  cell.model_asked = header.StringOr("model", "");
  cell.seed = header.Value("seed").get<std::uint64_t>();
  const std::map<int, double> seconds = ReadSuggestSeconds(folder / "timing.jsonl");
  for (std::size_t i = 1; i < content.records.size(); ++i) {
    const Json& line = content.records[i];
    const std::string path = source + ":" + std::to_string(i + 1);
    if (line.at("type") == "done") {
      cell.complete = true;
      continue;
    }
    RoundData round = ReadRound(line, path, task);
    if (round.round != static_cast<int>(i)) {
      throw std::runtime_error(path + ": round " + std::to_string(round.round) +
                               " stands where round " + std::to_string(i) + " belongs");
    }
    const auto timed = seconds.find(round.round);
    if (timed != seconds.end()) round.suggest_seconds = timed->second;
    cell.rounds.push_back(std::move(round));
  }
  return cell;
}

std::optional<ReferenceData> ReadReference(ObjectReader& reader, const ParameterSpace& space) {
  if (!reader.Has("reference")) return std::nullopt;
  ObjectReader reference = reader.Object("reference");
  return ReferenceData{
      .optimum = space.Parse(reference.Value("configuration"), reference.PathOf("configuration")),
      .value = reference.Number("value"),
      .violation = reference.Number("violation"),
      .oracle_value = reference.Number("oracle_value"),
      .provenance = reference.String("provenance")};
}

void ReadSchedule(ObjectReader& reader, TaskData* task) {
  if (reader.Has("events")) {
    reader.ForEach("events", [&](const Json& element, const std::string& path) {
      ObjectReader event(element, path);
      task->events.push_back({.round = static_cast<int>(event.Integer("round", {1, 1'000'000})),
                              .kind = event.String("kind"),
                              .announced = event.Boolean("announced"),
                              .description = event.String("description")});
    });
  }
  if (!reader.Has("later_phases")) return;
  task->label = reader.String("phase");
  reader.ForEach("later_phases", [&](const Json& element, const std::string& path) {
    ObjectReader phase(element, path);
    task->later_phases.push_back(
        {.label = phase.String("label"),
         .first_round = static_cast<int>(phase.Integer("first_round", {1, 1'000'000})),
         .objective = Objective::FromJson(phase.Value("objective"), phase.PathOf("objective"),
                                          *task->metrics),
         .reference = ReadReference(phase, *task->space)});
  });
}

}  // namespace

const std::string& TaskData::LabelOf(std::size_t phase) const {
  return phase == 0 ? label : later_phases.at(phase - 1).label;
}

const Objective& TaskData::ObjectiveOf(std::size_t phase) const {
  return phase == 0 ? objective : later_phases.at(phase - 1).objective;
}

const std::optional<ReferenceData>& TaskData::ReferenceOf(std::size_t phase) const {
  return phase == 0 ? reference : later_phases.at(phase - 1).reference;
}

bool TaskData::has_references() const {
  return reference && std::ranges::all_of(later_phases, [](const PhaseData& phase) {
           return phase.reference.has_value();
         });
}

TaskData ReadTask(const fs::path& file) {
  const Json json = ReadJsonFile(file);
  try {
    ObjectReader reader(json, "");
    reader.Integer("schema", {kManifestSchema, kManifestSchema});
    const auto metrics = ReadMetrics(reader);
    const auto space = std::make_shared<const ParameterSpace>(
        ParameterSpace::FromJson(reader.Value("parameters"), reader.PathOf("parameters")));
    ObjectReader production = reader.Object("production");
    TaskData task{.scenario = reader.String("scenario"),
                  .task = reader.String("task"),
                  .size = reader.String("size"),
                  .description = reader.String("description"),
                  .space = space,
                  .metrics = metrics,
                  .objective = Objective::FromJson(reader.Value("objective"),
                                                   reader.PathOf("objective"), *metrics),
                  .horizon_days = static_cast<int>(reader.Integer("horizon_days", {0, 100'000})),
                  .production = MeasurementFromJson(production.Value("levels"), *metrics,
                                                    production.PathOf("levels")),
                  .reference = std::nullopt};
    task.reference = ReadReference(reader, *space);
    if (reader.Has("biases")) task.biases = reader.Strings("biases");
    ReadSchedule(reader, &task);
    return task;
  } catch (const ConfigError& error) {
    throw error.In(file.string());
  }
}

double NormalisedRegret(const TrueScore& score, double reference_value) {
  RECTUNE_CHECK(reference_value > 0.0, "a reference optimum is better than production");
  const double regret = (reference_value - score.value) / reference_value;
  return score.violation > 0.0 ? std::max(1.0, regret) : regret;
}

RunData LoadRun(const fs::path& directory) {
  Json manifest = ReadManifest(directory);
  TaskData task = ReadTask(directory / "task.json");
  const Json& spec = manifest.at("spec");
  RunData run{.directory = directory,
              .manifest = manifest,
              .name = spec.at("name").get<std::string>(),
              .description = spec.at("description").get<std::string>(),
              .task = std::move(task),
              .rounds = spec.at("rounds").get<int>(),
              .arms_per_round = spec.at("arms_per_round").get<int>(),
              .users_per_arm = spec.at("users_per_arm").get<double>(),
              .seeds = spec.at("seeds").get<std::vector<std::uint64_t>>(),
              .labels = {},
              .cells = {},
              .complete = true};
  for (const Json& tuner : spec.at("tuners")) {
    run.labels.push_back(tuner.at("label").get<std::string>());
    for (const std::uint64_t seed : run.seeds) {
      const fs::path folder =
          directory / "cells" / (run.labels.back() + ".seed" + std::to_string(seed));
      std::optional<CellData> cell = [&] {
        try {
          return ReadCell(folder, run.task);
        } catch (const ConfigError& error) {
          // No user wrote a journal: what is wrong in one is damage, not bad input.
          throw std::runtime_error(std::string("unreadable journal: ") + error.what());
        }
      }();
      run.complete = run.complete && cell && cell->complete;
      if (cell) run.cells.push_back(std::move(*cell));
    }
  }
  return run;
}

}  // namespace rectune::experiments
