// SPDX-License-Identifier: Apache-2.0
#include "experiments/cell.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/config_error.h"
#include "experiments/home_keeper.h"
#include "experiments/journal.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double SecondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool IsUsed(const Objective& objective, const std::string& metric) {
  const auto names = [&](const auto& user) { return user.metric == metric; };
  return std::ranges::any_of(objective.north_stars(), names) ||
         std::ranges::any_of(objective.guardrails(), names);
}

/// Names the first reading that spoils a readout; empty when none does. A metric that is not in yet
/// reads NaN throughout, which is no fault unless the objective needs it.
std::string SpoiltReading(const Measurement& measurement, const MetricCatalogue& metrics,
                          const Objective& objective) {
  for (std::size_t k = 0; k < measurement.readings.size(); ++k) {
    const MetricReading& reading = measurement.readings[k];
    const std::array numbers{reading.control,        reading.treatment, reading.lift,
                             reading.standard_error, reading.p_value,   reading.q_value};
    if (std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); })) continue;
    const std::string& name = metrics.metrics()[k].name;
    const bool is_awaited =
        std::ranges::all_of(numbers, [](double number) { return std::isnan(number); });
    if (is_awaited && !IsUsed(objective, name)) continue;
    return "the readout of " + name + " is not a finite number (lift " +
           NumberToJson(reading.lift).dump() + ", standard error " +
           NumberToJson(reading.standard_error).dump() + ")";
  }
  return "";
}

/// What a round costs in wall time; kept out of the journal, which must not know the host.
struct RoundTiming {
  double propose_seconds = 0.0;
  double experiment_seconds = 0.0;
  double observe_seconds = 0.0;
  double truth_seconds = 0.0;
};

class CellRun {
 public:
  CellRun(const Study& study, const CellSpec& cell, const TunerEntry& entry, const fs::path& folder,
          const CellHooks& hooks)
      : study_(study),
        port_(*study.testbed),
        cell_(cell),
        entry_(entry),
        folder_(folder),
        hooks_(hooks),
        phase_port_(study.testbed),
        home_(folder / "home", folder / "home.committed"),
        header_(CellHeader(study, cell, entry)) {}

  CellEnd Run() {
    fs::create_directories(folder_);
    const JournalContent content = ReadJournal(journal_path());
    CheckHeader(content);
    if (!content.dropped.empty()) {
      hooks_.on_message("cell " + cell_.id + ": dropped the torn end of its journal (" +
                        content.dropped + ")");
    }
    if (!content.records.empty() && content.records.back().at("type") == "done") {
      home_.Finish();
      return CellEnd::kDone;
    }
    JournalWriter writer(journal_path(), content.valid_bytes);
    if (content.records.empty()) writer.Append(header_);
    const int committed = Prepare(content);
    for (int round = committed + 1; round <= study_.spec.budget.rounds; ++round) {
      if (hooks_.should_stop()) return CellEnd::kStopped;
      RunRound(round, writer);
      hooks_.on_round();
    }
    writer.Append(DoneLine());
    home_.Finish();
    return CellEnd::kDone;
  }

 private:
  fs::path journal_path() const { return folder_ / "journal.jsonl"; }

  void CheckHeader(const JournalContent& content) const {
    if (content.records.empty() || content.records.front() == header_) return;
    throw std::runtime_error(
        journal_path().string() + ":1: this journal belongs to another cell:\n  found    " +
        DumpLine(content.records.front()) + "\n  expected " + DumpLine(header_));
  }

