// SPDX-License-Identifier: Apache-2.0
//
// Numbers as a report prints them: fixed decimals so that columns align, a true minus sign in
// pages, ASCII in files, and no locale anywhere. Non-finite numbers and absent ones print as words
// or a dash, never as 0. Not a serialiser (core/json.h).
//
//   Fixed(0.3149, 2);                        // "0.31"
//   IntervalText({0.31, 0.25, 0.36}, 2);     // "0.31 [0.25, 0.36]"
//   CountText(4800000.0);                    // "4.8 million"
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "experiments/statistics.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {

inline constexpr std::string_view kAbsent = "\u2013";  // an en dash, for "there is no such number"

// Fixed and Signed are those of the terminal's tables (experiments/text_grid.h).

/// `digits` significant digits without an exponent where that is readable, thousands unseparated.
std::string Significant(double value, int digits);
/// Shortest text that reads back to the same double, for files.
std::string Exact(double value);
/// "31%"
std::string PercentText(double share, int decimals = 0);
/// "12 of 60"
std::string OfText(int count, int total);
std::string IntervalText(const Interval& interval, int decimals);
/// "0.31 [0.25, 0.36]", all with signs.
std::string SignedIntervalText(const Interval& interval, int decimals);
/// "+5%", "-0.25%": a bound somebody wrote, in no more digits than it has.
std::string BoundPercent(double bound);
/// "0.0312", "< 0.0001"
std::string PValueText(double p);
/// "p = 0.0312", "p < 0.0001"
std::string PEquals(double p);
/// A metric's level: four significant digits, large ones as CountText.
std::string LevelText(double level);
/// "250,000", "4.8 million", "1.2 billion"
std::string CountText(double count);
/// "0.41 ms", "12 ms", "3.4 s"
std::string DurationText(double seconds);

/// "-" before a digit becomes a true minus sign (U+2212), for pages.
std::string Typographic(std::string_view text);

}  // namespace rectune::experiments
