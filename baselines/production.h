// SPDX-License-Identifier: Apache-2.0
//
// ProductionTuner: never changes anything. Every arm is production again, and production is what it
// would launch: the A/A row of every comparison, whose regret is the gain left on the table. Not a
// no-op for the budget: its arms are charged like everyone's.
//
//   ProductionTuner tuner("production", task);
//   tuner.Propose(4);    // production, four times
//   tuner.Recommend();   // production
#pragma once

#include <vector>

#include "core/tuner.h"

namespace rectune::baselines {

class ProductionTuner : public Tuner {
 public:
  using Tuner::Tuner;

 private:
  std::vector<Proposal> DoPropose(int arms) override;
  Configuration DoRecommend() const override;
};

}  // namespace rectune::baselines
