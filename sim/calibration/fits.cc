// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration/fits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <numeric>
#include <span>

#include "core/check.h"
#include "core/random_stream.h"
#include "sim/calibration/beta_binomial.h"
#include "sim/calibration/least_squares.h"
#include "sim/calibration/popularity_law.h"
#include "sim/calibration/published_rates.h"

namespace rectune::sim {
namespace {

constexpr const char* kStandardUsers =
    "log_standard_user_stats_distribution: exposures and clicks of 27,285 users over 31 days, "
    "production policy";

// Eight digits: more than the data carry, few enough to be the same on another machine.
Json Number(double value) {
  RECTUNE_CHECK(std::isfinite(value), "a fitted constant is not finite");
  std::array<char, 32> text{};
  const auto written =
      std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 8);
  double rounded = 0.0;
  std::from_chars(text.data(), written.ptr, rounded);
  return rounded;
}

template <std::size_t N>
Json Numbers(const std::array<double, N>& values) {
  Json list = Json::array();
  for (double value : values) list.push_back(Number(value));
  return list;
}

Json Fit(const char* data, const char* method, Json values, Json residuals) {
  return {{"data", data},
          {"method", method},
          {"values", std::move(values)},
          {"residuals", std::move(residuals)}};
}

double Quantile(const std::vector<double>& ascending, double probability) {
  const double position = probability * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return ascending[below] +
         (position - static_cast<double>(below)) * (ascending[above] - ascending[below]);
}

Json FitPropensity(const LogTables& tables) {
  std::vector<double> rates;
  for (const UserRow& user : tables.standard_users) rates.push_back(user.clicks / user.exposures);
  std::sort(rates.begin(), rates.end());
  std::vector<double> grid = {0.01};
  for (int i = 1; i < 20; ++i) grid.push_back(0.05 * i);
  grid.push_back(0.99);
  const Residuals residuals = [&](std::span<const double> x, std::span<double> out) {
    const BetaShape shape{std::exp(x[0]), std::exp(x[1])};
    for (std::size_t i = 0; i < grid.size(); ++i) {
      out[i] = shape.Quantile(grid[i]) - Quantile(rates, grid[i]);
    }
  };
  const std::vector<double> x =
      FitLeastSquares(residuals, grid.size(), {0.0, 0.0}, "click propensity");
  const BetaShape shape{std::exp(x[0]), std::exp(x[1])};
  std::vector<double> gaps(grid.size());
  residuals(x, gaps);
  double largest = 0.0;
  for (double gap : gaps) largest = std::max(largest, std::abs(gap));
  const double mean =
      std::accumulate(rates.begin(), rates.end(), 0.0) / static_cast<double>(rates.size());
  return Fit(
      kStandardUsers,
      "Beta(alpha, beta) by least squares on the quantiles 1%, 5%, 10%, ..., 95%, 99% of "
      "per-user CTR (each user has at least 100 exposures, so binomial noise is small)",
      {{"alpha", Number(shape.alpha)}, {"beta", Number(shape.beta)}},
      {{"largest_quantile_gap", Number(largest)}, {"mean_gap", Number(shape.Mean() - mean)}});
}

Json FitRandomPropensity(const LogTables& tables) {
  const BetaShape shape = FitBetaBinomial(tables.random_users);
  // Method of moments with the binomial noise taken out, as an independent check of the spread.
  double mean = 0.0;
  for (const UserRow& user : tables.random_users) mean += user.clicks / user.exposures;
  const auto count = static_cast<double>(tables.random_users.size());
  mean /= count;
  double variance = 0.0;
  double noise = 0.0;
  for (const UserRow& user : tables.random_users) {
    const double rate = user.clicks / user.exposures;
    variance += (rate - mean) * (rate - mean) / count;
    noise += rate * (1.0 - rate) / (user.exposures - 1.0) / count;
  }
  return Fit(
      "log_random_user_stats_distribution: exposures and clicks of the same users, uniformly "
      "random items",
      "Beta(alpha, beta) by maximum beta-binomial likelihood, which takes out binomial noise",
      {{"alpha", Number(shape.alpha)}, {"beta", Number(shape.beta)}},
      {{"mean_gap", Number(shape.Mean() - mean)},
       {"standard_deviation_gap",
        Number(shape.StandardDeviation() - std::sqrt(variance - noise))}});
}

Json FitVolume(const LogTables& tables) {
  std::vector<double> logs;
  std::vector<double> rates;
  for (const UserRow& user : tables.standard_users) {
    logs.push_back(std::log(user.exposures));
    rates.push_back(user.clicks / user.exposures);
  }
  const auto count = static_cast<double>(logs.size());
  const double log_mean = std::accumulate(logs.begin(), logs.end(), 0.0) / count;
  const double rate_mean = std::accumulate(rates.begin(), rates.end(), 0.0) / count;
  double log_square = 0.0;
  double rate_square = 0.0;
  double product = 0.0;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    log_square += (logs[i] - log_mean) * (logs[i] - log_mean);
    rate_square += (rates[i] - rate_mean) * (rates[i] - rate_mean);
    product += (logs[i] - log_mean) * (rates[i] - rate_mean);
  }
  const double log_sd = std::sqrt(log_square / count);
  std::sort(logs.begin(), logs.end());
  Json residuals;
  for (const auto& [name, p] :
       {std::pair("p1", 0.01), std::pair("p10", 0.10), std::pair("p50", 0.50),
        std::pair("p90", 0.90), std::pair("p99", 0.99)}) {
    residuals["log_quantile_gap_" + std::string(name)] =
        Number(log_mean + log_sd * NormalQuantile(p) - Quantile(logs, p));
  }
  return Fit(kStandardUsers,
             "log-normal exposures a user by maximum likelihood (mean and standard deviation of "
             "the logarithms) and the Pearson correlation of log exposures with CTR; the law "
             "overshoots both tails",
             {{"log_mean", Number(log_mean)},
              {"log_sd", Number(log_sd)},
              {"window_days", static_cast<double>(tables.standard_days.size())},
              {"propensity_correlation", Number(product / std::sqrt(log_square * rate_square))}},
             std::move(residuals));
}

