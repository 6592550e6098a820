// SPDX-License-Identifier: Apache-2.0
#include "experiments/oracle_search.h"

#include <algorithm>
#include <cmath>
#include <future>
#include <numeric>
#include <utility>

#include "baselines/cma_es_engine.h"
#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::experiments {
namespace {

/// Steep enough that no infeasible point is worth its violation.
constexpr double kInfeasiblePenalty = 20.0;
constexpr double kStartSigma = 0.2;
constexpr double kStopSigma = 2e-3;
constexpr double kStartStep = 0.25;
constexpr double kStopStep = 2e-3;
constexpr double kCellFloor = 1e-9;
// Of a search from the best so far: a few hundredths of each range.
constexpr double kNearSigma = 0.08;
constexpr std::uint64_t kNearStreams = 1'000'000;  // apart from the first search's

/// Counts evaluations and remembers the best feasible point of one searcher.
class Scorer {
 public:
  Scorer(std::string name, const ParameterSpace& space, const TrueValue& value,
         const OracleOptions& options)
      : space_(space),
        value_(value),
        options_(options),
        best_{std::move(name), space.Production()} {}
  /// Of a search from what is known: it cannot end below that.
  Scorer(SearcherResult known, const ParameterSpace& space, const TrueValue& value,
         const OracleOptions& options)
      : space_(space), value_(value), options_(options), best_(std::move(known)) {
    best_.evaluations = 0;
  }

  /// To be maximised; unit coordinates are clipped into the cube.
  double operator()(std::vector<double> unit) {
    for (double& u : unit) u = std::clamp(u, 0.0, 1.0);
    const Configuration configuration = space_.Decode(unit);
    const Score score = value_(configuration);
    ++best_.evaluations;
    if (score.feasible() && score.value > best_.value) {
      best_.best = configuration;
      best_.value = score.value;
    }
    if (options_.on_progress && best_.evaluations % 100 == 0) {
      options_.on_progress(best_.name, best_.evaluations, best_.value);
    }
    return score.value - kInfeasiblePenalty * score.violation;
  }

  bool exhausted() const { return best_.evaluations >= options_.evaluations; }
  const SearcherResult& result() const { return best_; }

