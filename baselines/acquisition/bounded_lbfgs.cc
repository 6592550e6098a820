// SPDX-License-Identifier: Apache-2.0
#include "baselines/acquisition/bounded_lbfgs.h"

#include <array>

#include "core/check.h"

namespace rectune::baselines {

BoundedLbfgs::BoundedLbfgs(std::size_t dimension)
    : dimension_(dimension),
      low_(dimension, 0.0),
      high_(dimension, 1.0),
      length_(dimension, 1.0),
      gradient_(dimension),
      gradient_new_(dimension),
      direction_(dimension),
      trial_(dimension),
      held_(dimension),
      steps_(kMemory * dimension),
      changes_(kMemory * dimension),
      curvature_(kMemory) {}

void BoundedLbfgs::SetBox(std::size_t coordinate, double low, double high, double length) {
  RECTUNE_CHECK(low <= high && length > 0.0, "a box has a width and steps have a length");
  low_[coordinate] = low;
  high_[coordinate] = high;
  length_[coordinate] = length;
}

bool BoundedLbfgs::Direction(const double* x) {
  double norm = 0.0;
  for (std::size_t j = 0; j < dimension_; ++j) {
    held_[j] =
        (x[j] <= low_[j] && gradient_[j] <= 0.0) || (x[j] >= high_[j] && gradient_[j] >= 0.0);
    direction_[j] = held_[j] ? 0.0 : gradient_[j] * length_[j];
    norm = std::max(norm, std::abs(direction_[j]));
  }
  if (!(norm > 1e-8)) return false;
  // The two-loop recursion (Nocedal and Wright, 2006, algorithm 7.4), in scaled coordinates and for
  // ascent: `changes` hold minus the gradient's.
  std::array<double, kMemory> weight{};
  for (std::size_t i = 0; i < remembered_; ++i) {
    const std::size_t slot = (next_ + kMemory - 1 - i) % kMemory;
    const double* s = &steps_[slot * dimension_];
    const double* y = &changes_[slot * dimension_];
    double dot = 0.0;
    for (std::size_t j = 0; j < dimension_; ++j) dot += held_[j] ? 0.0 : s[j] * direction_[j];
    weight[slot] = dot / curvature_[slot];
    for (std::size_t j = 0; j < dimension_; ++j) {
      if (!held_[j]) direction_[j] -= weight[slot] * y[j];
    }
  }
  double scale = 0.1 / norm;  // the first step: a tenth of a lengthscale
  if (remembered_ > 0) {
    const std::size_t slot = (next_ + kMemory - 1) % kMemory;
    double square = 0.0;
    for (std::size_t j = 0; j < dimension_; ++j) {
      square += changes_[slot * dimension_ + j] * changes_[slot * dimension_ + j];
    }
    scale = curvature_[slot] / square;
  }
  for (std::size_t j = 0; j < dimension_; ++j) direction_[j] *= scale;
  for (std::size_t i = remembered_; i-- > 0;) {
    const std::size_t slot = (next_ + kMemory - 1 - i) % kMemory;
    const double* s = &steps_[slot * dimension_];
    const double* y = &changes_[slot * dimension_];
    double dot = 0.0;
    for (std::size_t j = 0; j < dimension_; ++j) dot += held_[j] ? 0.0 : y[j] * direction_[j];
    const double factor = weight[slot] - dot / curvature_[slot];
    for (std::size_t j = 0; j < dimension_; ++j) {
      if (!held_[j]) direction_[j] += factor * s[j];
    }
  }
  double ascent = 0.0;
  for (std::size_t j = 0; j < dimension_; ++j) ascent += direction_[j] * gradient_[j] * length_[j];
  if (ascent > 0.0) return true;
  remembered_ = 0;
  for (std::size_t j = 0; j < dimension_; ++j) {
    direction_[j] = held_[j] ? 0.0 : gradient_[j] * length_[j] * 0.1 / norm;
  }
  return true;
}

double BoundedLbfgs::Project(const double* x, double step) {
  double slope = 0.0;
  for (std::size_t j = 0; j < dimension_; ++j) {
    trial_[j] = std::clamp(x[j] + step * direction_[j] * length_[j], low_[j], high_[j]);
    slope += gradient_[j] * (trial_[j] - x[j]);
  }
  return slope;
}

void BoundedLbfgs::Remember(const double* x, const double* x_new) {
  double* s = &steps_[next_ * dimension_];
  double* y = &changes_[next_ * dimension_];
  double product = 0.0;
  double square = 0.0;
  for (std::size_t j = 0; j < dimension_; ++j) {
    s[j] = (x_new[j] - x[j]) / length_[j];
    y[j] = (gradient_[j] - gradient_new_[j]) * length_[j];
    product += s[j] * y[j];
    square += y[j] * y[j];
  }
  if (!(product > 1e-10 * square)) return;  // curved the wrong way: nothing to learn
  curvature_[next_] = product;
  next_ = (next_ + 1) % kMemory;
  remembered_ = std::min(remembered_ + 1, kMemory);
}

}  // namespace rectune::baselines
