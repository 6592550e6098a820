// SPDX-License-Identifier: Apache-2.0
#include "experiments/offline_proxy.h"

#include <cmath>
#include <mutex>
#include <utility>
#include <vector>

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::experiments {
namespace {

constexpr int kProbes = 32;
constexpr std::uint64_t kProbeSeed = 1;  // the same configurations for everybody
constexpr std::uint64_t kProbeStep = 1;  // streams of probes and of bias never meet
constexpr std::uint64_t kBiasStep = 2;

class Proxy {
 public:
  Proxy(std::shared_ptr<const ParameterSpace> space,
        std::function<Measurement(const Configuration&)> truth)
      : space_(std::move(space)),
        truth_(std::move(truth)),
        production_(space_->Encode(space_->Production())) {}

  Measurement Estimate(std::uint64_t seed, const Configuration& configuration, double alignment) {
    RECTUNE_CHECK(alignment >= 0.0 && alignment < 1.0, "a proxy is never the truth itself");
    std::call_once(probed_, [this] { Probe(); });
    Measurement estimate = truth_(configuration);
    const std::vector<double> unit = space_->Encode(configuration);
    const double bias_share = std::sqrt(1.0 - alignment * alignment);
    for (std::size_t m = 0; m < estimate.readings.size(); ++m) {
      MetricReading& reading = estimate.readings[m];
      const double lift = alignment * reading.lift + bias_share * scales_[m] * Bias(seed, m, unit);
      reading = MetricReading{.control = reading.control,
                              .treatment = reading.control * (1.0 + lift / 100.0),
                              .lift = lift};
    }
    estimate.users_per_arm = 0.0;
    return estimate;
  }

 private:
  void Probe() {
    std::vector<double> squares;
    for (int probe = 0; probe < kProbes; ++probe) {
      RandomStream stream(kProbeSeed, Purpose::kCalibration, kProbeStep,
                          static_cast<std::uint64_t>(probe));
      std::vector<double> unit(space_->dimension());
      for (double& coordinate : unit) coordinate = stream.Uniform();
      const Configuration configuration = space_->Decode(unit);
      probes_.push_back(space_->Encode(configuration));
      const Measurement truth = truth_(configuration);
      squares.resize(truth.readings.size());
      for (std::size_t m = 0; m < squares.size(); ++m) {
        squares[m] += truth.readings[m].lift * truth.readings[m].lift;
      }
    }
    for (const double square : squares) scales_.push_back(std::sqrt(square / kProbes));
  }

  /// b_m(x): of unit mean square over the probes.
  double Bias(std::uint64_t seed, std::size_t metric, const std::vector<double>& unit) const {
    RandomStream stream(seed, Purpose::kCalibration, kBiasStep, metric);
    std::vector<double> weights(unit.size());
    for (double& weight : weights) weight = stream.Normal();
    const auto raw = [&](const std::vector<double>& at) {
      double sum = 0.0;
      for (std::size_t j = 0; j < at.size(); ++j) sum += weights[j] * (at[j] - production_[j]);
      return sum;
    };
    double square = 0.0;
    for (const std::vector<double>& probe : probes_) square += raw(probe) * raw(probe);
    return square > 0.0 ? raw(unit) / std::sqrt(square / kProbes) : 0.0;
  }

  std::shared_ptr<const ParameterSpace> space_;
  std::function<Measurement(const Configuration&)> truth_;
  std::vector<double> production_;
  std::once_flag probed_;
  std::vector<std::vector<double>> probes_;
  std::vector<double> scales_;  // one a metric
};

}  // namespace

std::function<Measurement(std::uint64_t seed, const Configuration&, double alignment)>
MakeOfflineProxy(std::shared_ptr<const ParameterSpace> space,
                 std::function<Measurement(const Configuration&)> truth) {
  const auto proxy = std::make_shared<Proxy>(std::move(space), std::move(truth));
  return [proxy](std::uint64_t seed, const Configuration& configuration, double alignment) {
    return proxy->Estimate(seed, configuration, alignment);
  };
}

}  // namespace rectune::experiments
