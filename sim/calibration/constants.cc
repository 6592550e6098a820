// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration/constants.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/json.h"
#include "core/object_reader.h"
#include "sim/calibration/embedded.h"

namespace rectune::sim {
namespace {

constexpr NumberRange kPositive{1e-9, 1e9};
constexpr NumberRange kShare{0.0, 1.0};

WatchMixture ReadMixture(ObjectReader values) {
  WatchMixture mixture;
  mixture.skip_weight = values.Number("skip_weight", kShare);
  mixture.progress_weight = values.Number("progress_weight", kShare);
  mixture.completion_weight = values.Number("completion_weight", kShare);
  mixture.rewatch_weight = values.Number("rewatch_weight", kShare);
  mixture.skip_mean = values.Number("skip_mean", kPositive);
  mixture.progress_mean = values.Number("progress_mean", kPositive);
  mixture.completion_sd = values.Number("completion_sd", kPositive);
  mixture.rewatch_mean = values.Number("rewatch_mean", kPositive);
  values.Finish();
  CheckWatchMixture(mixture);
  return mixture;
}

HeadRates ReadRates(ObjectReader values) {
  HeadRates rates;
  rates.click = values.Number("click", kShare);
  rates.valid_play = values.Number("valid_play", kShare);
  rates.long_view = values.Number("long_view", kShare);
  rates.completion = values.Number("completion", kShare);
  rates.interaction = values.Number("interaction", kShare);
  rates.profile_enter = values.Number("profile_enter", kShare);
  rates.hate = values.Number("hate", kShare);
  rates.long_view_given_click = values.Number("long_view_given_click", kShare);
  rates.completion_given_click = values.Number("completion_given_click", kShare);
  rates.interaction_given_click = values.Number("interaction_given_click", kShare);
  values.Finish();
  return rates;
}

template <std::size_t N>
void ReadFactors(ObjectReader& values, const char* key, std::array<double, N>& out) {
  const std::vector<double> numbers = values.Numbers(key, kPositive);
  RECTUNE_CHECK(numbers.size() == N, std::string(key) + " has the wrong number of factors");
  std::copy(numbers.begin(), numbers.end(), out.begin());
}

}  // namespace

LogConstants ReadLogConstants(const Json& json) {
  LogConstants constants;
  ObjectReader root(json, "");
  root.Integer("schema", {1, 1});
  root.Value("source");
  ObjectReader fits = root.Object("fits");
  // The numbers of one fit; how they came about is for readers of the file.
  const auto values = [&fits](const char* name) {
    ObjectReader fit = fits.Object(name);
    for (const char* key : {"data", "method", "residuals"}) fit.Value(key);
    ObjectReader numbers = fit.Object("values");
    fit.Finish();
    return numbers;
  };

  ObjectReader propensity = values("propensity");
  constants.propensity_alpha = propensity.Number("alpha", kPositive);
  constants.propensity_beta = propensity.Number("beta", kPositive);
  propensity.Finish();
  ObjectReader random = values("random_propensity");
  constants.random_propensity_alpha = random.Number("alpha", kPositive);
  constants.random_propensity_beta = random.Number("beta", kPositive);
  random.Finish();
  ObjectReader volume = values("volume");
  constants.log_volume_mean = volume.Number("log_mean");
  constants.log_volume_sd = volume.Number("log_sd", kPositive);
  constants.volume_window_days = volume.Number("window_days", kPositive);
  constants.volume_propensity_correlation = volume.Number("propensity_correlation", {-1.0, 1.0});
  volume.Finish();
  ObjectReader popularity = values("popularity");
  constants.popularity_exponent = popularity.Number("exponent", kPositive);
  constants.popularity_shift = popularity.Number("shift", kPositive);
  popularity.Finish();
  constants.liked_watch = ReadMixture(values("liked_watch"));
  constants.hated_watch = ReadMixture(values("hated_watch"));
  ObjectReader season = values("season");
  ReadFactors(season, "weekday_volume", constants.weekday_volume);
  ReadFactors(season, "weekday_ctr", constants.weekday_ctr);
  ReadFactors(season, "hour_volume", constants.hour_volume);
  ReadFactors(season, "hour_ctr", constants.hour_ctr);
  constants.daily_ctr_sd = season.Number("daily_ctr_sd", kShare);
  season.Finish();
  fits.Finish();

  ObjectReader published = root.Object("published");
  published.Value("source");
  constants.trained_rates = ReadRates(published.Object("trained"));
  constants.random_rates = ReadRates(published.Object("random"));
  published.Finish();
  root.Finish();
  return constants;
}

const LogConstants& KuaiRandConstants() {
  static const LogConstants constants = ReadLogConstants(ParseJson(KuaiRandConstantsJson()));
  return constants;
}

std::string_view KuaiRandConstantsJson() {
  const std::vector<EmbeddedFile>& files = EmbeddedCalibration();
  RECTUNE_CHECK(files.size() == 1, "one constants file is embedded");
  return files.front().text;
}

}  // namespace rectune::sim
