// SPDX-License-Identifier: Apache-2.0
#include "experiments/study_runner.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <utility>

#include "core/check.h"
#include "experiments/cell.h"

namespace rectune::experiments {
namespace {

/// Agents think longest, so they start first and the threads end together.
std::vector<std::size_t> LongestFirst(const std::vector<CellSpec>& cells,
                                      const std::vector<TunerEntry>& tuners) {
  std::vector<std::size_t> order(cells.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_partition(order.begin(), order.end(), [&](std::size_t i) {
    return FindTuner(tuners, cells[i].tuner.name)->is_agent;
  });
  return order;
}

}  // namespace

std::vector<CellSpec> SelectShard(const std::vector<CellSpec>& cells, Shard shard) {
  RECTUNE_CHECK(shard.count >= 1 && shard.index >= 1 && shard.index <= shard.count,
                "a shard is one of its count");
  std::vector<CellSpec> selected;
  for (std::size_t i = static_cast<std::size_t>(shard.index - 1); i < cells.size();
       i += static_cast<std::size_t>(shard.count)) {
    selected.push_back(cells[i]);
  }
  return selected;
}

StudyOutcome RunStudy(const Study& study, const Workbench& workbench, const RunFolder& folder,
                      const RunSettings& settings, std::ostream& talk) {
  const std::vector<CellSpec> cells = SelectShard(ExpandCells(study.spec), settings.shard);
  const int total = static_cast<int>(cells.size()) * study.spec.budget.rounds;
  int already = 0;
  for (const CellSpec& cell : cells) already += CommittedRounds(folder.cell(cell));
  Progress progress(settings.style, talk, total, already);

  const std::vector<std::size_t> order = LongestFirst(cells, workbench.tuners);
  std::vector<std::exception_ptr> errors(cells.size());
  std::atomic<std::size_t> next{0};
  std::atomic<bool> stopped{false};
  const CellHooks hooks{
      .should_stop = settings.should_stop,
      .on_round = [&progress] { progress.RoundDone(); },
      .on_message = [&progress](const std::string& message) { progress.Say(message); }};
  const auto work = [&] {
    for (std::size_t turn = next++; turn < order.size(); turn = next++) {
      const std::size_t index = order[turn];
      const CellSpec& cell = cells[index];
      if (settings.should_stop()) {
        stopped = true;
        return;
      }
      try {
        const TunerEntry& entry = *FindTuner(workbench.tuners, cell.tuner.name);
        if (RunCell(study, cell, entry, folder.cell(cell), hooks) == CellEnd::kStopped) {
          stopped = true;
        }
      } catch (...) {
        errors[index] = std::current_exception();  // rethrown below, in cell order
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    const int count = std::min<int>(settings.jobs, static_cast<int>(cells.size()));
    for (int i = 0; i < count; ++i) threads.emplace_back(work);
  }

  StudyOutcome outcome{.stopped = stopped, .failures = {}, .cells = static_cast<int>(cells.size())};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (!errors[i]) continue;
    try {
      std::rethrow_exception(errors[i]);
    } catch (const std::exception& error) {
      outcome.failures.push_back({cells[i].id, error.what()});
    }
  }
  return outcome;
}

}  // namespace rectune::experiments
