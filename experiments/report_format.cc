// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_format.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>

#include "core/check.h"

namespace rectune::experiments {
namespace {

std::string NonFinite(double value) {
  if (std::isnan(value)) return "NaN";
  return value > 0.0 ? "Infinity" : "-Infinity";
}

std::string Format(double value, std::chars_format format, int precision) {
  std::array<char, 400> buffer{};
  const auto result =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format, precision);
  RECTUNE_CHECK(result.ec == std::errc(), "a number needs more than 400 characters");
  return {buffer.data(), result.ptr};
}

std::string WithThousands(const std::string& digits) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

}  // namespace

std::string Significant(double value, int digits) {
  if (!std::isfinite(value)) return NonFinite(value);
  if (value == 0.0) return "0";
  const double size = std::abs(value);
  if (size < 1e-4 || size >= 1e9) return Format(value, std::chars_format::scientific, digits - 1);
  const int before = static_cast<int>(std::floor(std::log10(size))) + 1;
  std::string text = Fixed(value, std::max(0, digits - before));
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text;
}

std::string Exact(double value) {
  if (!std::isfinite(value)) return NonFinite(value);
  std::array<char, 64> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

std::string PercentText(double share, int decimals) { return Fixed(100.0 * share, decimals) + "%"; }

std::string OfText(int count, int total) {
  return std::to_string(count) + " of " + std::to_string(total);
}

std::string IntervalText(const Interval& interval, int decimals) {
  return Fixed(interval.estimate, decimals) + " [" + Fixed(interval.low, decimals) + ", " +
         Fixed(interval.high, decimals) + "]";
}

std::string SignedIntervalText(const Interval& interval, int decimals) {
  return Signed(interval.estimate, decimals) + " [" + Signed(interval.low, decimals) + ", " +
         Signed(interval.high, decimals) + "]";
}

std::string PValueText(double p) {
  if (p < 1e-4) return "< 0.0001";
  return Fixed(p, p < 0.1 ? 4 : 3);
}

std::string BoundPercent(double bound) {
  return (bound > 0.0 ? "+" : "") + Significant(bound, 6) + "%";
}

std::string PEquals(double p) {
  const std::string text = PValueText(p);
  return text.front() == '<' ? "p " + text : "p = " + text;
}

std::string LevelText(double level) {
  if (std::isnan(level)) return std::string(kAbsent);
  return std::abs(level) >= 1e4 ? CountText(level) : Significant(level, 4);
}

std::string CountText(double count) {
  if (!std::isfinite(count)) return NonFinite(count);
  if (count >= 1e9) return Significant(count / 1e9, 3) + " billion";
  if (count >= 1e6) return Significant(count / 1e6, 3) + " million";
  return WithThousands(Fixed(count, 0));
}

std::string DurationText(double seconds) {
  if (seconds < 1.0) return Significant(1e3 * seconds, 2) + " ms";
  return Significant(seconds, 2) + " s";
}

std::string Typographic(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_number =
        text[i] == '-' && i + 1 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '9';
    const bool inside_word =
        i > 0 && text[i - 1] != ' ' && text[i - 1] != '[' && text[i - 1] != '(';
    if (starts_number && !inside_word) {
      out += "\u2212";
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace rectune::experiments
