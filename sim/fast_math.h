// SPDX-License-Identifier: Apache-2.0
//
// Exponential and logarithm for the inner loops: branch-free float polynomials (Cephes' expf and
// logf), which compilers turn into vector code and which give the same bits on every machine; the C
// library's do neither (glibc picks a variant by processor). Not for code outside the simulator's
// loops, and not for accuracy beyond float: relative error of FastExp and absolute error of FastLog
// stay below 1e-6 (tests/sim/fast_math_test.cc).
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

namespace rectune::sim {

/// e^x; x is cut to [-87, 87], so the result is finite and positive.
inline float FastExp(float x) {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer
  x = std::min(std::max(x, -87.0F), 87.0F);
  const float n = (x * kLog2E + kRounder) - kRounder;
  const float r = (x - n * kLn2High) - n * kLn2Low;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  const float mantissa = (p * r) * r + r + 1.0F;
  const std::int32_t exponent = (static_cast<std::int32_t>(n) + 127) * (1 << 23);
  return mantissa * std::bit_cast<float>(exponent);
}

/// ln x of a positive, normal x.
inline float FastLog(float x) {
  constexpr std::int32_t kSqrtHalfBits = 0x3F3504F3;
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t exponent = (bits - kSqrtHalfBits) >> 23;
  const float f = std::bit_cast<float>(bits - exponent * (1 << 23)) - 1.0F;
  const float z = f * f;
  const auto n = static_cast<float>(exponent);
  float p = 7.0376836292e-2F;
  p = p * f - 1.1514610310e-1F;
  p = p * f + 1.1676998740e-1F;
  p = p * f - 1.2420140846e-1F;
  p = p * f + 1.4249322787e-1F;
  p = p * f - 1.6668057665e-1F;
  p = p * f + 2.0000714765e-1F;
  p = p * f - 2.4999993993e-1F;
  p = p * f + 3.3333331174e-1F;
  const float tail = (p * f) * z + n * kLn2Low - 0.5F * z;
  return (f + tail) + n * kLn2High;
}

inline float Sigmoid(float logit) { return 1.0F / (1.0F + FastExp(-logit)); }

/// -ln Sigmoid(logit), to within the rounding of 1 + e^-logit.
inline float NegativeLogSigmoid(float logit) { return FastLog(1.0F + FastExp(-logit)); }

}  // namespace rectune::sim
