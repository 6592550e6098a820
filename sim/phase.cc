// SPDX-License-Identifier: Apache-2.0
#include "sim/phase.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/check.h"
#include "core/config_error.h"

namespace rectune::sim {
namespace {

/// As many as a study may have (experiments/study_spec.cc).
constexpr int kMaxRounds = 10'000;

/// What one event adds to the state of the world `since` rounds after it began; the label of that,
/// or "" when it adds nothing.
struct Effect {
  int since;
  int days;
  Phase& state;

  std::string operator()(const ModelPush& push) const {
    state.model_version = push.version;
    return "model version " + std::to_string(push.version);
  }
  std::string operator()(const ObjectiveShift& shift) const {
    state.objective = shift.objective;
    ++state.objective_shifts;
    return "shifted objective";
  }
  std::string operator()(const Season& season) const {
    const int step = since / season.rounds_a_step % season.steps;
    const double turn = static_cast<double>(step) / season.steps;
    // Not the sine of pi, which is not quite 0: half a period on, the world is itself again.
    const double sine =
        2 * step % season.steps == 0 ? 0.0 : std::sin(2.0 * std::numbers::pi * turn);
    state.shift.activity += season.activity * sine;
    state.shift.log_satiation += season.satiation * sine;
    if (season.topics != 0.0) {
      state.shift.topic_swing = season.topics;
      state.shift.topic_phase = turn;
    }
    return "season step " + std::to_string(step + 1) + " of " + std::to_string(season.steps);
  }
  std::string operator()(const ContentShock& shock) const {
    if (since >= shock.rounds) return "";
    state.shift.shocks.push_back(shock.content);
    return "content shock";
  }
  std::string operator()(const Drift& drift) const {
    const int step = std::min(1 + since / drift.rounds_a_step, drift.steps);
    const double gone = static_cast<double>(step) * drift.rounds_a_step * days;
    state.shift.new_tastes =
        1.0 - (1.0 - state.shift.new_tastes) * std::pow(1.0 - drift.tastes, gone);
    state.shift.head_levels += drift.calibration * gone;
    return "drift step " + std::to_string(step) + " of " + std::to_string(drift.steps);
  }
};

}  // namespace

Timeline::Timeline(std::uint64_t model_version, const Objective& objective,
                   std::vector<Event> events, int days)
    : events_(std::move(events)) {
  // Nothing ever changes without events, so one round tells all.
  const int rounds = events_.empty() ? 1 : kMaxRounds;
  for (int round = 1; round <= rounds; ++round) {
    phase_of_round_.push_back(Intern(StateIn(round, model_version, objective, days)));
  }
}

Phase Timeline::StateIn(int round, std::uint64_t model_version, const Objective& objective,
                        int days) const {
  Phase state{.first_round = round,
              .label = "",
              .model_version = model_version,
              .shift = {},
              .objective = objective,
              .objective_shifts = 0,
              .world = 0};
  std::vector<std::string> labels(
      std::variant_size_v<decltype(Event::what)>);  // the last of a kind
  for (const Event& event : events_) {
    if (event.round > round) break;  // they stand in the order of their rounds
    const std::string label = std::visit(Effect{round - event.round, days, state}, event.what);
    if (!label.empty()) labels[event.what.index()] = label;
  }
  for (const std::string& label : labels) {
    if (label.empty()) continue;
    state.label += (state.label.empty() ? "" : ", ") + label;
  }
  if (state.label.empty()) state.label = "start";
  return state;
}

std::size_t Timeline::Intern(Phase phase) {
  const Phase* same_world = nullptr;
  for (std::size_t p = 0; p < phases_.size(); ++p) {
    const Phase& known = phases_[p];
    if (known.model_version != phase.model_version || !(known.shift == phase.shift)) continue;
    if (known.objective_shifts == phase.objective_shifts) return p;
    same_world = &known;
  }
  phase.world = same_world != nullptr ? same_world->world : worlds_++;
  phases_.push_back(std::move(phase));
  if (phases_.size() > kMaxPhases) {
    throw ConfigError("/events", std::to_string(events_.size()) + " events",
                      "events that make at most " + std::to_string(kMaxPhases) +
                          " different phases; fewer steps make fewer");
  }
  return phases_.size() - 1;
}

std::size_t Timeline::PhaseOf(int round) const {
  RECTUNE_CHECK(round >= 1 && round <= kMaxRounds, "no study has such a round");
  const auto index = static_cast<std::size_t>(round - 1);
  return phase_of_round_[std::min(index, phase_of_round_.size() - 1)];
}

}  // namespace rectune::sim
