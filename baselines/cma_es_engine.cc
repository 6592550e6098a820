// SPDX-License-Identifier: Apache-2.0
#include "baselines/cma_es_engine.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr double kTiny = 1e-8;
// As in `cmaes`: beyond this the step size has diverged and only overflow would follow.
constexpr double kLargestSigma = 1e32;

Json ToJson(const Eigen::VectorXd& vector) {
  Json array = Json::array();
  for (const double value : vector) array.push_back(value);
  return array;
}

Eigen::VectorXd ReadVector(ObjectReader& reader, const std::string& key, Eigen::Index size) {
  const std::vector<double> values = reader.Numbers(key);
  if (static_cast<Eigen::Index>(values.size()) != size) {
    throw ConfigError(reader.PathOf(key), std::to_string(values.size()) + " numbers",
                      std::to_string(size) + " numbers");
  }
  return Eigen::Map<const Eigen::VectorXd>(values.data(), size);
}

}  // namespace

CmaEsConstants::CmaEsConstants(std::size_t dimension, std::size_t population) : mu(population / 2) {
  const double n = static_cast<double>(dimension);
  const auto lambda = static_cast<Eigen::Index>(population);
  const auto parents = static_cast<Eigen::Index>(mu);

  Eigen::VectorXd raw(lambda);  // eq. 49
  for (Eigen::Index i = 0; i < lambda; ++i) {
    raw[i] = std::log((static_cast<double>(lambda) + 1.0) / 2.0) -
             std::log(static_cast<double>(i) + 1.0);
  }
  const auto selection_mass = [](const auto& w) { return w.sum() * w.sum() / w.squaredNorm(); };
  mu_eff = selection_mass(raw.head(parents));
  const double mu_eff_minus = selection_mass(raw.tail(lambda - parents));

  constexpr double kAlphaCov = 2.0;
  c_1 = kAlphaCov / ((n + 1.3) * (n + 1.3) + mu_eff);  // eq. 57
  c_mu = std::min(1.0 - c_1 - kTiny, kAlphaCov * (mu_eff - 2.0 + 1.0 / mu_eff) /
                                         ((n + 2.0) * (n + 2.0) + kAlphaCov * mu_eff / 2.0));  // 58

  // Eq. 50 to 53: the negative weights' sum, bounded so that C stays positive definite. A tiny
  // population can have c_mu = 0 and then no rank-mu update at all.
  double alpha = 1.0 + 2.0 * mu_eff_minus / (mu_eff + 2.0);
  if (c_mu > 0.0) {
    alpha = std::min({alpha, 1.0 + c_1 / c_mu, (1.0 - c_1 - c_mu) / (n * c_mu)});
  }
  double positive = 0.0;
  double negative = 0.0;
  for (const double w : raw) (w > 0.0 ? positive : negative) += std::abs(w);
  weights = raw;
  for (double& w : weights) w *= w >= 0.0 ? 1.0 / positive : alpha / negative;

  c_sigma = (mu_eff + 2.0) / (n + mu_eff + 5.0);  // eq. 55
  d_sigma = 1.0 + 2.0 * std::max(0.0, std::sqrt((mu_eff - 1.0) / (n + 1.0)) - 1.0) + c_sigma;
  c_c = (4.0 + mu_eff / n) / (n + 4.0 + 2.0 * mu_eff / n);  // eq. 56
  chi_n = std::sqrt(n) * (1.0 - 1.0 / (4.0 * n) + 1.0 / (21.0 * n * n));
}

std::size_t CmaEsEngine::DefaultPopulation(std::size_t dimension) {
  RECTUNE_CHECK(dimension > 0, "CMA-ES needs a coordinate");
  return 4 + static_cast<std::size_t>(std::floor(3.0 * std::log(static_cast<double>(dimension))));
}

CmaEsEngine::CmaEsEngine(Eigen::VectorXd mean, double sigma, std::size_t population)
    : population_(population != 0 ? population
                                  : DefaultPopulation(static_cast<std::size_t>(mean.size()))),
      constants_(static_cast<std::size_t>(mean.size()), population_),
      mean_(std::move(mean)),
      sigma_(sigma),
      covariance_(Eigen::MatrixXd::Identity(mean_.size(), mean_.size())),
      path_sigma_(Eigen::VectorXd::Zero(mean_.size())),
      path_c_(Eigen::VectorXd::Zero(mean_.size())) {
  RECTUNE_CHECK(mean_.size() > 0, "CMA-ES needs a coordinate");
  RECTUNE_CHECK(sigma_ > 0.0 && std::isfinite(sigma_), "sigma must be positive");
  RECTUNE_CHECK(population_ >= 2, "selection needs at least two points");
  Decompose();
}

void CmaEsEngine::Decompose() {
  covariance_ = (0.5 * (covariance_ + covariance_.transpose())).eval();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(covariance_);
  RECTUNE_CHECK(solver.info() == Eigen::Success, "the covariance matrix has no eigenbasis");
  basis_ = solver.eigenvectors();
  axes_ = solver.eigenvalues().unaryExpr(
      [](double value) { return std::sqrt(value > 0.0 ? value : kTiny); });
}

