// SPDX-License-Identifier: Apache-2.0
//
// The generator against Random123's published vectors; the transforms against their distributions
// (Boost.Math's CDFs), on fixed seeds. Every statistical check is shown to fail on a sample that is
// slightly wrong.
#include "core/random_stream.h"

#include <algorithm>
#include <array>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "core/check.h"

namespace rectune {
namespace {

constexpr int kSample = 40000;

std::vector<double> Draw(int count, const std::function<double()>& next) {
  std::vector<double> sample;
  sample.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    sample.push_back(next());
  }
  return sample;
}

// Kolmogorov-Smirnov: sqrt(n) D. Above 1.95 has probability 0.001 under the null.
constexpr double kKsLimit = 1.95;
double KsStatistic(std::vector<double> sample, const std::function<double(double)>& cdf) {
  std::sort(sample.begin(), sample.end());
  const auto n = static_cast<double>(sample.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double expected = cdf(sample[i]);
    distance = std::max({distance, expected - static_cast<double>(i) / n,
                         static_cast<double>(i + 1) / n - expected});
  }
  return std::sqrt(n) * distance;
}

double ChiSquaredPValue(const std::vector<int>& counts, const std::vector<double>& probabilities) {
  const double total = std::accumulate(counts.begin(), counts.end(), 0.0);
  double statistic = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = total * probabilities[i];
    statistic += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  const boost::math::chi_squared distribution(static_cast<double>(counts.size()) - 1.0);
  return boost::math::cdf(boost::math::complement(distribution, statistic));
}

double Correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const auto n = static_cast<double>(a.size());
  const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n;
  const double mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
  double ab = 0.0;
  double aa = 0.0;
  double bb = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean_a) * (b[i] - mean_b);
    aa += (a[i] - mean_a) * (a[i] - mean_a);
    bb += (b[i] - mean_b) * (b[i] - mean_b);
  }
  return ab / std::sqrt(aa * bb);
}

using Block = std::array<std::uint64_t, 4>;
using Key = std::array<std::uint64_t, 2>;

TEST_CASE("Philox4x64-10 answers Random123's published vectors", "[random]") {
  constexpr std::uint64_t kOnes = std::numeric_limits<std::uint64_t>::max();
  // Random123, tests/kat_vectors, the three "philox4x64 10" lines: zeros, ones, digits of pi.
  CHECK(PhiloxBlock(Block{0, 0, 0, 0}, Key{0, 0}) ==
        Block{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b});
  CHECK(PhiloxBlock(Block{kOnes, kOnes, kOnes, kOnes}, Key{kOnes, kOnes}) ==
        Block{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0});
  CHECK(PhiloxBlock(
            Block{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
            Key{0x452821e638d01377, 0xbe5466cf34e90c6c}) ==
        Block{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6});
}

TEST_CASE("A stream is the blocks of its address, in order", "[random]") {
  RandomStream stream(42, Purpose::kSession, 7, 8, 9);
  const Key key{42, static_cast<std::uint64_t>(Purpose::kSession)};
  for (std::uint64_t block = 0; block < 3; ++block) {
    for (const std::uint64_t word : PhiloxBlock(Block{block, 7, 8, 9}, key)) {
      CHECK(stream.NextBits() == word);
    }
  }
}

TEST_CASE("Words in bulk are the words one by one", "[random]") {
  for (const int before : {0, 1, 3, 4, 6}) {
    for (const std::size_t count : {0U, 1U, 3U, 4U, 5U, 17U}) {
      RandomStream bulk(42, Purpose::kSession, 7, count);
      for (int i = 0; i < before; ++i) (void)bulk.NextBits();
      RandomStream single = bulk;
      std::vector<std::uint64_t> words(count);
      bulk.Fill(words);
      for (const std::uint64_t word : words) CHECK(word == single.NextBits());
      for (int i = 0; i < 6; ++i) CHECK(bulk.NextBits() == single.NextBits());
    }
  }
}

TEST_CASE("Blocks in bulk are the blocks one by one", "[random]") {
  const Key key{0xffffffffffffffff, 0x452821e638d01377};
  const std::vector<std::uint64_t> first = {5, 0xffffffffffffffff, 0, 0x8000000000000000};
  std::vector<std::uint64_t> words(4 * first.size());
  PhiloxBlocks(first, Block{1, 2, 0xffffffffffffffff, 4}, key, words);
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Block block = PhiloxBlock(Block{first[i], 2, 0xffffffffffffffff, 4}, key);
    CHECK(std::equal(block.begin(), block.end(), &words[4 * i]));
  }
  CHECK_THROWS(PhiloxBlocks(first, Block{}, key, std::span(words.data(), 3)));
}

