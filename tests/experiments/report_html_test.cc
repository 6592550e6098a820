// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <string>

#include "core/check.h"
#include "experiments/html.h"
#include "experiments/report_format.h"
#include "experiments/report_style.h"
#include "experiments/tables.h"

namespace rectune::experiments {
namespace {

TEST_CASE("Text becomes text, whatever is in it", "[report]") {
  CHECK(EscapeHtml("a < b && c > \"d\" 'e'") ==
        "a &lt; b &amp;&amp; c &gt; &quot;d&quot; &#39;e&#39;");
  CHECK(EscapeHtml("</script><script>x</script>") ==
        "&lt;/script&gt;&lt;script&gt;x&lt;/script&gt;");
  HtmlWriter html;
  html.Element("p", "<b>bold</b>", {{"title", "\" onload=\"x"}});
  CHECK(html.Take().text() == "<p title=\"&quot; onload=&quot;x\">&lt;b&gt;bold&lt;/b&gt;</p>");
}

TEST_CASE("Control and invisible characters are dropped, broken UTF-8 is shown as broken",
          "[report]") {
  CHECK(CleanText("a\tb\nc") == "a\tb\nc");
  CHECK(CleanText("a\r\nb\x1b[31mc\x07\x7f") == "a\nb[31mc");
  CHECK(CleanText(std::string("nul\0here", 8)) == "nulhere");
  CHECK(CleanText("c1 \xC2\x9B bidi \xE2\x80\xAE zero \xE2\x80\x8B bom \xEF\xBB\xBF tag "
                  "\xF3\xA0\x81\x81.") == "c1  bidi  zero  bom  tag .");
  CHECK(CleanText("na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x99\x82") ==
        "na\xC3\xAFve \xE2\x82\xAC \xF0\x9F\x99\x82");
  const std::string replacement = "\xEF\xBF\xBD";
  CHECK(CleanText("\xFF") == replacement);
  CHECK(CleanText("\xC3(") == replacement + "(");                         // a truncated sequence
  CHECK(CleanText("\xC0\xAF") == replacement + replacement);              // an overlong slash
  CHECK(CleanText("\xED\xA0\x80").size() == 3 * replacement.size());      // a surrogate
  CHECK(CleanText("\xF4\x90\x80\x80").size() == 4 * replacement.size());  // past U+10FFFF
  CHECK(CleanText("end\xE2\x82") == "end" + replacement + replacement);
}

TEST_CASE("Markup cannot be malformed, run or load", "[report]") {
  HtmlWriter html;
  CHECK_THROWS_AS(html.Close(), ContractViolation);
  html.Open("p");
  CHECK_THROWS_AS(html.Take(), ContractViolation);
  CHECK_THROWS_AS(html.Open("script"), ContractViolation);
  CHECK_THROWS_AS(html.Open("p onload"), ContractViolation);
  CHECK_THROWS_AS(html.Open("p", {{"onclick", "x"}}), ContractViolation);
  CHECK_THROWS_AS(html.Void("img", {{"src", "x.png"}}), ContractViolation);
  CHECK_THROWS_AS(html.Open("a", {{"href", "http://example.org"}}), ContractViolation);
  CHECK_THROWS_AS(html.Open("a", {{"href", "javascript:x"}}), ContractViolation);
  CHECK_THROWS_AS(html.Style("p{background:url(x)}"), ContractViolation);
  CHECK_THROWS_AS(html.Style("</style><script>"), ContractViolation);
  CHECK_NOTHROW(html.Open("a", {{"href", "#result"}}).Close().Style(ReportStyle()));
}

TEST_CASE("One table, four renderings", "[report]") {
  Table table{
      .caption = "Cap <tion>",
      .columns = {{"Tuner"}, {"Regret", true}},
      .rows = {{.cells = {{"tpe"}, {"0.31"}}},
               {.cells = {{"a|b_c"}, {.text = "-12.5", .note = "1 tied"}}, .css_class = "agent"}}};
  const std::string html = ToHtml(table).text();
  CHECK(html.find("<caption><span>Cap &lt;tion&gt;</span></caption>") != std::string::npos);
  CHECK(html.find("<th scope=\"col\" class=\"num\">Regret</th>") != std::string::npos);
  CHECK(html.find("<th scope=\"row\">tpe</th>") != std::string::npos);
  CHECK(html.find("\u221212.5<small>1 tied</small>") != std::string::npos);

  CHECK(ToMarkdown(table) ==
        "| Tuner | Regret |\n| --- | ---: |\n| tpe | 0.31 |\n| a\\|b\\_c | -12.5 (1 tied) |\n");
  CHECK(ToPlainText(table) ==
        "Tuner          Regret\n"
        "tpe              0.31\n"
        "a|b_c  -12.5 (1 tied)\n");
  table.rows.push_back({.cells = {{"short"}}});
  CHECK_THROWS_AS(ToHtml(table), ContractViolation);
}

TEST_CASE("CSV fields are quoted when they must be", "[report]") {
  CsvWriter csv({"a", "b"});
  csv.Row({"plain", "x,y"});
  csv.Row({"say \"hi\"", "two\nlines"});
  CHECK(csv.text() == "a,b\nplain,\"x,y\"\n\"say \"\"hi\"\"\",\"two\nlines\"\n");
  CHECK_THROWS_AS(csv.Row({"one"}), ContractViolation);
}

TEST_CASE("Numbers print the same everywhere", "[report]") {
  CHECK(Significant(0.07131, 3) == "0.0713");
  CHECK(Significant(12.5, 4) == "12.5");
  CHECK(Significant(2400000.0, 3) == "2400000");
  CHECK(Significant(0.00001234, 2) == "1.2e-05");
  CHECK(Significant(-0.5, 2) == "-0.5");
  CHECK(Significant(0.0, 3) == "0");
  CHECK(Exact(0.1) == "0.1");
  CHECK(CountText(999.0) == "999");
  CHECK(CountText(250000.0) == "250,000");
  CHECK(CountText(19200000.0) == "19.2 million");
  CHECK(CountText(1.0e9) == "1 billion");
  CHECK(PValueText(0.0625) == "0.0625");
  CHECK(PValueText(0.25) == "0.250");
  CHECK(PValueText(1e-7) == "< 0.0001");
  CHECK(PEquals(1e-7) == "p < 0.0001");
  CHECK(PEquals(0.03) == "p = 0.0300");
  CHECK(DurationText(0.0042) == "4.2 ms");
  CHECK(DurationText(3.4) == "3.4 s");
  CHECK(IntervalText({0.314, 0.25, 0.361}, 2) == "0.31 [0.25, 0.36]");
  CHECK(Typographic("-0.31 [-0.40, -0.20] a-1 2026-11-24 p -x") ==
        "\u22120.31 [\u22120.40, \u22120.20] a-1 2026-11-24 p -x");
  CHECK(OfText(12, 60) == "12 of 60");
}

}  // namespace
}  // namespace rectune::experiments
