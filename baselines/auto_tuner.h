// SPDX-License-Identifier: Apache-2.0
//
// AutoTuner: chooses another tuner by fixed rules, those of Optuna's AutoSampler (OptunaHub, 2024)
// as far as they apply here. Learns nothing about tuners, and never switches on what it sees; the
// baseline for "would a rule of thumb have done?".
//
//   AutoTuner tuner("auto", task, {.tpe = make_tpe, .gp = make_gp, .cma_es = make_cma_es});
//
//   1. A free coordinate without order (a categorical): tpe, throughout.
//   2. Else gp for the first 250 trials; tpe where no gp is offered.
//   3. From 250 trials on: tpe when there are guardrails, else cma_es, warm-started.
//
// Warm start: mean and step size of CMA-ES are those of the best tenth of the trials (after
// Nomura et al., AAAI 2021, whose full covariance is left out). AutoSampler's rules for several
// objectives do not apply: a task's north stars are one scalarised objective. The recommendation is
// that of the tuner in charge.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/tuner.h"

namespace rectune::baselines {

/// Where CMA-ES begins; unit coordinates.
struct WarmStart {
  std::vector<double> mean;
  double sigma = 0.0;
};

/// What it may choose from. A missing gp is allowed; a null CMA-ES is one that does not suit, and
/// tpe takes its place.
struct AutoChoices {
  std::function<std::unique_ptr<Tuner>(const TuningTask&)> tpe;
  std::function<std::unique_ptr<Tuner>(const TuningTask&)> gp;
  std::function<std::unique_ptr<Tuner>(const TuningTask&, const WarmStart&)> cma_es;
};

class AutoTuner : public Tuner {
 public:
  static constexpr std::size_t kSwitchTrials = 250;

  AutoTuner(std::string name, TuningTask task, AutoChoices choices);

  /// The name of the tuner in charge.
  const std::string& chosen() const { return chosen_->name(); }

 private:
  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  void DoTakeNotice(const Notice& notice) override;
  Configuration DoRecommend() const override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  bool NeedsSwitch() const;
  std::unique_ptr<Tuner> MakeLater(const TuningTask& task, std::span<const Trial> history) const;

  AutoChoices choices_;
  Objective first_objective_;  // before any notice
  bool is_unordered_ = false;
  std::unique_ptr<Tuner> chosen_;
  std::size_t switched_at_ = 0;  // length of the history at the switch; 0 before
};

}  // namespace rectune::baselines
