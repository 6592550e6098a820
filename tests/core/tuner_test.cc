// SPDX-License-Identifier: Apache-2.0
//
// The contract that Tuner's public methods enforce, shown by tuners that break it one way each.
#include "core/tuner.h"

#include <catch2/catch.hpp>
#include <functional>
#include <string>
#include <utility>

#include "core/check.h"
#include "core/config_error.h"
#include "core/random_stream.h"
#include "tests/support/toy_task.h"

namespace rectune {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;

Proposal Valid(const Configuration& configuration) {
  return {
      .configuration = configuration, .hypothesis = "", .source = "scripted", .invalid_reason = ""};
}

// Proposes what its script says and otherwise behaves by default.
class ScriptedTuner : public Tuner {
 public:
  using Script = std::function<std::vector<Proposal>(const TuningTask&, int arms)>;
  ScriptedTuner(TuningTask task, Script script)
      : Tuner("scripted", std::move(task)), script_(std::move(script)) {}

 private:
  std::vector<Proposal> DoPropose(int arms) override { return script_(task(), arms); }
  Script script_;
};

// Draws from a stream that it keeps across rounds, so that its state is more than its history.
class StatefulTuner : public Tuner {
 public:
  explicit StatefulTuner(TuningTask task) : Tuner("stateful", std::move(task)) {}

 private:
  std::vector<Proposal> DoPropose(int arms) override {
    std::vector<Proposal> proposals;
    for (int i = 0; i < arms; ++i) {
      RandomStream stream(task().seed, Purpose::kTest, drawn_++,
                          static_cast<std::uint64_t>(proposed_rounds()));
      std::vector<double> unit(task().space->dimension());
      for (double& u : unit) {
        u = stream.Uniform();
      }
      proposals.push_back(Valid(task().space->Decode(unit)));
    }
    return proposals;
  }
  Json DoSave() const override { return {{"drawn", drawn_}}; }
  void DoRestore(const Json& state) override { drawn_ = state.at("drawn").get<std::uint64_t>(); }

