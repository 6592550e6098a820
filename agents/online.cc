// SPDX-License-Identifier: Apache-2.0
#include "agents/online.h"

#include "agents/context.h"
#include "agents/text.h"

namespace rectune::agents {

Json DeployableConfiguration(const TuningTask& task, const Configuration& configuration) {
  const Json values = task.space->ToJson(configuration);
  Json stages = Json::object();
  for (const Parameter& parameter : task.space->parameters()) {
    stages[parameter.stage][parameter.name] = values[parameter.name];
  }
  return stages;
}

Json AbTaskJson(const TuningTask& task, int round, const std::vector<Proposal>& proposals,
                const std::vector<ReviewDecision>& reviews) {
  Json json;
  json["name"] = Slug(task.scenario + "-" + task.task) + "-" + RoundName(round);
  json["control"] = "production";
  json["traffic_share_per_arm"] = 1.0 / static_cast<double>(proposals.size() + 1);
  json["users_per_arm"] = NumberToJson(task.users_per_arm);
  json["horizon_days"] = task.horizon_days;
  json["decides"] = ObjectiveMetrics(task.objective);
  json["arms"] = Json::array();
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    const ReviewDecision& decision = reviews[i];
    Json arm;
    arm["arm"] = i + 1;
    arm["review"] = (decision.approved ? "approved by " : "refused by ") + decision.reviewer +
                    ": " + decision.reason;
    arm["configuration"] = proposals[i].configuration
                               ? DeployableConfiguration(task, *proposals[i].configuration)
                               : Json(nullptr);
    json["arms"].push_back(std::move(arm));
  }
  return json;
}

std::string DescribeReadout(const TuningTask& task, const Trial& trial, double level) {
  std::string text = DescribeOutcome(task, trial);
  if (trial.status != TrialStatus::kCompleted) return text;
  std::string moved;
  for (const std::string& metric : ObjectiveMetrics(task.objective)) {
    const MetricReading& reading = trial.measurement.readings[task.metrics->IndexOf(metric)];
    if (reading.q_value > level) continue;
    moved += (moved.empty() ? "" : ", ") + metric + " " + FormatSigned(reading.lift) + "% (q " +
             FormatNumber(reading.q_value) + ")";
  }
  return text + "; significant: " + (moved.empty() ? "nothing" : moved);
}

}  // namespace rectune::agents
