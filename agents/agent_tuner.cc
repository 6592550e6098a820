// SPDX-License-Identifier: Apache-2.0
#include "agents/agent_tuner.h"

#include <algorithm>
#include <utility>

#include "agents/derived_file.h"
#include "agents/elite.h"
#include "agents/online.h"
#include "agents/round_report.h"
#include "agents/skillhub/skill_markdown.h"
#include "agents/text.h"
#include "agents/validator.h"

namespace rectune::agents {
namespace {

constexpr double kMinEvidence = 1.5;  // posterior standard deviations for a sensitivity to be shown
constexpr std::size_t kMaxRejectionsShown = 12;

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

/// Proposals of one round on their way to arms.
struct AgentTuner::Slate {
  explicit Slate(Validator v) : validator(std::move(v)) {}

  struct Kept {
    DraftProposal draft;
    std::string memory_id;
    std::string check;
    std::string source;
  };

  Validator validator;
  std::vector<Kept> kept;
  std::vector<std::string> rejections;
  int calls = 0;
};

AgentTuner::AgentTuner(std::string name, TuningTask task, AgentOptions options,
                       std::unique_ptr<ChatModel> model, TunerHome home)
    : Tuner(std::move(name), std::move(task)),
      options_(std::move(options)),
      model_(std::move(model)),
      home_(std::move(home)),
      features_(*this->task().space),
      prompts_(options_.prompts),
      client_(model_.get(), &prompts_, &ledger_,
              {options_.max_repairs, options_.max_output_tokens}) {
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

ActorContext AgentTuner::MakeActorContext(int round) const {
  ActorContext context;
  context.brief = MakeBrief();
  context.round = round;
  context.history = ShownArms(Arms());
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
  transcript_.EndOpening();
  std::vector<Configuration> tried;
  for (const Trial* trial : Arms()) {
    if (trial->proposal.configuration) tried.push_back(*trial->proposal.configuration);
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
  context.proposals = options_.critic ? missing * options_.proposals_per_arm : missing;
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
    transcript_.Line("**Proposal " + std::to_string(draft.number) + ".** " +
                     EscapeMarkdown(draft.hypothesis));
    if (draft.configuration) {
      transcript_.Line("- changes: " + DescribeChanges(*task().space, *draft.configuration));
    }
    if (options_.validator && !draft.reasons.empty()) {
      ledger_.CountStopped(Layer::kValidator, 1);
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
    const std::string id = "r" + RoundName(context.round).substr(6) + "-c" +
                           std::to_string(sample + 1) + "-p" + std::to_string(draft.number);
    slate->kept.push_back({std::move(draft), id, std::move(check), std::move(source)});
  };
  if (!options_.critic) {
    for (DraftProposal& draft : *candidates) {
      keep(std::move(draft), "no Critic", "agent/actor");
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
    if (verdict.keep) {
      order.push_back(i);
    } else {
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

std::vector<Proposal> AgentTuner::Launch(int round, int arms, Slate* slate) {
  std::vector<Proposal> proposals;
  for (Slate::Kept& kept : slate->kept) {
    MemoryItem item;
    item.id = kept.memory_id;
    item.configuration = kept.draft.configuration;
    item.explanation = kept.draft.hypothesis;
    item.proposed_round = round;
    item.evaluation_check = kept.check;
    if (static_cast<int>(proposals.size()) < arms) {
      Proposal proposal;
      proposal.configuration = kept.draft.configuration;
      proposal.hypothesis = kept.draft.hypothesis;
      if (!kept.draft.justification.empty()) {
        proposal.hypothesis += " Critic: " + kept.draft.justification;
      }
      proposal.source = kept.source;
      if (!proposal.configuration) proposal.invalid_reason = Join(kept.draft.reasons, "; ");
      proposals.push_back(std::move(proposal));
      item.status = MemoryStatus::kLaunched;
      item.arm = static_cast<int>(proposals.size());
    }
    memory_.Add(std::move(item));
  }
  while (static_cast<int>(proposals.size()) < arms) {
    Proposal proposal;
    proposal.source = "agent/actor";
    proposal.invalid_reason =
        "no usable proposal for this arm after " + std::to_string(slate->calls) + " Actor calls";
    proposals.push_back(std::move(proposal));
    MemoryItem item;
    item.id = "r" + RoundName(round).substr(6) + "-a" + std::to_string(proposals.size());
    item.arm = static_cast<int>(proposals.size());
    item.proposed_round = round;
    item.status = MemoryStatus::kLaunched;
    item.evaluation_check = proposals.back().invalid_reason;
    memory_.Add(std::move(item));
  }
  ledger_.SetArms(round, arms);
  ReportLaunch(task(), round, proposals, &transcript_);
  if (!home_.directory.empty()) {
    WriteDerivedFile(home_.directory / "ab_tasks" / (RoundName(round) + ".json"),
                     DumpPretty(AbTaskJson(task(), round, proposals)));
  }
  return proposals;
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

void AgentTuner::SelectElites(const std::vector<const Trial*>& arms) {
  std::vector<const Trial*> completed;
  for (const Trial* trial : arms) {
    if (trial->status == TrialStatus::kCompleted) completed.push_back(trial);
  }
  const auto wanted = static_cast<std::size_t>(options_.elites);
  elites_.clear();
  if (!options_.insight) {
    std::stable_sort(completed.begin(), completed.end(), [&](const Trial* a, const Trial* b) {
      return task().objective.Evaluate(a->measurement, *task().metrics).penalised >
             task().objective.Evaluate(b->measurement, *task().metrics).penalised;
    });
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
  if (options_.insight) {
    InsightContext context;
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
    ReportInsight(features_, patterns_, reply.unsupported, failures_, memory_, elites_,
                  &transcript_);
  }
  if (skill_agent_ != nullptr) {
    SkillContext context;
    context.brief = MakeBrief();
    context.round = round;
    context.patterns = patterns_;
    context.failures = failures_;
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
