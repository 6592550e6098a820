// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "agents/critic.h"
#include "agents/synthetic/beliefs.h"
#include "agents/synthetic/synthetic_roles.h"
#include "agents/text.h"
#include "agents/validator.h"

namespace rectune::agents {
namespace {

constexpr double kDistinct = 0.03;
constexpr double kCuriosity = 0.7;

struct Finding {
  bool pass = true;
  std::string reason = "ok";
};

struct Judgement {
  int number = 0;
  Finding validity;
  Finding alignment;
  Finding soundness;
  Finding diversity;
  Finding format;
  double merit = 0.0;  // expected penalised value
  double doubt = 0.0;  // its standard deviation
  std::vector<double> unit;
  bool keep() const {
    return validity.pass && alignment.pass && soundness.pass && diversity.pass && format.pass;
  }
};

/// "raise x from 1 to 1.6": the value that the hypothesis promises for x, if it does.
std::optional<double> PromisedValue(const std::string& hypothesis, const std::string& name) {
  for (const char* verb : {"raise ", "lower "}) {
    const std::string start = verb + name + " from ";
    const std::size_t at = hypothesis.find(start);
    if (at == std::string::npos) continue;
    const std::size_t to = hypothesis.find(" to ", at + start.size());
    if (to == std::string::npos) continue;
    return std::strtod(hypothesis.c_str() + to + 4, nullptr);
  }
  return std::nullopt;
}

Finding CheckSoundness(const DraftProposal& draft) {
  for (const Json& pair : draft.config) {
    if (!pair["value"].is_number()) continue;
    const std::string name = pair["param"].get<std::string>();
    const std::optional<double> promised = PromisedValue(draft.hypothesis, name);
    const double actual = pair["value"].get<double>();
    if (promised && std::abs(*promised - actual) > 0.02 * std::abs(*promised) + 1e-9) {
      return {false, "the hypothesis promises " + name + " = " + FormatNumber(*promised) +
                         ", the configuration has " + FormatNumber(actual)};
    }
  }
  return {};
}

double Distance(const std::vector<double>& a, const std::vector<double>& b) {
  double distance = 0.0;
  for (std::size_t j = 0; j < a.size(); ++j) distance = std::max(distance, std::abs(a[j] - b[j]));
  return distance;
}

/// Of proposals that are almost the same, the one with most merit stays.
void RejectTwins(std::vector<Judgement>* judgements) {
  for (Judgement& judgement : *judgements) {
    for (const Judgement& other : *judgements) {
      if (&judgement == &other || judgement.unit.empty() || other.unit.empty()) continue;
      if (Distance(judgement.unit, other.unit) >= kDistinct || !other.keep()) continue;
      const bool other_first = other.merit > judgement.merit ||
                               (other.merit == judgement.merit && other.number < judgement.number);
      if (!other_first) continue;
      judgement.diversity = {false, "almost the same as proposal " + std::to_string(other.number)};
      break;
    }
  }
}

/// The kept ones, best first; every second place goes to the one that would teach most.
std::vector<const Judgement*> Rank(const std::vector<Judgement>& judgements) {
  std::vector<const Judgement*> waiting;
  for (const Judgement& judgement : judgements) {
    if (judgement.keep()) waiting.push_back(&judgement);
  }
  std::vector<const Judgement*> ranked;
  while (!waiting.empty()) {
    const double curiosity = ranked.size() % 2 == 0 ? 0.0 : kCuriosity;
    const auto next = std::max_element(
        waiting.begin(), waiting.end(), [&](const Judgement* a, const Judgement* b) {
          return a->merit + curiosity * a->doubt < b->merit + curiosity * b->doubt;
        });
    ranked.push_back(*next);
    waiting.erase(next);
  }
  return ranked;
}

Json Rule(const Finding& finding) {
  Json json;
  json["pass"] = finding.pass;
  json["reason"] = finding.reason;
  return json;
}

}  // namespace

Json PlayCritic(const CriticContext& context, const SyntheticCall& call) {
  const ActorContext& actor = *context.actor;
  const ParameterSpace& root = actor.brief.features->space();
  const Beliefs beliefs(actor, call.options, call.seed);
  std::vector<Judgement> judgements;
  for (const DraftProposal& draft : *context.proposals) {
    Judgement judgement;
    judgement.number = draft.number;
    RandomStream stream = call.Stream(static_cast<std::uint64_t>(draft.number));
    const bool overlooks = stream.Uniform() < call.options.out_of_range_rate;
    if (draft.hypothesis.empty()) judgement.format = {false, "there is no hypothesis"};
    const Validation validation = ReadConfiguration(root, draft.config);
    if (!validation.configuration) {
      if (!overlooks) judgement.validity = {false, validation.reasons.front()};
      judgements.push_back(std::move(judgement));
      continue;
    }
    judgement.unit = root.Encode(*validation.configuration);
    const Eigen::VectorXd x = beliefs.features().Of(*validation.configuration);
    const Outlook outlook = beliefs.Judge(x);
    judgement.merit = outlook.penalised;
    judgement.doubt = outlook.value_sd;
    const std::string expectation = "expected " + FormatSigned(outlook.value) + " +- " +
                                    FormatNumber(outlook.value_sd) + "%, breach " +
                                    FormatNumber(outlook.violation) + " points";
    judgement.alignment = {outlook.penalised + outlook.value_sd >= 0.0, expectation};
    judgement.soundness = CheckSoundness(draft);
    for (std::size_t i = 0; i < beliefs.visible().size(); ++i) {
      const std::vector<double>& tried = beliefs.visible_units()[i];
      if (!tried.empty() && Distance(judgement.unit, tried) < kDistinct) {
        judgement.diversity = {
            false, "almost the same as trial " + std::to_string(beliefs.visible()[i]->id)};
      }
    }
    judgements.push_back(std::move(judgement));
  }

  RejectTwins(&judgements);
  const std::vector<const Judgement*> kept = Rank(judgements);

  Json verdicts = Json::array();
  for (const Judgement& judgement : judgements) {
    const auto at = std::find(kept.begin(), kept.end(), &judgement);
    Json verdict;
    verdict["proposal"] = judgement.number;
    verdict["validity"] = Rule(judgement.validity);
    verdict["alignment"] = Rule(judgement.alignment);
    verdict["soundness"] = Rule(judgement.soundness);
    verdict["diversity"] = Rule(judgement.diversity);
    verdict["format"] = Rule(judgement.format);
    verdict["keep"] = judgement.keep();
    verdict["rank"] = at == kept.end() ? 0 : static_cast<int>(at - kept.begin()) + 1;
    verdict["justification"] =
        judgement.keep() ? "Worth an arm: " + judgement.alignment.reason : "Not worth an arm.";
    verdicts.push_back(std::move(verdict));
  }
  Json reply;
  reply["verdicts"] = std::move(verdicts);
  return reply;
}

}  // namespace rectune::agents
