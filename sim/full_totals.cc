// SPDX-License-Identifier: Apache-2.0
#include "sim/full_totals.h"

#include <algorithm>
#include <string>

#include "core/check.h"

namespace rectune::sim {
namespace {

std::string Decimal(Int128 value) {
  const bool negative = value < 0;
  std::string digits;
  do {
    const auto digit = static_cast<int>(value % 10);
    digits.push_back(static_cast<char>('0' + (digit < 0 ? -digit : digit)));
    value /= 10;
  } while (value != 0);
  if (negative) digits.push_back('-');
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace

std::int64_t UnitsOf(Total total) {
  switch (total) {
    case Total::kTimeSpentSeconds:
      return 1000;
    case Total::kTopicDiversity:
    case Total::kCreatorCoverage:
      return std::int64_t{1} << 20;
    default:
      return 1;
  }
}

void FullTotals::Add(const UserTotals& user) {
  ++users_;
  for (std::size_t a = 0; a < kTotals; ++a) {
    sums_[a] += user[a];
    for (std::size_t b = a; b < kTotals; ++b) {
      products_[a * kTotals + b] += static_cast<Int128>(user[a]) * user[b];
    }
  }
}

void FullTotals::Merge(const FullTotals& other) {
  users_ += other.users_;
  for (std::size_t a = 0; a < sums_.size(); ++a) sums_[a] += other.sums_[a];
  for (std::size_t i = 0; i < products_.size(); ++i) products_[i] += other.products_[i];
}

ArmOutcome FullTotals::ToOutcome(double serving_cost) const {
  RECTUNE_CHECK(users_ >= 2, "moments need at least two users");
  const auto n = static_cast<Int128>(users_);
  const auto count = static_cast<double>(users_);
  ArmOutcome outcome;
  outcome.serving_cost = serving_cost;
  outcome.expected.resize(1, kTotals);
  outcome.within.resize(kTotals, kTotals);
  for (std::size_t a = 0; a < kTotals; ++a) {
    const auto unit_a = static_cast<double>(UnitsOf(static_cast<Total>(a)));
    const auto row = static_cast<Eigen::Index>(a);
    outcome.expected(0, row) = static_cast<double>(sums_[a]) / count / unit_a;
    for (std::size_t b = a; b < kTotals; ++b) {
      const auto unit_b = static_cast<double>(UnitsOf(static_cast<Total>(b)));
      // n E[ab] - sums, exact: no cancellation however many users there are.
      const Int128 scaled = n * products_[a * kTotals + b] - sums_[a] * sums_[b];
      const double covariance =
          static_cast<double>(scaled) / count / (count - 1.0) / unit_a / unit_b;
      outcome.within(row, static_cast<Eigen::Index>(b)) = covariance;
      outcome.within(static_cast<Eigen::Index>(b), row) = covariance;
    }
  }
  return outcome;
}

Json FullTotals::ToJson() const {
  Json sums = Json::array();
  for (const Int128 sum : sums_) sums.push_back(Decimal(sum));
  Json products = Json::array();
  for (std::size_t a = 0; a < kTotals; ++a) {
    for (std::size_t b = a; b < kTotals; ++b) {
      products.push_back(Decimal(products_[a * kTotals + b]));
    }
  }
  return {{"users", users_}, {"sums", std::move(sums)}, {"products", std::move(products)}};
}

}  // namespace rectune::sim
