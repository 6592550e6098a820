// SPDX-License-Identifier: Apache-2.0
//
// Every entry of the agent table as a Tuner: inside the space, deterministic, resumable at every
// step, alive through bad rounds, charged for what it cannot use.
#include <catch2/catch.hpp>
#include <tuple>

#include "agents/agent_tuner.h"
#include "agents/table.h"
#include "core/config_error.h"
#include "core/random_stream.h"
#include "tests/agents/campaign.h"
#include "tests/agents/scripted_model.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

using test_support::MakeToyTask;
using test_support::RunToyRound;
using testing::kNoise;
using testing::Make;
using testing::Play;
using testing::Production;
using testing::RandomTuner;
using testing::Reread;
using testing::ScriptedModel;
using testing::TestedTable;

TEST_CASE("The table lists the agent and ablations of it, all labelled as stand-ins") {
  REQUIRE(FindTuner(AgentTable(), "agent") != nullptr);
  for (const TunerEntry& entry : TestedTable()) {
    CHECK(entry.is_agent);
    CHECK(entry.is_stand_in);
    CHECK(entry.why_unsuited(MakeToyTask(1, 2, 2)).empty());
  }
}

TEST_CASE("Proposals are inside the space, with a hypothesis and a true source") {
  const TuningTask task = MakeToyTask(3, 4, 4);
  for (const TunerEntry& entry : TestedTable()) {
    INFO(entry.name);
    const auto tuner = Make(entry.name, task);
    tuner->Observe(Production(task));
    for (int round = 1; round <= 4; ++round) {
      const std::vector<Proposal> proposals = tuner->Propose(4);
      REQUIRE(proposals.size() == 4);
      for (const Proposal& proposal : proposals) {
        const bool is_agents = proposal.source.rfind("agent/actor", 0) == 0;
        CHECK((is_agents || entry.name == "agent_hybrid"));
        if (!proposal.configuration) continue;
        CHECK(task.space->Contains(*proposal.configuration));
        CHECK(proposal.hypothesis.empty() != is_agents);
      }
      tuner->Observe(RunToyRound(task, round, proposals, kNoise, 1 + (round - 1) * 4));
    }
  }
}

TEST_CASE("Same seed, same campaign; another seed, another") {
  for (const TunerEntry& entry : TestedTable()) {
    INFO(entry.name);
    const auto campaign = [&](std::uint64_t seed) {
      const TuningTask task = MakeToyTask(seed, 4, 4);
      const auto tuner = Make(entry.name, task);
      tuner->Observe(Production(task));
      return Play(tuner.get(), 1, 4) + DumpLine(tuner->Save());
    };
    CHECK(campaign(1) == campaign(1));
    CHECK(campaign(1) != campaign(2));
  }
}

TEST_CASE("A campaign restored at any round goes on as if nothing had happened") {
  constexpr int kRounds = 6;
  const TuningTask task = MakeToyTask(2, kRounds, 4);
  for (const TunerEntry& entry : TestedTable()) {
    INFO(entry.name);
    const auto whole = Make(entry.name, task);
    whole->Observe(Production(task));
    std::vector<std::string> states = {DumpLine(whole->Save())};
    for (int round = 1; round <= kRounds; ++round) {
      Play(whole.get(), round, round);
      states.push_back(DumpLine(whole->Save()));
    }
    for (int stop = 0; stop < kRounds; ++stop) {
      INFO("restored after round " << stop);
      const std::vector<Trial> all = Reread(task, whole->history());
      const std::vector<Trial> history(all.begin(), all.begin() + 1 + 4 * stop);
      const auto resumed = Make(entry.name, task);
      resumed->Restore(history, ParseJson(states[static_cast<std::size_t>(stop)]));
      CHECK(DumpLine(resumed->Save()) == states[static_cast<std::size_t>(stop)]);
      Play(resumed.get(), stop + 1, kRounds);
      CHECK(DumpLine(resumed->Save()) == states.back());
      CHECK(resumed->Recommend() == whole->Recommend());
    }
  }
}

