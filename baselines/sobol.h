// SPDX-License-Identifier: Apache-2.0
//
// SobolSearch: random search's better-spread sibling: an Owen-scrambled Sobol sequence over the
// whole study, no point skipped, whatever was observed. One scramble a seed. Its balance is best
// when the number of arms is a power of two. Not a space-filling design for later models only: it
// is a tuner in its own right.
//
//   SobolSearch tuner("sobol", task);
//   tuner.Propose(4);   // points 0..3, next time 4..7
#pragma once

#include <cstdint>
#include <vector>

#include "baselines/sobol_sequence.h"
#include "core/tuner.h"

namespace rectune::baselines {

class SobolSearch : public Tuner {
 public:
  SobolSearch(std::string name, TuningTask task);

 private:
  std::vector<Proposal> DoPropose(int arms) override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  SobolSequence sequence_;
  std::uint32_t next_ = 0;  // index of the next point; rounds may differ in size
};

}  // namespace rectune::baselines
