// SPDX-License-Identifier: Apache-2.0
#include "experiments/progress.h"

#include <cmath>
#include <cstdint>

namespace rectune::experiments {
namespace {

using Clock = std::chrono::steady_clock;

std::string TwoDigits(std::int64_t value) {
  return (value < 10 ? "0" : "") + std::to_string(value);
}

}  // namespace

std::string HumanDuration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::llround(seconds));
  if (whole < 60) return std::to_string(whole) + " s";
  if (whole < 3600) return std::to_string(whole / 60) + " min " + TwoDigits(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + TwoDigits(whole % 3600 / 60) + " min";
}

Progress::Progress(ProgressStyle style, std::ostream& out, int total, int already)
    : style_(style),
      out_(out),
      total_(total),
      already_(already),
      done_(already),
      last_tenth_(total > 0 ? already * 10 / total : 0),
      start_(Clock::now()),
      last_drawn_(start_ - std::chrono::hours(1)) {}

Progress::~Progress() {
  if (line_is_open_) out_ << '\n' << std::flush;
}

void Progress::RoundDone() {
  const std::lock_guard guard(mutex_);
  ++done_;
  Draw();
}

void Progress::Say(const std::string& message) {
  const std::lock_guard guard(mutex_);
  if (line_is_open_) out_ << "\r\033[K";
  line_is_open_ = false;
  out_ << message << '\n' << std::flush;
}

void Progress::Draw() {
  if (style_.is_quiet) return;
  if (!style_.is_terminal) {
    const int tenth = done_ * 10 / total_;
    if (tenth == last_tenth_) return;
    last_tenth_ = tenth;
    out_ << Line() << '\n' << std::flush;
    return;
  }
  // Often enough to look alive, seldom enough not to cost anything.
  const auto now = Clock::now();
  if (done_ < total_ && now - last_drawn_ < std::chrono::milliseconds(100)) return;
  last_drawn_ = now;
  out_ << "\r\033[K" << Line() << std::flush;
  line_is_open_ = true;
}

std::string Progress::Line() const {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  std::string line = "round " + std::to_string(done_) + " of " + std::to_string(total_) + " (" +
                     std::to_string(done_ * 100 / total_) + "%), " + HumanDuration(elapsed);
  const int fresh = done_ - already_;
  if (done_ < total_ && fresh > 0) {
    line += ", about " + HumanDuration(elapsed / fresh * (total_ - done_)) + " left";
  }
  return line;
}

}  // namespace rectune::experiments
