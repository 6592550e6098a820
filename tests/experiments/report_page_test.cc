// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cctype>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "core/json.h"
#include "experiments/report.h"
#include "experiments/report_summary.h"
#include "experiments/report_transcript.h"
#include "tests/experiments/process.h"
#include "tests/experiments/report_fabricated.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

/// Why `page` is not well-formed, or "". Every element must close in order; a void one ends in
/// "/>", which HtmlWriter writes.
std::string Malformed(const std::string& page) {
  std::vector<std::string> open;
  std::size_t at = 0;
  while ((at = page.find('<', at)) != std::string::npos) {
    const std::size_t end = page.find('>', at);
    if (end == std::string::npos) return "a tag does not end";
    const std::string tag = page.substr(at + 1, end - at - 1);
    at = end;
    if (tag.rfind("!DOCTYPE", 0) == 0 || tag.back() == '/') continue;
    const std::string name =
        tag.substr(tag.front() == '/' ? 1 : 0, tag.find(' ') - (tag.front() == '/' ? 1 : 0));
    if (tag.front() != '/') {
      open.push_back(name);
      continue;
    }
    if (open.empty() || open.back() != name) return "</" + name + "> closes nothing";
    open.pop_back();
  }
  return open.empty() ? "" : "<" + open.back() + "> is left open";
}

/// The page's text without tags, attributes, style and transcript.
std::string VisibleText(std::string page) {
  for (const auto& [from, to] : std::vector<std::pair<std::string, std::string>>{
           {"<style>", "</style>"}, {"<pre", "</pre>"}}) {
    std::size_t at = 0;
    while ((at = page.find(from, at)) != std::string::npos) {
      page.erase(at, page.find(to, at) + to.size() - at);
    }
  }
  std::string text;
  bool inside = false;
  for (const char c : page) {
    if (c == '<') inside = true;
    if (!inside) text += c;
    if (c == '>') {
      inside = false;
      text += ' ';
    }
  }
  return text;
}

/// Places where `label` stands as a word of its own without the words that must follow it.
int Unlabelled(const std::string& text, const std::string& label) {
  int count = 0;
  const auto is_word = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '/' || c == '.';
  };
  for (std::size_t at = text.find(label); at != std::string::npos; at = text.find(label, at + 1)) {
    const std::size_t end = at + label.size();
    const bool is_whole =
        (at == 0 || !is_word(text[at - 1])) && (end >= text.size() || !is_word(text[end]));
    if (is_whole && text.compare(end, 21, " (synthetic stand-in)") != 0) ++count;
  }
  return count;
}

std::vector<std::vector<std::string>> ReadCsv(const fs::path& file) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(ReadFile(file));
  for (std::string line; std::getline(lines, line);) {
    rows.emplace_back();
    std::istringstream fields(line);
    for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(field);
    if (!line.empty() && line.back() == ',') rows.back().emplace_back();
  }
  return rows;
}

/// A label that appears nowhere else, so that each mention can be checked.
RunData WithRareLabel(const Fabrication& fabrication) {
  RunData run = FabricateRun(fabrication);
  for (std::string& label : run.labels) {
    if (label == "agent") label = "zeta_agent";
  }
  for (CellData& cell : run.cells) {
    if (cell.label == "agent") cell.label = "zeta_agent";
  }
  return run;
}

TEST_CASE("The page is well-formed in every state of a run", "[report]") {
  CHECK(Malformed("<p><b>x</p></b>") != "");  // the checker fails when it should
  CHECK(Malformed("<p><br/>x") != "");
  ScratchFolder scratch;
  const std::vector<Fabrication> states{{},
                                        {.agent_speed = 0.5},
                                        {.with_reference = false},
                                        {.with_agent = false},
                                        {.unfinished_cells = 7},
                                        {.seeds = {9}, .rounds = 1, .arms = 1},
                                        {.seeds = {1}, .unfinished_cells = 8},
                                        {.home = scratch.path(), .hostile_transcript = true}};
  for (const Fabrication& state : states) {
    const std::string page = ReportHtml(FabricateRun(state));
    CHECK(Malformed(page) == "");
    CHECK(page.find("NaN") == std::string::npos);
    CHECK(page.find("inf") != 0);
  }
}

TEST_CASE("The page holds every section and refers to nothing outside itself", "[report]") {
  const std::string page = ReportHtml(FabricateRun({}));
  for (const char* id : {"setup", "result", "curves", "evidence", "configuration", "readouts",
                         "transcript", "provenance"}) {
    CHECK(page.find("id=\"" + std::string(id) + "\"") != std::string::npos);
    CHECK(page.find("href=\"#" + std::string(id) + "\"") != std::string::npos);
  }
  for (const char* bad : {"<script", "<link", "<img", "<iframe", "src=", "http:", "https:",
                          "@import", "javascript:", " onload", " onerror"}) {
    INFO(bad);
    CHECK(page.find(bad) == std::string::npos);
  }
  CHECK(page.find("Content-Security-Policy") != std::string::npos);
  // Identifiers are unique, or labels would point at the wrong thing.
  std::set<std::string> ids;
  for (std::size_t at = page.find(" id=\""); at != std::string::npos;
       at = page.find(" id=\"", at + 1)) {
    const std::string id = page.substr(at + 5, page.find('"', at + 5) - at - 5);
    INFO(id);
    CHECK(ids.insert(id).second);
  }
}

