// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sim/fidelity/lines.h"

namespace rectune::sim {
namespace {

/// A curve that rises early only weeds out the worst; one that rises late keeps only the best.
const Json kEarly = {0.0, 0.75, 0.9, 0.95, 0.98, 1.0};
const Json kLate = {0.0, 0.02, 0.05, 0.1, 0.25, 1.0};

/// Range of DAU lifts over the early curve, production's (0) and the late one.
double DauRange(Bench& bench, const std::string& curve) {
  const double early = Bench::Lift(bench.Lifts(Json{{curve, kEarly}}), "dau");
  const double late = Bench::Lift(bench.Lifts(Json{{curve, kLate}}), "dau");
  return std::max({early, late, 0.0}) - std::min({early, late, 0.0});
}

Json AtTop(const Bench& bench, const std::string& knob) {
  return {{knob, bench.space().native_high(bench.space().IndexOf(knob))}};
}

const Measurement& ClickMaximum(Bench& bench) {
  return bench.Once<Measurement>("click maximum", [&] {
    const Configuration best =
        bench.Climb([](const Measurement& lifts) { return Bench::Lift(lifts, "ctr"); });
    return bench.Lifts(best, bench.evaluation());
  });
}

}  // namespace

double LongViewCurveLeads(Bench& bench) {
  return DauRange(bench, "lvr_curve") /
         std::max(DauRange(bench, "ctr_curve"), DauRange(bench, "cg_curve"));
}

double ClickCurveDrivesClicks(Bench& bench) {
  return Bench::Lift(bench.Lifts(AtTop(bench, "pre_ctr_weight")), "ctr");
}

double StrictGuardClickbait(Bench& bench) {
  return Bench::Lift(bench.Lifts(AtTop(bench, "pre_cg_weight")), "clickbait_share");
}

double StrictGuardDau(Bench& bench) {
  return Bench::Lift(bench.Lifts(AtTop(bench, "pre_cg_weight")), "dau");
}

double ClickChaseDau(Bench& bench) {
  Json chase = AtTop(bench, "pre_ctr_weight");
  chase.update(AtTop(bench, "ctr_weight"));
  return Bench::Lift(bench.Lifts(chase), "dau");
}

double ClickMaximumCtr(Bench& bench) { return Bench::Lift(ClickMaximum(bench), "ctr"); }

double ClickMaximumDau(Bench& bench) { return Bench::Lift(ClickMaximum(bench), "dau"); }

double ClickMaximumRetention(Bench& bench) {
  const Measurement& lifts = ClickMaximum(bench);
  return Bench::Lift(lifts, "retention_7d") - Bench::Lift(lifts, "dau");
}

double DiversityInterior(Bench& bench) {
  constexpr int kPoints = 7;
  const std::size_t knob = bench.space().IndexOf("diversity_strength");
  const double low = bench.space().native_low(knob);
  const double high = bench.space().native_high(knob);
  std::vector<double> retention;
  for (int i = 0; i < kPoints; ++i) {
    // The list rules off, so that strength alone decides how varied a slate is.
    const Json point = {{"diversity_strength", low + (high - low) * i / (kPoints - 1)},
                        {"topic_cap", 6},
                        {"creator_gap", 0},
                        {"pin_best", false}};
    retention.push_back(Bench::Lift(bench.Lifts(point), "retention_7d"));
  }
  const double best = *std::max_element(retention.begin(), retention.end());
  return std::min(best - retention.front(), best - retention.back());
}

}  // namespace rectune::sim
