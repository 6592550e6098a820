// SPDX-License-Identifier: Apache-2.0
//
// The report in a real browser: headless Chromium, offline, a fresh profile each time. It must be
// installed (tools/install does that); RECTUNE_CHROMIUM names another binary. A missing browser is
// a failure, not a skip: the page's promises are about browsers.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "core/json.h"
#include "experiments/report.h"
#include "tests/experiments/process.h"
#include "tests/experiments/report_fabricated.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

std::string Browser() {
  const char* named = std::getenv("RECTUNE_CHROMIUM");
  std::string path = named != nullptr ? named : "/usr/bin/chromium";
  INFO("Chromium is needed to test the report; tools/install installs it");
  REQUIRE(fs::exists(path));
  return path;
}

struct PageLoad {
  std::string dom;
  std::vector<std::string> console;   // messages of the page and of the policy
  std::vector<std::string> requests;  // that the page caused
};

PageLoad Load(const fs::path& page, const std::vector<std::string>& more = {}) {
  const ScratchFolder scratch;
  std::vector<std::string> command{Browser(),
                                   "--headless",
                                   "--no-sandbox",
                                   "--disable-gpu",
                                   "--disable-quic",
                                   "--no-first-run",
                                   "--disable-background-networking",
                                   "--disable-component-update",
                                   "--disable-sync",
                                   "--host-resolver-rules=MAP * ~NOTFOUND",
                                   "--user-data-dir=" + (scratch / "profile"),
                                   "--enable-logging=stderr",
                                   "--v=0",
                                   "--log-net-log=" + (scratch / "net.json"),
                                   "--virtual-time-budget=3000",
                                   "--hide-scrollbars",
                                   "--dump-dom"};
  command.insert(command.end(), more.begin(), more.end());
  command.push_back("file://" + page.string());
  const ProcessResult result = RunProcess(command);
  INFO(result.err);
  REQUIRE(result.status == 0);
  PageLoad load;
  load.dom = result.out;
  std::istringstream log(result.err);
  for (std::string line; std::getline(log, line);) {
    if (line.find(":CONSOLE") != std::string::npos) load.console.push_back(line);
  }
  // The browser's own traffic has no page behind it; what a page asks for is keyed by its site.
  std::istringstream net(ReadFile(scratch / "net.json"));
  for (std::string line; std::getline(net, line);) {
    if (line.find("\"network_isolation_key\":\"file:") == std::string::npos) continue;
    const std::size_t url = line.find("\"url\":\"");
    if (url == std::string::npos || line.compare(url + 7, 5, "file:") == 0) continue;
    load.requests.push_back(line.substr(url + 7, line.find('"', url + 7) - url - 7));
  }
  return load;
}

