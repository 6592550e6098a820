// SPDX-License-Identifier: Apache-2.0
#include "sim/calibration/log_tables.h"

#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <string>
#include <string_view>

#include "core/check.h"
#include "core/config_error.h"

namespace rectune::sim {
namespace {

// zlib reads plain files as they are, so one reader serves .csv and .csv.gz.
std::string ReadMaybeCompressed(const std::filesystem::path& file) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> handle(gzopen(file.c_str(), "rb"), gzclose);
  if (!handle) throw ConfigError("", "missing", "a readable table").In(file.string());
  std::string text;
  std::array<char, 65536> buffer{};
  int count = 0;
  while ((count = gzread(handle.get(), buffer.data(), buffer.size())) > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(count));
  }
  if (count < 0) throw ConfigError("", "damaged", "a table or its gzip").In(file.string());
  return text;
}

// A delimited table with a header line; every cell asked for must be a finite number.
class Table {
 public:
  Table(std::filesystem::path file, char delimiter) : file_(std::move(file)) {
    const std::string text = ReadMaybeCompressed(file_);
    std::string_view rest = text;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);  // byte-order mark
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      std::string_view line = rest.substr(0, end);
      rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty()) rows_.push_back(Split(line, delimiter));
    }
    if (rows_.size() < 2) Fail("", "no rows");
    header_ = rows_.front();
    rows_.erase(rows_.begin());
  }

  std::size_t size() const { return rows_.size(); }

  std::size_t Column(const std::string& name) const {
    const auto found = std::find(header_.begin(), header_.end(), name);
    if (found == header_.end()) Fail("/" + name, "no such column");
    return static_cast<std::size_t>(found - header_.begin());
  }

  double Number(std::size_t row, std::size_t column) const {
    const std::string where = "/" + std::to_string(row + 2) + "/" + header_[column];
    if (column >= rows_[row].size()) Fail(where, "missing");
    const std::string& cell = rows_[row][column];
    double value = 0.0;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value)) {
      Fail(where, cell);
    }
    return value;
  }

 private:
  static std::vector<std::string> Split(std::string_view line, char delimiter) {
    std::vector<std::string> cells;
    std::size_t begin = 0;
    while (true) {
      const std::size_t end = line.find(delimiter, begin);
      cells.emplace_back(line.substr(begin, end - begin));
      if (end == std::string_view::npos) return cells;
      begin = end + 1;
    }
  }

  [[noreturn]] void Fail(const std::string& where, const std::string& value) const {
    throw ConfigError(where, value, "a finite number in a delimited table with a header")
        .In(file_.string());
  }

  std::filesystem::path file_;
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

std::vector<UserRow> ReadUsers(const std::filesystem::path& file) {
  const Table table(file, ',');
  const std::size_t exposures = table.Column("exposures");
  const std::size_t clicks = table.Column("clicks");
  std::vector<UserRow> users;
  for (std::size_t row = 0; row < table.size(); ++row) {
    users.push_back({table.Number(row, exposures), table.Number(row, clicks)});
  }
  return users;
}

int Weekday(int date) {  // date as yyyymmdd
  const std::chrono::year_month_day day{std::chrono::year(date / 10000),
                                        std::chrono::month(static_cast<unsigned>(date / 100 % 100)),
                                        std::chrono::day(static_cast<unsigned>(date % 100))};
  RECTUNE_CHECK(day.ok(), "no such date: " + std::to_string(date));
  return static_cast<int>(std::chrono::weekday{std::chrono::sys_days{day}}.iso_encoding()) - 1;
}

}  // namespace

LogTables ReadLogTables(const std::filesystem::path& folder) {
  const std::filesystem::path aggregates = folder / "kuairand27k_aggregates";
  LogTables tables;
  tables.standard_users = ReadUsers(aggregates / "log_standard_user_stats_distribution.csv.gz");
  tables.random_users = ReadUsers(aggregates / "log_random_user_stats_distribution.csv.gz");

  const Table videos(aggregates / "log_standard_video_exposure_freq.csv", ',');
  for (std::size_t row = 0; row < videos.size(); ++row) {
    tables.standard_videos.push_back({videos.Number(row, videos.Column("exposure_per_video")),
                                      videos.Number(row, videos.Column("video_count"))});
  }

  const Table days(aggregates / "log_standard_daily.csv", ',');
  int previous = 0;
  for (std::size_t row = 0; row < days.size(); ++row) {
    const int date = static_cast<int>(days.Number(row, days.Column("date")));
    RECTUNE_CHECK(date > previous, "days must stand in order of date");
    previous = date;
    tables.standard_days.push_back({Weekday(date), days.Number(row, days.Column("exposures")),
                                    days.Number(row, days.Column("clicks"))});
  }

  const Table hours(aggregates / "log_standard_hourly.csv", ',');
  RECTUNE_CHECK(hours.size() == tables.standard_hours.size(), "an hourly table has 24 rows");
  for (std::size_t row = 0; row < hours.size(); ++row) {
    RECTUNE_CHECK(hours.Number(row, hours.Column("hour")) == static_cast<double>(row),
                  "hours must stand in order");
    tables.standard_hours[row] = {hours.Number(row, hours.Column("exposures")),
                                  hours.Number(row, hours.Column("clicks"))};
  }

  const Table rows(folder / "kuairand27k_like_or_hate" / "standard_kcore_15.tsv.gz", '\t');
  const std::size_t played = rows.Column("play_time_ms");
  const std::size_t duration = rows.Column("duration_ms");
  const std::size_t label = rows.Column("label");
  for (std::size_t row = 0; row < rows.size(); ++row) {
    if (rows.Number(row, duration) <= 0.0) continue;  // photo posts: no ratio
    const double ratio = rows.Number(row, played) / rows.Number(row, duration);
    (rows.Number(row, label) == 1.0 ? tables.liked_ratios : tables.hated_ratios).push_back(ratio);
  }
  std::sort(tables.liked_ratios.begin(), tables.liked_ratios.end());
  std::sort(tables.hated_ratios.begin(), tables.hated_ratios.end());
  return tables;
}

}  // namespace rectune::sim
