// SPDX-License-Identifier: Apache-2.0
//
// Axis: a number's place on a line of pixels, with round tick values. Linear or logarithmic. Shared
// by every figure of the report; knows nothing of SVG.
//
//   Axis y{.low = 0.0, .high = 1.2, .from = 300.0, .to = 20.0};
//   double pixel = y.Place(0.5);
//   for (double tick : y.Ticks(5)) Label(y.TickLabel(tick));
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rectune::experiments {

struct Axis {
  double low = 0.0;   // value at `from`
  double high = 1.0;  // value at `to`; high > low
  double from = 0.0;  // pixels
  double to = 100.0;
  bool logarithmic = false;  // then low > 0

  double Place(double value) const;
  /// About `count` multiples of 1, 2 or 5 times a power of ten inside [low, high].
  std::vector<double> Ticks(int count) const;
};

/// The shortest text that tells these ticks apart: "0.25", "1", "20".
std::vector<std::string> TickLabels(const std::vector<double>& ticks);

/// A pixel coordinate as SVG text: one decimal.
std::string Px(double value);

/// Roughly how wide text of `size` pixels is in a sans-serif face.
double TextWidth(std::string_view text, double size);

/// Moves labels apart so that neighbours are at least `gap` away from each other and all stay in
/// [low, high] where there is room; the order of `wanted` is kept. Returns the new places.
std::vector<double> SpreadLabels(const std::vector<double>& wanted, double gap, double low,
                                 double high);

}  // namespace rectune::experiments