  std::uint64_t drawn_ = 0;
};

std::vector<Trial> Production(const TuningTask& task) {
  return {ProductionTrial(*task.space, *task.metrics)};
}

std::vector<Proposal> ProposeProduction(const TuningTask& task, int arms) {
  return std::vector<Proposal>(static_cast<std::size_t>(arms), Valid(task.space->Production()));
}

void CheckBreaks(const ScriptedTuner::Script& script) {
  ScriptedTuner tuner(MakeToyTask(1, 3, 2), script);
  tuner.Observe(Production(tuner.task()));
  CHECK_THROWS_AS(tuner.Propose(2), ContractViolation);
  CHECK(tuner.proposed_rounds() == 0);
}

TEST_CASE("A well-behaved tuner passes and is counted", "[tuner]") {
  ScriptedTuner tuner(MakeToyTask(1, 3, 2), ProposeProduction);
  tuner.Observe(Production(tuner.task()));
  CHECK(tuner.proposed_rounds() == 0);
  CHECK(tuner.Propose(2).size() == 2);
  CHECK(tuner.Propose(5).size() == 5);
  CHECK(tuner.proposed_rounds() == 2);
  CHECK(tuner.name() == "scripted");
  CHECK_THROWS_AS(tuner.Propose(0), ContractViolation);
}

TEST_CASE("Production comes first", "[tuner]") {
  ScriptedTuner tuner(MakeToyTask(1, 3, 2), ProposeProduction);
  CHECK_THROWS_AS(tuner.Propose(2), ContractViolation);
  tuner.Observe(RunToyRound(tuner.task(), 1, ProposeProduction(tuner.task(), 1), 0.1, 5));
  CHECK_THROWS_AS(tuner.Propose(2), ContractViolation);  // a trial, but not production's entry
}

TEST_CASE("A wrong number of arms is caught", "[tuner]") {
  CheckBreaks([](const TuningTask& task, int arms) { return ProposeProduction(task, arms - 1); });
  CheckBreaks([](const TuningTask& task, int arms) { return ProposeProduction(task, arms + 1); });
  CheckBreaks([](const TuningTask&, int) { return std::vector<Proposal>{}; });
}

TEST_CASE("Arms outside the task's space are caught", "[tuner]") {
  TuningTask task = MakeToyTask(1, 3, 2);
  const auto root = task.space;
  task.space = std::make_shared<const ParameterSpace>(root->Tighten(2, 10, 12));
  const auto propose = [&](const Configuration& configuration) {
    ScriptedTuner tuner(task, [&](const TuningTask&, int arms) {
      return std::vector<Proposal>(static_cast<std::size_t>(arms), Valid(configuration));
    });
    tuner.Observe(Production(task));
    return tuner.Propose(1);
  };
  const std::vector<double> middle(root->dimension(), 0.1);
  CHECK_THROWS_AS(propose(root->Decode(middle)), ContractViolation);
  CHECK_NOTHROW(propose(task.space->Decode(middle)));
  CHECK_NOTHROW(propose(root->Production()));  // outside the box, and deployable all the same

  const ParameterSpace foreign({root->parameters()[0]});
  CHECK_THROWS_AS(propose(foreign.Production()), ContractViolation);
}

TEST_CASE("An arm is either a configuration or says what is wrong", "[tuner]") {
  CheckBreaks([](const TuningTask&, int arms) {
    return std::vector<Proposal>(static_cast<std::size_t>(arms));
  });
  CheckBreaks([](const TuningTask& task, int arms) {
    std::vector<Proposal> proposals = ProposeProduction(task, arms);
    proposals.back().invalid_reason = "but it is valid";
    return proposals;
  });
}

TEST_CASE("Observations are checked before any is kept", "[tuner]") {
  ScriptedTuner tuner(MakeToyTask(1, 3, 2), ProposeProduction);
  tuner.Observe(Production(tuner.task()));
  const std::vector<Trial> round =
      RunToyRound(tuner.task(), 1, ProposeProduction(tuner.task(), 2), 0.1, 1);
  const auto refuse = [&](const std::function<void(std::vector<Trial>&)>& spoil) {
    std::vector<Trial> trials = round;
    spoil(trials);
    CHECK_THROWS_AS(tuner.Observe(trials), ContractViolation);
    CHECK(tuner.history().size() == 1);
  };
  refuse([](auto& trials) { trials[1].id = 1; });
  refuse([](auto& trials) { trials[0].id = 0; });
  refuse([](auto& trials) { std::swap(trials[0], trials[1]); });
  refuse([](auto& trials) { trials[1].round = -1; });
  refuse([](auto& trials) { trials[1].measurement.readings.pop_back(); });
  refuse([](auto& trials) { trials[1].status = TrialStatus::kInvalid; });
  refuse([](auto& trials) { trials[1].proposal.configuration.reset(); });
  refuse([](auto& trials) { trials[1].proposal.invalid_reason = "none"; });
  refuse([](auto& trials) {
    const ParameterSpace foreign({test_support::MakeToyTask(1, 1, 1).space->parameters()[0]});
    trials[1].proposal.configuration = foreign.Production();
  });
  CHECK_NOTHROW(tuner.Observe(round));
  CHECK(tuner.history().size() == 3);
  CHECK_THROWS_AS(tuner.Observe(round), ContractViolation);  // the same round a second time
}

TEST_CASE("A task must be able to run", "[tuner]") {
  const auto make = [](const std::function<void(TuningTask&)>& spoil) {
    TuningTask task = MakeToyTask(1, 3, 2);
    spoil(task);
    return ScriptedTuner(task, ProposeProduction).name();
  };
  CHECK_NOTHROW(make([](TuningTask&) {}));
  CHECK_THROWS_AS(make([](TuningTask& task) { task.space.reset(); }), ContractViolation);
  CHECK_THROWS_AS(make([](TuningTask& task) { task.metrics.reset(); }), ContractViolation);
  CHECK_THROWS_AS(make([](TuningTask& task) { task.rounds = 0; }), ContractViolation);
  CHECK_THROWS_AS(make([](TuningTask& task) { task.arms_per_round = 0; }), ContractViolation);
}

// Restored after `rounds` rounds, a tuner must go on as if nothing had happened.
template <typename MakeTuner>
void CheckResumes(const MakeTuner& make, int rounds) {
  auto original = make();
  original->Observe(Production(original->task()));
  for (int round = 1; round <= rounds; ++round) {
    original->Observe(
        RunToyRound(original->task(), round, original->Propose(2), 0.2, 2 * round - 1));
  }
  auto resumed = make();
  resumed->Restore(original->history(), ParseJson(DumpLine(original->Save())));
  CHECK(resumed->proposed_rounds() == rounds);
  CHECK(resumed->history().size() == original->history().size());
  CHECK(resumed->Recommend() == original->Recommend());
  const std::vector<Proposal> expected = original->Propose(2);
  const std::vector<Proposal> actual = resumed->Propose(2);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(actual[i].configuration == expected[i].configuration);
  }
}

TEST_CASE("A restored tuner continues exactly", "[tuner]") {
  for (const int rounds : {0, 1, 3}) {
    CAPTURE(rounds);
    CheckResumes([] { return std::make_unique<StatefulTuner>(MakeToyTask(9, 5, 2)); }, rounds);
    CheckResumes(
        [] { return std::make_unique<ScriptedTuner>(MakeToyTask(9, 5, 2), ProposeProduction); },
        rounds);
  }
}

Notice Shift(const TuningTask& task, int round) {
  return {.round = round,
          .kind = "objective_shift",
          .description = "cost is capped harder",
          .objective = Objective(
              task.objective.north_stars(),
              {{.metric = "serving_cost", .kind = BoundKind::kCeiling, .lift_bound = -50.0}},
              task.objective.violation_penalty())};
}

