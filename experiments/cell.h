// SPDX-License-Identifier: Apache-2.0
//
// RunCell: one tuner, one seed, from where its journal ends to its last round. Everything that
// reaches the journal is a pure function of the cell's spec; wall times go to timing.jsonl beside
// it. Not a scheduler (experiments/study_runner.h).
//
// One round is: tell the tuner what is announced, propose, run the A/B experiment, observe,
// recommend, score the recommendation against the truth of the round's phase (which the tuner is
// never given), then commit by one journal line. Killed at
// any moment, the same call continues after the last committed round and ends in the same bytes.
//
// The slot of an invalid proposal is charged and serves production, so that the arms after it meet
// the noise of their own slots; what is read out there is dropped.
#pragma once

#include <filesystem>
#include <functional>

#include "core/json.h"
#include "experiments/study_spec.h"
#include "experiments/testbed_port.h"

namespace rectune::experiments {

inline constexpr int kJournalSchema = 1;

/// What the runner wants to know of a cell while it runs.
struct CellHooks {
  /// Asked before every round; true leaves the cell where it is, resumable.
  std::function<bool()> should_stop = [] { return false; };
  /// After each committed round.
  std::function<void()> on_round = [] {};
  /// Something a person should hear of, e.g. a torn tail that was dropped.
  std::function<void(const std::string&)> on_message = [](const std::string&) {};
};

enum class CellEnd { kDone, kStopped };

/// The first line of the cell's journal.
Json CellHeader(const Study& study, const CellSpec& cell, const TunerEntry& entry);

/// Rounds already committed under `folder`, without changing anything there.
int CommittedRounds(const std::filesystem::path& folder);

/// Runs `cell` in `folder` (made if need be). Throws std::runtime_error for damage and for files
/// that cannot be written; whatever a tuner throws passes through.
CellEnd RunCell(const Study& study, const CellSpec& cell, const TunerEntry& entry,
                const std::filesystem::path& folder, const CellHooks& hooks);

}  // namespace rectune::experiments