Eigen::VectorXd CmaEsEngine::Sample(RandomStream& stream) const {
  Eigen::VectorXd z(mean_.size());
  for (double& value : z) value = stream.Normal();
  return mean_ + sigma_ * (basis_ * axes_.cwiseProduct(z));
}

void CmaEsEngine::Tell(std::span<const Eigen::VectorXd> best_first) {
  RECTUNE_CHECK(best_first.size() == population_, "Tell takes exactly one population");
  const CmaEsConstants& c = constants_;
  const double n = static_cast<double>(mean_.size());
  ++generation_;

  Eigen::MatrixXd y(mean_.size(), static_cast<Eigen::Index>(population_));
  for (std::size_t i = 0; i < population_; ++i) {
    RECTUNE_CHECK(best_first[i].size() == mean_.size() && best_first[i].allFinite(),
                  "a told point is a finite vector of the search dimension");
    y.col(static_cast<Eigen::Index>(i)) = (best_first[i] - mean_) / sigma_;
  }
  const auto parents = static_cast<Eigen::Index>(c.mu);
  const Eigen::VectorXd y_w = y.leftCols(parents) * c.weights.head(parents);  // eq. 41
  mean_ += sigma_ * y_w;

  // C^(-1/2) = B D^(-1) B'.
  const Eigen::VectorXd inverse_axes = axes_.cwiseInverse();
  const Eigen::MatrixXd whitened = inverse_axes.asDiagonal() * (basis_.transpose() * y);
  const Eigen::VectorXd whitened_step =
      basis_ * inverse_axes.cwiseProduct(basis_.transpose() * y_w);
  path_sigma_ = (1.0 - c.c_sigma) * path_sigma_ +
                std::sqrt(c.c_sigma * (2.0 - c.c_sigma) * c.mu_eff) * whitened_step;
  const double length = path_sigma_.norm();
  sigma_ =
      std::min(kLargestSigma, sigma_ * std::exp(c.c_sigma / c.d_sigma * (length / c.chi_n - 1.0)));

  // h_sigma stalls the rank-one path while the step size is still growing fast (p. 28).
  const double warm_up = std::sqrt(1.0 - std::pow(1.0 - c.c_sigma, 2.0 * (generation_ + 1)));
  const bool h_sigma = length / warm_up < (1.4 + 2.0 / (n + 1.0)) * c.chi_n;
  path_c_ *= 1.0 - c.c_c;  // eq. 45
  if (h_sigma) path_c_ += std::sqrt(c.c_c * (2.0 - c.c_c) * c.mu_eff) * y_w;

  // Eq. 46 and 47: a negative weight counts per unit of Mahalanobis length.
  Eigen::VectorXd w = c.weights;
  for (Eigen::Index i = 0; i < w.size(); ++i) {
    if (w[i] < 0.0) w[i] *= n / (whitened.col(i).squaredNorm() + kTiny);
  }
  const double lost = h_sigma ? 0.0 : c.c_c * (2.0 - c.c_c);
  covariance_ =
      ((1.0 + c.c_1 * lost - c.c_1 - c.c_mu * c.weights.sum()) * covariance_ +
       c.c_1 * (path_c_ * path_c_.transpose()) + c.c_mu * (y * w.asDiagonal() * y.transpose()))
          .eval();
  Decompose();
}

double CmaEsEngine::StandardDeviation(std::size_t coordinate) const {
  const auto j = static_cast<Eigen::Index>(coordinate);
  return sigma_ * std::sqrt(covariance_(j, j));
}

void CmaEsEngine::MoveMean(std::size_t coordinate, double value) {
  RECTUNE_CHECK(coordinate < dimension() && std::isfinite(value), "no such mean");
  mean_[static_cast<Eigen::Index>(coordinate)] = value;
}

Json CmaEsEngine::Save() const {
  Json lower = Json::array();  // row by row; the matrix is symmetric
  for (Eigen::Index i = 0; i < covariance_.rows(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) lower.push_back(covariance_(i, j));
  }
  return Json{{"generation", generation_}, {"sigma", sigma_},
              {"mean", ToJson(mean_)},     {"path_sigma", ToJson(path_sigma_)},
              {"path_c", ToJson(path_c_)}, {"covariance", std::move(lower)}};
}

void CmaEsEngine::Restore(const Json& state, const std::string& path) {
  ObjectReader reader(state, path);
  generation_ =
      static_cast<int>(reader.Integer("generation", {0, std::numeric_limits<int>::max()}));
  sigma_ = reader.Number("sigma", {std::numeric_limits<double>::min(), kLargestSigma});
  const Eigen::Index n = mean_.size();
  mean_ = ReadVector(reader, "mean", n);
  path_sigma_ = ReadVector(reader, "path_sigma", n);
  path_c_ = ReadVector(reader, "path_c", n);
  const Eigen::VectorXd lower = ReadVector(reader, "covariance", n * (n + 1) / 2);
  reader.Finish();
  Eigen::Index next = 0;
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) covariance_(i, j) = covariance_(j, i) = lower[next++];
  }
  Decompose();
}

}  // namespace rectune::baselines
