// SPDX-License-Identifier: Apache-2.0
//
// What an AgentTuner learns from a readout: elites, patterns, the skill.
#include <algorithm>

#include "agents/agent_tuner.h"
#include "agents/elite.h"
#include "agents/interaction.h"
#include "agents/round_report.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

constexpr double kMinEvidence = 1.5;  // posterior standard deviations for a sensitivity to be shown
constexpr double kInteractionEvidence = 2.5;
constexpr int kMaxInteractions = 5;

}  // namespace

void AgentTuner::SelectElites(const std::vector<const Trial*>& arms) {
  std::vector<const Trial*> completed;
  for (const Trial* trial : arms) {
    if (trial->status == TrialStatus::kCompleted) completed.push_back(trial);
  }
  const auto wanted = static_cast<std::size_t>(options_.elites);
  elites_.clear();
  if (!options_.insight) {
    std::stable_sort(completed.begin(), completed.end(),
                     [&](const Trial* a, const Trial* b) { return Value(*a) > Value(*b); });
    completed.resize(std::min(completed.size(), wanted));
    for (const Trial* trial : completed) elites_.push_back(trial->id);
    return;
  }
  const std::vector<bool> beaten = BeatenOnEveryMetric(SignedLifts(task(), completed));
  std::vector<const Trial*> front;
  for (std::size_t i = 0; i < completed.size(); ++i) {
    for (MemoryItem& item : memory_.items()) {
      if (item.trial == completed[i]->id) item.archived = beaten[i];
    }
    if (!beaten[i]) front.push_back(completed[i]);
  }
  const Trial* best = BestTrial(task(), front);
  if (best == nullptr) return;
  const auto start =
      static_cast<std::size_t>(std::find(front.begin(), front.end(), best) - front.begin());
  for (std::size_t i : FarthestPoints(SignedLifts(task(), front), start, wanted)) {
    elites_.push_back(front[i]->id);
  }
}

void AgentTuner::Learn(int round, const std::vector<const Trial*>& fresh) {
  const std::vector<const Trial*> arms = Arms();
  SelectElites(arms);
  const std::vector<const Trial*> shown = ShownArms(arms);
  std::vector<Interaction> interactions;
  if (options_.insight) {
    interactions =
        ComputeInteractions(task(), features_, arms, kInteractionEvidence, kMaxInteractions);
    InsightContext context;
    context.interactions = interactions;
    context.brief = MakeBrief();
    context.round = round;
    context.statistics =
        ComputeSensitivities(task(), features_, arms, kMinEvidence, 2 * options_.max_patterns);
    context.failures = failures_ = ComputeFailureDirections(task(), features_, arms);
    context.history = shown;
    context.max_patterns = options_.max_patterns;
    transcript_.Heading(2, "Insight");
    InsightReply reply = AskInsight(&client_, context, readouts_in_round_ - 1);
    transcript_.Ask("insight", reply.ask, round);
    if (reply.ask.value) patterns_ = std::move(reply.patterns);
    for (const Interaction& found : interactions) {
      transcript_.Line("- interaction of " + found.parameter + " and " + found.other + " on " +
                       found.metric + ": " + FormatSigned(found.effect) + " +- " +
                       FormatNumber(found.standard_error) + "% (" +
                       DescribeEvidence(found.evidence) + ")");
    }
    ReportInsight(features_, patterns_, reply.unsupported, failures_, memory_, elites_,
                  &transcript_);
  }
  if (skill_agent_ != nullptr && !options_.evolve) skill_agent_->CountRules(fresh);
  if (skill_agent_ != nullptr && options_.evolve) {
    SkillContext context;
    context.brief = MakeBrief();
    context.round = round;
    context.patterns = patterns_;
    context.failures = failures_;
    context.interactions = interactions;
    context.max_tokens = options_.skill_tokens;
    context.history = shown;
    context.arms = arms;
    context.best = BestTrial(task(), arms);
    transcript_.Heading(2, "Skill");
    const SkillRound change =
        skill_agent_->Evolve(&client_, context, fresh, readouts_in_round_ - 1);
    transcript_.Ask("skill", change.ask, round);
    ReportSkill(change, &transcript_);
  }
}

}  // namespace rectune::agents
