// SPDX-License-Identifier: Apache-2.0
#include "core/random_stream.h"

#include <Random123/philox.h>

#include <cmath>

#include "core/check.h"

namespace rectune {
namespace {

// Here and inline, so that a loop over it works on several blocks at a time: alone, a block waits
// for its own multiplications.
inline void WriteBlock(const std::array<std::uint64_t, 4>& counter,
                       const std::array<std::uint64_t, 2>& key, std::uint64_t* words) {
  using Philox = r123::Philox4x64;  // ten rounds
  const Philox::ctr_type block =
      Philox()(Philox::ctr_type{{counter[0], counter[1], counter[2], counter[3]}},
               Philox::key_type{{key[0], key[1]}});
  for (std::size_t w = 0; w < counter.size(); ++w) words[w] = block.v[w];
}

// r = sum_i c_i x^i, highest power first.
template <std::size_t N>
double Polynomial(const double (&coefficients)[N], double x) {
  double sum = coefficients[N - 1];
  for (std::size_t i = N - 1; i > 0; --i) {
    sum = sum * x + coefficients[i - 1];
  }
  return sum;
}

// log of a Gamma(shape, 1) variate. In logs, because for a small shape the variate itself
// underflows, and Beta(0.001, 0.001) would divide zero by zero.
double LogGammaVariate(RandomStream& stream, double shape) {
  double boost = 0.0;
  if (shape < 1.0) {  // G(a) = G(a + 1) U^(1/a), section 6 of the paper
    boost = std::log(stream.UniformOpen()) / shape;
    shape += 1.0;
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = stream.Normal();
    const double root = 1.0 + c * x;
    if (root <= 0.0) {
      continue;
    }
    const double v = root * root * root;
    const double log_u = std::log(stream.UniformOpen());
    if (log_u < 0.5 * x * x + d - d * v + d * std::log(v)) {
      return std::log(d * v) + boost;
    }
  }
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, Purpose purpose, std::uint64_t step,
                           std::uint64_t entity, std::uint64_t replicate)
    : key_{seed, static_cast<std::uint64_t>(purpose)}, counter_{0, step, entity, replicate} {}

void RandomStream::Refill() {
  words_ = PhiloxBlock(counter_, key_);
  ++counter_[0];
  used_ = 0;
}

std::uint64_t RandomStream::NextBits() {
  if (used_ == words_.size()) {
    Refill();
  }
  return words_[used_++];
}

void RandomStream::Fill(std::span<std::uint64_t> words) {
  while (!words.empty() && used_ < words_.size()) {
    words.front() = words_[used_++];
    words = words.subspan(1);
  }
  const std::size_t whole = words.size() / words_.size() * words_.size();
  for (std::size_t w = 0; w < whole; w += words_.size()) {
    WriteBlock(counter_, key_, &words[w]);
    ++counter_[0];
  }
  for (std::size_t w = whole; w < words.size(); ++w) words[w] = NextBits();
}

double RandomStream::Uniform() { return static_cast<double>(NextBits() >> 11U) * 0x1p-53; }

double RandomStream::UniformOpen() {
  return (static_cast<double>(NextBits() >> 12U) + 0.5) * 0x1p-52;
}

double RandomStream::Uniform(double low, double high) {
  RECTUNE_CHECK(low <= high, "an empty interval");
  return low + Uniform() * (high - low);
}

std::uint64_t RandomStream::UniformInteger(std::uint64_t count) {
  RECTUNE_CHECK(count > 0, "cannot choose from nothing");
  // 2^64 mod count: the surplus that would favour small residues.
  const std::uint64_t surplus = (0 - count) % count;
  for (;;) {
    const std::uint64_t bits = NextBits();
    if (bits >= surplus) {
      return bits % count;
    }
  }
}

double RandomStream::Normal() { return NormalQuantile(UniformOpen()); }

std::size_t RandomStream::Categorical(std::span<const double> weights) {
  double total = 0.0;
  for (const double weight : weights) {
    RECTUNE_CHECK(weight >= 0.0 && std::isfinite(weight), "weights are finite and non-negative");
    total += weight;
  }
  RECTUNE_CHECK(total > 0.0 && std::isfinite(total), "weights need a positive, finite sum");
  const double target = Uniform() * total;
  double sum = 0.0;
  std::size_t last_positive = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0.0) {
      last_positive = i;
      sum += weights[i];
      if (target < sum) {
        return i;
      }
    }
  }
  return last_positive;  // u * total can round up to total
}