TEST_CASE("A synthetic stand-in is called one wherever its label appears", "[report]") {
  CHECK(Unlabelled("zeta_agent wins", "zeta_agent") == 1);  // the checker fails when it should
  CHECK(Unlabelled("zeta_agent (synthetic stand-in) wins", "zeta_agent") == 0);
  for (const bool with_reference : {true, false}) {
    const RunData run = WithRareLabel({.with_reference = with_reference, .unfinished_cells = 1});
    const std::string page = ReportHtml(run);
    CHECK(VisibleText(page).find("zeta_agent") != std::string::npos);
    CHECK(Unlabelled(VisibleText(page), "zeta_agent") == 0);
    std::string markdown = ReportMarkdown(run);
    std::string plain;
    for (const char c : markdown) {
      if (c != '\\') plain += c;
    }
    CHECK(plain.find("zeta_agent") != std::string::npos);
    CHECK(Unlabelled(plain, "zeta_agent") == 0);
  }
}

TEST_CASE("What a model wrote is shown as text and never becomes markup", "[report]") {
  ScratchFolder scratch;
  const RunData run = FabricateRun({.home = scratch.path(), .hostile_transcript = true});
  const std::string page = ReportHtml(run);
  CHECK(Malformed(page) == "");
  CHECK(page.find("hostile-marker &lt;script&gt;") != std::string::npos);
  CHECK(page.find("<script") == std::string::npos);
  CHECK(page.find("<img") == std::string::npos);
  for (const char c : page) {
    const auto byte = static_cast<unsigned char>(c);
    REQUIRE((byte >= 0x20 || byte == '\n' || byte == '\t'));
  }
  CHECK(page.find("\xE2\x80\xAE") == std::string::npos);
}

TEST_CASE("Transcripts are found by round, whatever else is in the home", "[report]") {
  ScratchFolder scratch;
  CHECK(ReadTranscript(scratch.path() / "missing").empty());
  fs::create_directories(scratch.path() / "a");
  fs::create_directories(scratch.path() / "skills");
  WriteText(scratch.path() / "a" / "round-10.md", "ten");
  WriteText(scratch.path() / "a" / "round-02.md", "two");
  WriteText(scratch.path() / "round_2_notes.txt", "notes");
  WriteText(scratch.path() / "skills" / "SKILL.md", "a skill");
  WriteText(scratch.path() / "a" / "round-03.bin", "no");
  WriteText(scratch.path() / "a" / "around-x.md", "no");
  fs::create_symlink("/etc/hostname", scratch.path() / "round-04.md");
  const std::vector<TranscriptRound> rounds = ReadTranscript(scratch.path());
  REQUIRE(rounds.size() == 2);
  CHECK(rounds[0].round == 2);
  REQUIRE(rounds[0].parts.size() == 2);
  CHECK(rounds[0].parts[0].name == "a/round-02.md");
  CHECK(rounds[0].parts[1].text == "notes");
  CHECK(rounds[1].round == 10);

  WriteText(scratch.path() / "a" / "round-10.md", std::string(1000, 'x'));
  const std::vector<TranscriptRound> cut = ReadTranscript(scratch.path(), 100);
  CHECK(cut[1].parts[0].text.size() == 100);
  CHECK(cut[1].parts[0].bytes_left_out == 900);
}

TEST_CASE("The files hold the summary's numbers at full precision", "[report]") {
  ScratchFolder scratch;
  const RunData run = FabricateRun({});
  const ReportSummary summary = Summarise(run);
  WriteReport(run, scratch.path());
  const auto rounds = ReadCsv(scratch.path() / "regret_by_round.csv");
  REQUIRE(rounds.size() == 1 + 8 * 13);
  CHECK(rounds[0][4] == "regret_iqm");
  for (std::size_t t = 0; t < 8; ++t) {
    for (std::size_t r = 0; r <= 12; ++r) {
      const std::vector<std::string>& row = rounds[1 + 13 * t + r];
      REQUIRE(row.size() == 11);
      CHECK(row[0] == summary.tuners[t].label);
      CHECK(row[1] == (summary.tuners[t].is_stand_in ? "true" : "false"));
      CHECK(std::stod(row[4]) == summary.tuners[t].curve[r].loss.estimate);
      CHECK(std::stod(row[6]) == summary.tuners[t].curve[r].loss.high);
      CHECK(std::stod(row[7]) == summary.tuners[t].curve[r].gain.estimate);
      CHECK(row[10] == "0");  // one phase: nothing happens
    }
  }
  const auto finals = ReadCsv(scratch.path() / "final.csv");
  REQUIRE(finals.size() == 9);
  CHECK(std::stod(finals[6][3]) == summary.tuners[5].final_loss.estimate);
  const auto trials = ReadCsv(scratch.path() / "trials.csv");
  CHECK(trials.size() == 1 + 40 * 48);
  CHECK(ReadFile(scratch.path() / "report.html") == ReportHtml(run));
  CHECK(ReadFile(scratch.path() / "report.md") == ReportMarkdown(run));
}

TEST_CASE("A report is the same bytes every time", "[report]") {
  CHECK(ReportHtml(FabricateRun({})) == ReportHtml(FabricateRun({})));
}

TEST_CASE("Provenance survives a manifest that lacks fields", "[report]") {
  RunData run = FabricateRun({});
  CHECK(ReportHtml(run).find("rectune run &#39;a spec.json&#39; --out runs/x") !=
        std::string::npos);
  run.manifest = Json::object();
  CHECK(Malformed(ReportHtml(run)) == "");
  run.manifest = {{"sessions", Json::array({{{"command", 7}}})}};
  CHECK(Malformed(ReportHtml(run)) == "");
}

}  // namespace
}  // namespace rectune::experiments
