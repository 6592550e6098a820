// SPDX-License-Identifier: Apache-2.0
#include "experiments/skills_trial.h"

#include <stdlib.h>

#include <cmath>
#include <stdexcept>
#include <utility>

#include "agents/gate.h"
#include "core/check.h"
#include "core/config_error.h"
#include "experiments/cell.h"
#include "experiments/journal.h"
#include "experiments/study_spec.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

constexpr char kTuner[] = "agent_frozen_skills";
constexpr int kFirstSeed = 100'001;  // held out: studies, where skills are learned, count from 1
constexpr double kLevel = 0.05;
constexpr double kLevelQuantile = 1.6449;  // of the normal distribution at 95%
constexpr double kPowerQuantile = 0.8416;  // at 80%

/// Journals of the trial's campaigns; they are read and thrown away.
class Workplace {
 public:
  Workplace() {
    std::string name = (fs::temp_directory_path() / "rectune-skill-trial-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw std::runtime_error("cannot make a temporary folder under " +
                               fs::temp_directory_path().string());
    }
    path_ = name;
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;
  ~Workplace() {
    std::error_code ignored;  // a destructor has nobody to tell
    fs::remove_all(path_, ignored);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Json TunerJson(const char* label, const fs::path& skill) {
  Json json{{"name", kTuner}, {"label", label}};
  if (!skill.empty()) json["options"] = {{"skill", skill.string()}};
  return json;
}

/// What the campaign's last recommendation is truly worth.
double FinalValue(const fs::path& cell, const Objective& objective) {
  const JournalContent journal = ReadJournal(cell / "journal.jsonl");
  RECTUNE_CHECK(journal.records.size() >= 3, "a finished campaign has rounds");
  const Json& score = journal.records[journal.records.size() - 2].at("true_score");
  return NumberFromJson(score.at("value"), "/value") -
         objective.violation_penalty() * NumberFromJson(score.at("violation"), "/violation");
}

std::string Words(SkillVerdict verdict) {
  switch (verdict) {
    case SkillVerdict::kHelps:
      return "helps";
    case SkillVerdict::kHarms:
      return "harms";
    case SkillVerdict::kNoDifference:
      return "no difference found";
  }
  return "";
}

/// Student's quantile from the normal one, to first order in 1 / degrees (Cornish and Fisher,
/// 1938).
double StudentQuantile(double z, double degrees) {
  return z * (1.0 + (z * z + 1.0) / (4.0 * degrees));
}

double Mean(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

}  // namespace

SkillTrial JudgeSkill(std::vector<double> with, std::vector<double> without,
                      const std::vector<double>& again) {
  RECTUNE_CHECK(with.size() == without.size() && with.size() == again.size() && with.size() >= 2,
                "campaigns come in triples, two at least");
  SkillTrial trial;
  std::vector<double> differences;
  std::vector<double> losses;
  double squares = 0.0;
  for (std::size_t i = 0; i < with.size(); ++i) {
    differences.push_back(with[i] - without[i]);
    losses.push_back(without[i] - with[i]);
    squares += (without[i] - again[i]) * (without[i] - again[i]);
  }
  const auto n = static_cast<double>(with.size());
  trial.mean_difference = Mean(differences);
  trial.helps_p_value = agents::SignFlipPValue(differences);
  trial.harms_p_value = agents::SignFlipPValue(losses);
  const double quantiles =
      StudentQuantile(kLevelQuantile, n - 1.0) + StudentQuantile(kPowerQuantile, n - 1.0);
  trial.detectable = quantiles * std::sqrt(squares / n) / std::sqrt(n);
  if (trial.helps_p_value <= kLevel) trial.verdict = SkillVerdict::kHelps;
  if (trial.harms_p_value <= kLevel) trial.verdict = SkillVerdict::kHarms;
  trial.with = std::move(with);
  trial.without = std::move(without);
  return trial;
}

SkillTrial TrySkill(const SkillTrialArguments& arguments, const Workbench& workbench,
                    Console& console) {
  Json seeds = Json::array();
  for (int i = 0; i < 2 * arguments.seeds; ++i) seeds.push_back(kFirstSeed + i);
  const Json spec{
      {"schema", kSpecSchema},
      {"name", "skill-trial"},
      {"scenario", arguments.task.scenario},
      {"task", arguments.task.task},
      {"size", arguments.task.size},
      {"tuners",
       {TunerJson("with", fs::absolute(arguments.skill)),
        TunerJson("without",
                  arguments.against.empty() ? fs::path() : fs::absolute(arguments.against))}},
      {"seeds", seeds},
      {"rounds", arguments.rounds},
      {"arms_per_round", arguments.arms}};
  const Study study = CheckStudy(spec, workbench);
  const TunerEntry* entry = FindTuner(workbench.tuners, kTuner);
  RECTUNE_CHECK(entry != nullptr, "the study was checked");
  const Workplace workplace;
  std::vector<double> with;
  std::vector<double> without;
  std::vector<double> again;
  for (const CellSpec& cell : ExpandCells(study.spec)) {
    const bool is_other_seed = cell.seed >= static_cast<std::uint64_t>(kFirstSeed) +
                                                static_cast<std::uint64_t>(arguments.seeds);
    if (cell.tuner.label == "with" && is_other_seed) continue;
    const fs::path folder = workplace.path() / cell.id;
    CellHooks hooks;
    hooks.should_stop = console.should_stop;
    if (RunCell(study, cell, *entry, folder, hooks) == CellEnd::kStopped) {
      throw std::runtime_error("stopped; a skill trial keeps nothing, so start it again");
    }
    const double value = FinalValue(folder, study.testbed->objective);
    (cell.tuner.label == "with" ? with : is_other_seed ? again : without).push_back(value);
    console.talk << cell.id << ": " << Signed(value, 3) << "%\n";
  }
  return JudgeSkill(std::move(with), std::move(without), again);
}

int SkillsTestCommand(const SkillTrialArguments& arguments, const Workbench& workbench,
                      Console& console) {
  const SkillTrial trial = TrySkill(arguments, workbench, console);
  const TunerEntry* entry = FindTuner(workbench.tuners, kTuner);
  const std::string model =
      entry->is_stand_in ? "the synthetic model, a stand-in" : "a language model";
  if (arguments.task.as_json) {
    console.out << DumpPretty(
        {{"skill", arguments.skill.string()},
         {"against", arguments.against.empty() ? Json(nullptr) : Json(arguments.against.string())},
         {"read_by", model},
         {"with", trial.with},
         {"without", trial.without},
         {"mean_difference", trial.mean_difference},
         {"helps_p_value", trial.helps_p_value},
         {"harms_p_value", trial.harms_p_value},
         {"detectable_difference", trial.detectable},
         {"verdict", Words(trial.verdict)}});
  } else {
    TextGrid grid({"seed", "with, %", "without, %"}, {Align::kRight, Align::kRight, Align::kRight});
    for (std::size_t i = 0; i < trial.with.size(); ++i) {
      grid.AddRow({std::to_string(kFirstSeed + static_cast<int>(i)), Signed(trial.with[i], 3),
                   Signed(trial.without[i], 3)});
    }
    console.out << grid.ToString() << "\nThe skill, read by " << model << ": "
                << Words(trial.verdict) << ". Mean difference " << Signed(trial.mean_difference, 3)
                << " points (helps: p " << Fixed(trial.helps_p_value, 3) << ", harms: p "
                << Fixed(trial.harms_p_value, 3) << ").\nBy A/A campaigns, " << trial.with.size()
                << " seeds show a difference of " << Fixed(trial.detectable, 3)
                << " points in 80 of 100 such tests.\n";
  }
  return trial.verdict == SkillVerdict::kHarms ? kExitFailed : kExitDone;
}

}  // namespace rectune::experiments
