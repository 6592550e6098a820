// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "agents/synthetic/beliefs.h"
#include "agents/synthetic/synthetic_roles.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

// How many ideas it weighs before it writes one down, by reasoning depth.
constexpr std::array<int, 4> kIdeas = {1, 4, 48, 48};
constexpr std::size_t kMaxChanges = 8;
constexpr double kSmallestStep = 0.05;  // shares of a range
constexpr double kLargestStep = 0.35;
constexpr double kDistinct = 0.02;  // proposals closer than this in every coordinate are one

/// One idea: a point of the root unit cube, and what it changed on purpose.
struct Idea {
  std::vector<double> unit;
  std::vector<std::pair<const Move*, int>> changes;  // with direction
};

struct Base {
  std::vector<double> unit;
  std::string name;
};

class ActorMind {
 public:
  ActorMind(const ActorContext& context, const SyntheticCall& call)
      : context_(context),
        call_(call),
        root_(context.brief.features->space()),
        beliefs_(context, call.options, call.seed),
        production_unit_(root_.Encode(root_.Production())) {
    for (const Move& move : beliefs_.features().moves()) {
      slopes_.push_back(beliefs_.ValueSlope(move));
    }
  }

  Json Propose() {
    Json proposals = Json::array();
    for (int k = 0; k < context_.proposals; ++k) {
      RandomStream stream = call_.Stream(static_cast<std::uint64_t>(k));
      const Base base = ChooseBase(k, &stream);
      // Alternate between what looks best and what teaches most.
      const double curiosity = k % 2 == 0 ? 0.0 : 0.7;
      Idea best;
      double best_score = 0.0;
      const int ideas = kIdeas[static_cast<std::size_t>(call_.options.reasoning_depth)];
      for (int i = 0; i < ideas; ++i) {
        Idea idea = Imagine(base, &stream);
        const Eigen::VectorXd x = beliefs_.features().Of(root_.Decode(idea.unit));
        const Outlook outlook = beliefs_.Judge(x);
        double score = outlook.penalised + curiosity * outlook.value_sd;
        if (IsRepeat(idea.unit)) score -= 1e6;
        if (i == 0 || score > best_score) {
          best_score = score;
          best = std::move(idea);
        }
      }
      taken_.push_back(best.unit);
      proposals.push_back(Write(base, best, &stream));
    }
    Json reply;
    reply["proposals"] = std::move(proposals);
    return reply;
  }

 private:
  Base ChooseBase(int k, RandomStream* stream) const {
    const double pick = stream->Uniform();
    const Trial* trial = nullptr;
    if (call_.options.reasoning_depth >= 1) {
      trial = beliefs_.best();
      if (trial != nullptr && beliefs_.Judge(FeaturesOf(*trial)).penalised < 0.0) trial = nullptr;
      if (k % 2 == 1 && !context_.elites.empty() && call_.options.context_window > 0) {
        const auto count = static_cast<double>(context_.elites.size());
        trial = context_.elites[static_cast<std::size_t>(pick * count)];
      }
    }
    if (trial == nullptr) return {production_unit_, "production"};
    return {root_.Encode(*trial->proposal.configuration), "trial " + std::to_string(trial->id)};
  }

  Eigen::VectorXd FeaturesOf(const Trial& trial) const {
    return beliefs_.features().Of(*trial.proposal.configuration);
  }

  bool IsRepeat(const std::vector<double>& unit) const {
    const auto same = [&](const std::vector<double>& other) {
      return !other.empty() &&
             std::equal(unit.begin(), unit.end(), other.begin(),
                        [](double a, double b) { return std::abs(a - b) <= kDistinct; });
    };
    const auto refused = [&](const Refusal& refusal) {
      return same(root_.Encode(refusal.configuration));
    };
    return same(production_unit_) ||
           std::any_of(context_.refusals.begin(), context_.refusals.end(), refused) ||
           std::any_of(taken_.begin(), taken_.end(), same) ||
           std::any_of(beliefs_.visible_units().begin(), beliefs_.visible_units().end(), same);
  }

  Idea Imagine(const Base& base, RandomStream* stream) const {
    const std::vector<Move>& moves = beliefs_.features().moves();
    std::vector<double> weights;
    for (const LiftModel::Estimate& slope : slopes_) {
      weights.push_back(std::abs(slope.mean) + 0.5 * slope.sd + 1e-6);
    }
    Idea idea{base.unit, {}};
    const std::size_t most = std::min(kMaxChanges, moves.size());
    const std::size_t wanted = 1 + stream->UniformInteger(most);
    for (std::size_t c = 0; c < wanted; ++c) {
      const std::size_t index = stream->Categorical(weights);
      weights[index] = 0.0;
      const Move& move = moves[index];
      const LiftModel::Estimate& slope = slopes_[index];
      const int direction = slope.mean + slope.sd * stream->Normal() > 0.0 ? 1 : -1;
      const double step = stream->Uniform(kSmallestStep, kLargestStep);
      if (Shift(move, direction, step, &idea.unit)) idea.changes.emplace_back(&move, direction);
      if (std::all_of(weights.begin(), weights.end(), [](double w) { return w <= 0.0; })) break;
    }
    return idea;
  }

