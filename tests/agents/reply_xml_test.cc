// SPDX-License-Identifier: Apache-2.0
//
// Replies as XML: the same content as JSON, the same strictness, and nothing that XML could do
// beyond it.
#include "agents/reply_xml.h"

#include <catch2/catch.hpp>

#include "agents/reply_schema.h"
#include "core/random_stream.h"
#include "tests/agents/campaign.h"

namespace rectune::agents {
namespace {

using testing::Make;
using testing::Play;
using testing::Production;

const Json kProposals = ParseJson(R"({"proposals": [
    {"hypothesis": "a < b & \"c\" > d", "config": [
      {"param": "ctr_weight", "value": 1.25}, {"param": "keep", "value": 40},
      {"param": "form", "value": "rank_sort"}, {"param": "dedupe", "value": true},
      {"param": "lvr_curve", "value": [0, 0.5, 1]}]},
    {"hypothesis": "", "config": []}]})");

ParsedReply Parse(const std::string& text, const ReplySchema& schema = ActorSchema()) {
  return ParseXmlReply(text, schema.json(), {});
}

TEST_CASE("What is written reads back as itself and matches the schema") {
  const std::string xml = ToXml(kProposals);
  const ParsedReply reply = Parse(xml);
  INFO(xml);
  REQUIRE(reply.value.has_value());
  CHECK(*reply.value == kProposals);
  CHECK(ActorSchema().Check(*reply.value).empty());
  CHECK(*Parse("Here you are:\n```xml\n" + xml + "\n```\nGood luck!").value == kProposals);
}

TEST_CASE("Attributes, bare text, CDATA, comments and free item names are understood") {
  const ParsedReply reply = Parse(R"(<proposals>
      <proposal><!-- first --><hypothesis><![CDATA[if a < b]]></hypothesis>
        <config>
          <set param="ctr_weight"> 1.4 </set>
          <set param='form'>rank_sort</set>
          <set><param>lvr_curve</param><value><y>0</y><y>0.5</y><y>1</y></value></set>
        </config></proposal></proposals>)");
  REQUIRE(reply.value.has_value());
  const Json& proposal = (*reply.value)["proposals"][0];
  CHECK(proposal["hypothesis"] == "if a < b");
  CHECK(proposal["config"][0] == Json({{"param", "ctr_weight"}, {"value", 1.4}}));
  CHECK(proposal["config"][1]["value"] == "rank_sort");
  CHECK(proposal["config"][2]["value"] == Json({0, 0.5, 1}));
  CHECK(ActorSchema().Check(*reply.value).empty());

  const ParsedReply verdicts = Parse(R"(<verdicts><verdict><proposal>2</proposal>
      <validity pass="true">in range</validity><alignment pass="false">costs DAU</alignment>
      <soundness pass="true">ok</soundness><diversity pass="true">ok</diversity>
      <format pass="true">ok</format><keep>false</keep><rank>0</rank>
      <justification>No.</justification></verdict></verdicts>)",
                                     CriticSchema());
  REQUIRE(verdicts.value.has_value());
  CHECK(CriticSchema().Check(*verdicts.value).empty());
  CHECK((*verdicts.value)["verdicts"][0]["alignment"] ==
        Json({{"pass", false}, {"reason", "costs DAU"}}));
}

TEST_CASE("Broken XML is an error that says what is broken") {
  const auto error = [](const std::string& text) {
    const ParsedReply reply = Parse(text);
    CHECK_FALSE(reply.value.has_value());
    return reply.error;
  };
  CHECK_THAT(error("I would raise the weights."), Catch::Contains("no <proposals>"));
  CHECK_THAT(error("<proposals2></proposals2>"), Catch::Contains("no <proposals>"));
  CHECK_THAT(error("<proposals><item>"), Catch::Contains("<item> is never closed"));
  CHECK_THAT(error("<proposals><a></b></proposals>"), Catch::Contains("closed by </b>"));
  CHECK_THAT(error("<proposals><a x=1></a></proposals>"), Catch::Contains("not quoted"));
  CHECK_THAT(error("<proposals><!-- </proposals>"), Catch::Contains("comment never ends"));
  std::string deep = "<proposals>";
  for (int i = 0; i < 50; ++i) deep += "<a>";
  CHECK_THAT(error(deep), Catch::Contains("deeper than 12"));
  CHECK_THAT(error("<proposals>" + std::string(70000, 'x')), Catch::Contains("bytes"));
}

