// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

#include "baselines/sobol_sequence.h"
#include "core/check.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

// Rows 2 to 64 of new-joe-kuo-6.21201 (S. Joe and F. Y. Kuo, SIAM J. Sci. Comput. 30, 2635-2654,
// 2008): d, s, a, m_1 ... m_s. Taken from the copy inside SciPy 1.17.1, whose origin is that file,
// not from Boost, whose points they check.
constexpr const char* kJoeKuo = R"(
2 1 0 1
3 2 1 1 3
4 3 1 1 3 1
5 3 2 1 1 1
6 4 1 1 1 3 3
7 4 4 1 3 5 13
8 5 2 1 1 5 5 17
9 5 4 1 1 5 5 5
10 5 7 1 1 7 11 19
11 5 11 1 1 5 1 1
12 5 13 1 1 1 3 11
13 5 14 1 3 5 5 31
14 6 1 1 3 3 9 7 49
15 6 13 1 1 1 15 21 21
16 6 16 1 3 1 13 27 49
17 6 19 1 1 1 15 7 5
18 6 22 1 3 1 15 13 25
19 6 25 1 1 5 5 19 61
20 7 1 1 3 7 11 23 15 103
21 7 4 1 3 7 13 13 15 69
22 7 7 1 1 3 13 7 35 63
23 7 8 1 3 5 9 1 25 53
24 7 14 1 3 1 13 9 35 107
25 7 19 1 3 1 5 27 61 31
26 7 21 1 1 5 11 19 41 61
27 7 28 1 3 5 3 3 13 69
28 7 31 1 1 7 13 1 19 1
29 7 32 1 3 7 5 13 19 59
30 7 37 1 1 3 9 25 29 41
31 7 41 1 3 5 13 23 1 55
32 7 42 1 3 7 3 13 59 17
33 7 50 1 3 1 3 5 53 69
34 7 55 1 1 5 5 23 33 13
35 7 56 1 1 7 7 1 61 123
36 7 59 1 1 7 9 13 61 49
37 7 62 1 3 3 5 3 55 33
38 8 14 1 3 1 15 31 13 49 245
39 8 21 1 3 5 15 31 59 63 97
40 8 22 1 3 1 11 11 11 77 249
41 8 38 1 3 1 11 27 43 71 9
42 8 47 1 1 7 15 21 11 81 45
43 8 49 1 3 7 3 25 31 65 79
44 8 50 1 3 1 1 19 11 3 205
45 8 52 1 1 5 9 19 21 29 157
46 8 56 1 3 7 11 1 33 89 185
47 8 67 1 3 3 3 15 9 79 71
48 8 70 1 3 7 11 15 39 119 27
49 8 84 1 1 3 1 11 31 97 225
50 8 97 1 1 1 3 23 43 57 177
51 8 103 1 3 7 7 17 17 37 71
52 8 115 1 3 1 5 27 63 123 213
53 8 122 1 1 3 5 11 43 53 133
54 9 8 1 3 5 5 29 17 47 173 479
55 9 13 1 3 3 11 3 1 109 9 69
56 9 16 1 1 1 5 17 39 23 5 343
57 9 22 1 3 1 5 25 15 31 103 499
58 9 25 1 1 1 11 11 17 63 105 183
59 9 44 1 1 5 11 9 29 97 231 363
60 9 47 1 1 5 15 19 45 41 7 383
61 9 52 1 3 7 7 31 19 83 137 221
62 9 55 1 1 1 3 23 15 111 223 83
63 9 59 1 1 5 13 31 15 55 25 161
64 9 62 1 1 3 13 25 47 39 87 257
)";

/// Direction numbers by the recipe in Joe and Kuo's notes (2010), 32 bits.
std::vector<std::uint32_t> Directions(int s, std::uint32_t a, const std::vector<std::uint32_t>& m) {
  std::vector<std::uint32_t> v(32);
  for (int k = 0; k < 32; ++k) {
    if (k < s) {
      v[k] = m[k] << (31 - k);
      continue;
    }
    v[k] = v[k - s] ^ (v[k - s] >> s);
    for (int i = 1; i < s; ++i) {
      if ((a >> (s - 1 - i)) & 1U) v[k] ^= v[k - i];
    }
  }
  return v;
}

