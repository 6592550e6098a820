// SPDX-License-Identifier: Apache-2.0
#include "experiments/grade.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "agents/skillhub/skillhub.h"
#include "core/check.h"
#include "core/config_error.h"
#include "experiments/journal.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

constexpr double kProbe = 0.25;  // share of a range that a sign is probed to either side

/// The agent's own part of a tuner's state: a hybrid keeps it one level down.
const Json* AgentState(const Json& state) {
  for (const char* pointer : {"/private", "/private/agent/private"}) {
    const Json::json_pointer at(pointer);
    if (state.is_object() && state.contains(at) && state.at(at).is_object() &&
        state.at(at).contains("patterns")) {
      return &state.at(at);
    }
  }
  return nullptr;
}

/// Proposals of all rounds in the order in which they were made; see AgentTuner::Launch.
std::vector<fs::path> ProposalFiles(const fs::path& home) {
  std::vector<fs::path> files;
  if (!fs::is_directory(home / "proposals")) return files;
  for (const auto& entry : fs::directory_iterator(home / "proposals")) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

void Add(double value, Choice* choice) {
  ++choice->arms;
  choice->good += value > 0.0 ? 1 : 0;
  choice->value += value;
}

}  // namespace

std::optional<double> SignCount::accuracy() const {
  if (right + wrong == 0) return std::nullopt;
  return static_cast<double>(right) / (right + wrong);
}

Grader::Grader(std::shared_ptr<const TestbedPort> testbed)
    : testbed_(std::move(testbed)), features_(*testbed_->space) {
  RECTUNE_CHECK(testbed_->oracle_truth != nullptr, "grading needs an oracle");
}

const Measurement& Grader::Truth(const Configuration& configuration) {
  const auto known = truths_.find(configuration.values());
  if (known != truths_.end()) return known->second;
  return truths_.emplace(configuration.values(), testbed_->oracle_truth(configuration))
      .first->second;
}

double Grader::TrueValue(const Configuration& configuration) {
  return testbed_->objective.Evaluate(Truth(configuration), *testbed_->metrics).penalised;
}

void Grader::CountSign(const agents::Pattern& claim, SignCount* count) {
  const agents::Move* move = features_.FindMove(claim.parameter, claim.level);
  const std::optional<std::size_t> metric = testbed_->metrics->Find(claim.metric);
  if (move == nullptr || !metric) {
    ++count->wrong;  // a claim about nothing
    return;
  }
  const ParameterSpace& space = *testbed_->space;
  const Parameter& parameter = space.parameters()[move->parameter];
  const std::size_t first = space.coordinate_offset(move->parameter);
  const auto lift_at = [&](int direction) {
    std::vector<double> unit = space.Encode(space.Production());
    for (std::size_t k = first; k < first + parameter.dimension(); ++k) {
      if (parameter.has_levels()) {
        const auto levels = static_cast<double>(parameter.levels.size());
        double level = direction > 0 ? 1.0 : 0.0;  // boolean
        if (!claim.level.empty()) {
          level = direction > 0
                      ? static_cast<double>(std::find(parameter.levels.begin(),
                                                      parameter.levels.end(), claim.level) -
                                            parameter.levels.begin())
                      : parameter.production[0];
        }
        unit[k] = (level + 0.5) / levels;
      } else {
        unit[k] = std::clamp(unit[k] + direction * kProbe, 0.0, 1.0);
      }
    }
    return Truth(space.Decode(unit)).readings[*metric].lift;
  };
  const double effect = lift_at(1) - lift_at(-1);
  if (std::abs(effect) < kNegligibleLift) {
    ++count->negligible;
  } else {
    ++((effect > 0.0) == (claim.direction() > 0) ? count->right : count->wrong);
  }
}

void Grader::GradeSkill(const Json& hub_json, const std::string& name, CellGrade* grade) {
  const agents::Skillhub hub = agents::Skillhub::FromJson(hub_json, "/skill/hub", testbed_->space);
  const agents::Skill& skill = hub.head(name);
  for (const agents::SkillRule& rule : skill.rules) CountSign(rule.pattern, &grade->rules);
  if (!testbed_->reference) return;
  const Configuration& optimum = testbed_->reference->optimum;
  Lockout lockout;
  lockout.tightenings = static_cast<int>(skill.tightenings.size());
  for (const agents::Tightening& tightening : skill.tightenings) {
    agents::Skill alone;
    alone.tightenings = {tightening};
    lockout.excluding += alone.Apply(*testbed_->space).Contains(optimum) ? 0 : 1;
  }
  for (const agents::SkillVersion& version : hub.versions()) {
    if (!version.skill.Apply(*testbed_->space).Contains(optimum)) lockout.was_locked_out = true;
  }
  const ParameterSpace box = skill.Apply(*testbed_->space);
  lockout.is_locked_out = !box.Contains(optimum);
  if (lockout.is_locked_out) {
    std::vector<double> unit = testbed_->space->Encode(optimum);
    for (std::size_t j = 0; j < unit.size(); ++j) {
      unit[j] = std::clamp(unit[j], box.box_low(j), box.box_high(j));
    }
    lockout.cost = TrueValue(optimum) - TrueValue(testbed_->space->Decode(unit));
  }
  grade->lockout = lockout;
}