// Exposures by rank share, from the histogram of videos by exposures.
class ExposureCurve {
 public:
  explicit ExposureCurve(std::vector<VideoRow> rows) : rows_(std::move(rows)) {
    std::sort(rows_.begin(), rows_.end(),
              [](const VideoRow& a, const VideoRow& b) { return a.exposures > b.exposures; });
    for (const VideoRow& row : rows_) {
      videos_ += row.videos;
      exposures_ += row.videos * row.exposures;
    }
  }

  double TopShare(double top) const {
    double left = top * videos_;
    double sum = 0.0;
    for (const VideoRow& row : rows_) {
      const double taken = std::min(left, row.videos);
      sum += taken * row.exposures;
      left -= taken;
      if (left <= 0.0) break;
    }
    return sum / exposures_;
  }

  double Gini() const {
    double area = 0.0;  // under the top-share curve, piecewise linear
    double reached = 0.0;
    for (const VideoRow& row : rows_) {
      const double next = reached + row.videos * row.exposures / exposures_;
      area += row.videos / videos_ * 0.5 * (reached + next);
      reached = next;
    }
    return 2.0 * area - 1.0;
  }

 private:
  std::vector<VideoRow> rows_;
  double videos_ = 0.0;
  double exposures_ = 0.0;
};

Json FitPopularity(const LogTables& tables) {
  const ExposureCurve curve(tables.standard_videos);
  constexpr std::array<double, 11> kTops = {1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03,
                                            0.1,  0.2,  0.3,  0.5,  0.7};
  const auto law_of = [](std::span<const double> x) {
    return PopularityLaw{1.0 + std::exp(x[0]), std::exp(x[1])};
  };
  const Residuals residuals = [&](std::span<const double> x, std::span<double> out) {
    for (std::size_t i = 0; i < kTops.size(); ++i) {
      out[i] = PopularityTopShare(law_of(x), kTops[i]) - curve.TopShare(kTops[i]);
    }
  };
  const std::vector<double> x =
      FitLeastSquares(residuals, kTops.size(), {std::log(0.3), std::log(0.003)}, "item popularity");
  const PopularityLaw law = law_of(x);
  const auto gap = [&](double top) {
    return Number(PopularityTopShare(law, top) - curve.TopShare(top));
  };
  return Fit("log_standard_video_exposure_freq: 32,038,693 videos by number of exposures",
             "Zipf-Mandelbrot law over rank shares by least squares on the share of exposures "
             "held by the top 0.01% to 70% of videos",
             {{"exponent", Number(law.exponent)}, {"shift", Number(law.shift)}},
             {{"top_0.01_percent_gap", gap(1e-4)},
              {"top_0.1_percent_gap", gap(1e-3)},
              {"top_1_percent_gap", gap(1e-2)},
              {"top_10_percent_gap", gap(0.1)},
              {"gini_gap", Number(PopularityGini(law) - curve.Gini())}});
}