  /// Builds the tuner as it stood after the last committed round; returns that round.
  int Prepare(const JournalContent& content) {
    history_.push_back(ProductionTrial(*port_.space, *port_.metrics));
    Json state;
    std::string home_digest;
    int committed = 0;
    for (std::size_t i = 1; i < content.records.size(); ++i) {
      const Json& line = content.records[i];
      committed = line.at("round").get<int>();
      const std::string path = journal_path().string() + ":" + std::to_string(i + 1);
      if (committed != static_cast<int>(i)) {
        throw std::runtime_error(path + ": round " + std::to_string(committed) +
                                 " stands where round " + std::to_string(i) + " belongs");
      }
      for (const Json& trial : line.at("trials")) {
        history_.push_back(TrialFromJson(trial, *port_.space, *port_.metrics, path + "/trials"));
      }
      state = line.at("state");
      home_digest = line.at("home").get<std::string>();
    }
    const TuningTask task =
        port_.make_task(study_.spec.budget, TunerSeed(study_.spec, cell_.tuner.name, cell_.seed));
    const std::string options_path = "/tuners/" + std::to_string(cell_.tuner_index) + "/options";
    if (committed == 0) {
      home_.Reset();
    } else {
      home_.Recover(home_digest);
    }
    TunerHome home{home_.home()};
    if (port_.offline_proxy) {
      // One bias a seed, the same for every tuner.
      home.proxy = [proxy = port_.offline_proxy,
                    seed = TunerSeed(study_.spec, "offline_proxy", cell_.seed)](
                       const Configuration& configuration, double alignment) {
        return proxy(seed, configuration, alignment);
      };
    }
    tuner_ = entry_.make(task, cell_.tuner.resolved, options_path, home);
    RECTUNE_CHECK(tuner_ != nullptr, "a table entry makes a tuner or throws");
    if (committed == 0) {
      tuner_->Observe(history_);
    } else {
      std::vector<Notice> told;
      for (int round = 1; round <= committed; ++round) {
        for (Notice& notice : NoticesOf(round)) told.push_back(std::move(notice));
      }
      tuner_->Restore(history_, state, told);
      // Making a tuner may have laid out its home afresh.
      home_.Recover(home_digest);
    }
    return committed;
  }

  /// What tuners are told before a round. Of what is not announced they learn by its readouts.
  std::vector<Notice> NoticesOf(int round) const {
    std::vector<Notice> notices;
    for (const EventPort& event : port_.schedule.events) {
      if (event.round != round || !event.announced) continue;
      notices.push_back({.round = round,
                         .kind = event.kind,
                         .description = event.description,
                         .objective = event.objective});
    }
    return notices;
  }

  void RunRound(int round, JournalWriter& writer) {
    const std::size_t phase = port_.schedule.phase_of(round);
    if (phase_port_->phase != phase) phase_port_ = AtPhase(study_.testbed, phase);
    RoundTiming timing;
    auto start = Clock::now();
    for (const Notice& notice : NoticesOf(round)) tuner_->TakeNotice(notice);
    const std::vector<Proposal> proposals = tuner_->Propose(study_.spec.budget.arms_per_round);
    timing.propose_seconds = SecondsSince(start);

    start = Clock::now();
    const std::vector<Trial> trials = Measure(round, proposals);
    timing.experiment_seconds = SecondsSince(start);

    start = Clock::now();
    tuner_->Observe(trials);
    const Configuration recommendation = tuner_->Recommend();
    timing.observe_seconds = SecondsSince(start);
    history_.insert(history_.end(), trials.begin(), trials.end());

    start = Clock::now();
    Json arm_truth = Json::array();
    for (const Trial& trial : trials) {
      arm_truth.push_back(ScoreJson(phase_port_->exposed_truth(trial.proposal.configuration
                                                                   ? *trial.proposal.configuration
                                                                   : port_.space->Production())));
    }
    const Measurement truth = phase_port_->truth(recommendation);
    timing.truth_seconds = SecondsSince(start);

    Json trials_json = Json::array();
    for (const Trial& trial : trials) {
      trials_json.push_back(ToJson(trial, *port_.space, *port_.metrics));
    }
    writer.Append({{"type", "round"},
                   {"round", round},
                   {"phase", phase},
                   {"trials", std::move(trials_json)},
                   {"arm_truth", std::move(arm_truth)},
                   {"recommendation", port_.space->ToJson(recommendation)},
                   {"true_score", ScoreJson(truth)},
                   {"truth", ToJson(truth, *port_.metrics)},
                   {"home", home_.Digest()},
                   {"state", tuner_->Save()}});
    home_.Commit();
    WriteTiming(round, timing);
  }

  Json ScoreJson(const Measurement& truth) const {
    const Score score = phase_port_->objective.Evaluate(truth, *port_.metrics);
    return {{"value", NumberToJson(score.value)}, {"violation", NumberToJson(score.violation)}};
  }

  /// What users lived under in a round; an arm without a configuration ran production.
  std::vector<Configuration> ArmsOf(int round) const {
    std::vector<Configuration> arms;
    for (const Trial& trial : history_) {
      if (trial.round != round || trial.arm == 0) continue;
      arms.push_back(trial.proposal.configuration ? *trial.proposal.configuration
                                                  : port_.space->Production());
    }
    return arms;
  }

