// SPDX-License-Identifier: Apache-2.0
#include "agents/agent_tuner.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "agents/round_report.h"
#include "agents/skillhub/skill_markdown.h"
#include "agents/slate.h"
#include "agents/text.h"
#include "core/check.h"

namespace rectune::agents {
namespace {

constexpr std::size_t kMaxRejectionsShown = 12;
constexpr std::size_t kMaxRefusalsShown = 12;

/// The slots that a plain folder left empty say what the task says.
Skill InitialSkill(const TuningTask& task, const AgentOptions& options) {
  Skill from_task = SkillForTask(task);
  if (options.skill.empty()) return from_task;
  Skill skill = ReadSkillFolder(options.skill);
  for (std::string Skill::*slot :
       {&Skill::task_context, &Skill::task_requirement, &Skill::north_stars,
        &Skill::initial_parameters, &Skill::tools}) {
    if ((skill.*slot).empty()) skill.*slot = from_task.*slot;
  }
  return skill;
}

}  // namespace

AgentTuner::AgentTuner(std::string name, TuningTask task, AgentOptions options,
                       std::unique_ptr<ChatModel> model, TunerHome home)
    : Tuner(std::move(name), std::move(task)),
      options_(std::move(options)),
      model_(std::move(model)),
      home_(std::move(home)),
      features_(*this->task().space),
      prompts_(options_.prompts),
      client_(model_.get(), &prompts_, &ledger_,
              {options_.max_repairs, options_.max_output_tokens, options_.reply_format}),
      reviewer_(options_.review, this->task(), StandardDesk()) {
  if (options_.history_only) prompts_.Replace("actor", "opro");
  ledger_.SetPrices(options_.model.prices);
  if (options_.skillhub) {
    SkillAgent::Options skill_options;
    skill_options.use_gate = options_.gate;
    skill_options.max_edits = options_.max_edits;
    skill_agent_ = std::make_unique<SkillAgent>(
        this->task(), &features_, InitialSkill(this->task(), options_), skill_options);
  }
}

AgentTuner::~AgentTuner() = default;

Brief AgentTuner::MakeBrief() const {
  Brief brief;
  brief.task = &task();
  brief.notices = &notices();
  brief.features = &features_;
  brief.box = task().space.get();
  if (skill_agent_ != nullptr) {
    brief.skill = &skill_agent_->skill();
    brief.box = &skill_agent_->box();
    brief.rule_helpful = &skill_agent_->helpful();
    brief.rule_harmful = &skill_agent_->harmful();
  }
  return brief;
}

std::vector<const Trial*> AgentTuner::Arms() const {
  std::vector<const Trial*> arms;
  for (const Trial& trial : history()) {
    if (trial.round > 0) arms.push_back(&trial);
  }
  return arms;
}

std::vector<const Trial*> AgentTuner::ShownArms(const std::vector<const Trial*>& arms) const {
  const std::size_t count = std::min(arms.size(), static_cast<std::size_t>(options_.history_shown));
  return {arms.end() - static_cast<std::ptrdiff_t>(count), arms.end()};
}

double AgentTuner::Value(const Trial& trial) const {
  if (trial.status != TrialStatus::kCompleted) return -std::numeric_limits<double>::infinity();
  return task().objective.Evaluate(trial.measurement, *task().metrics).penalised;
}

ActorContext AgentTuner::MakeActorContext(int round) const {
  ActorContext context;
  context.brief = MakeBrief();
  context.round = round;
  context.history = ShownArms(Arms());
  for (const MemoryItem& item : memory_.items()) {
    if (!item.is_refused() || !item.configuration) continue;
    context.refusals.push_back({*item.configuration, item.proposed_round, item.evaluation_check});
  }
  if (context.refusals.size() > kMaxRefusalsShown) {
    context.refusals.erase(context.refusals.begin(), context.refusals.end() - kMaxRefusalsShown);
  }
  if (options_.history_only) {
    // The best of all rounds, not the last, and the best of them last: the tail is read best.
    context.history = Arms();
    std::stable_sort(context.history.begin(), context.history.end(),
                     [&](const Trial* a, const Trial* b) { return Value(*a) < Value(*b); });
    const auto shown =
        std::min(context.history.size(), static_cast<std::size_t>(options_.history_shown));
    context.history.erase(context.history.begin(),
                          context.history.end() - static_cast<std::ptrdiff_t>(shown));
    return context;
  }
  for (std::int64_t id : elites_) context.elites.push_back(FindTrial(history(), id));
  context.patterns = patterns_;
  context.failures = failures_;
  return context;
}

std::vector<Proposal> AgentTuner::DoPropose(int arms) {
  const int round = proposed_rounds() + 1;
  if (!transcript_.text().empty()) FinishTranscript(proposed_rounds());
  readouts_in_round_ = 0;
  transcript_.Heading(1, "Round " + std::to_string(round) + " of " + std::to_string(task().rounds));
  transcript_.Line("Tuner " + name() + " on " + task().scenario + ", task " + task().task +
                   ". Model: " + model_->name() +
                   (model_->is_stand_in() ? " (a stand-in, no language model)." : "."));
  if (skill_agent_ != nullptr) {
    const Skill& skill = skill_agent_->skill();
    transcript_.Line("Skill " + skill.name + ", version " +
                     skill_agent_->hub().head_id(skill.name) + ": " +
                     std::to_string(skill.rules.size()) + " rules, " +
                     std::to_string(skill.tightenings.size()) + " tightened parameters.");
  }
  for (const Notice& notice : notices()) {
    if (notice.round == round) transcript_.Line("Told before this round: " + notice.description);
  }
  transcript_.EndOpening();
  std::vector<Configuration> tried;
  for (const Trial* trial : Arms()) {
    if (trial->proposal.configuration) tried.push_back(*trial->proposal.configuration);
  }
  for (const MemoryItem& item : memory_.items()) {
    if (item.is_refused() && item.configuration) tried.push_back(*item.configuration);
  }
  Slate slate(Validator(*task().space, *MakeBrief().box, std::move(tried)));
  for (int sample = 0; sample <= options_.top_ups; ++sample) {
    const int missing = arms - static_cast<int>(slate.kept.size());
    if (missing <= 0) break;
    FillSlate(round, sample, missing, &slate);
  }
  return Launch(round, arms, &slate);
}

void AgentTuner::FillSlate(int round, int sample, int missing, Slate* slate) {
  ActorContext context = MakeActorContext(round);
  context.proposals = chooses() ? missing * options_.proposals_per_arm : missing;
  context.rejections = slate->rejections;
  if (context.rejections.size() > kMaxRejectionsShown) {
    context.rejections.erase(context.rejections.begin(),
                             context.rejections.end() - kMaxRejectionsShown);
  }
  transcript_.Heading(2, sample == 0 ? "Actor" : "Actor, top-up " + std::to_string(sample));
  ActorReply reply = AskActor(&client_, context, sample);
  ++slate->calls;
  transcript_.Ask("actor", reply.ask, round);
  if (!reply.note.empty()) transcript_.Line("Note: " + reply.note + ".\n");
  if (!reply.ask.value) {
    ledger_.CountStopped(Layer::kParser, context.proposals);
    return;
  }
  std::vector<DraftProposal> candidates;
  for (DraftProposal& draft : reply.drafts) {
    Validation validation = options_.validator ? slate->validator.Check(draft.config)
                                               : ReadConfiguration(*task().space, draft.config);
    draft.configuration = std::move(validation.configuration);
    draft.reasons = std::move(validation.reasons);
    Json entry;
    entry["id"] = ProposalId(round, sample, draft.number);
    entry["changes"] = ChangesJson(*task().space, draft.configuration);
    entry["stopped_by"] = "";
    entry["reason"] = Join(draft.reasons, "; ");
    entry["critic"] = "";
    entry["arm"] = 0;
    slate->log.push_back(std::move(entry));
    transcript_.Line("**Proposal " + std::to_string(draft.number) + ".** " +
                     EscapeMarkdown(draft.hypothesis));
    if (draft.configuration) {
      transcript_.Line("- changes: " + DescribeChanges(*task().space, *draft.configuration));
    }
    if (options_.validator && !draft.reasons.empty()) {
      ledger_.CountStopped(Layer::kValidator, 1);
      slate->log.back()["stopped_by"] = "validator";
      slate->rejections.push_back("proposal " + std::to_string(draft.number) + ": " +
                                  Join(draft.reasons, "; "));
      transcript_.Line("- validator: stopped: " + EscapeMarkdown(Join(draft.reasons, "; ")));
    } else {
      transcript_.Line(std::string("- validator: ") +
                       (options_.validator ? "passed" : "switched off"));
      candidates.push_back(std::move(draft));
    }
    transcript_.Line("");
  }
  if (!candidates.empty()) JudgeBy(context, sample, missing, slate, &candidates);
}

void AgentTuner::JudgeBy(const ActorContext& context, int sample, int missing, Slate* slate,
                         std::vector<DraftProposal>* candidates) {
  const auto keep = [&](DraftProposal draft, std::string check, std::string source) {
    const std::string id = ProposalId(context.round, sample, draft.number);
    slate->kept.push_back({std::move(draft), id, std::move(check), std::move(source)});
  };
  if (!options_.critic) {
    std::vector<std::string> checks(candidates->size(), "no Critic");
    if (options_.proxy) RankByProxy(candidates, &checks);
    for (std::size_t i = 0; i < candidates->size(); ++i) {
      keep(std::move((*candidates)[i]), checks[i], "agent/actor");
    }
    return;
  }
  CriticContext critic_context;
  critic_context.actor = &context;
  critic_context.proposals = candidates;
  critic_context.keep = missing;
  transcript_.Heading(2, sample == 0 ? "Critic" : "Critic, top-up " + std::to_string(sample));
  CriticReply reply = AskCritic(&client_, critic_context, sample);
  transcript_.Ask("critic", reply.ask, context.round);
  if (reply.verdicts.empty()) {
    // Losing the round would blame the Actor for the Critic's silence; the label says what
    // happened.
    transcript_.Line("No usable verdicts: the proposals go on unjudged.");
    for (DraftProposal& draft : *candidates) {
      keep(std::move(draft), "unjudged: the Critic gave no usable reply", "agent/actor (unjudged)");
    }
    return;
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < candidates->size(); ++i) {
    DraftProposal& draft = (*candidates)[i];
    const Verdict& verdict = reply.verdicts[i];
    draft.justification = verdict.justification;
    transcript_.Line("- proposal " + std::to_string(draft.number) + ": " +
                     (verdict.keep ? "kept, rank " + std::to_string(verdict.rank) : "not kept") +
                     "; " + EscapeMarkdown(DescribeVerdict(verdict)) + ". " +
                     EscapeMarkdown(verdict.justification));
    Json& entry = slate->LogOf(ProposalId(context.round, sample, draft.number));
    entry["critic"] = verdict.keep ? "kept" : "dropped";
    if (verdict.keep) {
      order.push_back(i);
    } else {
      entry["stopped_by"] = "critic";
      entry["reason"] = DescribeVerdict(verdict);
      if (draft.configuration) {
        ledger_.CountRejectedByCritic(1);
      } else {
        ledger_.CountStopped(Layer::kCritic, 1);
      }
      slate->rejections.push_back("proposal " + std::to_string(draft.number) +
                                  ", by the Critic: " + DescribeVerdict(verdict));
    }
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return reply.verdicts[a].rank < reply.verdicts[b].rank;
  });
  for (std::size_t i : order) {
    keep((*candidates)[i], DescribeVerdict(reply.verdicts[i]), "agent/actor");
  }
}

