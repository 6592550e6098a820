// SPDX-License-Identifier: Apache-2.0
//
// Grading against the oracle: a fabricated cell whose every figure is known beforehand, and a real
// one on the toy.
#include "experiments/grade.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "agents/skillhub/skillhub.h"
#include "agents/table.h"
#include "core/config_error.h"
#include "experiments/commands.h"
#include "experiments/grade_table.h"
#include "experiments/journal.h"
#include "experiments/report.h"
#include "experiments/run_data.h"
#include "tests/experiments/process.h"
#include "tests/experiments/toy_workbench.h"
#include "tests/support/toy_task.h"

namespace rectune::experiments {
namespace {

using Catch::Contains;

Json Claim(const char* parameter, const char* level, const char* metric, double slope) {
  return agents::ToJson(
      agents::Pattern{parameter, level, metric, slope, 0.1, {1, 2}, "a statement"});
}

agents::SkillRule RuleOf(const std::string& id, const Json& claim) {
  agents::SkillRule rule;
  rule.id = id;
  rule.pattern = agents::PatternFromJson(claim, "");
  rule.author = "skill agent";
  return rule;
}

/// The toy's optimum lies at 0.7 of freshness_boost and 0.35 of ctr_weight; production stands at
/// 0.2 and about 0.65; cost depends on topic_window and dedupe alone.
struct FabricatedCell {
  ScratchFolder scratch;
  std::shared_ptr<const TestbedPort> testbed = MakeToyWorkbench().open("toy", "joint", "small");
  TuningTask task = test_support::MakeToyTask(0, 1, 1);
  Json state;

  FabricatedCell() {
    agents::Skill skill = agents::SkillForTask(task);
    agents::Skillhub hub(task.space);
    hub.Commit(skill, {0, "task", "created"});
    skill.rules = {RuleOf("rule-001", Claim("freshness_boost", "", "engagement", 2.0)),
                   RuleOf("rule-002", Claim("topic_window", "", "serving_cost", -3.0))};
    agents::Tightening shut;
    shut.parameter = "freshness_boost";
    shut.high = 0.5;
    agents::Tightening harmless;
    harmless.parameter = "ctr_weight";
    harmless.high = 0.9;
    skill.tightenings = {shut, harmless};
    hub.Commit(skill, {1, "skill agent", "learned"});
    state["patterns"] = {Claim("freshness_boost", "", "engagement", 2.0),      // right
                         Claim("ctr_weight", "", "engagement", 1.0),           // wrong
                         Claim("fusion", "power_product", "engagement", 0.5),  // right
                         Claim("freshness_boost", "", "serving_cost", 1.0),    // has no effect
                         Claim("dedupe", "", "serving_cost", 1.0),             // right
                         Claim("no_such", "", "engagement", 1.0)};             // about nothing
    state["ledger"]["invalid_stopped_by"] = {{"parser", 1}, {"validator", 5}, {"critic", 2}};
    state["skill"] = {{"name", skill.name}, {"hub", hub.ToJson()}};
  }

