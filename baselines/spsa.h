// SPDX-License-Identifier: Apache-2.0
//
// Spsa: simultaneous perturbation stochastic approximation (Spall, IEEE TAC 37, 1992, and IEEE TAES
// 34, 1998), as tuners of chess engines use it: from production, all coordinates are moved at once
// by +-c_k, and the difference of two arms is a noisy directional derivative. A gradient method: it
// polishes production and crosses no valley.
//
//   Spsa tuner("spsa", task, {.c = 0.1});
//
//   c_k = c / (k+1)^0.101,   a_k = a / (k+1+A)^0.602,   A = 10% of the rounds
//   theta <- clip(theta + a_k g),   g = mean over pairs of (y+ - y-) / (2 c_k) Delta
//
// Delta is Rademacher; a round of n arms makes n/2 pairs, whose gradients are averaged (an odd arm
// waits for its partner). `a` is set by the first gradient, so that the first step moves the mean
// coordinate by `first_step`. An integer is moved by half its cell at least. y is the penalised
// score. A pair that loses an arm is dropped. Levels without a scale have no gradient: both arms of
// a pair share a level, mostly the present one, and a level is adopted when the pairs that had it
// read better than the present one's by more than a standard error of their difference.
//
// A start without slope is a start without direction. On Hartmann-6 from random starts (100 arms,
// noise 0.25, 60 seeds) it launches -2.38 where production is below -0.1 and -1.46 on the plateau
// above; random search, which does not care, -1.94. Without noise: -2.79 and -1.42, so it is the
// start and not the noise.
#pragma once

#include <string>
#include <vector>

#include "baselines/coordinates.h"
#include "core/random_stream.h"
#include "core/tuner.h"

namespace rectune::baselines {

struct SpsaOptions {
  double c = 0.1;             // first perturbation, share of the range, in (0, 0.5]
  double first_step = 0.1;    // in (0, 0.5]
  double level_share = 0.25;  // of pairs that try another level of a categorical, in [0, 1]
  static SpsaOptions FromJson(const Json& options, const std::string& path);
};

/// Why there is no gradient to follow in this space, or "".
std::string WhySpsaUnsuited(const ParameterSpace& space);

class Spsa : public Tuner {
 public:
  Spsa(std::string name, TuningTask task, SpsaOptions options);

 private:
  /// One side of a pair.
  struct Arm {
    std::vector<double> unit;
    bool is_proposed = false;
    bool is_read = false;
    bool is_lost = false;
    double score = 0.0;
  };
  struct Pair {
    std::vector<double> signs;  // 0 where nothing is perturbed
    Arm plus;
    Arm minus;
  };
  /// Welford's running mean of the pairs that had one level of one coordinate.
  struct LevelRecord {
    double count = 0.0;
    double mean = 0.0;
    double squares = 0.0;
  };

  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  void DoTakeNotice(const Notice& notice) override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  double Perturbation() const;
  Pair MakePair(RandomStream& stream) const;
  void Step();
  void LearnLevels(const Pair& pair);
  void AdoptLevels();

  SpsaOptions options_;
  std::vector<CoordinateView> views_;
  std::vector<double> theta_;
  int step_ = 0;
  double gain_ = 0.0;  // a; 0 until the first gradient
  std::vector<Pair> pairs_;
  std::vector<std::vector<LevelRecord>> levels_;  // per coordinate; empty where it has a scale
};

}  // namespace rectune::baselines