  /// Moves inside the box that the prompt allows. False if nothing changed.
  bool Shift(const Move& move, int direction, double step, std::vector<double>* unit) const {
    const Parameter& parameter = root_.parameters()[move.parameter];
    const ParameterSpace& box = *context_.brief.box;
    const std::size_t first = root_.coordinate_offset(move.parameter);
    if (parameter.has_levels()) {
      const std::vector<std::size_t>& allowed = box.allowed_levels(move.parameter);
      std::size_t level = 0;
      if (parameter.kind == ParameterKind::kBoolean) {
        level = direction > 0 ? 1 : 0;
      } else if (direction > 0) {
        level = static_cast<std::size_t>(
            std::find(parameter.levels.begin(), parameter.levels.end(), move.level) -
            parameter.levels.begin());
      } else {
        level = static_cast<std::size_t>(parameter.production[0]);
      }
      if (std::find(allowed.begin(), allowed.end(), level) == allowed.end()) return false;
      const double centre =
          (static_cast<double>(level) + 0.5) / static_cast<double>(parameter.levels.size());
      const bool changed = std::abs((*unit)[first] - centre) > 1e-9;
      (*unit)[first] = centre;
      return changed;
    }
    bool changed = false;
    for (std::size_t k = 0; k < parameter.dimension(); ++k) {
      double& u = (*unit)[first + k];
      const double moved =
          std::clamp(u + direction * step, box.box_low(first + k), box.box_high(first + k));
      changed = changed || std::abs(moved - u) > 1e-3;
      u = moved;
    }
    return changed;
  }

  bool Differs(std::size_t p, const std::vector<double>& a, const std::vector<double>& b) const {
    const std::size_t first = root_.coordinate_offset(p);
    for (std::size_t k = first; k < first + root_.parameters()[p].dimension(); ++k) {
      if (std::abs(a[k] - b[k]) > 1e-9) return true;
    }
    return false;
  }

  static double Rounded(double value) { return std::stod(FormatNumber(value)); }

  /// A value as a model would write it: four digits, still inside its range.
  Json WriteValue(std::size_t p, const Json& value) const {
    const Parameter& parameter = root_.parameters()[p];
    const ParameterSpace& box = *context_.brief.box;
    if (parameter.kind == ParameterKind::kContinuous) {
      return std::clamp(Rounded(value.get<double>()), box.native_low(p), box.native_high(p));
    }
    if (parameter.kind == ParameterKind::kInteger) {
      // The far edge of the box's last cell decodes to the next integer.
      return static_cast<std::int64_t>(
          std::clamp(value.get<double>(), box.native_low(p), box.native_high(p)));
    }
    if (parameter.kind != ParameterKind::kCurve) return value;
    Json curve = Json::array();
    for (const Json& y : value) curve.push_back(std::round(y.get<double>() * 1e4) / 1e4);
    return curve;
  }

  Json Write(const Base& base, const Idea& idea, RandomStream* stream) const {
    const Json from = root_.ToJson(root_.Decode(base.unit));
    Json to = root_.ToJson(root_.Decode(idea.unit));
    std::vector<double> written_unit = idea.unit;
    std::string hypothesis = "From " + base.name + ": ";
    for (std::size_t c = 0; c < idea.changes.size(); ++c) {
      const auto& [move, direction] = idea.changes[c];
      const std::string& name = root_.parameters()[move->parameter].name;
      hypothesis += (c > 0 ? "; " : "") + beliefs_.features().Describe(*move, direction);
      const Json written = WriteValue(move->parameter, to[name]);
      if (written.is_number()) {
        hypothesis += " from " + FormatNumber(from[name].get<double>()) + " to " +
                      FormatNumber(written.get<double>());
      }
      if (c < 3) hypothesis += ", since " + beliefs_.Because(*move, direction);
    }
    if (idea.changes.empty()) hypothesis += "no change";
    hypothesis += ".";

    const SyntheticOptions& options = call_.options;
    const bool wrong_sign = stream->Uniform() < options.wrong_sign_rate;
    const bool out_of_range = stream->Uniform() < options.out_of_range_rate;
    const bool unknown = stream->Uniform() < options.unknown_parameter_rate;
    const double pick = stream->Uniform();
    const std::size_t victim = static_cast<std::size_t>(
        pick * static_cast<double>(std::max<std::size_t>(idea.changes.size(), 1)));
    if (wrong_sign && victim < idea.changes.size()) {
      // The words stay, the deed is the opposite.
      const auto& [move, direction] = idea.changes[victim];
      const std::size_t first = root_.coordinate_offset(move->parameter);
      for (std::size_t k = 0; k < root_.parameters()[move->parameter].dimension(); ++k) {
        written_unit[first + k] = base.unit[first + k];
      }
      Shift(*move, -direction, kLargestStep, &written_unit);
      to = root_.ToJson(root_.Decode(written_unit));
    }
    Json config = Json::array();
    for (std::size_t p = 0; p < root_.size(); ++p) {
      const Parameter& parameter = root_.parameters()[p];
      if (!Differs(p, written_unit, production_unit_)) continue;
      Json value = WriteValue(p, to[parameter.name]);
      const bool is_victim =
          victim < idea.changes.size() && idea.changes[victim].first->parameter == p;
      if (out_of_range && is_victim && value.is_number()) {
        value = parameter.high + 0.5 * (parameter.high - parameter.low);
      }
      Json pair;
      pair["param"] = parameter.name + (unknown && is_victim ? "_scale" : "");
      pair["value"] = std::move(value);
      config.push_back(std::move(pair));
    }
    Json proposal;
    proposal["hypothesis"] = SanitizeLine(hypothesis, 900);
    proposal["config"] = std::move(config);
    return proposal;
  }

  const ActorContext& context_;
  const SyntheticCall& call_;
  const ParameterSpace& root_;
  Beliefs beliefs_;
  std::vector<double> production_unit_;
  std::vector<LiftModel::Estimate> slopes_;  // of the objective's value, one a move
  std::vector<std::vector<double>> taken_;
};

}  // namespace

Json PlayActor(const ActorContext& context, const SyntheticCall& call) {
  return ActorMind(context, call).Propose();
}

}  // namespace rectune::agents
