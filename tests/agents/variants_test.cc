// SPDX-License-Identifier: Apache-2.0
//
// The agent tuners that are more than one agent switched off: each differs from the full loop in
// what its name says, and in nothing else that it is asked.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "agents/agent_tuner.h"
#include "core/check.h"
#include "core/config_error.h"
#include "tests/agents/campaign.h"
#include "tests/agents/scripted_model.h"
#include "tests/support/toy_task.h"

namespace rectune::agents {
namespace {

using test_support::MakeToyTask;
using testing::Make;
using testing::NearIsBetter;
using testing::Play;
using testing::Production;
using testing::ScriptedModel;
using testing::TestedTable;

/// Calls by role, from the ledger that the state carries.
std::map<std::string, int> CallsByRole(const Tuner& tuner) {
  const auto& agent = dynamic_cast<const AgentTuner&>(tuner);
  std::map<std::string, int> calls;
  for (const LedgerEntry& entry : agent.ledger().entries()) ++calls[ToString(entry.role)];
  return calls;
}

std::map<std::string, int> CallsOf(const std::string& name, const std::string& options = "{}") {
  const TuningTask task = MakeToyTask(3, 3, 4);
  const auto tuner = Make(name, task, options);
  tuner->Observe(Production(task));
  Play(tuner.get(), 1, 3);
  return CallsByRole(*tuner);
}

TEST_CASE("Each variant asks the agents that its name leaves in, and no other") {
  const auto asked = [](const std::string& name) {
    std::string roles;
    for (const auto& [role, calls] : CallsOf(name)) roles += role.substr(0, 1);
    return roles;
  };
  CHECK(asked("agent") == "acis");
  CHECK(asked("agent_single") == "a");
  CHECK(asked("agent_no_critic") == "ais");
  CHECK(asked("agent_validator_only") == "ais");
  CHECK(asked("agent_no_insight") == "acs");
  CHECK(asked("agent_no_skillhub") == "aci");
  CHECK(asked("agent_frozen_skills") == "aci");
  CHECK(asked("agent_opro") == "a");
  CHECK(asked("agent_two_rung") == "ais");
}

/// How many proposals the Actor's first prompt asks for.
int AskedFor(const AgentOptions& options) {
  const TuningTask task = MakeToyTask(1, 2, 4);
  int asked = 0;
  auto model = std::make_unique<ScriptedModel>([&](const ChatRequest& request) {
    asked = std::max(asked, std::get<const ActorContext*>(request.context)->proposals);
    return std::string(R"({"proposals": []})");
  });
  AgentTuner tuner("agent", task, options, std::move(model), {});
  tuner.Observe(Production(task));
  tuner.Propose(4);
  return asked;
}

TEST_CASE("Validator-only asks for as many proposals as the Critic has to choose from") {
  AgentOptions options;
  CHECK(AskedFor(options) == 8);
  options.critic = false;
  CHECK(AskedFor(options) == 4);
  options.spare = true;
  CHECK(AskedFor(options) == 8);
}

TEST_CASE("Frozen skills are shown and bind, but never change") {
  const TuningTask task = MakeToyTask(3, 6, 4);
  const auto frozen = Make("agent_frozen_skills", task);
  frozen->Observe(Production(task));
  const auto& agent = dynamic_cast<const AgentTuner&>(*frozen);
  REQUIRE(agent.skill_agent() != nullptr);
  Play(frozen.get(), 1, 6);
  CHECK(agent.skill_agent()->hub().versions().size() == 1);
  CHECK(agent.skill_agent()->pending().empty());
  // The same campaign with an evolving, ungated skill does change: the check above can fail.
  const auto evolving = Make("agent_no_gate", task);
  evolving->Observe(Production(task));
  Play(evolving.get(), 1, 6);
  CHECK(dynamic_cast<const AgentTuner&>(*evolving).skill_agent()->hub().versions().size() > 1);
}

TEST_CASE("The score-history prompt is the best trials, the best one last, and nothing learned") {
  const TuningTask task = MakeToyTask(1, 8, 4);
  AgentOptions options;
  options.critic = options.insight = options.skillhub = options.validator = false;
  options.history_only = true;
  options.history_shown = 5;
  std::vector<double> shown;
  std::string prompt;
  auto model = std::make_unique<ScriptedModel>([&](const ChatRequest& request) {
    const ActorContext& context = *std::get<const ActorContext*>(request.context);
    CHECK(context.elites.empty());
    CHECK(context.patterns.empty());
    shown.clear();
    for (const Trial* trial : context.history) {
      shown.push_back(task.objective.Evaluate(trial->measurement, *task.metrics).penalised);
    }
    prompt = request.messages.back().text;
    return std::string(R"({"proposals": []})");
  });
  AgentTuner tuner("agent_opro", task, options, std::move(model), {});
  tuner.Observe(Production(task));
  testing::RandomTuner random(task);
  random.Observe(Production(task));
  std::vector<double> scores;
  for (int round = 1; round <= 2; ++round) {
    const auto trials =
        test_support::RunToyRound(task, round, random.Propose(4), 0.2, 1 + (round - 1) * 4);
    for (const Trial& trial : trials) {
      scores.push_back(task.objective.Evaluate(trial.measurement, *task.metrics).penalised);
    }
    random.Observe(trials);
    tuner.Observe(trials);
  }
  tuner.Propose(4);
  std::sort(scores.begin(), scores.end());
  CHECK(shown == std::vector<double>(scores.end() - 5, scores.end()));
  CHECK_THAT(prompt, Catch::Contains("worst first") && !Catch::Contains("Elite") &&
                         !Catch::Contains("patterns"));
  CHECK(std::count(prompt.begin(), prompt.end(), '\n') < 15);
}

TEST_CASE("Two rungs: the proxy decides who meets the A/B test, and its looks are counted") {
  const TuningTask task = MakeToyTask(4, 2, 2);
  const auto tuner = Make("agent_two_rung", task, R"({"top_ups": 0})");
  tuner->Observe(Production(task));
  const std::vector<Proposal> arms = tuner->Propose(2);
  const auto& agent = dynamic_cast<const AgentTuner&>(*tuner);
  const auto estimate = [&](const Configuration& configuration) {
    return NearIsBetter(task, configuration).readings[0].lift;
  };
  int spare = 0;
  for (const MemoryItem& item : agent.memory().items()) {
    if (item.status == MemoryStatus::kLaunched) continue;
    ++spare;
    REQUIRE(item.configuration.has_value());
    CHECK_THAT(item.evaluation_check, Catch::Contains("offline proxy"));
    for (const Proposal& arm : arms) {
      REQUIRE(arm.configuration.has_value());
      CHECK(estimate(*arm.configuration) >= estimate(*item.configuration));
    }
  }
  CHECK(spare >= 2);
  CHECK(tuner->Save()["private"]["proxy_evaluations"] == spare + 2);
  // Without a proxy it says so at once rather than launch what nobody screened.
  const TunerEntry* entry = FindTuner(AgentTable(), "agent_two_rung");
  const auto bare = entry->make(task, Json::object(), "", {});
  bare->Observe(Production(task));
  CHECK_THROWS_AS(bare->Propose(2), ContractViolation);
}

TEST_CASE("The hybrid splits arms by its share, keeps sources true, and both halves see all") {
  const TuningTask task = MakeToyTask(2, 10, 4);
  const auto tuner = Make("agent_hybrid", task, R"({"share": 0.4})");
  tuner->Observe(Production(task));
  int of_agent = 0;
  for (int round = 1; round <= 10; ++round) {
    const std::vector<Proposal> proposals = tuner->Propose(4);
    const auto count = std::count_if(proposals.begin(), proposals.end(), [](const Proposal& p) {
      return p.source.rfind("agent/", 0) == 0;
    });
    CHECK(count >= 1);
    CHECK(count <= 3);
    of_agent += static_cast<int>(count);
    tuner->Observe(test_support::RunToyRound(task, round, proposals, 0.2, 1 + (round - 1) * 4));
  }
  CHECK(of_agent == 16);  // 0.4 of 40
  const auto& hybrid = dynamic_cast<const HybridTuner&>(*tuner);
  CHECK(hybrid.agent().history().size() == 41);
  CHECK(hybrid.optimiser().history().size() == 41);
  const auto& agent = dynamic_cast<const AgentTuner&>(hybrid.agent());
  const auto foreign = std::count_if(
      agent.memory().items().begin(), agent.memory().items().end(), [](const MemoryItem& item) {
        return item.evaluation_check.find("observed, not proposed here (random)") == 0;
      });
  CHECK(foreign == 24);
  CHECK(tuner->Save()["private"]["ledger"]["calls"].get<int>() > 0);
}

TEST_CASE("A hybrid refuses what it cannot split, and options by their path") {
  const TunerEntry* entry = FindTuner(TestedTable(), "agent_hybrid");
  CHECK_THAT(entry->why_unsuited(MakeToyTask(1, 4, 1)), Catch::Contains("runs one"));
  const auto make = [&](const char* options) {
    entry->make(MakeToyTask(1, 4, 4), ParseJson(options), "/tuners/1/options", {});
  };
  CHECK_THROWS_WITH(make(R"({"share": 1})"), Catch::Contains("/tuners/1/options/share"));
  CHECK_THROWS_WITH(make(R"({"optimiser": "tpee"})"), Catch::Contains("/options/optimiser"));
  CHECK_THROWS_WITH(make(R"({"agent": {"critik": 1}})"), Catch::Contains("/options/agent/critik"));
  CHECK_NOTHROW(make(R"({"agent": {"critic": false}, "share": 0.5})"));
}

}  // namespace
}  // namespace rectune::agents