TEST_CASE("Wrong types stay wrong, and entities do not grow") {
  const ParsedReply reply = Parse("<proposals><item><hypothesis>h</hypothesis></item></proposals>");
  REQUIRE(reply.value.has_value());
  CHECK_THAT(ActorSchema().Check(*reply.value), Catch::Contains("config"));
  const ParsedReply verdict =
      Parse("<verdicts><v><proposal>two</proposal></v></verdicts>", CriticSchema());
  CHECK_FALSE(CriticSchema().Check(*verdict.value).empty());
  for (const char* number : {"nan", "inf", "-inf", "1e999", "0x10"}) {
    const ParsedReply odd = Parse(
        "<proposals><item><hypothesis>h</hypothesis><config><item "
        "param=\"a\">" +
        std::string(number) + "</item></config></item></proposals>");
    REQUIRE(odd.value.has_value());
    CHECK((*odd.value)["proposals"][0]["config"][0]["value"].is_string());
  }
  // A DTD is text in front of the answer; its entities are never expanded.
  const ParsedReply bomb =
      Parse(R"(<!DOCTYPE x [<!ENTITY a "&b;&b;"><!ENTITY b SYSTEM "/etc/passwd">]>
      <proposals><item><hypothesis>&a;&lt;&amp;lt;</hypothesis><config/></item></proposals>)");
  REQUIRE(bomb.value.has_value());
  CHECK((*bomb.value)["proposals"][0]["hypothesis"] == "&a;<&lt;");
}

TEST_CASE("Cut and garbled replies are errors or values, never crashes") {
  const std::string xml = ToXml(kProposals);
  for (std::size_t cut = 0; cut < xml.size(); ++cut) {
    CHECK_FALSE(Parse(xml.substr(0, cut)).value.has_value());
  }
  int parsed = 0;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    RandomStream stream(6, Purpose::kTest, i);
    std::string garbled = xml;
    for (std::uint64_t k = 0; k <= stream.UniformInteger(4); ++k) {
      garbled[stream.UniformInteger(garbled.size())] = "<>/&\"=a0 \n]["[stream.UniformInteger(13)];
    }
    const ParsedReply reply = Parse(garbled);
    parsed += reply.value.has_value() ? 1 : 0;
    CHECK(reply.value.has_value() == reply.error.empty());
  }
  CHECK(parsed > 0);
  CHECK(parsed < 3000);
}

TEST_CASE("The form that a prompt shows has every property and parses") {
  for (const ReplySchema* schema :
       {&ActorSchema(), &CriticSchema(), &InsightSchema(), &SkillSchema()}) {
    const std::string form = XmlForm(schema->json());
    const std::string list = schema->json()["properties"].begin().key();
    const Json& item = schema->json()["properties"][list]["items"]["properties"];
    for (const auto& [name, property] : item.items()) {
      CHECK_THAT(form, Catch::Contains("<" + name + ">"));
    }
    CHECK(Parse(form, *schema).value.has_value());
  }
}

TEST_CASE("The format changes the words, not the decisions") {
  const TuningTask task = test_support::MakeToyTask(4, 4, 4);
  const auto campaign = [&](const std::string& format, std::string* prompt) {
    const auto tuner = Make(
        "agent", task, R"({"reply_format": ")" + format + R"(", "model": {"malformed_rate": 0}})");
    tuner->Observe(Production(task));
    std::string log = Play(tuner.get(), 1, 4);
    *prompt = DumpLine(tuner->Save());
    return log;
  };
  std::string json_state;
  std::string xml_state;
  CHECK(campaign("json", &json_state) == campaign("xml", &xml_state));
  CHECK(json_state != xml_state);  // other words were sent: other hashes in the ledger
}

}  // namespace
}  // namespace rectune::agents