void AgentTuner::RankByProxy(std::vector<DraftProposal>* candidates,
                             std::vector<std::string>* checks) {
  RECTUNE_CHECK(home_.proxy != nullptr, name() + " was given no offline proxy");
  transcript_.Heading(2, "Proxy");
  std::vector<std::pair<double, std::size_t>> order;
  for (std::size_t i = 0; i < candidates->size(); ++i) {
    const DraftProposal& draft = (*candidates)[i];
    double value = -std::numeric_limits<double>::infinity();  // what cannot run comes last
    if (draft.configuration) {
      const Measurement estimate = home_.proxy(*draft.configuration, options_.proxy_alignment);
      value = task().objective.Evaluate(estimate, *task().metrics).penalised;
      ++proxy_evaluations_;
    }
    (*checks)[i] = "offline proxy " + (draft.configuration ? FormatSigned(value) + "%" : "none");
    transcript_.Line("- proposal " + std::to_string(draft.number) + ": " + (*checks)[i]);
    order.emplace_back(-value, i);
  }
  std::stable_sort(order.begin(), order.end());
  std::vector<DraftProposal> ranked;
  std::vector<std::string> ranked_checks;
  for (const auto& [value, i] : order) {
    ranked.push_back(std::move((*candidates)[i]));
    ranked_checks.push_back(std::move((*checks)[i]));
  }
  *candidates = std::move(ranked);
  *checks = std::move(ranked_checks);
}

