// SPDX-License-Identifier: Apache-2.0
//
// CmaEsEngine: the covariance matrix adaptation evolution strategy on unbounded real vectors,
// minimisation, ask and tell. Knows nothing of boxes, integers, budgets or experiments: cma_es.h
// puts those around it. One restart-free run.
//
//   CmaEsEngine engine(mean, sigma);                    // population 4 + floor(3 ln d)
//   std::vector<Eigen::VectorXd> points = {engine.Sample(stream), ...};
//   engine.Tell(points_best_first);                     // exactly population() of them
//
// (mu/mu_w, lambda)-CMA-ES with active (negative) rank-mu weights, equations and default constants
// of Hansen's tutorial (arXiv 1604.00772, eq. 41 to 58), as the `cmaes` library implements them
// (Nomura and Shibata, arXiv 2402.01373). Only the order of the points matters.
#pragma once

#include <Eigen/Dense>
#include <cstddef>
#include <span>

#include "core/json.h"
#include "core/random_stream.h"

namespace rectune::baselines {

/// Strategy constants, all decided by dimension and population.
struct CmaEsConstants {
  CmaEsConstants(std::size_t dimension, std::size_t population);

  std::size_t mu = 0;       // parents
  Eigen::VectorXd weights;  // population entries, best first; positive ones sum to 1
  double mu_eff = 0.0;      // variance-effective selection mass
  double c_sigma = 0.0;     // cumulation and damping of the step size
  double d_sigma = 0.0;
  double c_c = 0.0;  // cumulation of the covariance path
  double c_1 = 0.0;  // rank-one and rank-mu learning rates
  double c_mu = 0.0;
  double chi_n = 0.0;  // E |N(0, I)|
};

class CmaEsEngine {
 public:
  /// population 0: DefaultPopulation(dimension). sigma > 0, population >= 2.
  CmaEsEngine(Eigen::VectorXd mean, double sigma, std::size_t population = 0);

  static std::size_t DefaultPopulation(std::size_t dimension);

  /// One draw from N(mean, sigma^2 C). Consumes `dimension` draws.
  Eigen::VectorXd Sample(RandomStream& stream) const;
  /// Updates the distribution from a whole population, best first.
  void Tell(std::span<const Eigen::VectorXd> best_first);

  std::size_t dimension() const { return static_cast<std::size_t>(mean_.size()); }
  std::size_t population() const { return population_; }
  int generation() const { return generation_; }
  const Eigen::VectorXd& mean() const { return mean_; }
  double sigma() const { return sigma_; }
  const Eigen::MatrixXd& covariance() const { return covariance_; }
  const CmaEsConstants& constants() const { return constants_; }
  /// sigma * sqrt(C_jj): the standard deviation of one coordinate.
  double StandardDeviation(std::size_t coordinate) const;

  /// For a margin correction (integer_margin.h), which moves the mean outside of selection.
  void MoveMean(std::size_t coordinate, double value);

  Json Save() const;
  /// Throws ConfigError at `path` when the state is not one of this dimension and population.
  void Restore(const Json& state, const std::string& path);

 private:
  void Decompose();

  std::size_t population_;
  CmaEsConstants constants_;
  int generation_ = 0;
  Eigen::VectorXd mean_;
  double sigma_;
  Eigen::MatrixXd covariance_;
  Eigen::VectorXd path_sigma_;
  Eigen::VectorXd path_c_;
  // C = B diag(D^2) B', recomputed after each update.
  Eigen::MatrixXd basis_;
  Eigen::VectorXd axes_;
};

}  // namespace rectune::baselines
