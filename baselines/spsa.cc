// SPDX-License-Identifier: Apache-2.0
#include "baselines/spsa.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "baselines/score_history.h"
#include "core/check.h"
#include "core/object_reader.h"

namespace rectune::baselines {
namespace {

constexpr double kStepDecay = 0.602;
constexpr double kPerturbationDecay = 0.101;
constexpr double kStability = 0.1;  // A, share of the rounds

}  // namespace

SpsaOptions SpsaOptions::FromJson(const Json& options, const std::string& path) {
  ObjectReader reader(options, path);
  SpsaOptions result;
  result.c = reader.NumberOr("c", result.c, {1e-6, 0.5});
  result.first_step = reader.NumberOr("first_step", result.first_step, {1e-6, 0.5});
  result.level_share = reader.NumberOr("level_share", result.level_share, {0.0, 1.0});
  reader.Finish();
  return result;
}

std::string WhySpsaUnsuited(const ParameterSpace& space) {
  for (const CoordinateView& view : ViewCoordinates(space)) {
    if (!view.is_choice() && !view.is_fixed()) return "";
  }
  return "no coordinate with a scale is free, so there is no gradient to estimate; tpe handles "
         "spaces of categoricals only";
}

Spsa::Spsa(std::string name, TuningTask task, SpsaOptions options)
    : Tuner(std::move(name), std::move(task)),
      options_(options),
      views_(ViewCoordinates(*this->task().space)),
      theta_(this->task().space->Encode(this->task().space->Production())),
      levels_(views_.size()) {
  const std::string unsuited = WhySpsaUnsuited(*this->task().space);
  RECTUNE_CHECK(unsuited.empty(), unsuited);
  for (std::size_t j = 0; j < views_.size(); ++j) {
    if (views_[j].is_choice()) levels_[j].resize(views_[j].levels());
  }
}

double Spsa::Perturbation() const {
  return options_.c / std::pow(static_cast<double>(step_) + 1.0, kPerturbationDecay);
}

Spsa::Pair Spsa::MakePair(RandomStream& stream) const {
  Pair pair;
  pair.signs.assign(views_.size(), 0.0);
  pair.plus.unit = theta_;
  pair.minus.unit = theta_;
  for (std::size_t j = 0; j < views_.size(); ++j) {
    const CoordinateView& view = views_[j];
    if (view.is_fixed()) continue;
    if (view.is_choice()) {
      std::size_t level = view.LevelOf(theta_[j]);
      if (stream.Uniform() < options_.level_share) {
        level = (level + 1 + stream.UniformInteger(view.levels() - 1)) % view.levels();
      }
      pair.plus.unit[j] = pair.minus.unit[j] = view.Centre(level);
      continue;
    }
    double size = Perturbation();
    if (view.has_levels()) {
      const std::size_t level = view.LevelOf(theta_[j]);
      size = std::max(size, 0.5 * (view.edges[level + 1] - view.edges[level]));
    }
    pair.signs[j] = stream.Uniform() < 0.5 ? -1.0 : 1.0;
    pair.plus.unit[j] = std::clamp(theta_[j] + size * pair.signs[j], 0.0, 1.0);
    pair.minus.unit[j] = std::clamp(theta_[j] - size * pair.signs[j], 0.0, 1.0);
  }
  return pair;
}

void Spsa::LearnLevels(const Pair& pair) {
  const double value = 0.5 * (pair.plus.score + pair.minus.score);
  for (std::size_t j = 0; j < views_.size(); ++j) {
    if (levels_[j].empty()) continue;
    LevelRecord& record = levels_[j][views_[j].LevelOf(pair.plus.unit[j])];
    record.count += 1.0;
    const double gap = value - record.mean;
    record.mean += gap / record.count;
    record.squares += gap * (value - record.mean);
  }
}

void Spsa::AdoptLevels() {
  for (std::size_t j = 0; j < views_.size(); ++j) {
    if (levels_[j].empty()) continue;
    const LevelRecord& present = levels_[j][views_[j].LevelOf(theta_[j])];
    // A variance needs two pairs of each.
    if (present.count < 2.0) continue;
    double best_gain = 0.0;
    for (std::size_t level = 0; level < levels_[j].size(); ++level) {
      const LevelRecord& other = levels_[j][level];
      if (other.count < 2.0) continue;
      const double variance = present.squares / (present.count - 1.0) / present.count +
                              other.squares / (other.count - 1.0) / other.count;
      const double gain = other.mean - present.mean - std::sqrt(variance);
      if (gain > best_gain) {
        best_gain = gain;
        theta_[j] = views_[j].Centre(level);
      }
    }
  }
}

void Spsa::Step() {
  std::vector<double> gradient(views_.size(), 0.0);
  double count = 0.0;
  for (const Pair& pair : pairs_) {
    if (!pair.plus.is_read || !pair.minus.is_read) continue;
    count += 1.0;
    for (std::size_t j = 0; j < views_.size(); ++j) {
      const double width = pair.plus.unit[j] - pair.minus.unit[j];
      // The width that was really tried, since a border may have cut it.
      if (pair.signs[j] != 0.0 && width != 0.0) {
        gradient[j] += (pair.plus.score - pair.minus.score) / width;
      }
    }
    LearnLevels(pair);
  }
  pairs_.clear();
  if (count == 0.0) return;
  double size = 0.0;
  double moved = 0.0;
  for (std::size_t j = 0; j < views_.size(); ++j) {
    gradient[j] /= count;
    size += std::abs(gradient[j]);
    if (!views_[j].is_choice() && !views_[j].is_fixed()) moved += 1.0;
  }
  const double stability = kStability * static_cast<double>(task().rounds);
  const double decay = std::pow(static_cast<double>(step_) + 1.0 + stability, kStepDecay);
  if (gain_ == 0.0 && size > 0.0) gain_ = options_.first_step * decay * moved / size;
  for (std::size_t j = 0; j < views_.size(); ++j) {
    theta_[j] = std::clamp(theta_[j] + gain_ / decay * gradient[j], 0.0, 1.0);
  }
  AdoptLevels();
  ++step_;
}

std::vector<Proposal> Spsa::DoPropose(int arms) {
  const auto is_waiting = [](const Pair& pair) {
    return !pair.plus.is_proposed || !pair.minus.is_proposed;
  };
  // Results that have not come by now are taken for lost, unless a pair still waits for its turn.
  if (std::none_of(pairs_.begin(), pairs_.end(), is_waiting)) Step();
  std::vector<Proposal> proposals;
  const auto propose = [&](Arm& arm, const char* side) {
    arm.is_proposed = true;
    proposals.push_back(MakeProposal(task().space->Decode(arm.unit), name(),
                                     "step " + std::to_string(step_) + ", " + side + "c"));
  };
  const auto wanted = static_cast<std::size_t>(arms);
  for (Pair& pair : pairs_) {
    if (proposals.size() < wanted && !pair.plus.is_proposed) propose(pair.plus, "+");
    if (proposals.size() < wanted && !pair.minus.is_proposed) propose(pair.minus, "-");
  }
  for (std::uint64_t index = 0; proposals.size() < wanted; ++index) {
    RandomStream stream(task().seed, Purpose::kTunerProposal,
                        static_cast<std::uint64_t>(proposed_rounds()), index);
    pairs_.push_back(MakePair(stream));
    propose(pairs_.back().plus, "+");
    if (proposals.size() < wanted) propose(pairs_.back().minus, "-");
  }
  return proposals;
}

void Spsa::DoObserve(std::span<const Trial> trials) {
  for (const Trial& trial : trials) {
    if (!trial.proposal.configuration) continue;
    for (Pair& pair : pairs_) {
      Arm* match = nullptr;
      for (Arm* arm : {&pair.plus, &pair.minus}) {
        if (match == nullptr && arm->is_proposed && !arm->is_read && !arm->is_lost &&
            task().space->Decode(arm->unit) == *trial.proposal.configuration) {
          match = arm;
        }
      }
      if (match == nullptr) continue;
      Score score;
      match->is_read = IsScored(trial, task(), &score);
      match->is_lost = !match->is_read;
      match->score = score.penalised;
      break;
    }
  }
}

void Spsa::DoTakeNotice(const Notice& notice) {
  if (!notice.objective) return;
  // Neither a difference nor a mean may mix scores of two objectives. The place reached stays.
  pairs_.clear();
  for (std::vector<LevelRecord>& records : levels_) {
    std::fill(records.begin(), records.end(), LevelRecord{});
  }
}

Json Spsa::DoSave() const {
  const auto arm_json = [](const Arm& arm) {
    return Json{{"unit", arm.unit},
                {"is_proposed", arm.is_proposed},
                {"is_read", arm.is_read},
                {"is_lost", arm.is_lost},
                {"score", NumberToJson(arm.score)}};
  };
  Json pairs = Json::array();
  for (const Pair& pair : pairs_) {
    pairs.push_back(
        {{"signs", pair.signs}, {"plus", arm_json(pair.plus)}, {"minus", arm_json(pair.minus)}});
  }
  Json levels = Json::array();
  for (const std::vector<LevelRecord>& records : levels_) {
    std::vector<double> numbers;
    for (const LevelRecord& record : records) {
      numbers.insert(numbers.end(), {record.count, record.mean, record.squares});
    }
    levels.push_back(Json{{"records", numbers}});
  }
  return Json{{"theta", theta_},
              {"step", step_},
              {"gain", gain_},
              {"pairs", std::move(pairs)},
              {"levels", std::move(levels)}};
}

void Spsa::DoRestore(const Json& state) {
  ObjectReader reader(state, "");
  const auto read_units = [&](ObjectReader& from, const char* key, double low) {
    std::vector<double> units = from.Numbers(key, {low, 1.0});
    if (units.size() != views_.size()) {
      throw ConfigError(from.PathOf(key), std::to_string(units.size()) + " numbers",
                        std::to_string(views_.size()) + " numbers, one a coordinate");
    }
    return units;
  };
  const auto read_arm = [&](ObjectReader from) {
    Arm arm;
    arm.unit = read_units(from, "unit", 0.0);
    arm.is_proposed = from.Boolean("is_proposed");
    arm.is_read = from.Boolean("is_read");
    arm.is_lost = from.Boolean("is_lost");
    arm.score = NumberFromJson(from.Value("score"), from.PathOf("score"));
    from.Finish();
    return arm;
  };
  theta_ = read_units(reader, "theta", 0.0);
  step_ = static_cast<int>(reader.Integer("step", {0, std::numeric_limits<int>::max()}));
  gain_ = reader.Number("gain", {0.0});
  pairs_.clear();
  reader.ForEach("pairs", [&](const Json& json, const std::string& path) {
    ObjectReader entry(json, path);
    Pair pair;
    pair.signs = read_units(entry, "signs", -1.0);
    pair.plus = read_arm(entry.Object("plus"));
    pair.minus = read_arm(entry.Object("minus"));
    entry.Finish();
    pairs_.push_back(std::move(pair));
  });
  std::size_t coordinate = 0;
  reader.ForEach("levels", [&](const Json& json, const std::string& path) {
    ObjectReader entry(json, path);
    const std::vector<double> numbers = entry.Numbers("records");
    entry.Finish();
    if (coordinate >= levels_.size() || numbers.size() != 3 * levels_[coordinate].size()) {
      throw ConfigError(path, "records of another space", "three numbers a level");
    }
    for (std::size_t level = 0; level < levels_[coordinate].size(); ++level) {
      levels_[coordinate][level] = {numbers[3 * level], numbers[3 * level + 1],
                                    numbers[3 * level + 2]};
    }
    ++coordinate;
  });
  reader.Finish();
}

}  // namespace rectune::baselines
