// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/fit.h"

#include <ceres/gradient_problem.h>
#include <ceres/gradient_problem_solver.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace rectune::baselines {
namespace {

/// u <-> theta; entries that are not inferred keep the start's value.
class Transform {
 public:
  Transform(const HyperLayout& layout, const GpOptions& options) {
    for (std::size_t i = 0; i < layout.size(); ++i) {
      bounds_.push_back(BoundsOf(layout, options, i));
      if (i != layout.jitter() || options.infer_jitter) free_.push_back(i);
    }
  }

  std::size_t size() const { return free_.size(); }
  std::size_t entry(std::size_t i) const { return free_[i]; }

  double ToTheta(std::size_t i, double u) const {
    const Interval& b = bounds_[free_[i]];
    return b.low + (b.high - b.low) / (1.0 + std::exp(-u));
  }
  double ToU(std::size_t i, double theta) const {
    const Interval& b = bounds_[free_[i]];
    // A little inside: at a bound the map is flat and the search could not leave it.
    const double share = std::clamp((theta - b.low) / (b.high - b.low), 1e-3, 1.0 - 1e-3);
    return std::log(share / (1.0 - share));
  }
  double Slope(std::size_t i, double theta) const {
    const Interval& b = bounds_[free_[i]];
    return (theta - b.low) * (b.high - theta) / (b.high - b.low);
  }

 private:
  std::vector<Interval> bounds_;
  std::vector<std::size_t> free_;
};

class NegativeDensity : public ceres::FirstOrderFunction {
 public:
  NegativeDensity(LogPosterior* density, const Transform& transform, std::vector<double> theta,
                  int* evaluations)
      : density_(density),
        transform_(transform),
        evaluations_(evaluations),
        theta_(std::move(theta)),
        gradient_(theta_.size()) {}

  bool Evaluate(const double* const u, double* cost, double* gradient) const override {
    for (std::size_t i = 0; i < transform_.size(); ++i) {
      theta_[transform_.entry(i)] = transform_.ToTheta(i, u[i]);
    }
    ++*evaluations_;
    double value = 0.0;
    if (!density_->Evaluate(theta_, &value, gradient == nullptr ? nullptr : gradient_.data())) {
      return false;
    }
    *cost = -value;
    if (gradient != nullptr) {
      for (std::size_t i = 0; i < transform_.size(); ++i) {
        const std::size_t entry = transform_.entry(i);
        gradient[i] = -gradient_[entry] * transform_.Slope(i, theta_[entry]);
      }
    }
    return true;
  }
  int NumParameters() const override { return static_cast<int>(transform_.size()); }

 private:
  LogPosterior* density_;
  const Transform& transform_;
  int* evaluations_;
  // Work space: Ceres' interface is const, and one solve has one thread.
  mutable std::vector<double> theta_;
  mutable std::vector<double> gradient_;
};

}  // namespace

FitResult FitGp(const GpData& data, const GpOptions& options, std::span<const double> warm,
                bool full, RandomStream stream) {
  LogPosterior density(data, options);
  const HyperLayout layout = density.layout();
  const Transform transform(layout, options);
  const std::vector<double> default_theta = DefaultTheta(layout, options);
  std::vector<std::vector<double>> starts;
  if (warm.size() == layout.size()) starts.emplace_back(warm.begin(), warm.end());
  if (full || starts.empty()) {
    starts.push_back(default_theta);
    for (int r = 0; r < options.restarts; ++r) {
      std::vector<double> theta = default_theta;
      for (std::size_t i = 0; i < theta.size(); ++i) {
        const Interval bounds = BoundsOf(layout, options, i);
        theta[i] = std::clamp(theta[i] + stream.Normal(), bounds.low, bounds.high);
      }
      if (!options.infer_jitter) theta[layout.jitter()] = default_theta[layout.jitter()];
      starts.push_back(std::move(theta));
    }
  }

  FitResult best;
  best.theta = default_theta;
  best.log_posterior = -std::numeric_limits<double>::infinity();
  ceres::GradientProblemSolver::Options solver;
  solver.line_search_direction_type = ceres::LBFGS;
  solver.max_lbfgs_rank = 10;
  solver.max_num_iterations = options.max_iterations;
  solver.logging_type = ceres::SILENT;
  solver.gradient_tolerance = 1e-3;
  for (const std::vector<double>& start : starts) {
    std::vector<double> u(transform.size());
    for (std::size_t i = 0; i < u.size(); ++i) u[i] = transform.ToU(i, start[transform.entry(i)]);
    ceres::GradientProblem problem(
        new NegativeDensity(&density, transform, start, &best.evaluations));
    double cost = 0.0;
    if (!problem.Evaluate(u.data(), &cost, nullptr)) {
      ++best.failed_starts;
      continue;
    }
    // Ceres' tolerance is relative to the cost; ours is in nats.
    const double nats = starts.size() == 1 ? 1e-2 : 1e-3;
    solver.function_tolerance = nats / std::max(1.0, std::abs(cost));
    ceres::GradientProblemSolver::Summary summary;
    ceres::Solve(solver, problem, u.data(), &summary);
    if (!summary.IsSolutionUsable() || !(-summary.final_cost > best.log_posterior)) continue;
    best.log_posterior = -summary.final_cost;
    best.theta = start;
    for (std::size_t i = 0; i < u.size(); ++i) {
      best.theta[transform.entry(i)] = transform.ToTheta(i, u[i]);
    }
  }
  return best;
}

}  // namespace rectune::baselines