Json FitWatch(const std::vector<double>& ratios, const char* data) {
  const std::vector<double> grid = {
      0.01, 0.02, 0.03, 0.05, 0.07, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55,
      0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.94, 0.96, 0.98, 0.99, 1.00, 1.01, 1.02, 1.04,
      1.06, 1.10, 1.15, 1.20, 1.30, 1.40, 1.50, 1.75, 2.00, 2.50, 3.00, 4.00, 5.00};
  const auto mixture_of = [](std::span<const double> x) {
    const double skip = std::exp(x[0]);
    const double progress = std::exp(x[1]);
    const double rewatch = std::exp(x[2]);
    const double sum = skip + progress + rewatch + 1.0;
    return WatchMixture{skip / sum,     progress / sum, 1.0 / sum,      rewatch / sum,
                        std::exp(x[3]), std::exp(x[4]), std::exp(x[5]), std::exp(x[6])};
  };
  const Residuals residuals = [&](std::span<const double> x, std::span<double> out) {
    const WatchMixture mixture = mixture_of(x);
    for (std::size_t i = 0; i < grid.size(); ++i) {
      const auto below = std::upper_bound(ratios.begin(), ratios.end(), grid[i]) - ratios.begin();
      out[i] =
          mixture.Cdf(grid[i]) - static_cast<double>(below) / static_cast<double>(ratios.size());
    }
  };
  const std::vector<double> x =
      FitLeastSquares(residuals, grid.size(),
                      {0.0, 0.0, 0.0, std::log(0.05), std::log(0.5), std::log(0.05), std::log(0.5)},
                      std::string("watch ratio of ") + data);
  const WatchMixture mixture = mixture_of(x);
  std::vector<double> gaps(grid.size());
  residuals(x, gaps);
  double largest = 0.0;
  for (double gap : gaps) largest = std::max(largest, std::abs(gap));
  Json gap_list = {{"rows", static_cast<double>(ratios.size())},
                   {"largest_cdf_gap", Number(largest)}};
  for (const auto& [name, p] : {std::pair("p25", 0.25), std::pair("p50", 0.50),
                                std::pair("p75", 0.75), std::pair("p90", 0.90)}) {
    gap_list["quantile_gap_" + std::string(name)] =
        Number(mixture.Quantile(p) - Quantile(ratios, p));
  }
  return Fit(data,
             "mixture of quick skip, progress, completion and re-watch by least squares on the "
             "cumulative distribution at 43 watch ratios",
             {{"skip_weight", Number(mixture.skip_weight)},
              {"progress_weight", Number(mixture.progress_weight)},
              {"completion_weight", Number(mixture.completion_weight)},
              {"rewatch_weight", Number(mixture.rewatch_weight)},
              {"skip_mean", Number(mixture.skip_mean)},
              {"progress_mean", Number(mixture.progress_mean)},
              {"completion_sd", Number(mixture.completion_sd)},
              {"rewatch_mean", Number(mixture.rewatch_mean)}},
             std::move(gap_list));
}