TEST_CASE("Purpose codes never move, because every result depends on them", "[random]") {
  CHECK(static_cast<int>(Purpose::kTest) == 1);
  CHECK(static_cast<int>(Purpose::kCatalogue) == 2);
  CHECK(static_cast<int>(Purpose::kUsers) == 3);
  CHECK(static_cast<int>(Purpose::kCandidates) == 4);
  CHECK(static_cast<int>(Purpose::kHeadNoise) == 5);
  CHECK(static_cast<int>(Purpose::kSession) == 6);
  CHECK(static_cast<int>(Purpose::kEvaluationUsers) == 7);
  CHECK(static_cast<int>(Purpose::kOracleUsers) == 8);
  CHECK(static_cast<int>(Purpose::kAbNoise) == 9);
  CHECK(static_cast<int>(Purpose::kAbAssignment) == 10);
  CHECK(static_cast<int>(Purpose::kTunerProposal) == 11);
  CHECK(static_cast<int>(Purpose::kTunerInitial) == 12);
  CHECK(static_cast<int>(Purpose::kTunerInternal) == 13);
  CHECK(static_cast<int>(Purpose::kSyntheticModel) == 14);
  CHECK(static_cast<int>(Purpose::kAgent) == 15);
  CHECK(static_cast<int>(Purpose::kBootstrap) == 16);
  CHECK(static_cast<int>(Purpose::kSobolScramble) == 17);
  CHECK(static_cast<int>(Purpose::kShuffle) == 18);
  CHECK(static_cast<int>(Purpose::kOracleSearch) == 19);
  CHECK(static_cast<int>(Purpose::kCalibration) == 20);
}

TEST_CASE("The address decides the numbers, whatever else is drawn in between", "[random]") {
  RandomStream alone(1, Purpose::kTest, 0, 5);
  const std::vector<double> expected = Draw(100, [&] { return alone.Uniform(); });
  RandomStream watched(1, Purpose::kTest, 0, 5);
  RandomStream other(1, Purpose::kTest, 0, 6);
  for (const double value : expected) {
    (void)other.Gamma(0.3);
    CHECK(watched.Uniform() == value);
  }
}

TEST_CASE("Neighbouring addresses are unrelated", "[random]") {
  const auto sample = [](std::uint64_t seed, Purpose purpose, std::uint64_t step,
                         std::uint64_t entity, std::uint64_t replicate) {
    RandomStream stream(seed, purpose, step, entity, replicate);
    return Draw(kSample, [&] { return stream.Uniform(); });
  };
  const std::vector<double> base = sample(1, Purpose::kTest, 1, 1, 1);
  const double limit = 4.0 / std::sqrt(static_cast<double>(kSample));
  CHECK(std::abs(Correlation(base, sample(2, Purpose::kTest, 1, 1, 1))) < limit);
  CHECK(std::abs(Correlation(base, sample(1, Purpose::kUsers, 1, 1, 1))) < limit);
  CHECK(std::abs(Correlation(base, sample(1, Purpose::kTest, 2, 1, 1))) < limit);
  CHECK(std::abs(Correlation(base, sample(1, Purpose::kTest, 1, 2, 1))) < limit);
  CHECK(std::abs(Correlation(base, sample(1, Purpose::kTest, 1, 1, 2))) < limit);
  // The first draws of many streams must look like one stream, too: the simulator opens millions.
  std::uint64_t entity = 0;
  CHECK(KsStatistic(
            Draw(kSample, [&] { return RandomStream(1, Purpose::kTest, 0, entity++).Uniform(); }),
            [](double x) { return x; }) < kKsLimit);
}

