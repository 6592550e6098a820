// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/optimise.h"

#include <algorithm>
#include <cmath>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr std::size_t kSweptLevels = 16;
// Every start gets a first look; the best few are followed to the end.
constexpr int kFirstLook = 12;
constexpr std::size_t kFinalists = 3;

std::vector<std::size_t> SmoothCoordinates(const FeatureMap& map) {
  std::vector<std::size_t> smooth;
  for (const std::size_t j : map.free_coordinates()) {
    const CoordinateView& view = map.views()[j];
    if (!view.has_levels() || (!view.is_choice() && view.levels() > kSweptLevels)) {
      smooth.push_back(j);
    }
  }
  return smooth;
}

/// The best, then others by Boltzmann weights of the standardised values (BoTorch's
/// initialize_q_batch).
std::vector<std::size_t> ChooseStarts(const std::vector<double>& values, std::size_t count,
                                      RandomStream& stream) {
  const std::size_t best =
      static_cast<std::size_t>(std::max_element(values.begin(), values.end()) - values.begin());
  std::vector<std::size_t> starts{best};
  double mean = 0.0;
  for (const double v : values) mean += v / static_cast<double>(values.size());
  double variance = 0.0;
  for (const double v : values) variance += (v - mean) * (v - mean);
  const double deviation =
      std::sqrt(variance / static_cast<double>(std::max<std::size_t>(1, values.size() - 1)));
  std::vector<double> weights(values.size(), 1.0);
  if (deviation > 0.0) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      weights[i] = std::exp(2.0 * (values[i] - values[best]) / deviation);
    }
  }
  weights[best] = 0.0;
  while (starts.size() < std::min(count, values.size())) {
    const std::size_t next = stream.Categorical(weights);
    starts.push_back(next);
    weights[next] = 0.0;
    if (std::all_of(weights.begin(), weights.end(), [](double w) { return w <= 0.0; })) break;
  }
  return starts;
}

}  // namespace

AcquisitionOptimiser::AcquisitionOptimiser(const FeatureMap& map, OptimiseOptions options)
    : map_(map),
      options_(options),
      smooth_(SmoothCoordinates(map)),
      search_(smooth_.size()),
      features_(map.features()),
      gradient_(map.features()),
      x_(smooth_.size()) {
  for (const std::size_t j : map.free_coordinates()) {
    if (map.views()[j].has_levels()) discrete_.push_back(j);
  }
}

double AcquisitionOptimiser::Ascend(MonteCarloAcquisition* acquisition, std::vector<double>* unit,
                                    int evaluations) {
  map_.Map(*unit, features_.data());
  if (smooth_.empty()) return acquisition->Evaluate(features_.data(), nullptr);
  for (std::size_t i = 0; i < smooth_.size(); ++i) x_[i] = (*unit)[smooth_[i]];
  const auto function = [&](const double* x, double* gradient) {
    for (std::size_t i = 0; i < smooth_.size(); ++i) {
      features_[map_.first_feature(smooth_[i])] = x[i];
    }
    const double value = acquisition->Evaluate(features_.data(), gradient_.data());
    for (std::size_t i = 0; i < smooth_.size(); ++i) {
      gradient[i] = gradient_[map_.first_feature(smooth_[i])];
    }
    return value;
  };
  const double value = search_.Maximise(function, x_.data(), {.max_evaluations = evaluations});
  for (std::size_t i = 0; i < smooth_.size(); ++i) (*unit)[smooth_[i]] = x_[i];
  return value;
}

bool AcquisitionOptimiser::Try(MonteCarloAcquisition* acquisition, std::size_t coordinate,
                               double candidate, std::vector<double>* unit, double* value) {
  map_.MapCoordinate(coordinate, candidate, features_.data());
  const double other = acquisition->Evaluate(features_.data(), nullptr);
  if (other > *value + 1e-12) {
    *value = other;
    (*unit)[coordinate] = candidate;
    return true;
  }
  map_.MapCoordinate(coordinate, (*unit)[coordinate], features_.data());
  return false;
}

bool AcquisitionOptimiser::Sweep(MonteCarloAcquisition* acquisition, std::vector<double>* unit,
                                 double* value) {
  bool changed = false;
  for (const std::size_t j : discrete_) {
    const CoordinateView& view = map_.views()[j];
    const std::size_t level = view.LevelOf((*unit)[j]);
    if (view.levels() <= kSweptLevels) {
      for (std::size_t other = 0; other < view.levels(); ++other) {
        if (other != level) changed |= Try(acquisition, j, view.Centre(other), unit, value);
      }
      continue;
    }
    for (const int direction : {-1, 1}) {
      for (std::size_t at = view.LevelOf((*unit)[j]);
           (direction < 0 ? at > 0 : at + 1 < view.levels());) {
        at = direction < 0 ? at - 1 : at + 1;
        if (!Try(acquisition, j, view.Centre(at), unit, value)) break;
        changed = true;
      }
    }
  }
  return changed;
}

double AcquisitionOptimiser::Climb(MonteCarloAcquisition* acquisition, std::vector<double>* unit) {
  double value = Ascend(acquisition, unit, options_.evaluations);
  if (discrete_.empty()) return value;
  for (int round = 0; round < options_.alternations; ++round) {
    // Integers that moved smoothly go back to their cells; the value is that of the cell.
    map_.Snap(unit);
    map_.Map(*unit, features_.data());
    value = acquisition->Evaluate(features_.data(), nullptr);
    if (!Sweep(acquisition, unit, &value) || smooth_.empty() ||
        round + 1 == options_.alternations) {
      break;
    }
    Ascend(acquisition, unit, options_.evaluations);
  }
  return value;
}

std::vector<double> AcquisitionOptimiser::Pick(MonteCarloAcquisition* acquisition,
                                               const std::vector<std::vector<double>>& raw,
                                               RandomStream stream) {
  RECTUNE_CHECK(!raw.empty(), "a search needs raw points");
  std::vector<double> values;
  acquisition->Screen(&values);
  RECTUNE_CHECK(values.size() == raw.size(), "the raw points are not those of the screen");
  if (map_.groups() == 0) return raw.front();
  for (std::size_t i = 0; i < smooth_.size(); ++i) {
    const std::size_t feature = map_.first_feature(smooth_[i]);
    const double length = acquisition->samplers().front().posterior().lengthscale(feature);
    search_.SetBox(i, 0.0, 1.0, std::clamp(length, 0.01, 1.0));
  }
  struct Start {
    std::vector<double> unit;
    double value = 0.0;
  };
  std::vector<Start> starts;
  for (const std::size_t start :
       ChooseStarts(values, static_cast<std::size_t>(options_.starts), stream)) {
    starts.push_back({raw[start], values[start]});
  }
  if (starts.size() > kFinalists) {
    for (Start& start : starts) {
      start.value = Ascend(acquisition, &start.unit, std::min(kFirstLook, options_.evaluations));
    }
    std::stable_sort(starts.begin(), starts.end(),
                     [](const Start& a, const Start& b) { return a.value > b.value; });
    starts.resize(kFinalists);
  }
  for (Start& start : starts) start.value = Climb(acquisition, &start.unit);
  return std::max_element(starts.begin(), starts.end(),
                          [](const Start& a, const Start& b) { return a.value < b.value; })
      ->unit;
}

}  // namespace rectune::baselines