 private:
  const ParameterSpace& space_;
  const TrueValue& value_;
  const OracleOptions& options_;
  SearcherResult best_;
};

/// Unit-cube centres of the levels of one coordinate's parameter; empty for numeric ones.
std::vector<double> LevelCentres(const ParameterSpace& space, std::size_t coordinate) {
  const Parameter& parameter = space.parameters()[space.coordinates()[coordinate].parameter];
  std::vector<double> centres;
  if (!parameter.has_levels()) return centres;
  const auto count = static_cast<double>(parameter.levels.size());
  for (double level = 0.0; level < count; level += 1.0) centres.push_back((level + 0.5) / count);
  return centres;
}

/// CMA-ES over the numeric coordinates from `start`; levels stay as they are. `budget` evaluations.
std::vector<double> RunCmaEs(const ParameterSpace& space, const std::vector<double>& start,
                             double sigma, int budget, std::uint64_t stream_id,
                             const OracleOptions& options, Scorer& scorer) {
  std::vector<std::size_t> numeric;
  for (std::size_t j = 0; j < space.dimension(); ++j) {
    if (LevelCentres(space, j).empty()) numeric.push_back(j);
  }
  std::vector<double> best = start;
  if (numeric.empty()) return best;
  double best_value = scorer(best);
  Eigen::VectorXd mean(static_cast<Eigen::Index>(numeric.size()));
  for (std::size_t k = 0; k < numeric.size(); ++k) {
    mean[static_cast<Eigen::Index>(k)] = start[numeric[k]];
  }
  baselines::CmaEsEngine engine(mean, sigma,
                                2 * baselines::CmaEsEngine::DefaultPopulation(numeric.size()));
  RandomStream stream(options.seed, Purpose::kOracleSearch, stream_id);
  const int stop_at = scorer.result().evaluations + budget;
  while (scorer.result().evaluations < stop_at && !scorer.exhausted() &&
         engine.sigma() > kStopSigma) {
    std::vector<Eigen::VectorXd> points;
    std::vector<double> values;
    for (std::size_t i = 0; i < engine.population(); ++i) {
      Eigen::VectorXd point = engine.Sample(stream);
      std::vector<double> unit = start;
      double outside = 0.0;
      for (std::size_t k = 0; k < numeric.size(); ++k) {
        const double u = point[static_cast<Eigen::Index>(k)];
        unit[numeric[k]] = std::clamp(u, 0.0, 1.0);
        outside += (u - unit[numeric[k]]) * (u - unit[numeric[k]]);
      }
      // A point outside the cube is scored at its projection, minus its distance, so that the
      // distribution is drawn back in.
      const double value = scorer(unit) - outside;
      if (value > best_value) {
        best_value = value;
        best = unit;
      }
      points.push_back(std::move(point));
      values.push_back(value);
    }
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
    std::vector<Eigen::VectorXd> ranked;
    ranked.reserve(order.size());
    for (const std::size_t i : order) ranked.push_back(points[i]);
    engine.Tell(ranked);
  }
  return best;
}

/// One run from production for every level of every unordered knob, then the rest of the budget on
/// the best of them, restarted with a fresh step size until it is spent.
SearcherResult SearchByCmaEs(const ParameterSpace& space, const TrueValue& value,
                             const OracleOptions& options) {
  Scorer scorer("cma_es", space, value, options);
  const std::vector<double> production = space.Encode(space.Production());
  std::vector<std::vector<double>> starts = {production};
  for (std::size_t j = 0; j < space.dimension(); ++j) {
    for (const double centre : LevelCentres(space, j)) {
      if (std::abs(centre - production[j]) < kCellFloor) continue;
      starts.push_back(production);
      starts.back()[j] = centre;
    }
  }
  const int first_round = options.evaluations / (2 * static_cast<int>(starts.size()));
  std::vector<double> best;
  double best_value = 0.0;
  std::uint64_t stream_id = 0;
  for (const std::vector<double>& start : starts) {
    const std::vector<double> found =
        RunCmaEs(space, start, kStartSigma, first_round, stream_id++, options, scorer);
    const double found_value = scorer(found);
    if (best.empty() || found_value > best_value) {
      best = found;
      best_value = found_value;
    }
  }
  while (!scorer.exhausted()) {
    best =
        RunCmaEs(space, best, 0.5 * kStartSigma, options.evaluations, stream_id++, options, scorer);
    // Levels are few: try each of them at the numeric optimum.
    double value_here = scorer(best);
    for (std::size_t j = 0; j < space.dimension() && !scorer.exhausted(); ++j) {
      for (const double centre : LevelCentres(space, j)) {
        std::vector<double> trial = best;
        trial[j] = centre;
        const double trial_value = scorer(trial);
        if (trial_value > value_here) {
          value_here = trial_value;
          best = trial;
        }
      }
    }
  }
  return scorer.result();
}

/// Where a pattern search begins, and how far its restarts and steps go.
struct PatternStart {
  SearcherResult at;
  double spread = 0.1;  // of a restart, in the unit cube
  double step = kStartStep;
  std::uint64_t entity = 1;  // of its random numbers
};

/// Cyclic pattern search: every coordinate up and down by the step, every level, in a shuffled
/// order; the step halves after a pass without gain and starts over, perturbed, when it is spent.
SearcherResult SearchByPattern(const PatternStart& start, const ParameterSpace& space,
                               const TrueValue& value, const OracleOptions& options) {
  Scorer scorer(start.at, space, value, options);
  std::vector<double> best = space.Encode(start.at.best);
  double best_value = scorer(best);
  for (std::uint64_t restart = 0; !scorer.exhausted(); ++restart) {
    RandomStream stream(options.seed, Purpose::kOracleSearch, restart, start.entity);
    std::vector<double> at = best;
    if (restart > 0) {
      for (double& u : at) u = std::clamp(u + start.spread * stream.Normal(), 0.0, 1.0);
    }
    double at_value = scorer(at);
    std::vector<std::size_t> order(space.dimension());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (double step = start.step; step > kStopStep && !scorer.exhausted();) {
      bool gained = false;
      stream.Shuffle(std::span(order));
      for (const std::size_t j : order) {
        if (scorer.exhausted()) break;
        std::vector<double> moves = LevelCentres(space, j);
        if (moves.empty()) moves = {at[j] + step, at[j] - step};
        for (const double move : moves) {
          std::vector<double> trial = at;
          trial[j] = std::clamp(move, 0.0, 1.0);
          if (trial[j] == at[j]) continue;
          const double trial_value = scorer(trial);
          if (trial_value <= at_value) continue;
          at = trial;
          at_value = trial_value;
          gained = true;
        }
      }
      if (!gained) step *= 0.5;
    }
    if (at_value > best_value) {
      best = at;
      best_value = at_value;
    }
  }
  return scorer.result();
}

/// CMA-ES from `start` alone, again and again from the best, with a wide step and a narrow one in
/// turn.
SearcherResult SearchNearByCmaEs(const SearcherResult& start, std::uint64_t first_stream,
                                 const ParameterSpace& space, const TrueValue& value,
                                 const OracleOptions& options) {
  Scorer scorer(start, space, value, options);
  std::vector<double> best = space.Encode(start.best);
  for (std::uint64_t run = 0; !scorer.exhausted(); ++run) {
    best = RunCmaEs(space, best, run % 2 == 0 ? kNearSigma : 0.25 * kNearSigma, options.evaluations,
                    first_stream + run, options, scorer);
  }
  return scorer.result();
}

std::vector<SearcherResult> Finished(std::vector<std::future<SearcherResult>>* running) {
  std::vector<SearcherResult> results;
  for (std::future<SearcherResult>& search : *running) results.push_back(search.get());
  std::stable_sort(
      results.begin(), results.end(),
      [](const SearcherResult& a, const SearcherResult& b) { return a.value > b.value; });
  return results;
}

}  // namespace

