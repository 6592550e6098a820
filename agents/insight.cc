// SPDX-License-Identifier: Apache-2.0
#include "agents/insight.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <tuple>
#include <utility>

#include "agents/interaction.h"
#include "agents/lift_evidence.h"
#include "agents/reply_schema.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

constexpr int kMinFailures = 3;
constexpr double kFailureLevel = 0.1;

/// The trials that moved farthest along a move, as ascending ids.
std::vector<std::int64_t> EvidenceFor(const Move& move, const FeatureMap& features,
                                      const std::vector<const Trial*>& trials,
                                      const std::vector<Eigen::VectorXd>& x) {
  std::vector<std::pair<double, std::int64_t>> moved;
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const double along = std::abs(features.Along(move, x[i]));
    if (along > kMoved) moved.emplace_back(-along, trials[i]->id);
  }
  std::sort(moved.begin(), moved.end());
  moved.resize(std::min(moved.size(), kMaxEvidence));
  std::vector<std::int64_t> ids;
  for (const auto& [along, id] : moved) ids.push_back(id);
  std::sort(ids.begin(), ids.end());
  return ids;
}

bool Failed(const TuningTask& task, const Trial& trial) {
  if (trial.status != TrialStatus::kCompleted) return true;
  const Score score = task.objective.Evaluate(trial.measurement, *task.metrics);
  return !score.feasible() || score.value < -2.0 * score.standard_error;
}

/// P(X >= successes), X ~ Binomial(trials, share), by direct summation.
double BinomialTail(int successes, int trials, double share) {
  if (share <= 0.0) return successes > 0 ? 0.0 : 1.0;
  if (share >= 1.0) return 1.0;
  double tail = 0.0;
  for (int k = successes; k <= trials; ++k) {
    tail +=
        std::exp(std::lgamma(trials + 1.0) - std::lgamma(k + 1.0) - std::lgamma(trials - k + 1.0) +
                 k * std::log(share) + (trials - k) * std::log1p(-share));
  }
  return std::min(tail, 1.0);
}

}  // namespace

