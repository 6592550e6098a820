// SPDX-License-Identifier: Apache-2.0
//
// The Actor's and the Critic's replies, as a scripted model gives them.
#include "agents/critic.h"

#include <catch2/catch.hpp>

#include "agents/actor.h"
#include "tests/agents/feed_task.h"
#include "tests/agents/scripted_model.h"

namespace rectune::agents {
namespace {

using testing::MakeFeedTask;
using testing::ScriptedModel;

std::string VerdictText(int proposal, bool keep, int rank, bool sound) {
  const std::string ok = R"({"pass": true, "reason": "ok"})";
  return "{\"proposal\": " + std::to_string(proposal) + ", \"validity\": " + ok +
         ", \"alignment\": " + ok + ", \"soundness\": {\"pass\": " + (sound ? "true" : "false") +
         ", \"reason\": \"why\"}, \"diversity\": " + ok + ", \"format\": " + ok +
         ", \"keep\": " + (keep ? "true" : "false") + ", \"rank\": " + std::to_string(rank) +
         ", \"justification\": \"j\"}";
}

struct Fixture {
  TuningTask task = MakeFeedTask(1);
  FeatureMap features{*task.space};
  ActorContext actor;
  std::vector<DraftProposal> drafts;
  PromptLibrary prompts{""};
  Ledger ledger;

  Fixture() {
    actor.brief = {&task, &features, nullptr, task.space.get(), nullptr, nullptr};
    actor.round = 1;
    actor.proposals = 3;
    for (int number : {2, 3, 5}) {
      DraftProposal draft;
      draft.number = number;
      draft.config = Json::array();
      drafts.push_back(draft);
    }
  }
  CriticReply Judge(const std::string& verdicts) {
    ScriptedModel model({"{\"verdicts\": [" + verdicts + "]}"});
    ModelClient client(&model, &prompts, &ledger, {0, 1000});
    return AskCritic(&client, {&actor, &drafts, 2}, 0);
  }
  ActorReply Propose(const std::string& text) {
    ScriptedModel model({text});
    ModelClient client(&model, &prompts, &ledger, {0, 1000});
    return AskActor(&client, actor, 0);
  }
};

TEST_CASE_METHOD(Fixture, "Verdicts are matched to proposals by number") {
  const CriticReply reply =
      Judge(VerdictText(5, true, 1, true) + "," + VerdictText(2, false, 0, false) + "," +
            VerdictText(3, true, 2, true));
  REQUIRE(reply.verdicts.size() == 3);
  CHECK_FALSE(reply.verdicts[0].keep);
  CHECK(DescribeVerdict(reply.verdicts[0]) == "failed soundness: why");
  CHECK(reply.verdicts[1].keep);
  CHECK(reply.verdicts[2].rank == 1);
  CHECK(DescribeVerdict(reply.verdicts[2]) == "passed all five rules");
}

TEST_CASE_METHOD(Fixture, "A Critic that breaks its own rubric is not followed") {
  const CriticReply reply = Judge(VerdictText(2, true, 1, false));
  CHECK_FALSE(reply.verdicts[0].keep);
  CHECK_THAT(DescribeVerdict(reply.verdicts[0]), Catch::Contains("against its own rubric"));
  CHECK_FALSE(reply.verdicts[1].keep);  // forgotten
  CHECK_THAT(DescribeVerdict(reply.verdicts[1]), Catch::Contains("no verdict"));
}

TEST_CASE_METHOD(Fixture,
                 "No usable reply is no verdict at all, and a stranger's number is ignored") {
  CHECK(Judge("7").verdicts.empty());
  const CriticReply reply = Judge(VerdictText(99, true, 1, true));
  REQUIRE(reply.verdicts.size() == 3);
  for (const Verdict& verdict : reply.verdicts) CHECK_FALSE(verdict.keep);
}

TEST_CASE_METHOD(Fixture, "The Actor gets exactly as many proposals as were asked for") {
  const std::string one = R"({"hypothesis": "h", "config": []})";
  CHECK(Propose("{\"proposals\": [" + one + "," + one + "," + one + "]}").note.empty());
  const ActorReply many =
      Propose("{\"proposals\": [" + one + "," + one + "," + one + "," + one + "]}");
  CHECK(many.drafts.size() == 3);
  CHECK_THAT(many.note, Catch::Contains("got 4") && Catch::Contains("dropped"));
  const ActorReply few = Propose("{\"proposals\": [" + one + "]}");
  CHECK(few.drafts.size() == 1);
  CHECK_THAT(few.note, Catch::Contains("got 1"));
  const ActorReply none = Propose("no");
  CHECK(none.drafts.empty());
  CHECK_THAT(none.note, Catch::Contains("no usable reply after 1 call"));
}

}  // namespace
}  // namespace rectune::agents
