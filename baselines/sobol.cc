// SPDX-License-Identifier: Apache-2.0
#include "baselines/sobol.h"

#include <limits>
#include <utility>

#include "baselines/score_history.h"
#include "core/object_reader.h"

namespace rectune::baselines {

SobolSearch::SobolSearch(std::string name, TuningTask task)
    : Tuner(std::move(name), std::move(task)),
      sequence_(this->task().space->dimension(), this->task().seed) {}

std::vector<Proposal> SobolSearch::DoPropose(int arms) {
  std::vector<Proposal> proposals;
  proposals.reserve(static_cast<std::size_t>(arms));
  for (int arm = 0; arm < arms; ++arm) {
    proposals.push_back(MakeProposal(task().space->Decode(sequence_.Point(next_++)), name()));
  }
  return proposals;
}

Json SobolSearch::DoSave() const { return Json{{"next", next_}}; }

void SobolSearch::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  next_ = static_cast<std::uint32_t>(
      reader.Integer("next", {0, std::numeric_limits<std::uint32_t>::max()}));
  reader.Finish();
}

}  // namespace rectune::baselines
