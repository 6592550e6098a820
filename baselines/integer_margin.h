// SPDX-License-Identifier: Apache-2.0
//
// IntegerMargin: keeps CMA-ES from freezing on the plateaus of integer and boolean coordinates: the
// probability of leaving a coordinate's present cell never falls below a margin, because the mean
// and a diagonal scale A of that coordinate are corrected after each update. CMA-ES with margin
// (Hamano et al., GECCO 2022, arXiv 2205.13482, section 4). The covariance itself is untouched.
//
//   IntegerMargin margin(edges_by_coordinate, alpha);
//   std::size_t level = margin.LevelOf(j, x_j, mean_j);    // the cell a sample is evaluated in
//   margin.Correct(engine);                                // after engine.Tell
#pragma once

#include <cstddef>
#include <vector>

#include "baselines/cma_es_engine.h"

namespace rectune::baselines {

class IntegerMargin {
 public:
  /// `edges`: for each of the engine's coordinates the cells' borders, ascending, at least two
  /// cells; empty for a continuous one. `alpha` in (0, 1/2).
  IntegerMargin(std::vector<std::vector<double>> edges, double alpha);

  bool IsDiscrete(std::size_t coordinate) const { return !edges_[coordinate].empty(); }
  /// The cell of mean + A (x - mean); the outermost cells reach to infinity.
  std::size_t LevelOf(std::size_t coordinate, double x, double mean) const;
  void Correct(CmaEsEngine& engine);

  /// Probability, under the engine's distribution, of a cell below or above the mean's own.
  double ProbabilityBelow(const CmaEsEngine& engine, std::size_t coordinate) const;
  double ProbabilityAbove(const CmaEsEngine& engine, std::size_t coordinate) const;

  double alpha() const { return alpha_; }
  const std::vector<double>& scale() const { return scale_; }
  void set_scale(std::vector<double> scale);

 private:
  struct Borders {
    double below = 0.0;  // of the mean's cell; the outermost cells have one border, twice
    double above = 0.0;
  };
  std::size_t CellOf(std::size_t coordinate, double value) const;
  Borders BordersAround(std::size_t coordinate, double mean) const;

  std::vector<std::vector<double>> edges_;
  double alpha_;
  std::vector<double> scale_;  // A, 1 at first
};

}  // namespace rectune::baselines
