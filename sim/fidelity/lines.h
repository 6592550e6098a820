// SPDX-License-Identifier: Apache-2.0
//
// The measurements behind the lines of the fidelity card, one function a figure; what each means
// and the band it must lie in stand in the table of sim/fidelity/card.cc. NaN: not measurable here.
#pragma once

#include "sim/fidelity/bench.h"

namespace rectune::sim {

// sim/fidelity/experiment_lines.cc: the A/B platform.
double AaPValueDistance(Bench& bench);
double IntervalCoverage(Bench& bench);
double WorstMetricCoverage(Bench& bench);
double CtrVariationOfUsers(Bench& bench);

// sim/fidelity/full_lines.cc: panel mode against full mode.
double PanelFullErrorGap(Bench& bench);
double PanelFullLevelGap(Bench& bench);

// sim/fidelity/response_lines.cc: signed responses to one knob or one goal.
double LongViewCurveLeads(Bench& bench);
double ClickCurveDrivesClicks(Bench& bench);
double StrictGuardClickbait(Bench& bench);
double StrictGuardDau(Bench& bench);
double ClickChaseDau(Bench& bench);
double ClickMaximumCtr(Bench& bench);
double ClickMaximumDau(Bench& bench);
double ClickMaximumRetention(Bench& bench);
double DiversityInterior(Bench& bench);

// sim/fidelity/landscape_lines.cc: the response surface as a whole.
double UnconstrainedBreach(Bench& bench);
double JointOverSingle(Bench& bench);
double TopParametersShare(Bench& bench);
double ProductionPercentile(Bench& bench);
double OracleLift(Bench& bench);
double ModelPushLoss(Bench& bench);
double PanelRankCorrelation(Bench& bench);

// sim/fidelity/behaviour_lines.cc: production against uniformly random items, and over users.
double ClickGap(Bench& bench);
double LongViewGap(Bench& bench);
double InteractionGap(Bench& bench);
double DismissalGap(Bench& bench);
double ClickLevel(Bench& bench);
double LongViewLevel(Bench& bench);
double InteractionLevel(Bench& bench);
double DismissalLevel(Bench& bench);
double UserCtrMean(Bench& bench);
double UserCtrDeviation(Bench& bench);
double UserCtrShape(Bench& bench);
double VolumeCtrCorrelation(Bench& bench);

// sim/fidelity/catalogue_lines.cc: items, watching and days.
double PopularityGini(Bench& bench);
double PopularityTopTenth(Bench& bench);
double PopularityTail(Bench& bench);
double LikedWatchGap(Bench& bench);
double HatedWatchGap(Bench& bench);
double WeekdayVolumeGap(Bench& bench);
double DailyCtrDeviation(Bench& bench);
double PreRankRecall(Bench& bench);
double RankRecall(Bench& bench);

}  // namespace rectune::sim
