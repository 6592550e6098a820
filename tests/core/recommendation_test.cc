// SPDX-License-Identifier: Apache-2.0
//
// RecommendByLowerBound: a well-measured arm before a lucky one, repeated arms pooled, guardrails
// kept, production until something is better.
#include <catch2/catch.hpp>
#include <vector>

#include "core/check.h"
#include "core/tuner.h"
#include "tests/support/toy_task.h"

namespace rectune {
namespace {

class Recommendation {
 public:
  Recommendation() { history_.push_back(ProductionTrial(*task_.space, *task_.metrics)); }

  // The arm whose topic window is `window`; engagement is the north star, cost has a ceiling of 2.
  Configuration Arm(int window) const {
    const Configuration production = task_.space->Production();
    return task_.space->Parse({{"topic_window", window}}, "", &production);
  }

  Trial& Add(const Configuration& arm, double engagement, double error, double cost = 0.0) {
    Trial trial;
    trial.id = static_cast<std::int64_t>(history_.size());
    trial.round = 1;
    trial.arm = static_cast<int>(history_.size());
    trial.proposal.configuration = arm;
    trial.measurement.readings.resize(2);
    trial.measurement.readings[0].lift = engagement;
    trial.measurement.readings[0].standard_error = error;
    trial.measurement.readings[1].lift = cost;
    trial.measurement.readings[1].standard_error = error;
    history_.push_back(trial);
    return history_.back();
  }

  Configuration Launch() const { return RecommendByLowerBound(history_, task_); }
  Configuration Production() const { return task_.space->Production(); }

 private:
  TuningTask task_ = test_support::MakeToyTask(1, 3, 4);
  std::vector<Trial> history_;
};

TEST_CASE_METHOD(Recommendation, "A well-measured arm beats a lucky noisy one",
                 "[recommendation]") {
  Add(Arm(3), 2.0, 1.5);
  Add(Arm(4), 1.0, 0.2);
  CHECK(Launch() == Arm(4));
}

TEST_CASE_METHOD(Recommendation, "Production stands until a lower bound is above zero",
                 "[recommendation]") {
  CHECK(Launch() == Production());
  Add(Arm(3), 0.9, 1.0);
  CHECK(Launch() == Production());
  Add(Arm(4), 1.0, 1.0);  // a bound of exactly zero ties, and production came first
  CHECK(Launch() == Production());
  Add(Arm(5), 1.1, 1.0);
  CHECK(Launch() == Arm(5));
}

TEST_CASE_METHOD(Recommendation, "Production's own noisy arms say nothing new",
                 "[recommendation]") {
  Add(Production(), -3.0, 0.1);
  Add(Arm(3), -1.0, 0.1);  // better than that arm, worse than production
  CHECK(Launch() == Production());
}

TEST_CASE_METHOD(Recommendation, "Repeated measurements are pooled by inverse variance",
                 "[recommendation]") {
  Add(Arm(3), 3.0, 1.0);  // lucky once: a bound of 2 on its own
  Add(Arm(4), 1.3, 0.3);  // a bound of 1
  CHECK(Launch() == Arm(3));
  Add(Arm(3), 0.0, 0.5);  // pooled: 0.6 with error 0.447
  CHECK(Launch() == Arm(4));
}

TEST_CASE_METHOD(Recommendation, "Pooling narrows the error, which counts", "[recommendation]") {
  Add(Arm(3), 1.0, 0.8);
  Add(Arm(4), 1.0, 0.7);
  CHECK(Launch() == Arm(4));
  Add(Arm(3), 1.0, 0.8);  // two such make 0.566
  CHECK(Launch() == Arm(3));
}

TEST_CASE_METHOD(Recommendation, "The pooled guardrail decides, not the luckiest",
                 "[recommendation]") {
  Add(Arm(3), 5.0, 0.1, /*cost=*/2.5);
  CHECK(Launch() == Production());
  Add(Arm(4), 1.0, 0.1, /*cost=*/1.9);
  CHECK(Launch() == Arm(4));
  Add(Arm(3), 5.0, 0.1, /*cost=*/1.7);  // pooled 2.1: still past its ceiling of 2
  CHECK(Launch() == Arm(4));
  Add(Arm(3), 5.0, 0.1, /*cost=*/1.7);  // pooled 1.97
  CHECK(Launch() == Arm(3));
}

TEST_CASE_METHOD(Recommendation, "A measurement without error settles its arm alone",
                 "[recommendation]") {
  Add(Arm(3), 1.0, 0.0);
  Add(Arm(3), 100.0, 5.0);
  Add(Arm(4), 2.0, 0.1);
  CHECK(Launch() == Arm(4));
}

TEST_CASE_METHOD(Recommendation, "Ties go to the earliest", "[recommendation]") {
  Add(Arm(5), 1.0, 0.1);
  Add(Arm(4), 1.0, 0.1);
  CHECK(Launch() == Arm(5));
}

TEST_CASE_METHOD(Recommendation, "Only completed trials are launched", "[recommendation]") {
  for (const TrialStatus status : {TrialStatus::kFailed, TrialStatus::kRejected}) {
    Add(Arm(3), 9.0, 0.1).status = status;
  }
  Trial& invalid = Add(Arm(4), 9.0, 0.1);
  invalid.status = TrialStatus::kInvalid;
  invalid.proposal.configuration.reset();
  CHECK(Launch() == Production());
}

TEST_CASE("An empty history recommends production", "[recommendation]") {
  const TuningTask task = test_support::MakeToyTask(1, 3, 4);
  CHECK(RecommendByLowerBound({}, task) == task.space->Production());
}

}  // namespace
}  // namespace rectune
