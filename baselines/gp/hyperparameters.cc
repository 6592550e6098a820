// SPDX-License-Identifier: Apache-2.0
#include "baselines/gp/hyperparameters.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace rectune::baselines {
namespace {

// Log densities over the natural value, as functions of its logarithm, with their derivative.
struct Term {
  double value;
  double slope;
};

Term Gamma(double log_x, double shape, double rate) {
  const double x = std::exp(log_x);
  return {(shape - 1.0) * log_x - rate * x, (shape - 1.0) - rate * x};
}

Term LogNormal(double log_x, double location, double spread) {
  const double z = (log_x - location) / spread;
  return {-log_x - 0.5 * z * z, -1.0 - z / spread};
}

// A round's worth of drift is unlikely to forget more than half, and 1% is a slow drift: LogNormal
// around 5% a round, wide.
Term OfDecay(double log_rate) { return LogNormal(log_rate, std::log(0.05), 1.0); }

// Mildly for a positive correlation: a simulator that says the opposite of the truth is rare.
Term OfCorrelation(double atanh_rho) {
  const double z = atanh_rho - 0.8;
  return {-0.5 * z * z, -z};
}

Term OfWarp(double log_parameter) {
  constexpr double kSpread = 0.75;
  const double z = log_parameter / kSpread;
  return {-0.5 * z * z, -z / kSpread};
}

}  // namespace

GpOptions GpOptions::Read(ObjectReader* reader) {
  GpOptions options;
  if (reader->Has("prior")) {
    options.prior = reader->OneOf("prior", {"gamma", "dimension_scaled"}) == "gamma"
                        ? PriorFamily::kGamma
                        : PriorFamily::kDimensionScaled;
  }
  options.infer_jitter = reader->BooleanOr("infer_jitter", options.infer_jitter);
  options.restarts = static_cast<int>(reader->IntegerOr("fit_restarts", options.restarts, {0, 20}));
  options.max_iterations =
      static_cast<int>(reader->IntegerOr("fit_iterations", options.max_iterations, {1, 1000}));
  return options;
}

Interval BoundsOf(const HyperLayout& layout, const GpOptions& options, std::size_t entry) {
  const auto logs = [](const Interval& natural) {
    return Interval{std::log(natural.low), std::log(natural.high)};
  };
  if (entry < layout.groups) return logs(options.lengthscale);
  if (entry == layout.scale()) return logs(options.scale);
  if (entry == layout.jitter()) return logs(options.jitter);
  if (layout.has_time && entry == layout.decay()) return logs({1e-4, 3.0});
  if (layout.has_task && entry == layout.correlation()) return {-3.0, 3.0};
  return logs({0.1, 10.0});
}

std::vector<double> DefaultTheta(const HyperLayout& layout, const GpOptions& options) {
  std::vector<double> theta(layout.size(), 0.0);
  const double d = static_cast<double>(std::max<std::size_t>(1, layout.groups));
  const double lengthscale =
      options.prior == PriorFamily::kDimensionScaled ? 0.5 * std::sqrt(d) : 0.5;
  for (std::size_t g = 0; g < layout.groups; ++g) theta[g] = std::log(lengthscale);
  theta[layout.scale()] = 0.0;
  theta[layout.jitter()] =
      options.infer_jitter ? std::log(std::sqrt(options.jitter.low * 1e-2)) : -1e9;
  if (layout.has_time) theta[layout.decay()] = std::log(0.05);
  if (layout.has_task) theta[layout.correlation()] = 0.8;
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const Interval bounds = BoundsOf(layout, options, i);
    theta[i] = std::clamp(theta[i], bounds.low, bounds.high);
  }
  return theta;
}

double LogPrior(const HyperLayout& layout, const GpOptions& options, std::span<const double> theta,
                double* gradient) {
  double total = 0.0;
  const auto add = [&](std::size_t entry, const Term& term) {
    total += term.value;
    if (gradient != nullptr) gradient[entry] += term.slope;
  };
  if (options.prior != PriorFamily::kFlat) {
    const bool gamma = options.prior == PriorFamily::kGamma;
    const double d = static_cast<double>(std::max<std::size_t>(1, layout.groups));
    const double location = std::numbers::sqrt2 + 0.5 * std::log(d);
    for (std::size_t g = 0; g < layout.groups; ++g) {
      const bool choice = layout.is_choice != nullptr && (*layout.is_choice)[g];
      add(g, gamma ? Gamma(theta[g], 3.0, choice ? 1.5 : 6.0)
                   : LogNormal(theta[g], location, std::numbers::sqrt3));
    }
    add(layout.scale(), Gamma(theta[layout.scale()], 2.0, 0.15));
    if (options.infer_jitter) {
      const double log_jitter = theta[layout.jitter()];
      if (layout.has_known_noise) {
        add(layout.jitter(), Gamma(log_jitter, 1.1, 1000.0));
      } else {
        add(layout.jitter(),
            gamma ? Gamma(log_jitter, 1.1, 30.0) : LogNormal(log_jitter, -4.0, 1.0));
      }
    }
  }
  if (layout.has_time) add(layout.decay(), OfDecay(theta[layout.decay()]));
  if (layout.has_task) add(layout.correlation(), OfCorrelation(theta[layout.correlation()]));
  for (std::size_t entry = layout.warp(0); entry < layout.size(); ++entry) {
    add(entry, OfWarp(theta[entry]));
  }
  return total;
}

}  // namespace rectune::baselines
