// SPDX-License-Identifier: Apache-2.0
#include "baselines/integer_margin.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

// Keeps quantiles finite and A positive, as the authors' code does.
constexpr double kTiny = 1e-10;

/// How many standard deviations out a one-sided tail of probability p begins: the square root of
/// the paper's chi-squared quantile at 1 - 2p.
double TailDistance(double p) { return -NormalQuantile(std::clamp(p, kTiny, 0.5 - kTiny)); }

}  // namespace

IntegerMargin::IntegerMargin(std::vector<std::vector<double>> edges, double alpha)
    : edges_(std::move(edges)), alpha_(alpha), scale_(edges_.size(), 1.0) {
  RECTUNE_CHECK(alpha > 0.0 && alpha < 0.5, "a margin is a probability below one half");
  for (const std::vector<double>& borders : edges_) {
    RECTUNE_CHECK(borders.empty() || borders.size() >= 3,
                  "a margin needs two cells to choose from");
  }
}

void IntegerMargin::set_scale(std::vector<double> scale) {
  RECTUNE_CHECK(scale.size() == edges_.size(), "one scale for each coordinate");
  scale_ = std::move(scale);
}

std::size_t IntegerMargin::CellOf(std::size_t coordinate, double value) const {
  const std::vector<double>& borders = edges_[coordinate];
  // Only inner borders count; a value on a border belongs to the cell above, as in Decode.
  const auto above = std::upper_bound(borders.begin() + 1, borders.end() - 1, value);
  return static_cast<std::size_t>(above - (borders.begin() + 1));
}

std::size_t IntegerMargin::LevelOf(std::size_t coordinate, double x, double mean) const {
  return CellOf(coordinate, mean + scale_[coordinate] * (x - mean));
}

IntegerMargin::Borders IntegerMargin::BordersAround(std::size_t coordinate, double mean) const {
  const std::vector<double>& borders = edges_[coordinate];
  const std::size_t cell = CellOf(coordinate, mean);
  const std::size_t top = borders.size() - 2;  // the last inner border, and the last cell
  return {borders[std::max<std::size_t>(cell, 1)], borders[std::min(cell + 1, top)]};
}

double IntegerMargin::ProbabilityBelow(const CmaEsEngine& engine, std::size_t coordinate) const {
  const double mean = engine.mean()[static_cast<Eigen::Index>(coordinate)];
  const double spread = scale_[coordinate] * engine.StandardDeviation(coordinate);
  return NormalCdf((BordersAround(coordinate, mean).below - mean) / spread);
}

double IntegerMargin::ProbabilityAbove(const CmaEsEngine& engine, std::size_t coordinate) const {
  const double mean = engine.mean()[static_cast<Eigen::Index>(coordinate)];
  const double spread = scale_[coordinate] * engine.StandardDeviation(coordinate);
  return NormalCdf((mean - BordersAround(coordinate, mean).above) / spread);
}

void IntegerMargin::Correct(CmaEsEngine& engine) {
  RECTUNE_CHECK(engine.dimension() == edges_.size(), "the margin belongs to another engine");
  for (std::size_t j = 0; j < edges_.size(); ++j) {
    if (!IsDiscrete(j)) continue;
    const double mean = engine.mean()[static_cast<Eigen::Index>(j)];
    const double deviation = engine.StandardDeviation(j);
    const Borders borders = BordersAround(j, mean);
    double below = ProbabilityBelow(engine, j);
    double above = ProbabilityAbove(engine, j);
    if (borders.below >= borders.above) {
      // An outermost cell: one way out, through one border. Move the mean towards it until that
      // has probability alpha.
      if (std::min(below, above) < alpha_) {
        const double away = mean >= borders.above ? 1.0 : -1.0;
        engine.MoveMean(j, borders.above + away * scale_[j] * deviation * TailDistance(alpha_));
      }
      continue;
    }
    // An inner cell: at least alpha / 2 on either side, the rest shared in proportion (eq. 19 to
    // 21 of the paper); mean and A then follow from the two tail probabilities.
    const double inside = 1.0 - below - above;
    const double floor = alpha_ / 2.0;
    below = std::max(below, floor);
    above = std::max(above, floor);
    const double excess = 1.0 - below - above - inside;
    const double room = below + inside + above - 3.0 * floor;
    const double share = excess / room;
    const double out_below = TailDistance(below + share * (below - floor));
    const double out_above = TailDistance(above + share * (above - floor));
    scale_[j] = (borders.above - borders.below) / ((out_below + out_above) * deviation);
    engine.MoveMean(
        j, (borders.below * out_above + borders.above * out_below) / (out_below + out_above));
  }
}

}  // namespace rectune::baselines
