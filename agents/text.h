// SPDX-License-Identifier: Apache-2.0
//
// Small helpers for text that people and models read: numbers short enough to compare by eye, and
// untrusted text made safe to store and print. Not a formatting library.
//
//   SanitizeText(reply, 2000);     // no control characters, at most 2000 bytes, valid UTF-8
//   FormatSigned(0.5);             // "+0.5"
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace rectune::agents {

/// Four significant digits, no trailing zeros, never "-0".
std::string FormatNumber(double value);
/// A count in full: "2000000".
std::string FormatCount(double value);
/// As FormatNumber, with a sign on positive values too.
std::string FormatSigned(double value);

/// Model text is untrusted: drops control characters other than newline and tab (and the C1 block,
/// bidirectional overrides and invalid UTF-8), and cuts at `max_bytes` on a character boundary with
/// a visible "[...]".
std::string SanitizeText(std::string_view text, std::size_t max_bytes);
/// The same on one line: newlines and tabs become spaces.
std::string SanitizeLine(std::string_view text, std::size_t max_bytes);

/// Lower-case letters, digits and single hyphens, at most 64; "unnamed" if nothing is left.
std::string Slug(std::string_view text);

/// "round-03"
std::string RoundName(int round);

/// About four characters a token: an estimate, for models that do not report usage.
int EstimateTokens(std::string_view text);

std::string Join(const std::vector<std::string>& parts, std::string_view separator);

/// Lower-case words of letters: "lvr_curve" gives {"lvr", "curve"}.
std::vector<std::string> Words(std::string_view text);

}  // namespace rectune::agents
