// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include "core/check.h"
#include "core/config_error.h"
#include "core/random_stream.h"
#include "sim/calibration/beta_binomial.h"
#include "sim/calibration/compare_constants.h"
#include "sim/calibration/constants.h"
#include "sim/calibration/fits.h"
#include "sim/calibration/least_squares.h"
#include "sim/calibration/log_tables.h"
#include "sim/calibration/popularity_law.h"
#include "sim/calibration/watch_mixture.h"

namespace rectune::sim {
namespace {

// Beside the checkout, or where RECTUNE_DATA says; empty when there is no data.
std::filesystem::path DataFolder() {
  const char* named = std::getenv("RECTUNE_DATA");
  if (named != nullptr && *named != '\0') return named;
  const std::filesystem::path beside =
      std::filesystem::path(RECTUNE_SOURCE_DIR) / ".." / "shared" / "data";
  return std::filesystem::is_directory(beside) ? beside : std::filesystem::path();
}

Json Document() { return ParseJson(KuaiRandConstantsJson()); }

}  // namespace

TEST_CASE("click propensities and volumes have the logs' moments") {
  const LogConstants& logs = KuaiRandConstants();
  const BetaShape propensity{logs.propensity_alpha, logs.propensity_beta};
  CHECK(propensity.Mean() == Approx(0.470).margin(0.005));
  CHECK(propensity.StandardDeviation() == Approx(0.185).margin(0.01));
  // The logs' quantiles of per-user CTR (median and 90th percentile are published as such).
  CHECK(propensity.Quantile(0.5) == Approx(0.4698).margin(0.03));
  CHECK(propensity.Quantile(0.9) == Approx(0.7178).margin(0.03));
  const BetaShape random{logs.random_propensity_alpha, logs.random_propensity_beta};
  CHECK(random.Mean() == Approx(0.1705).margin(0.01));
  CHECK(random.StandardDeviation() == Approx(0.134).margin(0.01));

  CHECK(logs.log_volume_sd == Approx(0.96).margin(0.005));
  CHECK(logs.volume_propensity_correlation == Approx(-0.50).margin(0.005));
  CHECK(logs.volume_window_days == 31.0);
  const auto volume = [&](double p) {
    return std::exp(logs.log_volume_mean + logs.log_volume_sd * NormalQuantile(p));
  };
  // Published: median 8,594, p10 2,188, p90 24,591. The log-normal is known to overshoot the tails.
  CHECK(volume(0.5) == Approx(8594.0).epsilon(0.1));
  CHECK(volume(0.1) == Approx(2188.0).epsilon(0.1));
  CHECK(volume(0.9) == Approx(24591.0).epsilon(0.1));
  CHECK(volume(0.01) == Approx(841.0).epsilon(0.01));
  CHECK(volume(0.99) == Approx(73600.0).epsilon(0.01));

  // Heavy users click less: weighting by volume pulls 0.47 down to the pooled 0.379.
  double clicks = 0.0;
  double impressions = 0.0;
  RandomStream stream(1, Purpose::kTest);
  for (int user = 0; user < 10000; ++user) {
    const double rho = logs.volume_propensity_correlation;
    const double z = stream.Normal();
    const double taste = rho * z + std::sqrt(1.0 - rho * rho) * stream.Normal();
    const double weight = std::exp(logs.log_volume_mean + logs.log_volume_sd * z);
    impressions += weight;
    clicks += weight * propensity.Quantile(NormalCdf(taste));
  }
  CHECK(clicks / impressions == Approx(0.379).margin(0.02));
}

TEST_CASE("popularity is as skewed as the logs") {
  const LogConstants& logs = KuaiRandConstants();
  const PopularityLaw law{logs.popularity_exponent, logs.popularity_shift};
  CHECK(PopularityTopShare(law, 0.001) == Approx(0.147).margin(0.02));
  CHECK(PopularityTopShare(law, 0.01) == Approx(0.441).margin(0.02));
  CHECK(PopularityTopShare(law, 0.1) == Approx(0.799).margin(0.02));
  CHECK(PopularityGini(law) == Approx(0.83).margin(0.01));
  CHECK(PopularityTopShare(law, 0.0) == 0.0);
  CHECK(PopularityTopShare(law, 1.0) == Approx(1.0));

  // The closed forms are those of a catalogue drawn from the law.
  constexpr int kItems = 200000;
  std::vector<double> weights;
  for (int rank = 0; rank < kItems; ++rank) {
    weights.push_back(std::pow((rank + 0.5) / kItems + law.shift, -law.exponent));
  }
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  CHECK(std::accumulate(weights.begin(), weights.begin() + kItems / 100, 0.0) / total ==
        Approx(PopularityTopShare(law, 0.01)).epsilon(1e-4));
  double reached = 0.0;
  double area = 0.0;
  for (double weight : weights) {
    area += (reached + 0.5 * weight) / total / kItems;
    reached += weight;
  }
  CHECK(2.0 * area - 1.0 == Approx(PopularityGini(law)).epsilon(1e-4));
  CHECK_THROWS_AS(PopularityTopShare({1.0, 0.1}, 0.5), ContractViolation);
}

TEST_CASE("watch ratios of liked and hated rows have the logs' quantiles") {
  const WatchMixture& liked = KuaiRandConstants().liked_watch;
  CHECK(liked.Quantile(0.25) == Approx(0.41).margin(0.03));
  CHECK(liked.Quantile(0.50) == Approx(0.95).margin(0.03));
  CHECK(liked.Quantile(0.75) == Approx(1.18).margin(0.03));
  CHECK(liked.Quantile(0.90) == Approx(1.93).margin(0.06));
  const WatchMixture& hated = KuaiRandConstants().hated_watch;
  CHECK(hated.Quantile(0.50) == Approx(0.20).margin(0.03));
  CHECK(hated.Quantile(0.75) == Approx(0.58).margin(0.03));
  CHECK(hated.Quantile(0.90) == Approx(1.09).margin(0.03));

  for (const WatchMixture* mixture : {&liked, &hated}) {
    double previous = 0.0;
    for (double ratio = 0.0; ratio < 6.0; ratio += 0.01) {
      const double cdf = mixture->Cdf(ratio);
      CHECK(cdf >= previous);
      CHECK(cdf <= 1.0);
      previous = cdf;
    }
    for (const double p : {0.001, 0.2, 0.5, 0.9, 0.999}) {
      CHECK(mixture->Cdf(mixture->Quantile(p)) == Approx(p).margin(1e-9));
    }
    CHECK_THROWS_AS(mixture->Quantile(1.0), ContractViolation);
  }
}

TEST_CASE("seasons average to one and peak where the logs peak") {
  const LogConstants& logs = KuaiRandConstants();
  CHECK(std::accumulate(logs.weekday_volume.begin(), logs.weekday_volume.end(), 0.0) ==
        Approx(7.0));
  CHECK(std::accumulate(logs.hour_volume.begin(), logs.hour_volume.end(), 0.0) == Approx(24.0));
  CHECK(logs.weekday_volume[5] == Approx(1.12).margin(0.005));  // Saturday
  CHECK(logs.weekday_volume[6] == Approx(1.06).margin(0.005));
  for (std::size_t day = 0; day < 4; ++day) {
    CHECK(logs.weekday_volume[day] == Approx(0.96).margin(0.015));
  }
  CHECK(logs.hour_volume[21] / logs.hour_volume[4] == Approx(8.5).margin(0.1));
  CHECK(logs.daily_ctr_sd == Approx(0.021).margin(0.002));
}

TEST_CASE("published rates show the policy's share of each signal") {
  const HeadRates& trained = KuaiRandConstants().trained_rates;
  const HeadRates& random = KuaiRandConstants().random_rates;
  CHECK(random.click / trained.click == Approx(0.46).margin(0.01));
  CHECK(trained.valid_play / random.valid_play == Approx(2.6).margin(0.05));
  CHECK(trained.long_view / random.long_view == Approx(3.7).margin(0.05));
  CHECK(trained.interaction / random.interaction == Approx(3.8).margin(0.05));
  CHECK(trained.hate / random.hate == Approx(0.69).margin(0.01));
  // Completion given a click, times valid plays, is completion: the table agrees with itself.
  CHECK(trained.completion_given_click * trained.valid_play ==
        Approx(trained.completion).epsilon(0.02));
  CHECK(trained.long_view_given_click * trained.valid_play ==
        Approx(trained.long_view).epsilon(0.02));
}

TEST_CASE("the file says where every number comes from, and holds no rows") {
  const Json document = Document();
  CHECK(document.at("source").at("citation").get<std::string>().find("Gao") != std::string::npos);
  CHECK(document.at("source").at("licence").get<std::string>().find("CC BY-SA 4.0") !=
        std::string::npos);
  for (const auto& [name, fit] : document.at("fits").items()) {
    CAPTURE(name);
    CHECK(fit.at("method").get<std::string>().size() > 20);
    CHECK(fit.at("data").get<std::string>().size() > 20);
    CHECK_FALSE(fit.at("residuals").empty());
  }
  CHECK(KuaiRandConstantsJson().size() < 16000);
}

TEST_CASE("a damaged constants file is refused") {
  CHECK_NOTHROW(ReadLogConstants(Document()));
  Json bad = Document();
  bad["fits"]["propensity"]["values"].erase("alpha");
  CHECK_THROWS_AS(ReadLogConstants(bad), ConfigError);
  bad = Document();
  bad["fits"]["propensity"]["values"]["gamma"] = 1.0;
  CHECK_THROWS_AS(ReadLogConstants(bad), ConfigError);
  bad = Document();
  bad["fits"]["volume"]["values"]["propensity_correlation"] = -1.5;
  CHECK_THROWS_AS(ReadLogConstants(bad), ConfigError);
  bad = Document();
  bad["fits"]["season"]["values"]["weekday_volume"].push_back(1.0);
  CHECK_THROWS_AS(ReadLogConstants(bad), ContractViolation);
  bad = Document();
  bad["fits"]["liked_watch"]["values"]["skip_weight"] = 0.9;
  CHECK_THROWS_AS(ReadLogConstants(bad), ContractViolation);
}

TEST_CASE("the beta-binomial fit recovers a known law where raw rates mislead") {
  constexpr double kAlpha = 1.2;
  constexpr double kBeta = 5.7;
  std::vector<UserRow> users;
  double mean = 0.0;
  double square = 0.0;
  for (std::uint64_t user = 0; user < 6000; ++user) {
    RandomStream stream(2, Purpose::kTest, 0, user);
    const double propensity = stream.Beta(kAlpha, kBeta);
    UserRow row{20.0, 0.0};
    for (int i = 0; i < 20; ++i) row.clicks += stream.Uniform() < propensity ? 1.0 : 0.0;
    users.push_back(row);
    mean += row.clicks / row.exposures / 6000.0;
    square += row.clicks * row.clicks / (row.exposures * row.exposures) / 6000.0;
  }
  const BetaShape truth{kAlpha, kBeta};
  const BetaShape fitted = FitBetaBinomial(users);
  CHECK(fitted.alpha == Approx(kAlpha).epsilon(0.1));
  CHECK(fitted.beta == Approx(kBeta).epsilon(0.1));
  CHECK(fitted.StandardDeviation() == Approx(truth.StandardDeviation()).epsilon(0.05));
  CHECK_FALSE(std::sqrt(square - mean * mean) == Approx(truth.StandardDeviation()).epsilon(0.05));
  CHECK_THROWS_AS(FitBetaBinomial({{1.0, 2.0}}), ContractViolation);
}

TEST_CASE("least squares finds a known minimum and says when it cannot") {
  const Residuals rosenbrock = [](std::span<const double> x, std::span<double> out) {
    out[0] = 10.0 * (x[1] - x[0] * x[0]);
    out[1] = 1.0 - x[0];
  };
  const std::vector<double> x = FitLeastSquares(rosenbrock, 2, {-1.2, 1.0}, "Rosenbrock");
  CHECK(x[0] == Approx(1.0).epsilon(1e-6));
  CHECK(x[1] == Approx(1.0).epsilon(1e-6));
  const Residuals broken = [](std::span<const double>, std::span<double> out) {
    out[0] = std::nan("");
  };
  CHECK_THROWS_WITH(FitLeastSquares(broken, 1, {0.0}, "nonsense"),
                    Catch::Matchers::Contains("nonsense"));
}

TEST_CASE("the comparison of constants can fail") {
  const Json document = Document();
  CHECK(CompareConstants(document, document, 0.0).empty());
  Json other = document;
  double& alpha = other["fits"]["propensity"]["values"]["alpha"].get_ref<double&>();
  alpha *= 1.0 + 1e-4;
  CHECK(CompareConstants(document, other, 1e-3).empty());
  REQUIRE(CompareConstants(document, other, 1e-5).size() == 1);
  CHECK(CompareConstants(document, other, 1e-5)[0].find("/fits/propensity/values/alpha") == 0);
  other = document;
  other["fits"]["season"]["values"].erase("daily_ctr_sd");
  CHECK(CompareConstants(document, other, 1.0).size() == 1);
  CHECK(CompareConstants(other, document, 1.0).size() == 1);
  other = document;
  other["source"]["licence"] = "none";
  CHECK(CompareConstants(document, other, 1.0).size() == 1);
}

TEST_CASE("refitting the data reproduces the constants") {
  const std::filesystem::path folder = DataFolder();
  if (folder.empty()) {
    WARN("skipped: no data beside the checkout, and RECTUNE_DATA is not set");
    return;
  }
  const LogTables tables = ReadLogTables(folder);
  CHECK(tables.standard_users.size() == 27285);
  CHECK(tables.random_users.size() == 27285);
  CHECK(tables.standard_days.front().weekday == 4);  // 8 April 2022 was a Friday
  const Json fitted = FitConstants(tables);
  const std::vector<std::string> gaps = CompareConstants(fitted, Document(), 1e-5);
  for (const std::string& gap : gaps) UNSCOPED_INFO(gap);
  CHECK(gaps.empty());
  CHECK(DumpPretty(FitConstants(tables)) == DumpPretty(fitted));
  CHECK_THROWS_AS(ReadLogTables(folder / "kuairand27k_aggregates"), ConfigError);
}

}  // namespace rectune::sim
