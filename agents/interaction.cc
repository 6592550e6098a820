// SPDX-License-Identifier: Apache-2.0
#include "agents/interaction.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "agents/lift_evidence.h"
#include "agents/text.h"

namespace rectune::agents {
namespace {

constexpr std::size_t kMinEvidence = 3;

std::string MoveText(const FeatureMap& features, const std::string& parameter,
                     const std::string& level) {
  const Move* move = features.FindMove(parameter, level);
  return move == nullptr ? parameter : features.Describe(*move, 1);
}

}  // namespace

std::vector<Interaction> ComputeInteractions(const TuningTask& task, const FeatureMap& features,
                                             const std::vector<const Trial*>& trials, double min_z,
                                             int most) {
  const LiftEvidence data(task, features, trials);
  const std::vector<Eigen::VectorXd>& rows = data.rows();
  if (rows.size() < kMinEvidence) return {};
  const auto d = static_cast<Eigen::Index>(features.size());
  const std::vector<Move>& moves = features.moves();
  std::vector<std::pair<double, Interaction>> found;
  for (const std::string& metric : ObjectiveMetrics(task.objective)) {
    const LiftModel model = data.Fit(metric, {.quadratic = true});
    for (std::size_t a = 0; a < moves.size(); ++a) {
      for (std::size_t b = a + 1; b < moves.size(); ++b) {
        if (moves[a].parameter == moves[b].parameter) continue;  // levels exclude each other
        std::vector<std::int64_t> evidence;
        for (std::size_t i = 0; i < rows.size(); ++i) {
          const bool both = std::abs(features.Along(moves[a], rows[i])) > kMoved &&
                            std::abs(features.Along(moves[b], rows[i])) > kMoved;
          if (both) evidence.push_back(data.trials()[i]->id);
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