TEST_CASE("Uniform draws are uniform and keep to their ends", "[random]") {
  RandomStream stream(3, Purpose::kTest);
  const std::vector<double> closed = Draw(kSample, [&] { return stream.Uniform(); });
  const std::vector<double> open = Draw(kSample, [&] { return stream.UniformOpen(); });
  const auto identity = [](double x) { return x; };
  CHECK(KsStatistic(closed, identity) < kKsLimit);
  CHECK(KsStatistic(open, identity) < kKsLimit);
  std::vector<double> bent = closed;
  for (double& x : bent) {
    x = std::pow(x, 1.04);
  }
  CHECK(KsStatistic(bent, identity) > kKsLimit);
  CHECK(std::all_of(closed.begin(), closed.end(), [](double x) { return x >= 0.0 && x < 1.0; }));
  CHECK(std::all_of(open.begin(), open.end(), [](double x) { return x > 0.0 && x < 1.0; }));
  // Odd multiples of 2^-53: symmetric about 1/2, and the ends cannot be reached by any bits.
  CHECK(std::all_of(open.begin(), open.end(),
                    [](double x) { return std::fmod(x * 0x1p53, 2.0) == 1.0; }));
  const double between = stream.Uniform(-3.0, -2.0);
  CHECK(between >= -3.0);
  CHECK(between <= -2.0);
}

TEST_CASE("Normal draws are normal", "[random]") {
  RandomStream stream(4, Purpose::kTest);
  const std::vector<double> sample = Draw(kSample, [&] { return stream.Normal(); });
  CHECK(KsStatistic(sample, NormalCdf) < kKsLimit);
  std::vector<double> wide = sample;
  for (double& x : wide) {
    x *= 1.05;
  }
  CHECK(KsStatistic(wide, NormalCdf) > kKsLimit);
  // Standard errors of the first four moments of a normal sample: 1, 2, 15 and 96 over n.
  const auto n = static_cast<double>(sample.size());
  double moments[4] = {0.0, 0.0, 0.0, 0.0};
  for (const double x : sample) {
    moments[0] += x / n;
    moments[1] += x * x / n;
    moments[2] += x * x * x / n;
    moments[3] += x * x * x * x / n;
  }
  CHECK(std::abs(moments[0]) < 4.0 * std::sqrt(1.0 / n));
  CHECK(std::abs(moments[1] - 1.0) < 4.0 * std::sqrt(2.0 / n));
  CHECK(std::abs(moments[2]) < 4.0 * std::sqrt(15.0 / n));
  CHECK(std::abs(moments[3] - 3.0) < 4.0 * std::sqrt(96.0 / n));
}

TEST_CASE("A normal takes exactly one draw, so that streams stay aligned", "[random]") {
  RandomStream normal(5, Purpose::kTest);
  RandomStream bits(5, Purpose::kTest);
  for (int i = 0; i < 10; ++i) {
    (void)normal.Normal();
    (void)bits.NextBits();
  }
  CHECK(normal.NextBits() == bits.NextBits());
}

