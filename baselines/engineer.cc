// SPDX-License-Identifier: Apache-2.0
#include "baselines/engineer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>
#include <utility>

#include "baselines/score_history.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

// Below a thousandth of the range a step is smaller than any experiment can see.
constexpr double kSmallestDelta = 1e-3;
// Enough to halve the largest delta down to the smallest, with one pass forgiven for a win.
constexpr int kMaxEmptyPasses = 11;

/// Parameters by the prior order: named ones first, then round robin over the stages.
std::vector<std::size_t> PriorOrder(const ParameterSpace& space,
                                    const std::vector<std::string>& first) {
  std::vector<std::size_t> order;
  std::vector<bool> taken(space.size(), false);
  for (const std::string& name : first) {
    const std::size_t parameter = space.IndexOf(name);
    if (!taken[parameter]) order.push_back(parameter);
    taken[parameter] = true;
  }
  std::vector<std::string> stages;
  std::vector<std::vector<std::size_t>> queues;
  for (std::size_t p = 0; p < space.size(); ++p) {
    if (taken[p]) continue;
    const std::string& stage = space.parameters()[p].stage;
    const auto found = std::find(stages.begin(), stages.end(), stage);
    const auto index = static_cast<std::size_t>(found - stages.begin());
    if (found == stages.end()) {
      stages.push_back(stage);
      queues.emplace_back();
    }
    queues[index].push_back(p);
  }
  for (std::size_t i = 0; order.size() < space.size(); ++i) {
    for (const std::vector<std::size_t>& queue : queues) {
      if (i < queue.size()) order.push_back(queue[i]);
    }
  }
  return order;
}

}  // namespace