void Grader::GradeChoices(const fs::path& home, CellGrade* grade) {
  const Configuration production = testbed_->space->Production();
  for (const fs::path& file : ProposalFiles(home)) {
    try {
      std::vector<double> launched;
      std::vector<double> in_order;  // what a validator lets through, first come, first served
      bool has_choice = false;
      for (const Json& entry : ReadJsonFile(file)) {
        if (entry.at("changes").is_null()) continue;
        const double value =
            TrueValue(testbed_->space->Parse(entry.at("changes"), "/changes", &production));
        const bool is_launched = entry.at("arm").get<int>() > 0;
        in_order.push_back(value);
        if (is_launched) launched.push_back(value);
        has_choice = has_choice || !is_launched;
        const auto verdict = entry.at("critic").get<std::string>();
        if (verdict.empty()) continue;
        const bool kept = verdict == "kept";
        int& cell = value > 0.0 ? (kept ? grade->critic.good_kept : grade->critic.good_dropped)
                                : (kept ? grade->critic.bad_kept : grade->critic.bad_dropped);
        ++cell;
      }
      if (!has_choice) continue;
      for (const double value : launched) Add(value, &grade->by_critic);
      in_order.resize(launched.size());
      for (const double value : in_order) Add(value, &grade->by_validator);
    } catch (const ConfigError& error) {
      throw error.In(file.string());
    } catch (const Json::exception& error) {
      throw ConfigError("", error.what(), "proposals as an agent writes them").In(file.string());
    }
  }
}

std::optional<CellGrade> Grader::Grade(const fs::path& cell) {
  const JournalContent journal = ReadJournal(cell / "journal.jsonl");
  if (journal.records.empty()) return std::nullopt;
  const Json& header = journal.records.front();
  CellGrade grade;
  grade.id = header.at("id").get<std::string>();
  grade.label = header.at("label").get<std::string>();
  grade.tuner = header.at("tuner").get<std::string>();
  grade.is_stand_in = header.at("is_stand_in").get<bool>();
  grade.model_asked = header.value("model", std::string());
  grade.seed = header.at("seed").get<std::uint64_t>();
  const Json* last = nullptr;
  std::set<std::tuple<std::string, std::string, std::string, int>> claimed;
  int nobody = 0;
  for (const Json& line : journal.records) {
    if (line.at("type") != "round") continue;
    for (const Json& trial : line.at("trials")) {
      const auto source = trial.at("source").get<std::string>();
      const bool is_invalid = trial.at("status") == "invalid" && source.rfind("agent/", 0) == 0;
      // A slot that nothing usable filled was stopped by the layers; this one got past them.
      const auto reason = trial.value("invalid_reason", std::string());
      const bool is_stopped =
          reason.rfind("no usable proposal", 0) == 0 || reason.rfind("refused by review", 0) == 0;
      nobody += is_invalid && !is_stopped ? 1 : 0;
    }
    const Json* state = AgentState(line.at("state"));
    if (state == nullptr) continue;
    last = state;
    for (const Json& json : state->at("patterns")) {
      const agents::Pattern claim = agents::PatternFromJson(json, "/patterns");
      if (claimed.emplace(claim.parameter, claim.level, claim.metric, claim.direction()).second) {
        CountSign(claim, &grade.patterns);
      }
    }
  }
  if (last == nullptr) return std::nullopt;
  for (const auto& [layer, count] : last->at("ledger").at("invalid_stopped_by").items()) {
    grade.invalid_stopped_by[layer] = count.get<int>();
  }
  grade.invalid_stopped_by["nobody"] = nobody;
  if (!last->at("skill").is_null()) {
    GradeSkill(last->at("skill").at("hub"), last->at("skill").at("name").get<std::string>(),
               &grade);
  }
  GradeChoices(cell / "home", &grade);
  return grade;
}

