// SPDX-License-Identifier: Apache-2.0
#include "experiments/report_markdown.h"

#include <catch2/catch.hpp>
#include <string>

#include "core/random_stream.h"
#include "tests/experiments/report_fabricated.h"

namespace rectune::experiments {
namespace {

std::string Render(const std::string& text) {
  std::string html = RenderMarkdown(text, 3).text();
  std::string flat;
  for (const char c : html) {
    if (c != '\n') flat += c;
  }
  return flat;
}

TEST_CASE("Transcript Markdown becomes markup", "[report]") {
  CHECK(Render("# Round 1\n\n## Actor\ntext") == "<h3>Round 1</h3><h4>Actor</h4><p>text</p>");
  CHECK(Render("a **bold** word and `code <x>`") ==
        "<p>a <b>bold</b> word and <code>code &lt;x&gt;</code></p>");
  CHECK(Render("- one\n- two") == "<ul><li>one</li><li>two</li></ul>");
  CHECK(Render("```text\n# not a heading\n<b>\n```\nafter") ==
        "<pre tabindex=\"0\"># not a heading&lt;b&gt;</pre><p>after</p>");
  // A longer fence holds a shorter one.
  CHECK(Render("````text\n```json\n{}\n```\n````") == "<pre tabindex=\"0\">```json{}```</pre>");
  CHECK(Render("<details><summary>Reply (3 bytes)</summary>\n\ninside\n\n</details>\nafter") ==
        "<details><summary>Reply (3 bytes)</summary><p>inside</p></details><p>after</p>");
  const std::string table = Render("| a | b |\n|---:|---|\n| 1 \\| 2 | \\[0, 1\\] -&gt; x |\n");
  CHECK(table.find("<tr><td>1 | 2</td><td>[0, 1] -&gt; x</td></tr>") != std::string::npos);
  CHECK(table.find("<th scope=\"col\">a</th>") != std::string::npos);
}

TEST_CASE("What is not that Markdown stays text", "[report]") {
  CHECK(Render("<script>x</script>") == "<p>&lt;script&gt;x&lt;/script&gt;</p>");
  CHECK(Render("&lt;script&gt;") == "<p>&lt;script&gt;</p>");  // unescaped once, escaped again
  CHECK(Render("[link](javascript:x) ![i](http://x/y.png)") ==
        "<p>[link](javascript:x) ![i](http://x/y.png)</p>");
  CHECK(Render("</details>") == "<p>&lt;/details&gt;</p>");  // closes nothing of ours
  CHECK(Render("<details open onclick=x><summary>s</summary>") ==
        "<p>&lt;details open onclick=x&gt;&lt;summary&gt;s&lt;/summary&gt;</p>");
  CHECK(Render("<details><summary><img src=x></summary>\n") ==
        "<details><summary>&lt;img src=x&gt;</summary></details>");  // left open, closed for it
  CHECK(Render("``` never closed\n<b>") == "<pre tabindex=\"0\">&lt;b&gt;</pre>");
  CHECK(Render("a ** b ` c") == "<p>a ** b ` c</p>");
  CHECK(Render("ends in \\") == "<p>ends in \\</p>");
  CHECK(Render("#hashtag") == "<p>#hashtag</p>");
  CHECK(Render("| no rule |") == "<p>| no rule |</p>");
  CHECK(Render("").empty());
}

TEST_CASE("No text whatever makes a tag of its own", "[report]") {
  const std::string alphabet = "<>/`*|-# \n\\&;details summary\"'=[]()!\x01\x80\xE2";
  RandomStream stream(3, Purpose::kTest);
  for (int i = 0; i < 3000; ++i) {
    std::string text;
    for (int n = 0; n < 60; ++n) {
      if (stream.Uniform() < 0.08) {
        text += stream.Uniform() < 0.5 ? "\n<details><summary>x</summary>\n" : "\n</details>\n";
      }
      text += alphabet[static_cast<std::size_t>(stream.UniformInteger(alphabet.size()))];
    }
    const std::string html = RenderMarkdown(text).text();
    for (std::size_t at = html.find('<'); at != std::string::npos; at = html.find('<', at + 1)) {
      std::size_t start = at + 1 + (html[at + 1] == '/' ? 1 : 0);
      const std::string name = html.substr(start, html.find_first_of(" >", start) - start);
      const std::string known =
          " p pre details summary ul li b code h3 h4 h5 h6 div table thead "
          "tbody tr th td ";
      INFO(text);
      REQUIRE(known.find(" " + name + " ") != std::string::npos);
    }
  }
  CHECK(Render(kHostileText).find("<img") == std::string::npos);
}

}  // namespace
}  // namespace rectune::experiments
