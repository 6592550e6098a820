// SPDX-License-Identifier: Apache-2.0
//
// The toy task that other suites stand on keeps its own promises.
#include "tests/support/toy_task.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "core/random_stream.h"
#include "tests/support/random_space.h"

namespace rectune::test_support {
namespace {

TEST_CASE("Production scores zero and the optimum beats everything tried", "[toy]") {
  const TuningTask task = MakeToyTask(1, 3, 4);
  CHECK(ToyTruth(task, task.space->Production()) == 0.0);
  const double best = ToyTruth(task, ToyOptimum(task));
  CHECK(best > 2.0);
  RandomStream stream(1, Purpose::kTest);
  double best_seen = -1e9;
  for (int i = 0; i < 5000; ++i) {
    best_seen = std::max(
        best_seen, ToyTruth(task, task.space->Decode(RandomUnit(stream, task.space->dimension()))));
  }
  CHECK(best_seen < best);
  CHECK(best_seen > 0.0);
}

TEST_CASE("The guardrail binds: the optimum without it is refused", "[toy]") {
  TuningTask task = MakeToyTask(1, 3, 4);
  const Configuration constrained = ToyOptimum(task);
  task.objective = Objective(task.objective.north_stars(), {}, 0.0);
  const Configuration unconstrained = ToyOptimum(task);
  CHECK(unconstrained != constrained);
  const double value = ToyTruth(task, unconstrained);
  CHECK(ToyTruth(MakeToyTask(1, 3, 4), unconstrained) < value);
}

TEST_CASE("Truth does not move when the task's space is tightened", "[toy]") {
  TuningTask task = MakeToyTask(1, 3, 4);
  const Configuration point = ToyOptimum(task);
  const double truth = ToyTruth(task, point);
  task.space = std::make_shared<const ParameterSpace>(task.space->TightenUnit(0, 0.4, 0.9));
  CHECK(ToyTruth(task, point) == truth);
}

TEST_CASE("A round measures truth plus noise of the stated size", "[toy]") {
  const TuningTask task = MakeToyTask(7, 3, 4);
  const Configuration point = ToyOptimum(task);
  const std::vector<Proposal> proposals(
      2000, {.configuration = point, .hypothesis = "", .source = "", .invalid_reason = ""});
  const double truth = RunToyRound(task, 1, {proposals[0]}, 0.0, 1)[0].measurement.readings[0].lift;
  double mean = 0.0;
  double square = 0.0;
  for (const Trial& trial : RunToyRound(task, 1, proposals, 0.5, 1)) {
    const MetricReading& reading = trial.measurement.readings[0];
    CHECK(reading.standard_error == 0.5);
    mean += (reading.lift - truth) / 2000.0;
    square += (reading.lift - truth) * (reading.lift - truth) / 2000.0;
  }
  CHECK(std::abs(mean) < 4.0 * 0.5 / std::sqrt(2000.0));
  CHECK(square == Approx(0.25).epsilon(4.0 * std::sqrt(2.0 / 2000.0)));
}

TEST_CASE("The same address gives the same reading, and invalid arms stay invalid", "[toy]") {
  const TuningTask task = MakeToyTask(7, 3, 4);
  const Proposal good{
      .configuration = ToyOptimum(task), .hypothesis = "", .source = "", .invalid_reason = ""};
  const Proposal bad{.configuration = std::nullopt,
                     .hypothesis = "",
                     .source = "",
                     .invalid_reason = "unknown key"};
  const std::vector<Trial> once = RunToyRound(task, 2, {good, bad, good}, 0.5, 10);
  const std::vector<Trial> again = RunToyRound(task, 2, {bad, bad, good}, 0.5, 10);
  CHECK(once[1].status == TrialStatus::kInvalid);
  CHECK(once[1].status_reason == "unknown key");
  CHECK(once[1].id == 11);
  CHECK(once[2].measurement.readings[0].lift == again[2].measurement.readings[0].lift);
  CHECK(once[0].measurement.readings[0].lift != once[2].measurement.readings[0].lift);
}

}  // namespace
}  // namespace rectune::test_support
