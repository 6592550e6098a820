// SPDX-License-Identifier: Apache-2.0
//
// SurrogateTuner: what the Gaussian-process tuners share: the random start, the models fitted after
// every observation, the arms under way, the recommendation, and the saved state. How to pick the
// next arms is each tuner's own.
//
// Start: until `startup_arms` arms were asked for (production's entry counts), arms are the uniform
// points that every tuner of the cell starts with. It counts arms, not results: in a world that
// fails every arm the models take over on production's entry and the prior alone.
//
// Under way: an arm is pending until its trial is observed or a later round's is; the newest 32.
// Failed and rejected arms say nothing of the metrics, but nobody wants them again: the newest 48
// are kept with the pending ones.
//
// Recommendation: of the measured configurations inside the space, the one with the greatest
// posterior mean (not the best reading) among those whose guardrails all hold with probability at
// least 0.95, if that mean is above production's, which is 0 by definition; else production. With a
// second task (gp/second_task.h) the arm must have read above 0 itself: a simulator launches
// nothing.
#pragma once

#include <string>
#include <vector>

#include "baselines/acquisition/optimise.h"
#include "baselines/gp/task_models.h"
#include "core/tuner.h"

namespace rectune::baselines {

struct SurrogateOptions {
  TaskModelOptions models;
  int startup_arms = 10;
  std::string remark;  // of every proposal that models made: what they lacked
};

/// Why a method that costs the cube of the number of trials does not suit a task, or "".
std::string WhyGpUnsuited(const TuningTask& task);

class SurrogateTuner : public Tuner {
 public:
  SurrogateTuner(std::string name, TuningTask task, SurrogateOptions options);

  const TaskModels& models() const { return models_; }
  const FeatureMap& map() const { return map_; }

 protected:
  /// `arms` unit points, given `pending` ones; models are fitted. `arm` of the first is
  /// `first_arm`: part of the streams' addresses.
  virtual std::vector<std::vector<double>> PickArms(
      int arms, int first_arm, const std::vector<std::vector<double>>& pending) = 0;
  /// State beyond models and pending arms; null when there is none.
  virtual Json SaveOwn() const { return nullptr; }
  virtual void RestoreOwn(const Json& state, const std::string& path);
  /// After the models were fitted to new trials.
  virtual void Learn(std::span<const Trial> /*trials*/) {}
  /// Fits models of a new objective to all that is known.
  void DoTakeNotice(const Notice& notice) override;

 private:
  struct Pending {
    Configuration configuration;
    int round = 0;
  };

  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  Configuration DoRecommend() const override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  SurrogateOptions options_;
  FeatureMap map_;
  TaskModels models_;
  std::vector<Pending> pending_;
};

}  // namespace rectune::baselines
