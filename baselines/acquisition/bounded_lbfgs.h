// SPDX-License-Identifier: Apache-2.0
//
// BoundedLbfgs: projected limited-memory BFGS ascent in a box, for the few hundred short searches
// that an acquisition function needs: L-BFGS directions over the coordinates that are not held by a
// bound, backtracking along the projected path (Bertsekas, SIAM J. Control Optim. 20, 1982). No
// allocation after construction. Ceres has no bounds here, and its solver allocates.
//
//   BoundedLbfgs search(dimension, scales);       // scales: typical lengths (lengthscales)
//   double best = search.Maximise(function, &x, {.max_evaluations = 40});
//
// `function(const double* x, double* gradient)` returns the value; x stays within [low, high].
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace rectune::baselines {

struct BoundedLbfgsOptions {
  int max_evaluations = 40;
  double tolerance = 1e-3;  // stops when a step gains less (twice in a row)
};

class BoundedLbfgs {
 public:
  explicit BoundedLbfgs(std::size_t dimension);

  /// Bounds and typical length of each coordinate; steps are measured in lengths.
  void SetBox(std::size_t coordinate, double low, double high, double length);

  /// x: the start in, the best point out. Returns its value. `evaluations` counts on when not null.
  template <typename Function>
  double Maximise(Function&& function, double* x, const BoundedLbfgsOptions& options,
                  int* evaluations = nullptr);

 private:
  static constexpr std::size_t kMemory = 6;

  /// From gradient_ to direction_, both in scaled terms; false when there is nowhere to go.
  bool Direction(const double* x);
  void Remember(const double* x, const double* x_new);
  double Project(const double* x, double step);

  std::size_t dimension_;
  std::vector<double> low_;
  std::vector<double> high_;
  std::vector<double> length_;
  std::vector<double> gradient_;
  std::vector<double> gradient_new_;
  std::vector<double> direction_;
  std::vector<double> trial_;
  std::vector<char> held_;
  std::vector<double> steps_;    // kMemory rows
  std::vector<double> changes_;  // kMemory rows
  std::vector<double> curvature_;
  std::size_t remembered_ = 0;
  std::size_t next_ = 0;
};

template <typename Function>
double BoundedLbfgs::Maximise(Function&& function, double* x, const BoundedLbfgsOptions& options,
                              int* evaluations) {
  remembered_ = 0;
  next_ = 0;
  double value = function(static_cast<const double*>(x), gradient_.data());
  int count = 1;
  int idle = 0;
  while (count < options.max_evaluations && idle < 2) {
    if (!Direction(x)) break;
    double step = 1.0;
    bool moved = false;
    double gain = 0.0;
    while (count < options.max_evaluations) {
      const double slope = Project(x, step);
      if (!(slope > 0.0)) break;
      const double candidate =
          function(static_cast<const double*>(trial_.data()), gradient_new_.data());
      ++count;
      if (candidate >= value + 1e-4 * slope) {
        gain = candidate - value;
        value = candidate;
        moved = true;
        break;
      }
      step *= 0.3;
      if (step < 1e-6) break;
    }
    if (!moved) {
      if (remembered_ == 0) break;
      remembered_ = 0;  // once more, straight uphill
      continue;
    }
    Remember(x, trial_.data());
    std::copy(trial_.begin(), trial_.end(), x);
    std::swap(gradient_, gradient_new_);
    idle = gain < options.tolerance ? idle + 1 : 0;
  }
  if (evaluations != nullptr) *evaluations += count;
  return value;
}

}  // namespace rectune::baselines