TEST_CASE("A new objective changes the campaign, and a restored one hears of it too") {
  constexpr int kRounds = 5;
  constexpr int kShift = 3;
  const TuningTask task = MakeToyTask(2, kRounds, 4);
  const Notice shift{
      .round = kShift,
      .kind = "objective_shift",
      .description = "cost first",
      .objective = Objective(
          {{.metric = "serving_cost", .direction = Direction::kLowerIsBetter}},
          {{.metric = "engagement", .kind = BoundKind::kFloor, .lift_bound = -1.0}}, 5.0)};
  for (const TunerEntry& entry : TestedTable()) {
    INFO(entry.name);
    const auto campaign = [&](bool is_told, int stop) {
      std::unique_ptr<Tuner> tuner = Make(entry.name, task);
      tuner->Observe(Production(task));
      std::string log;
      for (int round = 1; round <= kRounds; ++round) {
        if (is_told && round == kShift) tuner->TakeNotice(shift);
        log += Play(tuner.get(), round, round);
        if (round != stop) continue;
        std::unique_ptr<Tuner> restored = Make(entry.name, task);
        restored->Restore(Reread(task, tuner->history()), ParseJson(DumpLine(tuner->Save())),
                          tuner->notices());
        tuner = std::move(restored);
      }
      return log + DumpLine(tuner->Save());
    };
    const std::string told = campaign(true, 0);
    CHECK(told != campaign(false, 0));
    for (int stop = 1; stop <= kRounds; ++stop) {
      INFO("restored after round " << stop);
      CHECK(told == campaign(true, stop));
    }
  }
}

TEST_CASE("A campaign restored between proposing and observing goes on too") {
  const TuningTask task = MakeToyTask(2, 4, 4);
  const auto whole = Make("agent", task);
  whole->Observe(Production(task));
  Play(whole.get(), 1, 2);
  const std::vector<Proposal> proposals = whole->Propose(4);
  const std::string state = DumpLine(whole->Save());
  const auto resumed = Make("agent", task);
  resumed->Restore(Reread(task, whole->history()), ParseJson(state));
  const std::vector<Trial> trials = RunToyRound(task, 3, proposals, kNoise, 9);
  whole->Observe(trials);
  resumed->Observe(trials);
  CHECK(DumpLine(whole->Save()) == DumpLine(resumed->Save()));
}

TEST_CASE("A state that does not fit is refused with its place") {
  const TuningTask task = MakeToyTask(2, 4, 4);
  const auto tuner = Make("agent", task);
  tuner->Observe(Production(task));
  Play(tuner.get(), 1, 2);
  const std::vector<Trial> history = tuner->history();
  Json state = tuner->Save();
  CHECK_THROWS_AS(Make("agent_no_skillhub", task)->Restore(history, state), ConfigError);
  CHECK_THROWS_AS(Make("agent", task)->Restore(Production(task), state), ConfigError);
  Json extra = state;
  extra["private"]["surprise"] = 1;
  CHECK_THROWS_AS(Make("agent", task)->Restore(history, extra), ConfigError);
}

TEST_CASE("Rounds that fail, are rejected or come back empty do not stop it") {
  const TuningTask task = MakeToyTask(5, 6, 4);
  for (const TunerEntry& entry : TestedTable()) {
    INFO(entry.name);
    const auto tuner = Make(entry.name, task);
    tuner->Observe(Production(task));
    std::int64_t id = 1;
    const TrialStatus statuses[] = {TrialStatus::kFailed, TrialStatus::kRejected,
                                    TrialStatus::kCompleted, TrialStatus::kFailed,
                                    TrialStatus::kCompleted};
    int round = 0;
    for (TrialStatus status : statuses) {
      ++round;
      std::vector<Trial> trials = RunToyRound(task, round, tuner->Propose(4), kNoise, id);
      id += 4;
      for (Trial& trial : trials) {
        if (trial.status == TrialStatus::kInvalid || status == TrialStatus::kCompleted) continue;
        trial.status = status;
        trial.status_reason = "by the test";
        trial.measurement = {};
      }
      tuner->Observe(trials);
      CHECK(task.space->Contains(tuner->Recommend()));
    }
    CHECK(tuner->Propose(4).size() == 4);
  }
}

