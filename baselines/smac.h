// SPDX-License-Identifier: Apache-2.0
//
// Smac: sequential model-based optimisation with a random forest (Hutter, Hoos and Leyton-Brown,
// LION 5, 2011; SMAC3, Lindauer et al., JMLR 23, 2022), of which it takes the surrogate, expected
// improvement, local search among neighbours and random interleaving, not the racing: arms here
// have equal traffic.
//
//   Smac tuner("smac", task, {.trees = 10});
//
// After the random start the forest learns the penalised score of every measured arm; failed and
// rejected arms count as the worst score seen. Expected improvement is over the best *predicted*
// mean among the measured arms, not the best reading. Candidates: `candidates` uniform points, and
// hill climbs from the ten best arms and the ten best candidates over one-coordinate neighbours
// (SMAC's: four normal steps of 0.2 for numbers, every other level otherwise). With probability
// `random_share` an arm is uniform instead. An arm of the same round enters at its predicted mean.
// It recommends by the shared lower-bound rule. The state is the history alone.
#pragma once

#include <string>
#include <vector>

#include "baselines/coordinates.h"
#include "baselines/forest.h"
#include "core/random_stream.h"
#include "core/tuner.h"

namespace rectune::baselines {

struct SmacOptions {
  int startup_trials = 10;        // in [1, 100000]
  int trees = 10;                 // in [1, 1000]
  int candidates = 1000;          // in [1, 1000000]
  double random_share = 0.08447;  // in [0, 1]; SMAC3's default
  static SmacOptions FromJson(const Json& options, const std::string& path);
};

class Smac : public Tuner {
 public:
  Smac(std::string name, TuningTask task, SmacOptions options);

 private:
  struct Data {
    std::vector<std::vector<double>> units;
    std::vector<double> scores;
  };

  std::vector<Proposal> DoPropose(int arms) override;
  Data Gather() const;
  std::vector<double> BestByImprovement(const Data& data, RandomStream& stream,
                                        double* predicted) const;
  std::vector<std::vector<double>> Neighbours(const std::vector<double>& unit,
                                              RandomStream& stream) const;

  SmacOptions options_;
  std::vector<CoordinateView> views_;
};

}  // namespace rectune::baselines