/// The index whose Gray code is the single bit k.
std::uint32_t IndexOfBit(int k) {
  return k == 31 ? 0xFFFFFFFFU : (std::uint32_t{1} << (k + 1)) - 1;
}

/// The most points of `sample` in any dyadic box [i / 2^a, (i+1) / 2^a) x [j / 2^b, (j+1) / 2^b).
int FullestBox(const std::vector<std::pair<double, double>>& sample, int a, int b) {
  std::vector<int> count(std::size_t{1} << (a + b), 0);
  for (const auto& [x, y] : sample) {
    const auto i = static_cast<std::size_t>(std::ldexp(x, a));
    const auto j = static_cast<std::size_t>(std::ldexp(y, b));
    ++count[(i << b) + j];
  }
  return *std::max_element(count.begin(), count.end());
}

}  // namespace

TEST_CASE("the points have Joe and Kuo's published direction numbers", "[sobol]") {
  std::istringstream rows(kJoeKuo);
  const SobolSequence sequence(64, 1);
  int dimensions = 1;
  for (int k = 0; k < 32; ++k) {
    // The first dimension is van der Corput's.
    CHECK(sequence.IntegerPoint(IndexOfBit(k))[0] == std::uint32_t{1} << (31 - k));
  }
  std::string line;
  while (std::getline(rows, line)) {
    if (line.empty()) continue;
    std::istringstream row(line);
    std::size_t d = 0;
    int s = 0;
    std::uint32_t a = 0;
    row >> d >> s >> a;
    std::vector<std::uint32_t> m(static_cast<std::size_t>(s));
    for (std::uint32_t& value : m) row >> value;
    REQUIRE(row);
    const std::vector<std::uint32_t> expected = Directions(s, a, m);
    for (int k = 0; k < 32; ++k) {
      INFO("dimension " << d << ", bit " << k);
      CHECK(sequence.IntegerPoint(IndexOfBit(k))[d - 1] == expected[k]);
    }
    ++dimensions;
  }
  CHECK(dimensions == 64);
}

TEST_CASE("the first unscrambled points are the published ones", "[sobol]") {
  // Point 0 is the origin: nothing is skipped.
  const SobolSequence sequence(5, 1);
  const std::vector<std::vector<double>> expected{{0, 0, 0, 0, 0},
                                                  {0.5, 0.5, 0.5, 0.5, 0.5},
                                                  {0.75, 0.25, 0.25, 0.25, 0.75},
                                                  {0.25, 0.75, 0.75, 0.75, 0.25},
                                                  {0.375, 0.375, 0.625, 0.875, 0.375},
                                                  {0.875, 0.875, 0.125, 0.375, 0.875},
                                                  {0.625, 0.125, 0.875, 0.625, 0.625},
                                                  {0.125, 0.625, 0.375, 0.125, 0.125}};
  for (std::uint32_t i = 0; i < expected.size(); ++i) {
    const std::vector<std::uint32_t> point = sequence.IntegerPoint(i);
    for (std::size_t j = 0; j < 5; ++j) {
      CHECK(std::ldexp(static_cast<double>(point[j]), -32) == expected[i][j]);
    }
  }
}

TEST_CASE("scrambling keeps one point in each dyadic interval of each dimension", "[sobol]") {
  constexpr std::size_t kDimensions = 64;
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const SobolSequence sequence(kDimensions, seed);
    for (int m = 0; m <= 8; ++m) {
      const std::uint32_t n = std::uint32_t{1} << m;
      std::vector<std::vector<int>> count(kDimensions, std::vector<int>(n, 0));
      for (std::uint32_t i = 0; i < n; ++i) {
        const std::vector<double> point = sequence.Point(i);
        for (std::size_t j = 0; j < kDimensions; ++j) {
          REQUIRE((point[j] >= 0.0 && point[j] < 1.0));
          ++count[j][static_cast<std::size_t>(std::ldexp(point[j], m))];
        }
      }
      for (std::size_t j = 0; j < kDimensions; ++j) {
        INFO("seed " << seed << ", 2^" << m << " points, dimension " << j);
        CHECK(std::all_of(count[j].begin(), count[j].end(), [](int c) { return c == 1; }));
      }
    }
  }
}

