// SPDX-License-Identifier: Apache-2.0
#include "agents/interaction.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/lift_model.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

constexpr double kMoved = 0.02;  // share of the range that counts as having moved a parameter
constexpr std::size_t kMinEvidence = 3;
constexpr std::size_t kMaxEvidence = 12;

std::string MoveText(const FeatureMap& features, const std::string& parameter,
                     const std::string& level) {
  const Move* move = features.FindMove(parameter, level);
  return move == nullptr ? parameter : features.Describe(*move, 1);
}

}  // namespace

std::vector<Interaction> ComputeInteractions(const TuningTask& task, const FeatureMap& features,
                                             const std::vector<const Trial*>& trials, double min_z,
                                             int most) {
  std::vector<const Trial*> completed;
  std::vector<Eigen::VectorXd> rows;
  for (const Trial* trial : trials) {
    if (trial->status != TrialStatus::kCompleted) continue;
    completed.push_back(trial);
    rows.push_back(features.Of(*trial->proposal.configuration));
  }
  if (completed.size() < kMinEvidence) return {};
  const auto n = static_cast<Eigen::Index>(completed.size());
  const auto d = static_cast<Eigen::Index>(features.size());
  Eigen::MatrixXd x(n, d);
  for (Eigen::Index i = 0; i < n; ++i) x.row(i) = rows[static_cast<std::size_t>(i)];
  const std::vector<Move>& moves = features.moves();
  std::vector<std::pair<double, Interaction>> found;
  for (const std::string& metric : ObjectiveMetrics(task.objective)) {
    const std::size_t index = task.metrics->IndexOf(metric);
    Eigen::VectorXd lifts(n);
    Eigen::VectorXd variances(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const MetricReading& reading =
          completed[static_cast<std::size_t>(i)]->measurement.readings[index];
      lifts[i] = reading.lift;
      variances[i] = reading.standard_error * reading.standard_error;
    }
    const LiftModel model(x, lifts, variances, LiftModel::Prior::Flat(d), {.quadratic = true});
    for (std::size_t a = 0; a < moves.size(); ++a) {
      for (std::size_t b = a + 1; b < moves.size(); ++b) {
        if (moves[a].parameter == moves[b].parameter) continue;  // levels exclude each other
        std::vector<std::int64_t> evidence;
        for (std::size_t i = 0; i < rows.size(); ++i) {
          const bool both = std::abs(features.Along(moves[a], rows[i])) > kMoved &&
                            std::abs(features.Along(moves[b], rows[i])) > kMoved;
          if (both) evidence.push_back(completed[i]->id);
        }
        if (evidence.size() < kMinEvidence) continue;
        Eigen::VectorXd one = Eigen::VectorXd::Zero(d);
        Eigen::VectorXd two = Eigen::VectorXd::Zero(d);
        one.segment(static_cast<Eigen::Index>(moves[a].first),
                    static_cast<Eigen::Index>(moves[a].count))
            .setOnes();
        two.segment(static_cast<Eigen::Index>(moves[b].first),
                    static_cast<Eigen::Index>(moves[b].count))
            .setOnes();
        const LiftModel::Estimate effect = model.MixedDifference(one, two);
        if (effect.sd <= 0.0 || std::abs(effect.mean) < min_z * effect.sd) continue;
        if (evidence.size() > kMaxEvidence) evidence.resize(kMaxEvidence);
        const std::vector<Parameter>& parameters = features.space().parameters();
        found.emplace_back(std::abs(effect.mean) / effect.sd,
                           Interaction{parameters[moves[a].parameter].name, moves[a].level,
                                       parameters[moves[b].parameter].name, moves[b].level, metric,
                                       effect.mean, effect.sd, std::move(evidence)});
      }
    }
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Interaction> interactions;
  for (auto& [z, interaction] : found) {
    if (static_cast<int>(interactions.size()) == most) break;
    interactions.push_back(std::move(interaction));
  }
  return interactions;
}

Json InteractionListData(const Brief& brief, const std::vector<Interaction>& interactions) {
  Json list = Json::array();
  for (const Interaction& interaction : interactions) {
    list.push_back(
        {{"first", MoveText(*brief.features, interaction.parameter, interaction.level)},
         {"second", MoveText(*brief.features, interaction.other, interaction.other_level)},
         {"metric", interaction.metric},
         {"effect", FormatSigned(interaction.effect)},
         {"standard_error", FormatNumber(interaction.standard_error)},
         {"evidence", DescribeEvidence(interaction.evidence)}});
  }
  return list;
}

}  // namespace rectune::agents