TEST_CASE("A notice's objective is the task's from then on, for the whole history", "[tuner]") {
  const auto propose_best = [](const TuningTask& task, int arms) {
    return std::vector<Proposal>(static_cast<std::size_t>(arms),
                                 Valid(test_support::ToyOptimum(task)));
  };
  const TuningTask task = MakeToyTask(1, 3, 2);
  ScriptedTuner tuner(task, propose_best);
  tuner.Observe(Production(task));
  tuner.TakeNotice({.round = 1, .kind = "model_push", .description = "a push", .objective = {}});
  CHECK(tuner.task().objective.ToJson() == task.objective.ToJson());
  tuner.Observe(RunToyRound(task, 1, tuner.Propose(2), 0.0, 1));
  CHECK(tuner.Recommend() == test_support::ToyOptimum(task));
  const Notice shift = Shift(task, 2);
  tuner.TakeNotice(shift);
  CHECK(tuner.task().objective.ToJson() == shift.objective->ToJson());
  CHECK(tuner.notices().size() == 2);
  // No arm saves half the cost, so nothing that was seen may be launched any more.
  CHECK(tuner.Recommend() == task.space->Production());

  ScriptedTuner resumed(task, propose_best);
  resumed.Restore(tuner.history(), tuner.Save(), tuner.notices());
  CHECK(resumed.Recommend() == task.space->Production());
  CHECK(resumed.notices().size() == 2);
  ScriptedTuner forgetful(task, propose_best);
  forgetful.Restore(tuner.history(), tuner.Save());
  CHECK(forgetful.Recommend() == test_support::ToyOptimum(task));
}

TEST_CASE("Notices come before their round and in order", "[tuner]") {
  const TuningTask task = MakeToyTask(1, 3, 2);
  ScriptedTuner tuner(task, ProposeProduction);
  tuner.Observe(Production(task));
  tuner.Observe(RunToyRound(task, 1, tuner.Propose(2), 0.0, 1));
  CHECK_THROWS_AS(tuner.TakeNotice(Shift(task, 1)), ContractViolation);  // too late
  tuner.TakeNotice(Shift(task, 3));
  CHECK_THROWS_AS(tuner.TakeNotice(Shift(task, 2)), ContractViolation);
  CHECK(tuner.notices().size() == 1);
}

TEST_CASE("Save is null exactly when the history says it all", "[tuner]") {
  ScriptedTuner plain(MakeToyTask(1, 3, 2), ProposeProduction);
  plain.Observe(Production(plain.task()));
  CHECK(plain.Save().is_null());
  const std::vector<Proposal> proposals = plain.Propose(2);
  CHECK_FALSE(plain.Save().is_null());  // a round is under way, which no trial shows yet
  ScriptedTuner resumed(MakeToyTask(1, 3, 2), ProposeProduction);
  resumed.Restore(plain.history(), plain.Save());
  CHECK(resumed.proposed_rounds() == 1);
  plain.Observe(RunToyRound(plain.task(), 1, proposals, 0.1, 1));
  CHECK(plain.Save().is_null());
  CHECK_FALSE(StatefulTuner(MakeToyTask(1, 3, 2)).Save().is_null());
}

TEST_CASE("Restore refuses a used tuner, a foreign state and a broken history", "[tuner]") {
  const TuningTask task = MakeToyTask(1, 3, 2);
  ScriptedTuner used(task, ProposeProduction);
  used.Observe(Production(task));
  CHECK_THROWS_AS(used.Restore(used.history(), nullptr), ContractViolation);

  ScriptedTuner fresh(task, ProposeProduction);
  CHECK_THROWS_AS(fresh.Restore({}, StatefulTuner(task).Save()), ContractViolation);
  ScriptedTuner other(task, ProposeProduction);
  CHECK_THROWS_AS(other.Restore({}, Json{{"drawn", 3}}), ConfigError);  // a damaged file
  ScriptedTuner third(task, ProposeProduction);
  std::vector<Trial> twice = Production(task);
  twice.push_back(twice.front());
  CHECK_THROWS_AS(third.Restore(twice, nullptr), ContractViolation);
}

// Recommends a point of another space.
class LostTuner : public Tuner {
 public:
  explicit LostTuner(TuningTask task) : Tuner("lost", std::move(task)) {}

 private:
  std::vector<Proposal> DoPropose(int arms) override { return ProposeProduction(task(), arms); }
  Configuration DoRecommend() const override {
    return ParameterSpace({task().space->parameters()[0]}).Production();
  }
};

TEST_CASE("A recommendation outside the space is caught", "[tuner]") {
  CHECK_THROWS_AS(LostTuner(MakeToyTask(1, 3, 2)).Recommend(), ContractViolation);
}

}  // namespace
}  // namespace rectune