  std::vector<Trial> Measure(int round, const std::vector<Proposal>& proposals) const {
    std::vector<Configuration> arms;
    for (const Proposal& proposal : proposals) {
      arms.push_back(proposal.configuration ? *proposal.configuration : port_.space->Production());
    }
    const std::vector<Measurement> readouts =
        port_.run_round(NoiseSeed(study_.spec, cell_.seed), round, study_.spec.budget.users_per_arm,
                        arms, ArmsOf(round - 1), /*threads=*/1);
    RECTUNE_CHECK(readouts.size() == arms.size(), "the platform reads out every arm");
    std::vector<Trial> trials;
    for (std::size_t slot = 0; slot < proposals.size(); ++slot) {
      Trial trial;
      trial.id = static_cast<std::int64_t>(history_.size() + slot);
      trial.round = round;
      trial.arm = static_cast<int>(slot) + 1;
      trial.proposal = proposals[slot];
      const std::string broken =
          SpoiltReading(readouts[slot], *port_.metrics, phase_port_->objective);
      if (!trial.proposal.configuration) {
        trial.status = TrialStatus::kInvalid;
        trial.status_reason = trial.proposal.invalid_reason;
      } else if (!broken.empty()) {
        trial.status = TrialStatus::kFailed;
        trial.status_reason = broken;
      } else {
        trial.status = TrialStatus::kCompleted;
        trial.measurement = readouts[slot];
      }
      trials.push_back(std::move(trial));
    }
    return trials;
  }

  Json DoneLine() const {
    int invalid = 0;
    int failed = 0;
    for (const Trial& trial : history_) {
      invalid += trial.status == TrialStatus::kInvalid ? 1 : 0;
      failed += trial.status == TrialStatus::kFailed ? 1 : 0;
    }
    return {{"type", "done"},
            {"rounds", study_.spec.budget.rounds},
            {"arms", history_.size() - 1},  // production's entry is not an arm
            {"invalid_arms", invalid},
            {"failed_arms", failed}};
  }

  /// Losing a line here loses a latency figure and nothing else, hence no flush to disk.
  void WriteTiming(int round, const RoundTiming& timing) const {
    std::ofstream file(folder_ / "timing.jsonl", std::ios::app);
    file << DumpLine({{"round", round},
                      {"propose_seconds", timing.propose_seconds},
                      {"experiment_seconds", timing.experiment_seconds},
                      {"observe_seconds", timing.observe_seconds},
                      {"truth_seconds", timing.truth_seconds}})
         << '\n';
  }

  const Study& study_;
  const TestbedPort& port_;
  const CellSpec& cell_;
  const TunerEntry& entry_;
  const fs::path& folder_;
  const CellHooks& hooks_;
  std::shared_ptr<const TestbedPort> phase_port_;  // the task in the round's phase
  HomeKeeper home_;
  Json header_;
  std::vector<Trial> history_;
  std::unique_ptr<Tuner> tuner_;
};

}  // namespace

Json CellHeader(const Study& study, const CellSpec& cell, const TunerEntry& entry) {
  const StudySpec& spec = study.spec;
  const std::string asked = entry.model_asked ? entry.model_asked(cell.tuner.options) : "";
  Json header = {{"type", "cell"},
                 {"schema", kJournalSchema},
                 {"id", cell.id},
                 {"label", cell.tuner.label},
                 {"tuner", cell.tuner.name},
                 {"options", cell.tuner.options},
                 {"is_agent", entry.is_agent},
                 {"is_stand_in", entry.is_stand_in && asked.empty()},
                 {"seed", cell.seed},
                 {"scenario", study.testbed->scenario},
                 {"task", spec.task},
                 {"size", spec.size},
                 {"rounds", spec.budget.rounds},
                 {"arms_per_round", spec.budget.arms_per_round},
                 {"users_per_arm", spec.budget.users_per_arm}};
  if (!asked.empty()) header["model"] = asked;
  return header;
}

int CommittedRounds(const fs::path& folder) {
  int rounds = 0;
  for (const Json& line : ReadJournal(folder / "journal.jsonl").records) {
    rounds += line.at("type") == "round" ? 1 : 0;
  }
  return rounds;
}

CellEnd RunCell(const Study& study, const CellSpec& cell, const TunerEntry& entry,
                const fs::path& folder, const CellHooks& hooks) {
  return CellRun(study, cell, entry, folder, hooks).Run();
}

}  // namespace rectune::experiments