double RandomStream::Gamma(double shape) {
  RECTUNE_CHECK(shape > 0.0 && std::isfinite(shape), "Gamma needs a positive shape");
  return std::exp(LogGammaVariate(*this, shape));
}

double RandomStream::Beta(double a, double b) {
  RECTUNE_CHECK(a > 0.0 && b > 0.0 && std::isfinite(a) && std::isfinite(b),
                "Beta needs positive shapes");
  const double log_x = LogGammaVariate(*this, a);
  const double log_y = LogGammaVariate(*this, b);
  return 1.0 / (1.0 + std::exp(log_y - log_x));
}

std::array<std::uint64_t, 4> PhiloxBlock(const std::array<std::uint64_t, 4>& counter,
                                         const std::array<std::uint64_t, 2>& key) {
  std::array<std::uint64_t, 4> words{};
  WriteBlock(counter, key, words.data());
  return words;
}

void PhiloxBlocks(std::span<const std::uint64_t> first, const std::array<std::uint64_t, 4>& counter,
                  const std::array<std::uint64_t, 2>& key, std::span<std::uint64_t> words) {
  RECTUNE_CHECK(words.size() == counter.size() * first.size(), "four words a block");
  for (std::size_t i = 0; i < first.size(); ++i) {
    WriteBlock({first[i], counter[1], counter[2], counter[3]}, key, &words[4 * i]);
  }
}

// Algorithm AS 241, routine PPND16 (Wichura, Applied Statistics 37 (1988), 477-484).
double NormalQuantile(double probability) {
  RECTUNE_CHECK(probability > 0.0 && probability < 1.0, "a quantile needs 0 < probability < 1");
  static constexpr double kCentreTop[] = {3.3871328727963666080e0, 1.3314166789178437745e2,
                                          1.9715909503065514427e3, 1.3731693765509461125e4,
                                          4.5921953931549871457e4, 6.7265770927008700853e4,
                                          3.3430575583588128105e4, 2.5090809287301226727e3};
  static constexpr double kCentreBottom[] = {1.0,
                                             4.2313330701600911252e1,
                                             6.8718700749205790830e2,
                                             5.3941960214247511077e3,
                                             2.1213794301586595867e4,
                                             3.9307895800092710610e4,
                                             2.8729085735721942674e4,
                                             5.2264952788528545610e3};
  static constexpr double kMiddleTop[] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                          5.76949722146069140550e0,  3.64784832476320460504e0,
                                          1.27045825245236838258e0,  2.41780725177450611770e-1,
                                          2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static constexpr double kMiddleBottom[] = {1.0,
                                             2.05319162663775882187e0,
                                             1.67638483018380384940e0,
                                             6.89767334985100004550e-1,
                                             1.48103976427480074590e-1,
                                             1.51986665636164571966e-2,
                                             5.47593808499534494600e-4,
                                             1.05075007164441684324e-9};
  static constexpr double kTailTop[] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                        1.78482653991729133580e0,  2.96560571828504891230e-1,
                                        2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                        2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double kTailBottom[] = {1.0,
                                           5.99832206555887937690e-1,
                                           1.36929880922735805310e-1,
                                           1.48753612908506148525e-2,
                                           7.86869131145613259100e-4,
                                           1.84631831751005468180e-5,
                                           1.42151175831644588870e-7,
                                           2.04426310338993978564e-15};

  const double q = probability - 0.5;
  if (std::abs(q) <= 0.425) {
    const double r = 0.180625 - q * q;
    return q * Polynomial(kCentreTop, r) / Polynomial(kCentreBottom, r);
  }
  const double r = std::sqrt(-std::log(q < 0.0 ? probability : 1.0 - probability));
  const double magnitude =
      r <= 5.0 ? Polynomial(kMiddleTop, r - 1.6) / Polynomial(kMiddleBottom, r - 1.6)
               : Polynomial(kTailTop, r - 5.0) / Polynomial(kTailBottom, r - 5.0);
  return q < 0.0 ? -magnitude : magnitude;
}

double NormalCdf(double x) { return 0.5 * std::erfc(-x * 0.70710678118654752440); }

std::uint64_t DeriveSeed(std::uint64_t seed, std::string_view label) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char c : label) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001b3U;
  }
  // Second key word 0: no Purpose has that code, so a derived seed is never a stream's number.
  return PhiloxBlock({hash, label.size(), 0, 0}, {seed, 0})[0];
}

}  // namespace rectune
