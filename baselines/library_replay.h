// SPDX-License-Identifier: Apache-2.0
//
// ReplayTuner: turns an optimiser that calls its objective (NLopt, pagmo) into one that is asked
// and told, without a thread: to know its next point, run it again from the start on the costs that
// are known and stop it at the first call that is not. Deterministic optimisers make that exact,
// and then the costs are the whole state: saving, restoring and cloning come for nothing. Asking
// again costs the optimiser's own arithmetic over the history, microseconds a point.
//
//   ReplayTuner tuner("nlopt_sbplx", task, MakeSbplx({}), {.batched = false});
//
// "Library, continuous relaxation": the optimiser sees the free coordinates of the unit cube as
// numbers; integers and categoricals are rounded when a point is decoded, guardrails enter through
// the penalised score, noise not at all.
//
// Arms of a round. An optimiser that is not `batched` knows one next point at a time, so each slot
// of a round has a search of its own: the first from production, the others from random points. A
// batched one is a population that evaluates a generation before it looks at it; it is asked for as
// many points as it can name before it must hear of any: found by running it on with the unknown
// costs once very small and once very large, and keeping what the two runs agree on (a generation's
// rest). Where it can name too few, a further search is opened.
// A search that ends is followed by another from a random point. A failed arm counts as the worst
// score seen; a point whose result never came is proposed again. A new objective ends every search:
// replayed on other costs, a library would have asked for other points. It recommends by the shared
// lower-bound rule.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "baselines/coordinates.h"
#include "core/tuner.h"

namespace rectune::baselines {

/// One run of a library's optimiser over [0, 1]^d.
struct ReplayRun {
  std::vector<double> start;  // d coordinates
  std::uint64_t seed = 0;
};

/// The cost of the next point, to be minimised, or nothing: then the optimiser must stop at once.
using ReplayObjective = std::function<std::optional<double>(std::span<const double> point)>;

/// Runs an optimiser until it ends by itself or the objective has nothing to say. Must be
/// deterministic in (run, costs).
using ReplayMinimiser = std::function<void(const ReplayRun& run, const ReplayObjective& objective)>;

/// The points that `minimise` wants after `costs`, at most `wanted`, fewer when it must hear of the
/// last ones first, none when it has ended.
std::vector<std::vector<double>> ReplayAsk(const ReplayMinimiser& minimise, const ReplayRun& run,
                                           std::span<const double> costs, std::size_t wanted);

struct ReplayOptions {
  bool batched = false;
  std::size_t least_dimension = 1;
};

/// Why a library has nothing to relax in this space, or "".
std::string WhyReplayUnsuited(const ParameterSpace& space, std::size_t least_dimension);

class ReplayTuner : public Tuner {
 public:
  ReplayTuner(std::string name, TuningTask task, ReplayMinimiser minimise, ReplayOptions options);

 private:
  struct Asked {
    std::vector<double> unit;  // all coordinates
    std::optional<double> cost;
  };
  struct Search {
    int index = 0;              // decides start and seed
    std::vector<double> costs;  // of the points before `asked`
    std::vector<Asked> asked;
  };

  std::vector<Proposal> DoPropose(int arms) override;
  void DoObserve(std::span<const Trial> trials) override;
  void DoTakeNotice(const Notice& notice) override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  ReplayRun RunOf(int index) const;
  /// Asks one search for more, after replacing it by another if it has ended.
  void Extend(Search& search, std::size_t wanted);
  void ProposeFrom(Search& search, std::size_t wanted, std::vector<Proposal>* proposals);

  ReplayMinimiser minimise_;
  ReplayOptions options_;
  std::vector<std::size_t> free_;
  std::vector<double> production_;  // unit
  std::vector<Search> searches_;
  int opened_ = 0;
};

}  // namespace rectune::baselines
