// SPDX-License-Identifier: Apache-2.0
#include "baselines/production.h"

#include "baselines/score_history.h"

namespace rectune::baselines {

std::vector<Proposal> ProductionTuner::DoPropose(int arms) {
  std::vector<Proposal> proposals;
  proposals.reserve(static_cast<std::size_t>(arms));
  for (int arm = 0; arm < arms; ++arm) {
    proposals.push_back(
        MakeProposal(task().space->Production(), name(), "leave everything as it is"));
  }
  return proposals;
}

Configuration ProductionTuner::DoRecommend() const { return task().space->Production(); }

}  // namespace rectune::baselines
