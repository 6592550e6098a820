// SPDX-License-Identifier: Apache-2.0
//
// Memory, Pareto pruning and diversity, on examples worked out by hand.
#include "agents/memory.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "agents/elite.h"
#include "core/config_error.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

using test_support::MakeToyTask;

Trial MakeTrial(const TuningTask& task, std::int64_t id, double engagement, double cost) {
  Trial trial;
  trial.id = id;
  trial.round = 1;
  trial.arm = static_cast<int>(id);
  trial.proposal.configuration = task.space->Production();
  trial.measurement.readings.resize(2);
  trial.measurement.readings[0].lift = engagement;
  trial.measurement.readings[0].standard_error = 0.1;
  trial.measurement.readings[1].lift = cost;
  trial.measurement.readings[1].standard_error = 0.1;
  return trial;
}

TEST_CASE("Only what another item beats on every metric is archived") {
  Eigen::MatrixXd values(5, 2);
  values << 1, 5,  // on the front
      3, 3,        // on the front
      2, 2,        // beaten by (3, 3)
      3, 1,        // equal on the first metric: not beaten on every metric
      0, 0;        // beaten
  CHECK(BeatenOnEveryMetric(values) == std::vector<bool>{false, false, true, false, true});
  CHECK(BeatenOnEveryMetric(Eigen::MatrixXd(0, 2)).empty());
}

TEST_CASE("A single metric leaves its best alone; ties do not beat each other") {
  Eigen::MatrixXd values(3, 1);
  values << 2, 1, 2;
  CHECK(BeatenOnEveryMetric(values) == std::vector<bool>{false, true, false});
}

TEST_CASE("Signs are normalised: lower cost is better") {
  const TuningTask task = MakeToyTask(1, 2, 2);
  const std::vector<Trial> trials = {MakeTrial(task, 1, 1.0, 1.0), MakeTrial(task, 2, 2.0, 0.5),
                                     MakeTrial(task, 3, 3.0, 2.0)};
  std::vector<const Trial*> pointers;
  for (const Trial& trial : trials) pointers.push_back(&trial);
  const Eigen::MatrixXd values = SignedLifts(task, pointers);
  CHECK(values(1, 0) == 2.0);
  CHECK(values(1, 1) == -0.5);
  CHECK(BeatenOnEveryMetric(values) == std::vector<bool>{true, false, false});
}

TEST_CASE("Diversity takes the farthest point next, after standardising each metric") {
  // In raw units the second metric would drown the first: its range is a hundred times larger.
  Eigen::MatrixXd values(4, 2);
  values << 0, 0,  //
      0, 100,      //
      1, 0,        //
      0, 10;
  // Standard deviations: 0.433 and 42.0. From row 0: row 1 at 2.38, row 2 at 2.31, row 3 at 0.24.
  CHECK(FarthestPoints(values, 0, 2) == std::vector<std::size_t>{0, 1});
  CHECK(FarthestPoints(values, 0, 3) == std::vector<std::size_t>{0, 1, 2});
  CHECK(FarthestPoints(values, 0, 9) == std::vector<std::size_t>{0, 1, 2, 3});
  Eigen::MatrixXd stretched = values;
  stretched.col(0) *= 1000.0;
  CHECK(FarthestPoints(stretched, 0, 3) == FarthestPoints(values, 0, 3));
}

TEST_CASE("Coinciding items are taken once") {
  Eigen::MatrixXd values(3, 1);
  values << 1, 1, 1;
  CHECK(FarthestPoints(values, 1, 3) == std::vector<std::size_t>{1});
  CHECK(FarthestPoints(values, 1, 0).empty());
}

TEST_CASE("The best trial is judged by its penalised value less its uncertainty") {
  const TuningTask task = MakeToyTask(1, 2, 2);
  std::vector<Trial> trials = {MakeTrial(task, 1, 3.0, 4.0),  // 3 - 5 * 2 = -7
                               MakeTrial(task, 2, 1.0, 0.0), MakeTrial(task, 3, 1.2, 0.0)};
  trials[2].measurement.readings[0].standard_error = 0.5;  // 0.7 against trial 2's 0.9
  trials.push_back(MakeTrial(task, 4, 9.0, 0.0));
  trials[3].status = TrialStatus::kFailed;
  std::vector<const Trial*> pointers;
  for (const Trial& trial : trials) pointers.push_back(&trial);
  CHECK(BestTrial(task, pointers)->id == 2);
  CHECK(BestTrial(task, {}) == nullptr);
}

TEST_CASE("An item is launched, completed by its own trial, and stored without repeating it") {
  const TuningTask task = MakeToyTask(1, 2, 2);
  AgentMemory memory;
  std::vector<double> unit = task.space->Encode(task.space->Production());
  unit[0] = 0.9;
  MemoryItem item;
  item.id = "r01-p1";
  item.arm = 2;
  item.configuration = task.space->Decode(unit);
  item.explanation = "because";
  item.proposed_round = 1;
  item.status = MemoryStatus::kLaunched;
  item.evaluation_check = "passed";
  memory.Add(item);
  MemoryItem kept = item;
  kept.id = "r01-p2";
  kept.status = MemoryStatus::kKept;
  memory.Add(kept);

  Trial trial = MakeTrial(task, 7, 1.0, 0.5);
  trial.arm = 2;
  trial.proposal.configuration = item.configuration;
  const std::vector<Trial> history = {trial};
  CHECK(memory.Complete(trial) == 0);
  CHECK(memory.items()[0].status == MemoryStatus::kCompleted);
  CHECK(memory.items()[0].trial == 7);
  CHECK(memory.items()[1].status == MemoryStatus::kKept);

  const Json record = AgentMemory::RecordJson(memory.items()[0], task, history);
  for (const char* key : {"id", "configuration", "explanation", "proposed_time", "status",
                          "results", "evaluation_check"}) {
    CHECK(record.contains(key));
  }
  CHECK(record["results"]["readings"]["engagement"]["lift"] == 1.0);

  const Json saved = ParseJson(DumpLine(memory.ToJson(*task.space)));
  CHECK_FALSE(saved[0].contains("changes"));  // the trial has it
  const AgentMemory again = AgentMemory::FromJson(saved, "", *task.space, history);
  CHECK(again.ToJson(*task.space) == saved);
  CHECK(again.items()[0].configuration == item.configuration);
  CHECK(again.items()[1].configuration == item.configuration);
  CHECK_THROWS_AS(AgentMemory::FromJson(saved, "", *task.space, {}), ConfigError);
}

TEST_CASE("A trial that nobody here proposed becomes an item with its source") {
  const TuningTask task = MakeToyTask(1, 2, 2);
  AgentMemory memory;
  Trial trial = MakeTrial(task, 4, 1.0, 0.0);
  trial.proposal.source = "tpe";
  memory.Complete(trial);
  REQUIRE(memory.items().size() == 1);
  CHECK(memory.items()[0].id == "t4");
  CHECK_THAT(memory.items()[0].evaluation_check, Catch::Contains("tpe"));
}

}  // namespace
}  // namespace rectune::agents