namespace {

Json ShareJson(double part, double whole) {
  return whole > 0.0 ? Json(part / whole) : Json(nullptr);
}

Json SignJson(const SignCount& count) {
  const std::optional<double> accuracy = count.accuracy();
  return {{"right", count.right},
          {"wrong", count.wrong},
          {"negligible", count.negligible},
          {"accuracy", accuracy ? Json(*accuracy) : Json(nullptr)}};
}

void Pool(const SignCount& one, SignCount* sum) {
  sum->right += one.right;
  sum->wrong += one.wrong;
  sum->negligible += one.negligible;
}

Json ConfusionJson(const Confusion& table) {
  const double good = table.good_kept + table.good_dropped;
  const double bad = table.bad_kept + table.bad_dropped;
  return {{"good_kept", table.good_kept},
          {"good_dropped", table.good_dropped},
          {"bad_kept", table.bad_kept},
          {"bad_dropped", table.bad_dropped},
          {"kept_of_good", ShareJson(table.good_kept, good)},
          {"dropped_of_bad", ShareJson(table.bad_dropped, bad)}};
}

Json ChoiceJson(const Choice& choice) {
  return {{"arms", choice.arms},
          {"good", choice.good},
          {"precision", ShareJson(choice.good, choice.arms)},
          {"mean_true_value", ShareJson(choice.value, choice.arms)}};
}

void Pool(const Choice& one, Choice* sum) {
  sum->arms += one.arms;
  sum->good += one.good;
  sum->value += one.value;
}

Json LabelJson(const std::vector<const CellGrade*>& cells) {
  SignCount patterns;
  SignCount rules;
  Confusion critic;
  Choice by_critic;
  Choice by_validator;
  std::map<std::string, int> layers;
  int invalid = 0;
  Json lockout{{"cells", 0},
               {"tightenings", 0},
               {"excluding_optimum", 0},
               {"locked_out", 0},
               {"ever_locked_out", 0}};
  double cost = 0.0;
  const auto bump = [&](const char* key, int by) { lockout[key] = lockout[key].get<int>() + by; };
  for (const CellGrade* cell : cells) {
    Pool(cell->patterns, &patterns);
    Pool(cell->rules, &rules);
    critic.good_kept += cell->critic.good_kept;
    critic.good_dropped += cell->critic.good_dropped;
    critic.bad_kept += cell->critic.bad_kept;
    critic.bad_dropped += cell->critic.bad_dropped;
    Pool(cell->by_critic, &by_critic);
    Pool(cell->by_validator, &by_validator);
    for (const auto& [layer, count] : cell->invalid_stopped_by) {
      layers[layer] += count;
      invalid += count;
    }
    if (!cell->lockout) continue;
    bump("cells", 1);
    bump("tightenings", cell->lockout->tightenings);
    bump("excluding_optimum", cell->lockout->excluding);
    bump("locked_out", cell->lockout->is_locked_out ? 1 : 0);
    bump("ever_locked_out", cell->lockout->was_locked_out ? 1 : 0);
    cost += cell->lockout->cost;
  }
  const double with_hub = lockout["cells"].get<double>();
  lockout["rate"] = ShareJson(lockout["locked_out"].get<double>(), with_hub);
  lockout["mean_cost"] = ShareJson(cost, with_hub);
  Json stopped = Json::object();
  for (const char* layer : {"parser", "validator", "critic", "nobody"}) {
    stopped[layer] = {{"count", layers[layer]}, {"share", ShareJson(layers[layer], invalid)}};
  }
  return {{"label", cells.front()->label},
          {"tuner", cells.front()->tuner},
          {"is_stand_in", cells.front()->is_stand_in},
          {"model_asked", cells.front()->model_asked},
          {"cells", cells.size()},
          {"insight_signs", SignJson(patterns)},
          {"rule_signs", SignJson(rules)},
          {"lockout", with_hub > 0.0 ? lockout : Json(nullptr)},
          {"critic", critic.seen() > 0 ? ConfusionJson(critic) : Json(nullptr)},
          {"launched", ChoiceJson(by_critic)},
          {"validator_first_come", ChoiceJson(by_validator)},
          {"invalid_proposals", invalid},
          {"invalid_stopped_by", stopped}};
}

}  // namespace

Json GradeJson(const std::vector<CellGrade>& cells) {
  std::vector<std::vector<const CellGrade*>> labels;
  for (const CellGrade& cell : cells) {
    const auto known = std::find_if(labels.begin(), labels.end(), [&](const auto& members) {
      return members.front()->label == cell.label;
    });
    if (known == labels.end()) {
      labels.push_back({&cell});
    } else {
      known->push_back(&cell);
    }
  }
  Json json = Json::array();
  for (const auto& members : labels) json.push_back(LabelJson(members));
  return json;
}

}  // namespace rectune::experiments