TEST_CASE("Shared history that it did not propose becomes memory, and informs") {
  const TuningTask task = MakeToyTask(5, 6, 4);
  const auto tuner = Make("agent", task);
  tuner->Observe(Production(task));
  std::vector<Proposal> foreign(4);
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    RandomStream stream(1, Purpose::kTest, i);
    std::vector<double> unit(task.space->dimension());
    for (double& u : unit) u = stream.Uniform();
    foreign[i].configuration = task.space->Decode(unit);
    foreign[i].source = "random";
  }
  tuner->Observe(RunToyRound(task, 1, foreign, kNoise, 1));
  const auto& agent = dynamic_cast<const AgentTuner&>(*tuner);
  CHECK(agent.memory().items().size() == 4);
  const std::vector<Proposal> proposals = tuner->Propose(4);
  CHECK(proposals.size() == 4);
}

TEST_CASE("Nothing usable from the model: every arm is invalid, charged, and says why") {
  const TuningTask task = MakeToyTask(1, 2, 4);
  for (const std::string& reply :
       {std::string("I cannot do that."), std::string(R"({"proposals": []})"),
        std::string(R"({"proposals": [{"hypothesis": "h", "config": [
            {"param": "ctr_weight", "value": 1e9}]}]})")}) {
    AgentTuner tuner("agent", task, AgentOptions{},
                     std::make_unique<ScriptedModel>(std::vector<std::string>{reply}), {});
    tuner.Observe(Production(task));
    const std::vector<Proposal> proposals = tuner.Propose(4);
    REQUIRE(proposals.size() == 4);
    for (const Proposal& proposal : proposals) {
      CHECK_FALSE(proposal.configuration.has_value());
      CHECK_THAT(proposal.invalid_reason, Catch::Contains("2 Actor calls"));
    }
    tuner.Observe(RunToyRound(task, 1, proposals, kNoise, 1));
    CHECK(tuner.Recommend() == task.space->Production());
    REQUIRE(tuner.memory().items().size() == 4);  // each lost arm is remembered with its reason
    for (const MemoryItem& item : tuner.memory().items()) {
      CHECK(item.status == MemoryStatus::kInvalid);
      CHECK_THAT(item.evaluation_check, Catch::Contains("Actor calls"));
    }
  }
}

TEST_CASE("Each layer's stops are counted where they happen") {
  const TuningTask task = MakeToyTask(1, 2, 2);
  const std::string bad = R"({"proposals": [{"hypothesis": "h", "config": [
      {"param": "no_such", "value": 1}]}]})";
  AgentOptions options;
  options.critic = false;
  options.top_ups = 0;
  const auto stopped = [&](const std::string& reply, bool validator) {
    options.validator = validator;
    AgentTuner tuner("agent", task, options,
                     std::make_unique<ScriptedModel>(std::vector<std::string>{reply}), {});
    tuner.Observe(Production(task));
    const std::vector<Proposal> proposals = tuner.Propose(2);
    return std::make_tuple(tuner.ledger().stopped(Layer::kParser),
                           tuner.ledger().stopped(Layer::kValidator), proposals[0].invalid_reason);
  };
  CHECK(stopped("no", true) ==
        std::make_tuple(2, 0, std::string("no usable proposal for this arm after 1 Actor calls")));
  CHECK(std::get<1>(stopped(bad, true)) == 1);
  // Without the validator the same proposal reaches its arm and costs it.
  const auto [parser, validator, reason] = stopped(bad, false);
  CHECK(parser + validator == 0);
  CHECK_THAT(reason, Catch::Contains("no_such"));
}