int Count(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST_CASE("The checks see a page that runs scripts and loads things", "[report][browser]") {
  const ScratchFolder scratch;
  WriteText(scratch.path() / "bad.html",
            "<!DOCTYPE html><title>t</title><script>console.error('boom');document.title='owned'"
            "</script><img src=\"http://127.0.0.1:9/x.png\">");
  const PageLoad load = Load(scratch.path() / "bad.html");
  CHECK(load.console.size() == 1);
  CHECK(!load.requests.empty());
  CHECK(load.dom.find("<title>owned</title>") != std::string::npos);
}

TEST_CASE("A browser shows every section, silently and without a request", "[report][browser]") {
  const ScratchFolder scratch;
  const RunData run = FabricateRun({.home = scratch.path() / "homes"});
  WriteReport(run, scratch.path());
  const PageLoad load = Load(scratch.path() / "report.html");
  CHECK(load.console == std::vector<std::string>{});
  CHECK(load.requests == std::vector<std::string>{});
  for (const char* id : {"setup", "result", "curves", "evidence", "configuration", "readouts",
                         "transcript", "provenance"}) {
    CHECK(load.dom.find("id=\"" + std::string(id) + "\"") != std::string::npos);
  }
  // The parser changed nothing: what was written is what is there.
  const std::string page = ReadFile(scratch.path() / "report.html");
  for (const char* tag :
       {"<table", "<tr", "<td", "<th", "<svg", "<details", "<section", "<figure"}) {
    INFO(tag);
    CHECK(Count(load.dom, tag) == Count(page, tag));
  }
  CHECK(Count(load.dom, "<div class=\"transcript\"") == 12);
}

TEST_CASE("Hostile model text stays text in a browser", "[report][browser]") {
  const ScratchFolder scratch;
  const RunData run = FabricateRun({.home = scratch.path() / "homes", .hostile_transcript = true});
  std::string page = ReportHtml(run);
  // Without the content policy, so that only the escaping stands between the text and the browser.
  const std::size_t policy = page.find("<meta http-equiv=\"Content-Security-Policy\"");
  REQUIRE(policy != std::string::npos);
  page.erase(policy, page.find("/>", policy) + 2 - policy);
  WriteText(scratch.path() / "bare.html", page);
  const PageLoad load = Load(scratch.path() / "bare.html");
  CHECK(load.console == std::vector<std::string>{});
  CHECK(load.requests == std::vector<std::string>{});
  CHECK(load.dom.find("<title>owned") == std::string::npos);
  CHECK(load.dom.find("<script") == std::string::npos);
  CHECK(load.dom.find("<img") == std::string::npos);
  CHECK(load.dom.find("<iframe") == std::string::npos);
  CHECK(load.dom.find("Injected heading</h2>") == std::string::npos);
  CHECK(Count(load.dom, "hostile-marker") >= 12);
}

TEST_CASE("The page fits a narrow and a wide window", "[report][browser]") {
  const ScratchFolder scratch;
  WriteReport(FabricateRun({.home = scratch.path() / "homes"}), scratch.path());
  // The probe is ours and only in the copy under test: it reports what overflows the window.
  std::string page = ReadFile(scratch.path() / "report.html");
  const std::size_t policy = page.find("<meta http-equiv=\"Content-Security-Policy\"");
  page.erase(policy, page.find("/>", policy) + 2 - policy);
  const std::string probe =
      "<script>addEventListener('load',()=>{const w=document.documentElement.clientWidth;"
      "let n=0;for(const e of document.querySelectorAll('h1,h2,h3,p,li,dd,summary,figure,svg.lines,"
      "svg.ranks,.scroll,fieldset,pre')){const r=e.getBoundingClientRect();"
      "if(r.width>0&&(r.right>w+1||r.left<-1)&&!e.closest('.scroll *'))n++}"
      "const "
      "shown=s=>[...document.querySelectorAll(s)].filter(e=>e.getClientRects().length).length;"
      "document.title='w='+w+' page='+document.documentElement.scrollWidth+' over='+n+"
      "' wide='+shown('svg.wide')+' narrow='+shown('svg.narrow')})</script></body>";
  page.replace(page.find("</body>"), 7, probe);
  WriteText(scratch.path() / "probe.html", page);
  for (const bool narrow : {true, false}) {
    // Headless Chromium refuses windows below 500 px, so the narrow page sits in a frame.
    const std::string width = narrow ? "400" : "1280";
    WriteText(
        scratch.path() / "frame.html",
        "<!DOCTYPE html><body style=\"margin:0\"><iframe id=f src=\"probe.html\" style=\"border:0;"
        "width:" +
            width +
            "px;height:900px\"></iframe><script>addEventListener('load',()=>"
            "setTimeout(()=>{document.body.append('probe: '+f.contentDocument.title)},200))"
            "</script>");
    const PageLoad load = Load(scratch.path() / "frame.html",
                               {"--allow-file-access-from-files", "--window-size=1400,1000"});
    const std::size_t probed = load.dom.find("probe: w=");
    REQUIRE(probed != std::string::npos);
    const std::string found = load.dom.substr(probed, load.dom.find('<', probed) - probed);
    CHECK(found == "probe: w=" + width + " page=" + width + " over=0" +
                       (narrow ? " wide=0 narrow=2" : " wide=2 narrow=0"));
  }
}

}  // namespace
}  // namespace rectune::experiments