TEST_CASE("NormalQuantile meets AS 241's published values and Boost everywhere", "[random]") {
  // Wichura (1988), test data of PPND16.
  CHECK(NormalQuantile(0.25) == Approx(-0.6744897501960817).epsilon(1e-15));
  CHECK(NormalQuantile(0.001) == Approx(-3.090232306167814).epsilon(1e-15));
  CHECK(NormalQuantile(1e-20) == Approx(-9.262340089798408).epsilon(1e-15));
  CHECK(NormalQuantile(0.5) == 0.0);
  double worst = 0.0;
  for (double exponent = -300.0; exponent < -0.31; exponent += 0.37) {
    const double p = std::pow(10.0, exponent);
    const double reference = -std::sqrt(2.0) * boost::math::erfc_inv(2.0 * p);
    worst = std::max(worst, std::abs(NormalQuantile(p) / reference - 1.0));
  }
  CHECK(worst < 2e-15);  // both sides round
  for (const double p : {0.03, 0.1, 0.3, 0.49}) {
    CHECK(NormalQuantile(p) == Approx(-NormalQuantile(1.0 - p)).epsilon(1e-14));
    CHECK(NormalCdf(NormalQuantile(p)) == Approx(p).epsilon(1e-14));
  }
  CHECK_THROWS_AS(NormalQuantile(0.0), ContractViolation);
  CHECK_THROWS_AS(NormalQuantile(1.0), ContractViolation);
  CHECK_THROWS_AS(NormalQuantile(std::nan("")), ContractViolation);
}

TEST_CASE("UniformInteger is unbiased and bounded", "[random]") {
  RandomStream stream(6, Purpose::kTest);
  std::vector<int> counts(7, 0);
  for (int i = 0; i < kSample; ++i) {
    ++counts[static_cast<std::size_t>(stream.UniformInteger(7))];
  }
  CHECK(ChiSquaredPValue(counts, std::vector<double>(7, 1.0 / 7.0)) > 0.001);
  // Two thirds of 2^64: a plain remainder would double the odds of the lower half.
  const std::uint64_t count = 0xAAAAAAAAAAAAAAAAU;
  int low = 0;
  for (int i = 0; i < kSample; ++i) {
    low += stream.UniformInteger(count) < count / 2 ? 1 : 0;
  }
  CHECK(ChiSquaredPValue({low, kSample - low}, {0.5, 0.5}) > 0.001);
  CHECK(ChiSquaredPValue({kSample * 2 / 3, kSample / 3}, {0.5, 0.5}) < 0.001);
  CHECK(stream.UniformInteger(1) == 0);
  CHECK_THROWS_AS(stream.UniformInteger(0), ContractViolation);
}

TEST_CASE("Categorical follows its weights and skips the impossible", "[random]") {
  RandomStream stream(7, Purpose::kTest);
  const std::vector<double> weights{0.0, 3.0, 0.5, 0.0, 6.5, 0.0};
  std::vector<int> counts(weights.size(), 0);
  for (int i = 0; i < kSample; ++i) {
    ++counts[stream.Categorical(weights)];
  }
  CHECK(counts[0] == 0);
  CHECK(counts[3] == 0);
  CHECK(counts[5] == 0);
  CHECK(ChiSquaredPValue({counts[1], counts[2], counts[4]}, {0.3, 0.05, 0.65}) > 0.001);
  CHECK(ChiSquaredPValue({counts[1], counts[2], counts[4]}, {0.32, 0.05, 0.63}) < 0.001);
  CHECK_THROWS_AS(stream.Categorical(std::vector<double>{}), ContractViolation);
  CHECK_THROWS_AS(stream.Categorical(std::vector<double>{0.0}), ContractViolation);
  CHECK_THROWS_AS(stream.Categorical(std::vector<double>{1.0, -1.0}), ContractViolation);
  CHECK_THROWS_AS(stream.Categorical(std::vector<double>{1.0, std::nan("")}), ContractViolation);
}