TEST_CASE("The state carries the ledger that reports read") {
  const TuningTask task = MakeToyTask(1, 2, 4);
  const auto tuner = Make("agent", task);
  tuner->Observe(Production(task));
  Play(tuner.get(), 1, 2);
  const Json ledger = tuner->Save()["private"]["ledger"];
  for (const char* key : {"calls", "input_tokens", "output_tokens", "repairs"}) {
    CHECK(ledger[key].is_number_integer());
  }
  CHECK(ledger["calls"] >= 8);  // Actor, Critic, Insight and Skill, twice
  for (const char* layer : {"parser", "validator", "critic"}) {
    CHECK(ledger["invalid_stopped_by"][layer].is_number_integer());
  }
}

TEST_CASE("Options are refused by path before anything runs") {
  const TuningTask task = MakeToyTask(1, 2, 4);
  const TunerEntry* entry = FindTuner(AgentTable(), "agent");
  const auto make = [&](const char* options) {
    entry->make(task, ParseJson(options), "/tuners/2/options", {});
  };
  CHECK_NOTHROW(make(R"({"critic": false, "model": {"reasoning_depth": 3}})"));
  CHECK_THROWS_WITH(make(R"({"critik": true})"), Catch::Contains("/tuners/2/options/critik"));
  CHECK_THROWS_WITH(make(R"({"critic": 1})"), Catch::Contains("/tuners/2/options/critic"));
  CHECK_THROWS_WITH(make(R"({"top_ups": 9})"), Catch::Contains("/tuners/2/options/top_ups"));
  CHECK_THROWS_WITH(make(R"({"model": {"reasoning_depth": 9}})"),
                    Catch::Contains("/tuners/2/options/model/reasoning_depth"));
  CHECK_THROWS_AS(make(R"({"prompts": "/no/such/folder"})"), ConfigError);
  CHECK_THROWS_AS(make(R"({"skill": "/no/such/folder"})"), ConfigError);
}

TEST_CASE("A reasoning agent beats random search on the toy at equal arms") {
  const auto mean_truth = [](const std::string& options) {
    double sum = 0.0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const TuningTask task = MakeToyTask(seed, 12, 4);
      const auto tuner = Make("agent", task, options);
      sum += test_support::ToyTruth(task, test_support::RunToyStudy(*tuner, kNoise));
    }
    return sum / 10.0;
  };
  // Random search with the same arms, the same noise and the same recommendation.
  double random = 0.0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    RandomTuner tuner(MakeToyTask(seed, 12, 4));
    random += test_support::ToyTruth(tuner.task(), test_support::RunToyStudy(tuner, kNoise)) / 10.0;
  }
  const double linear = mean_truth("{}");
  const double quadratic = mean_truth(R"({"model": {"reasoning_depth": 3}})");
  CAPTURE(random, linear, quadratic);
  CHECK(linear > random);
  CHECK(quadratic > random);
}

TEST_CASE("A stronger preset tunes better on the toy at equal arms") {
  const auto mean_truth = [](const std::string& preset) {
    double sum = 0.0;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const TuningTask task = MakeToyTask(seed, 12, 4);
      const auto tuner = Make("agent", task, R"({"model": {"preset": ")" + preset + "\"}}");
      sum += test_support::ToyTruth(task, test_support::RunToyStudy(*tuner, kNoise));
    }
    return sum / 10.0;
  };
  const double weak = mean_truth("weak");
  const double medium = mean_truth("medium");
  const double strong = mean_truth("strong");
  CAPTURE(weak, medium, strong);
  CHECK(weak < medium);
  CHECK(weak < strong);
}

}  // namespace
}  // namespace rectune::agents
