// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_transcript.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>

#include "core/json.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

/// The number after the last "round-" or "round_" in `path`.
std::optional<int> RoundOf(const std::string& path) {
  const std::size_t found = path.rfind("round");
  if (found == std::string::npos) return std::nullopt;
  std::size_t at = found + 5;
  if (at >= path.size() || (path[at] != '-' && path[at] != '_')) return std::nullopt;
  int round = 0;
  std::size_t digits = 0;
  for (++at; at < path.size() && digits < 6; ++at, ++digits) {
    if (std::isdigit(static_cast<unsigned char>(path[at])) == 0) break;
    round = 10 * round + (path[at] - '0');
  }
  return digits == 0 ? std::nullopt : std::optional<int>(round);
}

}  // namespace

std::vector<TranscriptRound> ReadTranscript(const fs::path& home, std::size_t limit) {
  std::vector<TranscriptRound> rounds;
  if (!fs::is_directory(home)) return rounds;
  std::map<std::pair<int, std::string>, fs::path> files;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(home)) {
    if (!fs::is_regular_file(entry.symlink_status())) continue;
    const std::string extension = entry.path().extension().string();
    if (extension != ".md" && extension != ".txt") continue;
    const std::string name = entry.path().lexically_relative(home).generic_string();
    if (const std::optional<int> round = RoundOf(name)) files[{*round, name}] = entry.path();
  }
  for (const auto& [key, path] : files) {
    if (rounds.empty() || rounds.back().round != key.first) rounds.push_back({key.first, {}});
    TranscriptPart part{.name = key.second, .text = ReadFile(path)};
    if (part.text.size() > limit) {
      part.bytes_left_out = part.text.size() - limit;
      part.text.resize(limit);
    }
    rounds.back().parts.push_back(std::move(part));
  }
  return rounds;
}

}  // namespace rectune::experiments