std::vector<Pattern> ComputeSensitivities(const TuningTask& task, const FeatureMap& features,
                                          const std::vector<const Trial*>& trials, double min_z,
                                          int max_patterns) {
  const LiftEvidence data(task, features, trials);
  std::vector<std::pair<double, Pattern>> found;
  if (data.trials().empty()) return {};
  for (const std::string& metric : ObjectiveMetrics(task.objective)) {
    const LiftModel model = data.Fit(metric, {});
    for (const Move& move : features.moves()) {
      const LiftModel::Estimate slope = model.Slope(move.first, move.count);
      if (slope.sd <= 0.0 || std::abs(slope.mean) < min_z * slope.sd) continue;
      Pattern pattern;
      pattern.parameter = features.space().parameters()[move.parameter].name;
      pattern.level = move.level;
      pattern.metric = metric;
      pattern.slope = slope.mean;
      pattern.standard_error = slope.sd;
      pattern.evidence = EvidenceFor(move, features, data.trials(), data.rows());
      if (pattern.evidence.size() < 2) continue;  // one trial cannot tell its changes apart
      found.emplace_back(std::abs(slope.mean) / slope.sd, std::move(pattern));
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Pattern> patterns;
  for (auto& [z, pattern] : found) {
    if (static_cast<int>(patterns.size()) == max_patterns) break;
    patterns.push_back(std::move(pattern));
  }
  return patterns;
}

std::vector<FailureDirection> ComputeFailureDirections(const TuningTask& task,
                                                       const FeatureMap& features,
                                                       const std::vector<const Trial*>& trials) {
  std::vector<Eigen::VectorXd> x;
  std::vector<bool> failed;
  std::vector<const Trial*> arms;
  int failures = 0;
  for (const Trial* trial : trials) {
    if (!trial->proposal.configuration) continue;
    arms.push_back(trial);
    x.push_back(features.Of(*trial->proposal.configuration));
    failed.push_back(Failed(task, *trial));
    failures += failed.back() ? 1 : 0;
  }
  std::vector<FailureDirection> found;
  if (arms.empty() || failures == 0) return found;
  const double share = static_cast<double>(failures) / static_cast<double>(arms.size());
  for (const Move& move : features.moves()) {
    for (int direction : {1, -1}) {
      FailureDirection candidate;
      candidate.parameter = features.space().parameters()[move.parameter].name;
      candidate.level = move.level;
      candidate.direction = direction;
      for (std::size_t i = 0; i < arms.size(); ++i) {
        if (direction * features.Along(move, x[i]) <= kMoved) continue;
        ++candidate.trials;
        if (!failed[i]) continue;
        ++candidate.failures;
        candidate.evidence.push_back(arms[i]->id);
      }
      if (candidate.failures < kMinFailures) continue;
      candidate.p_value = BinomialTail(candidate.failures, candidate.trials, share);
      if (candidate.p_value < kFailureLevel) found.push_back(std::move(candidate));
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.p_value < b.p_value; });
  constexpr std::size_t kMaxDirections = 5;
  if (found.size() > kMaxDirections) found.resize(kMaxDirections);
  return found;
}

InsightReply AskInsight(ModelClient* client, const InsightContext& context, int sample) {
  Json data = BriefData(context.brief);
  data["statistics"] = PatternListData(context.statistics);
  data["failures"] = FailureListData(context.brief, context.failures);
  data["interactions"] = InteractionListData(context.brief, context.interactions);
  data["has_interactions"] = !context.interactions.empty();
  data["history"] = TrialListData(context.brief, context.history);
  data["round"] = context.round;
  data["max_patterns"] = context.max_patterns;
  InsightReply reply;
  reply.ask = client->Ask(AgentRole::kInsight, context.round, sample, std::move(data),
                          InsightSchema(), &context);
  if (!reply.ask.value) return reply;
  std::set<std::tuple<std::string, std::string, std::string>> seen;
  for (const Json& claim : (*reply.ask.value)["patterns"]) {
    const std::string parameter = SanitizeLine(claim["parameter"].get<std::string>(), 200);
    const std::string level = SanitizeLine(claim["level"].get<std::string>(), 200);
    const std::string metric = SanitizeLine(claim["metric"].get<std::string>(), 200);
    const int direction = claim["direction"] == "up" ? 1 : -1;
    std::string name = parameter;
    if (!level.empty()) name += " to " + level;
    name += " on " + metric;
    const auto known = std::find_if(context.statistics.begin(), context.statistics.end(),
                                    [&](const Pattern& pattern) {
                                      return pattern.parameter == parameter &&
                                             pattern.level == level && pattern.metric == metric;
                                    });
    if (known == context.statistics.end()) {
      reply.unsupported.push_back(name + ": no such sensitivity stands out in the trials");
    } else if (known->direction() != direction) {
      reply.unsupported.push_back(name + ": the trials show the opposite sign (" +
                                  FormatSigned(known->slope) + " +- " +
                                  FormatNumber(known->standard_error) + ")");
    } else if (!seen.insert({parameter, level, metric}).second) {
      reply.unsupported.push_back(name + ": stated twice");
    } else if (static_cast<int>(reply.patterns.size()) < context.max_patterns) {
      Pattern pattern = *known;
      pattern.statement = SanitizeLine(claim["statement"].get<std::string>(), 300);
      reply.patterns.push_back(std::move(pattern));
    }
  }
  return reply;
}

std::vector<GlobalPattern> CrossLearn(std::span<const TaskPatterns> tasks) {
  std::vector<GlobalPattern> reduced;
  std::vector<std::vector<const Pattern*>> members;
  for (const TaskPatterns& task : tasks) {
    for (const Pattern& pattern : task.patterns) {
      std::size_t at = 0;
      while (at < reduced.size() && (reduced[at].pattern.parameter != pattern.parameter ||
                                     reduced[at].pattern.level != pattern.level ||
                                     reduced[at].pattern.metric != pattern.metric)) {
        ++at;
      }
      if (at == reduced.size()) {
        reduced.push_back({pattern, {}});
        members.emplace_back();
      }
      reduced[at].tasks.push_back(task.task);
      members[at].push_back(&pattern);
    }
  }
  std::vector<GlobalPattern> global;
  for (std::size_t at = 0; at < reduced.size(); ++at) {
    const bool agree = std::all_of(members[at].begin(), members[at].end(), [&](const Pattern* p) {
      return p->direction() == members[at].front()->direction();
    });
    if (members[at].size() < 2 || !agree) continue;
    double weight = 0.0;
    double slope = 0.0;
    for (const Pattern* pattern : members[at]) {
      const double precision =
          1.0 / std::max(pattern->standard_error * pattern->standard_error, 1e-12);
      weight += precision;
      slope += precision * pattern->slope;
    }
    GlobalPattern pattern = std::move(reduced[at]);
    pattern.pattern.slope = slope / weight;
    pattern.pattern.standard_error = std::sqrt(1.0 / weight);
    pattern.pattern.evidence.clear();  // trial ids mean nothing outside their own task
    global.push_back(std::move(pattern));
  }
  return global;
}

}  // namespace rectune::agents
