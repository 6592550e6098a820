// SPDX-License-Identifier: Apache-2.0
#include "sim/ab_estimate.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::sim {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

// Replicates of a slot's kAbNoise stream: one address a kind of noise (sim/peeking.cc has the
// next).
constexpr std::uint64_t kMeanNoise = 0;
constexpr std::uint64_t kVarianceNoise = 1;

// The symmetric square root. Unlike a Cholesky factor it exists for singular matrices, and unlike
// an eigenvector basis it is continuous in the matrix, so nearly equal arms get nearly equal noise.
MatrixXd SymmetricRoot(const MatrixXd& covariance) {
  const Eigen::SelfAdjointEigenSolver<MatrixXd> solver(0.5 * (covariance + covariance.transpose()));
  RECTUNE_CHECK(solver.info() == Eigen::Success, "eigen decomposition of a covariance failed");
  // Rounding leaves eigenvalues a hair below 0 where metrics are linearly dependent.
  const VectorXd roots = solver.eigenvalues().cwiseMax(0.0).cwiseSqrt();
  return solver.eigenvectors() * roots.asDiagonal() * solver.eigenvectors().transpose();
}

double TwoSidedP(double lift, double standard_error) {
  if (standard_error > 0.0) return std::min(1.0, 2.0 * NormalCdf(-std::abs(lift / standard_error)));
  return lift == 0.0 ? 1.0 : 0.0;
}

}  // namespace

CovarianceRoot RootOf(const MatrixXd& covariance) {
  CovarianceRoot root;
  root.scale = covariance.diagonal().cwiseMax(0.0).cwiseSqrt();
  const VectorXd inverse =
      (root.scale.array() > 0.0).select(root.scale.array().max(1e-300).inverse(), 0.0).matrix();
  root.correlations = SymmetricRoot(inverse.asDiagonal() * covariance * inverse.asDiagonal());
  return root;
}

EstimateLaw LawOf(const CupedModel& cuped, const LinearisedArm& control, const LinearisedArm& arm) {
  const MatrixXd covariance = CupedCovariance(cuped, control, arm);
  EstimateLaw law;
  law.level =
      Eigen::Map<const VectorXd>(arm.levels.data(), static_cast<Eigen::Index>(arm.metrics()));
  law.variance = covariance.diagonal().cwiseMax(0.0);
  law.kurtosis = CupedKurtosis(cuped, control, arm, law.variance);
  law.root = RootOf(covariance);
  return law;
}

ArmEstimate DrawEstimate(const EstimateLaw& law, double users, double design_effect,
                         std::uint64_t seed, std::uint64_t round, std::uint64_t slot) {
  RandomStream means(seed, Purpose::kAbNoise, round, slot, kMeanNoise);
  RandomStream variances(seed, Purpose::kAbNoise, round, slot, kVarianceNoise);
  const Eigen::Index metrics = law.level.size();
  ArmEstimate estimate;
  estimate.users = users;
  estimate.effective_users = users / design_effect;
  estimate.normal.resize(metrics);
  for (Eigen::Index k = 0; k < metrics; ++k) estimate.normal(k) = means.Normal();
  const MatrixXd root = law.root.Matrix();
  estimate.level = law.level + root * estimate.normal / std::sqrt(estimate.effective_users);
  estimate.variance.resize(metrics);
  for (Eigen::Index k = 0; k < metrics; ++k) {
    // A sample variance scatters by (kurtosis - 1) / n; log-normal, so that it stays positive.
    const double spread =
        std::log1p(std::max(0.0, law.kurtosis(k) - 1.0) / estimate.effective_users);
    estimate.variance(k) =
        law.variance(k) * std::exp(std::sqrt(spread) * variances.Normal() - 0.5 * spread);
  }
  return estimate;
}

// Users arrive and are hashed to equal arms: each arm's size is Poisson, by its normal law. Slots
// are independent, so that an arm's readings do not depend on how many other arms there are.
std::vector<double> DrawArmSizes(double users_per_arm, std::size_t slots, std::uint64_t seed,
                                 std::uint64_t round) {
  std::vector<double> sizes;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    RandomStream stream(seed, Purpose::kAbAssignment, round, slot);
    sizes.push_back(std::round(users_per_arm + std::sqrt(users_per_arm) * stream.Normal()));
  }
  return sizes;
}

MetricReading ReadLift(double control, double treatment, double control_variance,
                       double treatment_variance, const MetricInfo& info) {
  RECTUNE_CHECK(control > 0.0,
                "\"" + info.name + "\" is not positive in control: a relative lift is undefined");
  MetricReading reading;
  reading.control = control;
  reading.treatment = treatment;
  reading.lift = 100.0 * (treatment / control - 1.0);
  const double ratio = treatment / control;
  reading.standard_error =
      100.0 / control * std::sqrt(treatment_variance + ratio * ratio * control_variance);
  reading.p_value = TwoSidedP(reading.lift, reading.standard_error);
  reading.q_value = reading.p_value;
  return reading;
}

}  // namespace rectune::sim
