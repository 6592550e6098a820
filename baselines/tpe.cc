// SPDX-License-Identifier: Apache-2.0
#include "baselines/tpe.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "baselines/parzen.h"
#include "baselines/random_search.h"
#include "baselines/score_history.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

using Points = std::vector<std::vector<double>>;

struct Split {
  Points good;  // oldest first
  Points bad;   // oldest first
};

Split SplitHistory(const ScoreHistory& history, const TpeOptions& options) {
  const std::vector<Observation>& scored = history.scored();
  const double n = static_cast<double>(scored.size());
  const auto good_count = static_cast<std::size_t>(
      std::min(std::ceil(options.good_fraction * n), static_cast<double>(options.good_cap)));
  std::vector<bool> is_good(scored.size(), false);
  const std::vector<std::size_t> order = history.RankByFeasibility();
  for (std::size_t rank = 0; rank < good_count; ++rank) is_good[order[rank]] = true;

  // Age decides a kernel's weight, so both sets stay in order of trial id.
  Split split;
  std::vector<std::pair<std::int64_t, const std::vector<double>*>> bad;
  for (std::size_t i = 0; i < scored.size(); ++i) {
    if (is_good[i]) {
      split.good.push_back(scored[i].unit);
    } else {
      bad.emplace_back(scored[i].trial_id, &scored[i].unit);
    }
  }
  for (const Observation& failed : history.unscored()) {
    bad.emplace_back(failed.trial_id, &failed.unit);
  }
  std::stable_sort(bad.begin(), bad.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& entry : bad) split.bad.push_back(*entry.second);
  return split;
}

}  // namespace

TpeOptions TpeOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  TpeOptions result;
  const IntegerRange count{1, 100000};
  result.startup_trials =
      static_cast<int>(reader.IntegerOr("startup_trials", result.startup_trials, count));
  result.candidates = static_cast<int>(reader.IntegerOr("candidates", result.candidates, count));
  result.good_fraction = reader.NumberOr("good_fraction", result.good_fraction, {1e-6, 1.0});
  result.good_cap = static_cast<int>(reader.IntegerOr("good_cap", result.good_cap, count));
  reader.Finish();
  return result;
}

Tpe::Tpe(std::string name, TuningTask task, TpeOptions options)
    : Tuner(std::move(name), std::move(task)),
      options_(options),
      views_(ViewCoordinates(*this->task().space)) {}

std::vector<Proposal> Tpe::DoPropose(int arms) {
  const ParameterSpace& space = *task().space;
  const ScoreHistory scores(task(), history());
  std::vector<Proposal> proposals;
  if (scores.scored().size() < static_cast<std::size_t>(options_.startup_trials)) {
    for (int arm = 0; arm < arms; ++arm) {
      proposals.push_back(MakeProposal(space.Decode(UniformPoint(task(), proposed_rounds(), arm)),
                                       name() + " (random start)"));
    }
    return proposals;
  }

  Split split = SplitHistory(scores, options_);
  const ParzenEstimator good(views_, split.good);
  for (int arm = 0; arm < arms; ++arm) {
    const ParzenEstimator bad(views_, split.bad);
    RandomStream stream(task().seed, Purpose::kTunerProposal,
                        static_cast<std::uint64_t>(proposed_rounds()),
                        static_cast<std::uint64_t>(arm));
    std::vector<double> best;
    double best_ratio = -std::numeric_limits<double>::infinity();
    for (int i = 0; i < options_.candidates; ++i) {
      std::vector<double> unit = good.Sample(stream);
      const double ratio = good.LogDensity(unit) - bad.LogDensity(unit);
      if (best.empty() || ratio > best_ratio) {
        best = std::move(unit);
        best_ratio = ratio;
      }
    }
    proposals.push_back(MakeProposal(space.Decode(best), name()));
    split.bad.push_back(std::move(best));
  }
  return proposals;
}

}  // namespace rectune::baselines
