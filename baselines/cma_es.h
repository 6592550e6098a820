// SPDX-License-Identifier: Apache-2.0
//
// CmaEs: CMA-ES with margin on the unit cube, for mixed spaces: a Gaussian over continuous, curve,
// integer and boolean coordinates (cma_es_engine.h, integer_margin.h), a probability vector for
// each unordered categorical (categorical_sampler.h). Starts at production with sigma = 1/6 of the
// range. No restarts, no noise handling: under noise it averages over generations only, and before
// a handful of generations it is a random search around production; expect it to lose before some
// 150 arms.
//
//   CmaEs tuner("cma_es", task, {.sigma0 = 1.0 / 6.0});
//
// Box: a sample with a continuous coordinate outside [0, 1] is drawn again up to 100 times, the
// last one is clipped (Optuna's rule). Generations accumulate over rounds: a round of 4 arms asks
// for 4 samples, and the update comes with the last result of a population. The default population,
// 4 + floor(3 ln d), is rounded up to whole rounds so that no arm of a round is left over; results
// beyond a population, or that arrive after their generation closed, count for the recommendation
// only, as do trials that it never proposed. Points rank by the penalised score; a failed or
// rejected arm ranks last, and a generation without any score is dropped.
//
// It recommends by the shared lower-bound rule, not its mean: the mean is never measured, and with
// a few generations of 40-odd coordinates it is still mostly production plus noise.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "baselines/categorical_sampler.h"
#include "baselines/cma_es_engine.h"
#include "baselines/coordinates.h"
#include "baselines/integer_margin.h"
#include "core/tuner.h"

namespace rectune::baselines {

struct CmaEsOptions {
  double sigma0 = 1.0 / 6.0;  // initial standard deviation, share of the range, in (0, 1]
  int population = 0;         // 0: by the rule above; else in [4, 10000]
  /// Unit coordinates of the first mean, for a caller that has a better one; empty: production. Not
  /// part of the JSON.
  std::vector<double> start = {};
  static CmaEsOptions FromJson(const Json& options, const std::string& path);
};

/// Why CMA-ES has nothing to work on in this space, or "".
std::string WhyCmaEsUnsuited(const ParameterSpace& space);

class CmaEs : public Tuner {
 public:
  CmaEs(std::string name, TuningTask task, const CmaEsOptions& options);

  const CmaEsEngine& engine() const { return parts_.engine; }

 private:
  /// What an arm was before it was encoded: what the update needs.
  struct Sample {
    Eigen::VectorXd raw;              // Gaussian coordinates, integers not yet rounded
    std::vector<std::size_t> levels;  // of the categoricals
  };
  struct Pending {
    int generation = 0;
    Sample sample;
    std::vector<double> unit;
    Configuration configuration;
  };
  struct Told {
    Sample sample;
    double cost = 0.0;  // minus the penalised score; infinite without one
  };
  struct Parts {
    std::vector<CoordinateView> views;
    std::vector<std::size_t> gaussian;     // coordinates of the engine
    std::vector<std::size_t> categorical;  // coordinates of the sampler
    std::vector<double> production;        // unit
    CmaEsEngine engine;
    IntegerMargin margin;
    CategoricalSampler sampler;
  };

  static Parts MakeParts(const TuningTask& task, const CmaEsOptions& options);

  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  void DoTakeNotice(const Notice& notice) override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  Sample Draw(RandomStream& stream) const;
  std::vector<double> Encode(const Sample& sample) const;
  void Update();

  Parts parts_;
  std::vector<Pending> pending_;  // proposed, no result yet
  std::vector<Told> told_;        // results of the present generation
};

}  // namespace rectune::baselines