EngineerOptions EngineerOptions::FromJson(const Json& options, const std::string& path,
                                          const ParameterSpace& space) {
  ObjectReader reader(options, path);
  EngineerOptions result;
  result.delta = reader.NumberOr("delta", result.delta, {kSmallestDelta, 0.5});
  result.z = reader.NumberOr("z", result.z, {0.0, 10.0});
  result.grid_levels =
      static_cast<int>(reader.IntegerOr("grid_levels", result.grid_levels, {0, 5}));
  if (reader.Has("order")) {
    std::vector<std::string> names;
    for (const Parameter& parameter : space.parameters()) names.push_back(parameter.name);
    result.order = reader.Strings("order");
    for (std::size_t i = 0; i < result.order.size(); ++i) {
      if (space.Find(result.order[i])) continue;
      const std::string near = NearestName(result.order[i], names);
      throw ConfigError(reader.PathOf("order") + "/" + std::to_string(i),
                        Json(result.order[i]).dump(),
                        "one of: " + JoinNames(names) +
                            (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
    }
  }
  reader.Finish();
  return result;
}

Engineer::Engineer(std::string name, TuningTask task, EngineerOptions options)
    : Tuner(std::move(name), std::move(task)),
      options_(std::move(options)),
      views_(ViewCoordinates(*this->task().space)),
      incumbent_{-1, this->task().space->Production(), 0.0, 0.0},
      delta_(options_.delta) {
  ListMoves();
}

void Engineer::ListMoves() {
  const ParameterSpace& space = *task().space;
  for (const std::size_t parameter : PriorOrder(space, options_.order)) {
    const Parameter& description = space.parameters()[parameter];
    const std::size_t first = space.coordinate_offset(parameter);
    for (std::size_t j = first; j < first + description.dimension(); ++j) {
      if (views_[j].is_fixed()) continue;
      if (description.has_levels()) {
        moves_.push_back({j, 0});
      } else {
        moves_.push_back({j, +1});
        moves_.push_back({j, -1});
      }
    }
    const bool on_grid = description.kind == ParameterKind::kContinuous ||
                         description.kind == ParameterKind::kInteger;
    if (on_grid && !views_[first].is_fixed() && grid_coordinates_.size() < 2) {
      grid_coordinates_.push_back(first);
    }
  }
  if (grid_coordinates_.size() < 2) grid_coordinates_.clear();
}

bool Engineer::IsNew(const Configuration& configuration) const {
  if (configuration == incumbent_.configuration) return false;
  for (const Configuration& other : in_flight_) {
    if (other == configuration) return false;
  }
  // A failed arm said nothing of its configuration, which may be tried again.
  return std::none_of(history().begin(), history().end(), [&](const Trial& trial) {
    return trial.status == TrialStatus::kCompleted && trial.proposal.configuration &&
           *trial.proposal.configuration == configuration;
  });
}

Configuration Engineer::With(std::span<const std::size_t> parameters,
                             const std::vector<double>& unit) const {
  const ParameterSpace& space = *task().space;
  Configuration decoded = space.Decode(unit);
  // Control may lie outside a tightened box; then the arm is the nearest member of the box.
  if (!space.Contains(incumbent_.configuration)) return decoded;
  std::vector<double> values = incumbent_.configuration.values();
  for (const std::size_t parameter : parameters) {
    const std::size_t first = space.value_offset(parameter);
    for (std::size_t v = first; v < first + space.parameters()[parameter].width(); ++v) {
      values[v] = decoded.value(v);
    }
  }
  return space.FromValues(std::move(values));
}

std::optional<Proposal> Engineer::Try(const Move& move) const {
  const ParameterSpace& space = *task().space;
  const CoordinateView& view = views_[move.coordinate];
  const Parameter& parameter = space.parameters()[view.parameter];
  std::vector<double> unit = space.Encode(incumbent_.configuration);
  double& u = unit[move.coordinate];
  if (move.direction == 0) {
    const std::size_t current = view.LevelOf(u);
    for (std::size_t step = 1; step < view.levels(); ++step) {
      u = view.Centre((current + step) % view.levels());
      Configuration configuration = With(std::span(&view.parameter, 1), unit);
      if (!IsNew(configuration)) continue;
      return MakeProposal(std::move(configuration), name(),
                          "try " + parameter.name + " at another level");
    }
    return std::nullopt;
  }
  const double from = u;
  u = std::clamp(u + move.direction * delta_, 0.0, 1.0);
  if (view.has_levels() && view.LevelOf(u) == view.LevelOf(from)) {
    // An integer moves by one level at least, however narrow the step.
    const std::size_t current = view.LevelOf(from);
    if (move.direction > 0 ? current + 1 == view.levels() : current == 0) return std::nullopt;
    u = view.Centre(move.direction > 0 ? current + 1 : current - 1);
  }
  Configuration configuration = With(std::span(&view.parameter, 1), unit);
  if (!IsNew(configuration)) return std::nullopt;
  std::ostringstream hypothesis;
  hypothesis << parameter.name;
  if (parameter.dimension() > 1) {
    hypothesis << " coordinate " << space.coordinates()[move.coordinate].offset;
  }
  hypothesis << (move.direction > 0 ? " up" : " down") << " by " << 100.0 * std::abs(u - from)
             << "% of its range";
  return MakeProposal(std::move(configuration), name(), hypothesis.str());
}

std::optional<Proposal> Engineer::NextGridPoint() {
  if (grid_coordinates_.empty()) return std::nullopt;
  const auto side = static_cast<std::size_t>(options_.grid_levels);
  while (next_grid_point_ < side * side) {
    const std::size_t point = next_grid_point_++;
    std::vector<double> unit = task().space->Encode(incumbent_.configuration);
    const std::size_t row = point / side;
    const std::size_t column = point % side;
    unit[grid_coordinates_[0]] = (static_cast<double>(row) + 0.5) / static_cast<double>(side);
    unit[grid_coordinates_[1]] = (static_cast<double>(column) + 0.5) / static_cast<double>(side);
    const std::array<std::size_t, 2> parameters{views_[grid_coordinates_[0]].parameter,
                                                views_[grid_coordinates_[1]].parameter};
    Configuration configuration = With(parameters, unit);
    if (IsNew(configuration)) {
      return MakeProposal(std::move(configuration), name() + " (grid)",
                          "coarse grid on the two top knobs");
    }
  }
  return std::nullopt;
}

std::optional<Proposal> Engineer::NextMove() {
  for (int pass = 0; pass < kMaxEmptyPasses; ++pass) {
    while (next_move_ < moves_.size()) {
      std::optional<Proposal> proposal = Try(moves_[next_move_++]);
      if (proposal) return proposal;
    }
    // The pass is over. Wins of the round now being proposed are not known yet; they will count
    // for the pass that starts here.
    next_move_ = 0;
    if (!pass_won_) delta_ = std::max(delta_ / 2.0, kSmallestDelta);
    pass_won_ = false;
  }
  return std::nullopt;
}

std::vector<Proposal> Engineer::DoPropose(int arms) {
  in_flight_.clear();
  std::vector<Proposal> proposals;
  for (int arm = 0; arm < arms; ++arm) {
    std::optional<Proposal> proposal = NextGridPoint();
    if (!proposal) proposal = NextMove();
    if (!proposal) {
      proposal = MakeProposal(incumbent_.configuration, name() + " (replicate)",
                              "nothing left to try; measure the incumbent again");
    } else {
      in_flight_.push_back(*proposal->configuration);
    }
    proposals.push_back(std::move(*proposal));
  }
  return proposals;
}

void Engineer::Pool(double value, double standard_error) {
  if (incumbent_.standard_error <= 0.0) return;  // exact already (production is 0 by definition)
  if (standard_error <= 0.0) {
    incumbent_.value = value;
    incumbent_.standard_error = 0.0;
    return;
  }
  const double old_weight = 1.0 / (incumbent_.standard_error * incumbent_.standard_error);
  const double new_weight = 1.0 / (standard_error * standard_error);
  incumbent_.value =
      (old_weight * incumbent_.value + new_weight * value) / (old_weight + new_weight);
  incumbent_.standard_error = 1.0 / std::sqrt(old_weight + new_weight);
}

void Engineer::DoObserve(std::span<const Trial> trials) {
  const Trial* winner = nullptr;
  Score winner_score;
  double winner_z = options_.z;
  for (const Trial& trial : trials) {
    Score score;
    if (!IsScored(trial, task(), &score)) continue;
    if (*trial.proposal.configuration == incumbent_.configuration) {
      Pool(score.value, score.standard_error);
      continue;
    }
    if (!score.feasible()) continue;
    const double gain = score.value - incumbent_.value;
    const double spread = std::hypot(score.standard_error, incumbent_.standard_error);
    double z = 0.0;
    if (spread > 0.0) {
      z = gain / spread;
    } else if (gain > 0.0) {
      z = std::numeric_limits<double>::infinity();
    }
    const bool beats = winner == nullptr
                           ? z > winner_z
                           : z > winner_z || (z == winner_z && score.value > winner_score.value);
    if (!beats) continue;
    winner = &trial;
    winner_score = score;
    winner_z = z;
  }
  if (winner == nullptr) return;
  incumbent_ = {winner->id, *winner->proposal.configuration, winner_score.value,
                winner_score.standard_error};
  pass_won_ = true;
}

void Engineer::DoTakeNotice(const Notice& notice) {
  if (!notice.objective || incumbent_.trial_id < 0) return;
  // What is launched stays launched, unless a new guardrail forbids it; its value, read again under
  // the new objective, is what the next arms have to beat.
  const Incumbent launched = incumbent_;
  incumbent_.standard_error = std::numeric_limits<double>::infinity();
  for (const Trial& trial : history()) {
    Score score;
    if (!IsScored(trial, task(), &score)) continue;
    if (*trial.proposal.configuration != launched.configuration) continue;
    Pool(score.value, score.standard_error);
    if (trial.id == launched.trial_id && !score.feasible()) {
      incumbent_ = {-1, task().space->Production(), 0.0, 0.0};
      return;
    }
  }
}

Configuration Engineer::DoRecommend() const { return incumbent_.configuration; }

Json Engineer::DoSave() const {
  return Json{{"incumbent_trial", incumbent_.trial_id},
              {"incumbent_value", incumbent_.value},
              {"incumbent_standard_error", incumbent_.standard_error},
              {"delta", delta_},
              {"next_move", next_move_},
              {"next_grid_point", next_grid_point_},
              {"pass_won", pass_won_}};
}

void Engineer::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  incumbent_ = {reader.Integer("incumbent_trial", {-1}), task().space->Production(), 0.0, 0.0};
  incumbent_.value = reader.Number("incumbent_value");
  incumbent_.standard_error = reader.Number("incumbent_standard_error", {0.0});
  delta_ = reader.Number("delta", {0.0, 0.5});
  const auto moves = static_cast<std::int64_t>(moves_.size());
  next_move_ = static_cast<std::size_t>(reader.Integer("next_move", {0, moves}));
  next_grid_point_ = static_cast<std::size_t>(reader.Integer("next_grid_point", {0, 25}));
  pass_won_ = reader.Boolean("pass_won");
  reader.Finish();
  if (incumbent_.trial_id < 0) return;
  const auto found = std::find_if(history().begin(), history().end(), [this](const Trial& trial) {
    return trial.id == incumbent_.trial_id && trial.proposal.configuration.has_value();
  });
  if (found == history().end()) {
    throw ConfigError("/incumbent_trial", std::to_string(incumbent_.trial_id),
                      "the id of a trial in the history");
  }
  incumbent_.configuration = *found->proposal.configuration;
}

}  // namespace rectune::baselines