const SearcherResult& OracleResult::best() const {
  return rounds.empty() ? searchers.front() : rounds.back().front();
}

double OracleResult::last_step() const {
  if (rounds.empty()) return 1.0;
  const double before =
      rounds.size() > 1 ? rounds[rounds.size() - 2].front().value : searchers.front().value;
  const double gain = best().value;
  return gain > 0.0 ? (gain - before) / gain : 0.0;
}

double OracleResult::disagreement() const {
  const double gain = searchers.front().value;
  return gain > 0.0 ? (gain - searchers.back().value) / gain : 0.0;
}

OracleResult SearchOptimum(const ParameterSpace& space, const TrueValue& value,
                           const OracleOptions& options) {
  RECTUNE_CHECK(value(space.Production()).feasible(), "production breaks its own guardrails");
  std::vector<std::future<SearcherResult>> running;
  const auto launch = [&](auto search) {
    running.push_back(std::async(std::launch::async, std::move(search)));
  };
  launch([&] { return SearchByCmaEs(space, value, options); });
  const auto launch_pattern = [&](PatternStart start) {
    launch([&, start = std::move(start)] { return SearchByPattern(start, space, value, options); });
  };
  // Zero is production's value, and no infeasible guess may stand above it.
  launch_pattern({.at = {"pattern_search", space.Production()}});
  for (const Configuration& guess : options.guesses) {
    launch_pattern({.at = {"pattern_from_guess", guess}});
  }
  OracleResult result;
  result.searchers = Finished(&running);
  for (int round = 0; round < options.most_rounds; ++round) {
    SearcherResult start = result.best();
    const auto id = static_cast<std::uint64_t>(round);
    running.clear();
    start.name = "cma_es";
    launch([&, start] {
      return SearchNearByCmaEs(start, kNearStreams * (id + 1), space, value, options);
    });
    start.name = "pattern_search";
    launch_pattern(
        {.at = start, .spread = 0.25 * kNearSigma, .step = kNearSigma, .entity = 2 + id});
    result.rounds.push_back(Finished(&running));
    if (result.last_step() < kOracleTolerance) break;
  }
  return result;
}

}  // namespace rectune::experiments
