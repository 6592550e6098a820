// SPDX-License-Identifier: Apache-2.0
//
// The card: one row a line. Bands come from their source or, where a source gives a level without a
// tolerance, from the tolerance stated in `how`.
#include "sim/fidelity/card.h"

#include <algorithm>

#include "core/config_error.h"
#include "core/object_reader.h"
#include "sim/fidelity/lines.h"

namespace rectune::sim {
namespace {

struct Row {
  const char* name;
  const char* how;
  double low;
  double high;
  const char* source;
  double (*measure)(Bench& bench);
};

constexpr const char* kPaper = "AgenticRecTune (arXiv 2604.26969), responses to its curves";
constexpr const char* kDesign = "project design, section 3";
constexpr const char* kTheory = "statistics: what a sound A/B platform must show";
constexpr const char* kPure =
    "KuaiRand-Pure, trained policy against random exposure (published analysis by Aylayan)";
constexpr const char* kLogs = "KuaiRand-27K aggregates (Gao et al., CIKM 2022)";
constexpr const char* kFeedbackRows = "KuaiRand-27K rows selected on like or hate";
constexpr const char* kFunnels =
    "published funnels: each stage keeps 85-90% of the last one's picks";

constexpr Row kTable[] = {
    // The A/B platform.
    {"aa_p_value_distance",
     "Kolmogorov distance of A/A p-values from uniform, all metrics, 500 rounds of 4 arms", 0.0,
     0.04, kTheory, AaPValueDistance},
    {"interval_coverage",
     "% of 95% intervals that hold the true lift, all metrics, 500 rounds of 3 arms", 93.0, 97.0,
     kTheory, IntervalCoverage},
    {"interval_coverage_worst_metric", "the same for the metric farthest from 95%", 93.0, 97.0,
     kTheory, WorstMetricCoverage},
    {"ctr_variation_of_users", "coefficient of variation of a user's linearised CTR (0.72, +-15%)",
     0.61, 0.83, kLogs, CtrVariationOfUsers},
    {"panel_full_error_gap",
     "largest gap of a metric's standard error, %, panel mode to 12 lives of the same users in "
     "full",
     0.0, 10.0, kDesign, PanelFullErrorGap},
    {"panel_full_level_gap",
     "largest gap of a metric's level beyond two standard errors, %, the same (tolerance ours)",
     0.0, 3.0, kDesign, PanelFullLevelGap},
    // Signed responses.
    {"long_view_curve_leads",
     "range of DAU over shapes of the long-view curve, over the larger of the other two curves'",
     1.0, 100.0, kPaper, LongViewCurveLeads},
    {"click_curve_drives_clicks", "CTR lift, %, at the click curve's largest weight", 0.5, 20.0,
     kPaper, ClickCurveDrivesClicks},
    {"strict_guard_cuts_clickbait", "clickbait share's lift, %, at the guard's largest weight",
     -100.0, -20.0, kPaper, StrictGuardClickbait},
    {"strict_guard_costs_dau", "DAU lift, %, at the guard's largest weight", -20.0, -0.1, kPaper,
     StrictGuardDau},
    {"click_chase_loses_dau", "DAU lift, %, with both click weights at the top of their ranges",
     -30.0, -0.1, kDesign, ClickChaseDau},
    {"click_maximum_gains_ctr", "CTR lift, %, of a configuration climbed to for CTR alone", 1.0,
     50.0, kDesign, ClickMaximumCtr},
    {"click_maximum_loses_dau", "DAU lift, %, of the same", -30.0, -0.1, kDesign, ClickMaximumDau},
    {"click_maximum_worse_later", "its 7-day retention lift minus its DAU lift, % points", -30.0,
     -0.05, kDesign, ClickMaximumRetention},
    {"diversity_has_an_interior_optimum",
     "7-day retention, %, at the best diversity strength over the better end of its range", 0.02,
     10.0, "KuaiRand analysis (FRAME'26): diversity and return are not aligned one way",
     DiversityInterior},
    // The landscape.
    {"unconstrained_optimum_breach",
     "% past its bound of the worst guardrail where the objective alone was climbed", 0.5, 1000.0,
     kDesign, UnconstrainedBreach},
    {"joint_over_single_stage", "joint reference's lift minus the best single stage's, % points",
     0.05, 10.0, kDesign, JointOverSingle},
    {"top_parameters_share",
     "% of the summed total-effect Sobol indices that a quarter of the parameters carry", 60.0,
     100.0, kDesign, TopParametersShare},
    {"production_percentile", "% of random configurations whose objective is below production's",
     60.0, 95.0, kDesign, ProductionPercentile},
    {"oracle_lift", "joint reference's lift over production, %, on users it never met", 1.0, 6.0,
     kDesign, OracleLift},
    {"model_push_loss", "% of its penalised lift that the joint reference loses to a model push",
     33.0, 300.0, kDesign, ModelPushLoss},
    {"panel_rank_correlation",
     "Spearman correlation of the objective on tuning and evaluation panels, 32 configurations",
     0.98, 1.0, kDesign, PanelRankCorrelation},
    // Behaviour.
    {"click_gap", "click rate, production over uniformly random items (2.6, +-10%)", 2.34, 2.86,
     kPure, ClickGap},
    {"long_view_gap", "long-view rate, the same (3.7, +-10%)", 3.33, 4.07, kPure, LongViewGap},
    {"interaction_gap", "interaction rate, the same (3.8, +-10%)", 3.42, 4.18, kPure,
     InteractionGap},
    {"dismissal_gap", "dismissal rate, the same (0.69, +-10%)", 0.621, 0.759, kPure, DismissalGap},
    {"click_level", "clicks per impression under production (0.451, +-10%)", 0.406, 0.496, kPure,
     ClickLevel},
    {"long_view_level", "long views per impression (0.318, +-10%)", 0.286, 0.350, kPure,
     LongViewLevel},
    {"interaction_level", "interactions per 100 impressions (2.14, +-10%)", 1.93, 2.35, kPure,
     InteractionLevel},
    {"dismissal_level", "dismissals per 100 impressions (0.079, +-10%)", 0.071, 0.087, kPure,
     DismissalLevel},
    {"user_ctr_mean", "mean over users of CTR (0.470, +-10%)", 0.423, 0.517, kLogs, UserCtrMean},
    {"user_ctr_deviation", "standard deviation over users of CTR (0.185, +-15%)", 0.157, 0.213,
     kLogs, UserCtrDeviation},
    {"user_ctr_shape",
     "largest gap between quantiles (5% to 95%) of users' CTR and Beta(2.99, 3.37)", 0.0, 0.06,
     kLogs, UserCtrShape},
    {"volume_ctr_correlation", "correlation of a user's log impressions and CTR (-0.50, +-0.1)",
     -0.6, -0.4, kLogs, VolumeCtrCorrelation},
    // Items, watching, days, stages.
    {"popularity_gini", "Gini of servings over items served (0.83, +-10%)", 0.747, 0.913, kLogs,
     PopularityGini},
    {"popularity_top_tenth", "% of servings that the top tenth of items get (79.9, +-10%)", 71.9,
     87.9, kLogs, PopularityTopTenth},
    {"popularity_tail", "tail exponent of servings, from 10 on (1.85 to 2.2, +-10%)", 1.66, 2.42,
     kLogs, PopularityTail},
    {"liked_watch_gap", "largest gap of watch-ratio quantiles p25 to p90, liked law to logs", 0.0,
     0.06, kFeedbackRows, LikedWatchGap},
    {"hated_watch_gap", "largest gap of watch-ratio quantiles p50 to p90, hated law to logs", 0.0,
     0.06, kFeedbackRows, HatedWatchGap},
    {"weekday_volume_gap", "largest gap of a weekday's relative volume to the logs'", 0.0, 0.03,
     kLogs, WeekdayVolumeGap},
    {"daily_ctr_deviation",
     "standard deviation of a day's CTR that all users share, % of its mean (2.1, +-40%)", 1.3, 2.9,
     kLogs, DailyCtrDeviation},
    {"pre_rank_recall", "% of the ranker's top slate that pre-ranking keeps", 85.0, 100.0, kFunnels,
     PreRankRecall},
    {"rank_recall", "% of an uncut re-ranker's slate that ranking keeps", 85.0, 100.0, kFunnels,
     RankRecall},
};

}  // namespace

std::vector<FidelityLine> MeasureFidelity(const std::string& scenario, const std::string& size,
                                          const std::vector<std::string>& only) {
  std::vector<std::string> known;
  for (const Row& row : kTable) known.emplace_back(row.name);
  for (const std::string& name : only) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw ConfigError("--only", Json(name).dump(), "one of: " + JoinNames(known));
  }
  Bench bench(scenario, size);
  std::vector<FidelityLine> lines;
  for (const Row& row : kTable) {
    if (!only.empty() && std::find(only.begin(), only.end(), row.name) == only.end()) continue;
    lines.push_back({.name = row.name,
                     .how = row.how,
                     .value = row.measure(bench),
                     .low = row.low,
                     .high = row.high,
                     .source = row.source});
  }
  return lines;
}

}  // namespace rectune::sim
