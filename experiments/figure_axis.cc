// SPDX-License-Identifier: Apache-2.0
#include "experiments/figure_axis.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <ranges>

#include "core/check.h"
#include "experiments/report_format.h"
#include "experiments/tables.h"

namespace rectune::experiments {
namespace {

double RoundStep(double rough) {
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * (1.0 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

}  // namespace

double Axis::Place(double value) const {
  RECTUNE_CHECK(high > low, "an axis needs a range");
  const double share =
      logarithmic ? std::log(value / low) / std::log(high / low) : (value - low) / (high - low);
  return from + share * (to - from);
}

std::vector<double> Axis::Ticks(int count) const {
  RECTUNE_CHECK(high > low && count >= 2, "an axis needs a range and two ticks");
  std::vector<double> ticks;
  if (logarithmic) {
    RECTUNE_CHECK(low > 0.0, "a logarithmic axis starts above 0");
    const bool wide = high / low > 200.0;  // then decades alone are enough
    for (double decade = std::pow(10.0, std::floor(std::log10(low))); decade <= high;
         decade *= 10.0) {
      for (const double factor : {1.0, 2.0, 5.0}) {
        const double tick = factor * decade;
        if (wide && factor != 1.0) continue;
        if (tick >= low * (1.0 - 1e-9) && tick <= high * (1.0 + 1e-9)) ticks.push_back(tick);
      }
    }
    return ticks;
  }
  const double step = RoundStep((high - low) / count);
  const double first = std::ceil(low / step - 1e-9);
  for (double i = first; i * step <= high + 1e-9 * step; i += 1.0) ticks.push_back(i * step);
  return ticks;
}

std::vector<std::string> TickLabels(const std::vector<double>& ticks) {
  double finest = 1.0;
  for (std::size_t i = 0; i + 1 < ticks.size(); ++i) {
    finest = std::min(finest, ticks[i + 1] - ticks[i]);
  }
  for (const double tick : ticks) {
    // On a logarithmic axis the smallest tick itself may need more digits than the gaps.
    if (tick > 0.0) finest = std::min(finest, tick);
  }
  const int decimals =
      finest > 0.0 ? std::max(0, static_cast<int>(std::ceil(-std::log10(finest) - 1e-9))) : 0;
  std::vector<std::string> labels;
  for (const double tick : ticks) labels.push_back(Typographic(Fixed(tick, decimals)));
  return labels;
}

std::string Px(double value) {
  std::string text = Fixed(value, 1);
  if (text.size() > 2 && text.substr(text.size() - 2) == ".0") text.resize(text.size() - 2);
  return text;
}

double TextWidth(std::string_view text, double size) {
  return 0.56 * size * static_cast<double>(DisplayWidth(text));
}

std::vector<double> SpreadLabels(const std::vector<double>& wanted, double gap, double low,
                                 double high) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  std::vector<double> placed(wanted.size());
  // Push down in order, then push back up from the bottom edge.
  double floor = low;
  for (const std::size_t i : order) {
    placed[i] = std::max(wanted[i], floor);
    floor = placed[i] + gap;
  }
  double ceiling = high;
  for (const std::size_t i : std::views::reverse(order)) {
    placed[i] = std::min(placed[i], ceiling);
    ceiling = placed[i] - gap;
  }
  return placed;
}

}  // namespace rectune::experiments