TEST_CASE("the first two dimensions stay a (0, m, 2)-net; random points are none", "[sobol]") {
  constexpr int kM = 8;
  const SobolSequence sequence(2, 17);
  std::vector<std::pair<double, double>> net;
  std::vector<std::pair<double, double>> random;
  RandomStream stream(1, Purpose::kTest);
  for (std::uint32_t i = 0; i < (1U << kM); ++i) {
    const std::vector<double> point = sequence.Point(i);
    net.emplace_back(point[0], point[1]);
    const double x = stream.Uniform();
    random.emplace_back(x, stream.Uniform());
  }
  for (int a = 0; a <= kM; ++a) {
    CHECK(FullestBox(net, a, kM - a) == 1);
    CHECK(FullestBox(random, a, kM - a) > 1);
  }
}

TEST_CASE("over seeds each scrambled point is uniform and pairs are independent", "[sobol]") {
  // Owen's scramble makes each single point uniform; the first, the origin, shows it best.
  constexpr int kSeeds = 4000;
  double sum = 0.0;
  double squares = 0.0;
  double product = 0.0;
  std::vector<int> bins(16, 0);
  for (int seed = 0; seed < kSeeds; ++seed) {
    const std::vector<double> point = SobolSequence(2, static_cast<std::uint64_t>(seed)).Point(0);
    sum += point[0];
    squares += point[0] * point[0];
    product += (point[0] - 0.5) * (point[1] - 0.5);
    ++bins[static_cast<std::size_t>(16.0 * point[0])];
  }
  // Four standard errors each.
  CHECK(sum / kSeeds == Approx(0.5).margin(4.0 * std::sqrt(1.0 / 12.0 / kSeeds)));
  CHECK(squares / kSeeds == Approx(1.0 / 3.0).margin(4.0 * std::sqrt(4.0 / 45.0 / kSeeds)));
  CHECK(std::abs(product / kSeeds) < 4.0 / 12.0 / std::sqrt(kSeeds));
  double chi_squared = 0.0;
  for (const int count : bins) chi_squared += std::pow(count - kSeeds / 16.0, 2) / (kSeeds / 16.0);
  CHECK(chi_squared < 37.7);  // 0.999 quantile at 15 degrees of freedom
}

TEST_CASE("scrambled Sobol integrates far better than random points", "[sobol]") {
  // f = prod (1 + (u - 1/2)), integral 1, over 6 dimensions; root mean square error over seeds.
  const auto f = [](const std::vector<double>& u) {
    double value = 1.0;
    for (const double x : u) value *= 0.5 + x;
    return value;
  };
  constexpr int kSeeds = 20;
  constexpr std::uint32_t kPoints = 256;
  double sobol_error = 0.0;
  double random_error = 0.0;
  for (int seed = 0; seed < kSeeds; ++seed) {
    const SobolSequence sequence(6, static_cast<std::uint64_t>(seed));
    RandomStream stream(static_cast<std::uint64_t>(seed), Purpose::kTest);
    double sobol = 0.0;
    double random = 0.0;
    for (std::uint32_t i = 0; i < kPoints; ++i) {
      sobol += f(sequence.Point(i)) / kPoints;
      std::vector<double> u(6);
      for (double& x : u) x = stream.Uniform();
      random += f(u) / kPoints;
    }
    sobol_error += (sobol - 1.0) * (sobol - 1.0);
    random_error += (random - 1.0) * (random - 1.0);
  }
  CHECK(std::sqrt(sobol_error) < 0.1 * std::sqrt(random_error));
}

TEST_CASE("points do not depend on the order they are asked for, nor on other dimensions",
          "[sobol]") {
  const SobolSequence wide(40, 5);
  const SobolSequence narrow(3, 5);
  const std::vector<double> late = wide.Point(1000);
  CHECK(wide.Point(0) != late);
  CHECK(wide.Point(1000) == late);
  const std::vector<double> point = narrow.Point(1000);
  CHECK(std::equal(point.begin(), point.end(), late.begin()));
}

TEST_CASE("Sobol refuses dimensions without direction numbers", "[sobol]") {
  CHECK(SobolSequence::max_dimension() == 3667);
  CHECK_THROWS_AS(SobolSequence(0, 1), ContractViolation);
  CHECK_THROWS_AS(SobolSequence(3668, 1), ContractViolation);
  CHECK(SobolSequence(3667, 1).Point(3).size() == 3667);
}

}  // namespace rectune::baselines
