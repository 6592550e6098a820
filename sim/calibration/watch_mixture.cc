// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration/watch_mixture.h"

#include <cmath>

#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::sim {

double WatchMixture::Cdf(double ratio) const {
  if (ratio <= 0.0) return 0.0;
  const double skip = -std::expm1(-ratio / skip_mean);
  const double progress =
      ratio >= 1.0 ? 1.0 : std::expm1(-ratio / progress_mean) / std::expm1(-1.0 / progress_mean);
  // Symmetric truncation at 0 and 2 keeps the mean at 1.
  const double below = NormalCdf(-1.0 / completion_sd);
  const double completion =
      ratio >= 2.0 ? 1.0 : (NormalCdf((ratio - 1.0) / completion_sd) - below) / (1.0 - 2.0 * below);
  const double rewatch = ratio <= 1.0 ? 0.0 : -std::expm1(-(ratio - 1.0) / rewatch_mean);
  return skip_weight * skip + progress_weight * progress + completion_weight * completion +
         rewatch_weight * rewatch;
}

double WatchMixture::Quantile(double probability) const {
  RECTUNE_CHECK(probability > 0.0 && probability < 1.0, "a probability strictly between 0 and 1");
  double low = 0.0;
  double high = 1.0;
  while (Cdf(high) < probability) {
    high *= 2.0;
    RECTUNE_CHECK(high < 1e6, "the probability is beyond the mixture's resolution");
  }
  while (high - low > 1e-12) {
    const double middle = 0.5 * (low + high);
    if (middle <= low || middle >= high) break;  // neighbouring doubles
    (Cdf(middle) < probability ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

void CheckWatchMixture(const WatchMixture& mixture) {
  const double sum = mixture.skip_weight + mixture.progress_weight + mixture.completion_weight +
                     mixture.rewatch_weight;
  RECTUNE_CHECK(mixture.skip_weight >= 0.0 && mixture.progress_weight >= 0.0 &&
                    mixture.completion_weight >= 0.0 && mixture.rewatch_weight >= 0.0 &&
                    std::abs(sum - 1.0) < 1e-6,
                "mixture weights are not negative and sum to 1");
  RECTUNE_CHECK(mixture.skip_mean > 0.0 && mixture.progress_mean > 0.0 &&
                    mixture.completion_sd > 0.0 && mixture.rewatch_mean > 0.0,
                "mixture scales are positive");
}

}  // namespace rectune::sim