void AgentTuner::DoObserve(std::span<const Trial> trials) {
  std::vector<const Trial*> fresh;
  for (const Trial& trial : trials) {
    if (trial.round > 0) fresh.push_back(FindTrial(history(), trial.id));
  }
  if (fresh.empty()) return;
  const int round = std::max(proposed_rounds(), fresh.back()->round);
  ++readouts_in_round_;
  for (const Trial* trial : fresh) memory_.Complete(*trial);
  ReportReadout(task(), fresh, &transcript_);
  Learn(round, fresh);
  FinishTranscript(round);
}

void AgentTuner::DoTakeNotice(const Notice& notice) {
  if (!notice.objective) return;
  // The prompts read objective and outcomes anew; who is elite was settled under the old one.
  SelectElites(Arms());
  if (skill_agent_ != nullptr) skill_agent_->TakeObjective(notice.round);
}

void AgentTuner::FinishTranscript(int round) {
  ReportLedger(ledger_, round, &transcript_);
  if (!home_.directory.empty()) {
    const std::filesystem::path folder = home_.directory / "transcript";
    std::filesystem::create_directories(folder);
    const std::string suffix =
        readouts_in_round_ > 1 ? "-" + std::to_string(readouts_in_round_) : "";
    WriteFileAtomically(folder / (RoundName(round) + suffix + ".md"), transcript_.text());
    WriteDerivedFiles();
  }
  transcript_.Clear();
}

}  // namespace rectune::agents
