// SPDX-License-Identifier: Apache-2.0
//
// OfflineProxy: what a team reckons from logs before it pays for an A/B test: cheap, without noise,
// and wrong in its own way. The truth on the exposed panel is mixed with a bias of the same size,
//
//   lift_m(x) = a t_m(x) + sqrt(1 - a^2) s_m b_m(x),
//
// where t_m is the true lift, b_m a linear function of the unit cube that is fixed for the seed,
// zero at production and of unit mean square over random configurations, and s_m the root mean
// square of t_m over the same configurations. So over random configurations the proxy's correlation
// with the truth is about `alignment`, and it always misleads the same way. Not the A/B platform:
// it has no users, noise or delay.
//
//   port.offline_proxy = MakeOfflineProxy(port.space, port.exposed_truth);
//   Measurement estimate = port.offline_proxy(seed, configuration, /*alignment=*/0.7);
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/configuration.h"
#include "core/measurement.h"
#include "core/parameter_space.h"

namespace rectune::experiments {

/// Safe to call from several threads; looks at the truth of some random configurations when it is
/// first called. `alignment` in [0, 1).
std::function<Measurement(std::uint64_t seed, const Configuration&, double alignment)>
MakeOfflineProxy(std::shared_ptr<const ParameterSpace> space,
                 std::function<Measurement(const Configuration&)> truth);

}  // namespace rectune::experiments