TEST_CASE("Gamma and Beta follow their distributions, small shapes included", "[random]") {
  RandomStream stream(8, Purpose::kTest);
  for (const double shape : {0.05, 0.5, 1.0, 2.5, 40.0}) {
    CAPTURE(shape);
    const std::vector<double> sample = Draw(kSample, [&] { return stream.Gamma(shape); });
    const boost::math::gamma_distribution<> right(shape);
    const boost::math::gamma_distribution<> wrong(shape * 1.06);
    CHECK(KsStatistic(sample, [&](double x) { return boost::math::cdf(right, x); }) < kKsLimit);
    CHECK(KsStatistic(sample, [&](double x) { return boost::math::cdf(wrong, x); }) > kKsLimit);
    const double mean = std::accumulate(sample.begin(), sample.end(), 0.0) / kSample;
    CHECK(std::abs(mean - shape) < 4.0 * std::sqrt(shape / kSample));
  }
  for (const auto& [a, b] : {std::pair{0.5, 0.5}, std::pair{2.0, 7.0}, std::pair{1.0, 1.0}}) {
    CAPTURE(a, b);
    const double alpha = a;
    const double beta = b;
    const std::vector<double> sample = Draw(kSample, [&] { return stream.Beta(alpha, beta); });
    const boost::math::beta_distribution<> right(a, b);
    const boost::math::beta_distribution<> wrong(a * 1.08, b);
    CHECK(KsStatistic(sample, [&](double x) { return boost::math::cdf(right, x); }) < kKsLimit);
    CHECK(KsStatistic(sample, [&](double x) { return boost::math::cdf(wrong, x); }) > kKsLimit);
    const double mean = std::accumulate(sample.begin(), sample.end(), 0.0) / kSample;
    const double variance = a * b / ((a + b) * (a + b) * (a + b + 1.0));
    CHECK(std::abs(mean - a / (a + b)) < 4.0 * std::sqrt(variance / kSample));
  }
  // Both gammas underflow here; the ratio must not become 0 / 0.
  int ones = 0;
  for (int i = 0; i < 1000; ++i) {
    const double x = stream.Beta(1e-3, 1e-3);
    REQUIRE((x >= 0.0 && x <= 1.0));
    ones += x > 0.5 ? 1 : 0;
  }
  CHECK(ChiSquaredPValue({ones, 1000 - ones}, {0.5, 0.5}) > 0.001);
  CHECK_THROWS_AS(stream.Gamma(0.0), ContractViolation);
  CHECK_THROWS_AS(stream.Beta(1.0, -1.0), ContractViolation);
}

TEST_CASE("Shuffle makes every order equally likely", "[random]") {
  RandomStream stream(9, Purpose::kTest);
  std::vector<int> counts(6, 0);
  for (int i = 0; i < kSample; ++i) {
    std::array<int, 3> items{0, 1, 2};
    stream.Shuffle(std::span<int>(items));
    const int rank = 2 * items[0] + (items[1] > items[2] ? 1 : 0);
    ++counts[static_cast<std::size_t>(rank)];
  }
  CHECK(ChiSquaredPValue(counts, std::vector<double>(6, 1.0 / 6.0)) > 0.001);
}

TEST_CASE("DeriveSeed hashes its label as published and separates seeds", "[random]") {
  // FNV-1a, 64 bits, of "" and of "a" (Fowler, Noll and Vo's test vectors).
  CHECK(DeriveSeed(5, "") == PhiloxBlock(Block{0xcbf29ce484222325, 0, 0, 0}, Key{5, 0})[0]);
  CHECK(DeriveSeed(5, "a") == PhiloxBlock(Block{0xaf63dc4c8601ec8c, 1, 0, 0}, Key{5, 0})[0]);
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    for (const char* label : {"tpe", "cma_es", "tpe ", "discover_feed/joint", ""}) {
      seeds.push_back(DeriveSeed(seed, label));
    }
  }
  std::sort(seeds.begin(), seeds.end());
  CHECK(std::adjacent_find(seeds.begin(), seeds.end()) == seeds.end());
}

}  // namespace
}  // namespace rectune
