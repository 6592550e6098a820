// SPDX-License-Identifier: Apache-2.0
//
// LogTables: what the fits read: summary tables of KuaiRand-27K and the watch ratios of its liked
// and hated rows, from a folder laid out as shared/data (see its README). Only
// `rectune_fit_constants` and its test read data; the simulator never does.
//
//   LogTables tables = ReadLogTables("shared/data");   // ConfigError names file, line and column
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <vector>

namespace rectune::sim {

struct UserRow {
  double exposures = 0.0;
  double clicks = 0.0;
};

struct VideoRow {
  double exposures = 0.0;  // a video
  double videos = 0.0;     // that had as many
};

struct DayRow {
  int weekday = 0;  // Monday 0
  double exposures = 0.0;
  double clicks = 0.0;
};

struct HourRow {
  double exposures = 0.0;
  double clicks = 0.0;
};

struct LogTables {
  std::vector<UserRow> standard_users;
  std::vector<UserRow> random_users;
  std::vector<VideoRow> standard_videos;
  std::vector<DayRow> standard_days;       // in order of date
  std::array<HourRow, 24> standard_hours;  // of the day
  std::vector<double> liked_ratios;  // play time / duration, ascending; rows without duration out
  std::vector<double> hated_ratios;
};

LogTables ReadLogTables(const std::filesystem::path& folder);

}  // namespace rectune::sim