  Json Trial(const char* status, const char* reason) const {
    return {{"source", "agent/actor"}, {"status", status}, {"invalid_reason", reason}};
  }
  Json Proposal(const char* id, const char* changes, const char* critic, int arm) const {
    return {
        {"id", id},         {"changes", changes == nullptr ? Json(nullptr) : ParseJson(changes)},
        {"stopped_by", ""}, {"reason", ""},
        {"critic", critic}, {"arm", arm}};
  }
  std::string Write() {
    const Json header{{"type", "cell"},   {"id", "agent.seed1"}, {"label", "agent"},
                      {"tuner", "agent"}, {"is_stand_in", true}, {"seed", 1}};
    const Json round{{"type", "round"},
                     {"round", 1},
                     {"trials",
                      {Trial("completed", ""), Trial("invalid", "ctr_weight: 1e9 is not allowed"),
                       Trial("invalid", "no usable proposal for this arm after 2 Actor calls"),
                       Trial("invalid", "refused by review (the rules: too far)")}},
                     {"state", {{"proposed_rounds", 1}, {"private", state}}}};
    std::string cell = scratch / "agent.seed1";
    std::filesystem::create_directories(cell);
    WriteText(cell + "/journal.jsonl", SealLine(header) + SealLine(round) + SealLine(round));
    const char* good = R"({"freshness_boost": 1.2})";
    const char* worse = R"({"freshness_boost": 0.1})";
    std::filesystem::create_directories(cell + "/home/proposals");
    WriteText(cell + "/home/proposals/round-01.json",
              DumpPretty(Json::array(
                  {Proposal("p1", worse, "dropped", 0), Proposal("p2", nullptr, "", 0),
                   Proposal("p3", good, "kept", 1), Proposal("p4", worse, "kept", 0),
                   Proposal("p5", good, "dropped", 0), Proposal("p6", good, "kept", 2)})));
    // A round without a choice says nothing of who chose.
    WriteText(cell + "/home/proposals/round-02.json",
              DumpPretty(Json::array({Proposal("p1", good, "kept", 1)})));
    return cell;
  }
};

TEST_CASE_METHOD(FabricatedCell, "Every diagnostic of a fabricated cell is what it must be") {
  Grader grader(testbed);
  const std::optional<CellGrade> grade = grader.Grade(Write());
  REQUIRE(grade.has_value());
  CHECK(grade->patterns.right == 3);
  CHECK(grade->patterns.wrong == 2);
  CHECK(grade->patterns.negligible == 1);
  CHECK(*grade->patterns.accuracy() == Approx(0.6));
  CHECK(grade->rules.right == 1);
  CHECK(grade->rules.wrong == 1);
  REQUIRE(grade->lockout.has_value());
  CHECK(grade->lockout->tightenings == 2);
  CHECK(grade->lockout->excluding == 1);
  CHECK(grade->lockout->is_locked_out);
  CHECK(grade->lockout->was_locked_out);
  // engagement = 10 (|p - u*|^2 - |u - u*|^2): the nearest point, 0.5, loses 10 (0.7 - 0.5)^2.
  CHECK(grade->lockout->cost == Approx(0.4));
  CHECK(grade->critic.good_kept == 3);
  CHECK(grade->critic.good_dropped == 1);
  CHECK(grade->critic.bad_kept == 1);
  CHECK(grade->critic.bad_dropped == 1);
  // Launched: two good ones. First come: the worse one, then a good one.
  const double gain = 10 * (0.25 - 0.01);         // from 0.2 to 0.6
  const double loss = 10 * (0.25 - 0.65 * 0.65);  // from 0.2 to 0.05
  CHECK(grade->by_critic.arms == 2);
  CHECK(grade->by_critic.good == 2);
  CHECK(grade->by_critic.value == Approx(2 * gain));
  CHECK(grade->by_validator.arms == 2);
  CHECK(grade->by_validator.good == 1);
  CHECK(grade->by_validator.value == Approx(gain + loss));
  CHECK(grade->invalid_stopped_by ==
        std::map<std::string, int>{
            {"parser", 1}, {"validator", 5}, {"critic", 2}, {"nobody", 2}});  // one a round
}

TEST_CASE_METHOD(FabricatedCell, "Cells of one label are pooled, and shares add up") {
  Grader grader(testbed);
  const CellGrade grade = *grader.Grade(Write());
  const Json json = GradeJson({grade, grade});
  REQUIRE(json.size() == 1);
  CHECK(json[0].at("cells") == 2);
  CHECK(json[0].at("insight_signs").at("right") == 6);
  CHECK(json[0].at("lockout").at("rate") == 1.0);
  CHECK(json[0].at("lockout").at("mean_cost").get<double>() == Approx(0.4));
  CHECK(json[0].at("launched").at("precision") == 1.0);
  CHECK(json[0].at("validator_first_come").at("precision") == 0.5);
  CHECK(json[0].at("critic").at("kept_of_good") == 0.75);
  CHECK(json[0].at("invalid_stopped_by").at("validator").at("share") == 0.5);
  double shares = 0.0;
  for (const auto& [layer, stopped] : json[0].at("invalid_stopped_by").items()) {
    shares += stopped.at("share").get<double>();
  }
  CHECK(shares == Approx(1.0));
  const std::vector<Table> tables = GradeTables({{"tuners", json}});
  REQUIRE(tables.size() == 3);
  CHECK_THAT(ToPlainText(tables[0]), Contains("60% (6 of 10)") && Contains("stand-in"));
  CHECK_THROWS_AS(GradeTables(Json::object()), ConfigError);
}

TEST_CASE_METHOD(FabricatedCell,
                 "A tuner that is no agent has no grade, a broken file has a name") {
  Grader grader(testbed);
  const std::string cell = Write();
  WriteText(cell + "/home/proposals/round-02.json", R"([{"id": "p1"}])");
  CHECK_THROWS_WITH(grader.Grade(cell), Contains("round-02.json"));
  state = {{"mood", 1}};
  CHECK_FALSE(grader.Grade(Write()).has_value());
  CHECK_FALSE(grader.Grade(scratch / "nothing").has_value());
}

TEST_CASE("A run of agents is graded end to end, and the report shows it") {
  const ScratchFolder scratch;
  Workbench workbench = MakeToyWorkbench();
  for (const TunerEntry& entry : agents::AgentTable()) workbench.tuners.push_back(entry);
  WriteText(scratch.path() / "spec.json", R"({
    "schema": 1, "name": "agents", "scenario": "toy", "task": "joint", "size": "small",
    "tuners": [{"name": "agent"}, {"name": "agent_two_rung"}, {"name": "random"}],
    "seeds": [1, 2], "rounds": 4, "arms_per_round": 3})");
  std::ostringstream out;
  std::ostringstream talk;
  Console console{.out = out, .talk = talk, .command = {}};
  const std::filesystem::path run = scratch.path() / "run";
  REQUIRE(RunCommand({.spec = scratch.path() / "spec.json",
                      .out = run,
                      .jobs = 1,
                      .shard = {},
                      .quiet = true,
                      .report = false},
                     workbench, console) == kExitDone);
  CHECK_THAT(ReportHtml(LoadRun(run)), Contains("Nobody held these words"));
  out.str("");
  CHECK(GradeCommand(run, true, workbench, console) == kExitDone);
  const Json grade = ParseJson(out.str());
  REQUIRE(grade.at("tuners").size() == 2);  // random says nothing
  CHECK(grade.at("tuners").at(0).at("label") == "agent");
  CHECK(grade.at("tuners").at(0).at("is_stand_in") == true);
  CHECK(grade.at("tuners").at(0).at("launched").at("arms").get<int>() > 8);
  CHECK(grade.at("tuners").at(1).at("critic").is_null());
  CHECK(ReadJsonFile(run / "grade.json") == grade);
  CHECK_THAT(ReportHtml(LoadRun(run)), Contains("Who chose the arms, at equal arms"));
  out.str("");
  GradeCommand(run, false, workbench, console);
  CHECK_THAT(out.str(), Contains("What agents claimed") && Contains("First come"));
}

}  // namespace
}  // namespace rectune::experiments
