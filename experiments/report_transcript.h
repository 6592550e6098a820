// SPDX-License-Identifier: Apache-2.0
//
// ReadTranscript: what a tuner left for people in its home folder, round by round. Any .md or .txt
// file whose path holds "round-<n>" or "round_<n>" belongs to round n; the tuner decides what is in
// it. The text is untrusted (a model wrote it) and is passed on as bytes: HtmlWriter cleans it.
//
//   for (const TranscriptRound& round : ReadTranscript(cell.home)) ...
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace rectune::experiments {

struct TranscriptPart {
  std::string name = {};  // path inside the home folder
  std::string text = {};
  std::size_t bytes_left_out = 0;  // of a file longer than the limit
};

struct TranscriptRound {
  int round = 0;
  std::vector<TranscriptPart> parts = {};  // by path
};

inline constexpr std::size_t kTranscriptLimit = 120'000;  // bytes a file shown in the page

/// Ascending by round; empty when the folder does not exist. Links are not followed.
std::vector<TranscriptRound> ReadTranscript(const std::filesystem::path& home,
                                            std::size_t limit = kTranscriptLimit);

}  // namespace rectune::experiments