// The first three weeks: each weekday thrice, before the May holiday lifts volume by a fifth.
Json FitSeason(const LogTables& tables) {
  constexpr std::size_t kDays = 21;
  RECTUNE_CHECK(tables.standard_days.size() >= kDays, "three weeks of days are needed");
  std::array<double, 7> exposures{};
  std::array<double, 7> clicks{};
  for (std::size_t day = 0; day < kDays; ++day) {
    const DayRow& row = tables.standard_days[day];
    exposures[static_cast<std::size_t>(row.weekday)] += row.exposures;
    clicks[static_cast<std::size_t>(row.weekday)] += row.clicks;
  }
  const double all_exposures = std::accumulate(exposures.begin(), exposures.end(), 0.0);
  const double ctr = std::accumulate(clicks.begin(), clicks.end(), 0.0) / all_exposures;
  std::array<double, 7> weekday_volume{};
  std::array<double, 7> weekday_ctr{};
  for (std::size_t i = 0; i < 7; ++i) {
    weekday_volume[i] = 7.0 * exposures[i] / all_exposures;
    weekday_ctr[i] = clicks[i] / exposures[i] / ctr;
  }
  double square = 0.0;
  double volume_gap = 0.0;
  for (std::size_t day = 0; day < kDays; ++day) {
    const DayRow& row = tables.standard_days[day];
    const auto weekday = static_cast<std::size_t>(row.weekday);
    const double residual = row.clicks / row.exposures / (ctr * weekday_ctr[weekday]) - 1.0;
    square += residual * residual;
    volume_gap = std::max(volume_gap, std::abs(row.exposures * static_cast<double>(kDays) /
                                                   (all_exposures * weekday_volume[weekday]) -
                                               1.0));
  }
  std::array<double, 24> hour_volume{};
  std::array<double, 24> hour_ctr{};
  double hour_exposures = 0.0;
  double hour_clicks = 0.0;
  for (const HourRow& row : tables.standard_hours) {
    hour_exposures += row.exposures;
    hour_clicks += row.clicks;
  }
  for (std::size_t i = 0; i < 24; ++i) {
    const HourRow& row = tables.standard_hours[i];
    hour_volume[i] = 24.0 * row.exposures / hour_exposures;
    hour_ctr[i] = row.clicks / row.exposures * hour_exposures / hour_clicks;
  }
  return Fit("log_standard_daily, first 21 days (three of each weekday), and log_standard_hourly",
             "ratios to the mean; daily_ctr_sd is the relative standard deviation of a day's CTR "
             "around its weekday's (14 degrees of freedom); weekdays start on Monday",
             {{"weekday_volume", Numbers(weekday_volume)},
              {"weekday_ctr", Numbers(weekday_ctr)},
              {"hour_volume", Numbers(hour_volume)},
              {"hour_ctr", Numbers(hour_ctr)},
              {"daily_ctr_sd", Number(std::sqrt(square / (kDays - 7)))}},
             {{"largest_daily_volume_gap", Number(volume_gap)}});
}

Json RatesToJson(const HeadRates& rates) {
  return {{"click", rates.click},
          {"valid_play", rates.valid_play},
          {"long_view", rates.long_view},
          {"completion", rates.completion},
          {"interaction", rates.interaction},
          {"profile_enter", rates.profile_enter},
          {"hate", rates.hate},
          {"long_view_given_click", rates.long_view_given_click},
          {"completion_given_click", rates.completion_given_click},
          {"interaction_given_click", rates.interaction_given_click}};
}

}  // namespace

Json FitConstants(const LogTables& tables) {
  Json document;
  document["schema"] = 1;
  document["source"] = {
      {"data_set", "KuaiRand-27K"},
      {"citation",
       "Gao et al., \"KuaiRand: An Unbiased Sequential Recommendation Dataset with Randomly "
       "Exposed Videos\", CIKM 2022"},
      {"licence", "parent data CC BY-SA 4.0; fitted constants only, no rows of the data"},
      {"aggregates", "summary tables of github.com/limings02/kuairand, commit e49bef7"},
      {"rows",
       "like-or-hate rows of github.com/alessandrosocc/predict_explicit_negative_feedback_kuairand "
       "(selected on feedback: conditional shapes only, never base rates)"},
      {"written_by", "rectune_fit_constants"}};
  Json& fits = document["fits"];
  fits["propensity"] = FitPropensity(tables);
  fits["random_propensity"] = FitRandomPropensity(tables);
  fits["volume"] = FitVolume(tables);
  fits["popularity"] = FitPopularity(tables);
  fits["liked_watch"] =
      FitWatch(tables.liked_ratios, "liked rows of the like-or-hate set, those with a duration");
  fits["hated_watch"] =
      FitWatch(tables.hated_ratios, "hated rows of the like-or-hate set, those with a duration");
  fits["season"] = FitSeason(tables);
  document["published"] = {{"source", kPublishedSource},
                           {"trained", RatesToJson(kPublishedTrained)},
                           {"random", RatesToJson(kPublishedRandom)}};
  return document;
}

}  // namespace rectune::sim
