// SPDX-License-Identifier: Apache-2.0
#include "agents/text.h"

#include <catch2/catch.hpp>

#include "agents/digest.h"
#include "agents/transcript.h"

namespace rectune::agents {
namespace {

TEST_CASE("SHA-256 gives the published digests") {
  // FIPS 180-4 examples.
  CHECK(Sha256Hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(Sha256Hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("Numbers are short and never minus zero") {
  CHECK(FormatNumber(0.123456) == "0.1235");
  CHECK(FormatNumber(-0.0) == "0");
  CHECK(FormatSigned(2.5) == "+2.5");
  CHECK(FormatSigned(-2.5) == "-2.5");
  CHECK(FormatSigned(0.0) == "0");
  CHECK(FormatCount(2e6) == "2000000");
}

TEST_CASE("Untrusted text loses what could mislead a reader or a terminal") {
  CHECK(SanitizeText("a\x1b[31mb\r\n\tc\x7f", 100) == "a[31mb\n\tc");
  CHECK(SanitizeLine("a\nb\tc", 100) == "a b c");
  CHECK(SanitizeText("gr\xC3\xBC\xC3\x9F", 100) == "gr\xC3\xBC\xC3\x9F");
  CHECK(SanitizeText("\xC2\x9B"
                     "31m",
                     100) == "31m");                                 // C1 control
  CHECK(SanitizeText("x\xE2\x80\xAEy\xE2\x80\x8Bz", 100) == "xyz");  // right-to-left, zero width
  CHECK(SanitizeText("x\xC3(y\xFFz", 100) == "x(yz");                // invalid UTF-8
  CHECK(SanitizeText("\xC0\xAF", 100).empty());                      // overlong
  CHECK(SanitizeText("\xED\xA0\x80", 100).empty());                  // surrogate
  CHECK(SanitizeText(std::string("a\0b", 3), 100) == "ab");
}

TEST_CASE("Cutting keeps whole characters and shows that it cut") {
  CHECK(SanitizeText("abcdef", 6) == "abcdef");
  CHECK(SanitizeText("abcdefg", 6) == "abcdef[...]");
  CHECK(SanitizeText("ab\xC3\xBC", 3) == "ab[...]");
}

TEST_CASE("Slugs are safe names") {
  CHECK(Slug("Discover Feed / Joint!") == "discover-feed-joint");
  CHECK(Slug("../../etc/passwd") == "etc-passwd");
  CHECK(Slug("--") == "unnamed");
  CHECK(Slug(std::string(200, 'a')).size() == 64);
}

TEST_CASE("Model text cannot open HTML, links, code or table cells in a transcript") {
  CHECK(EscapeMarkdown("</details><img src=x>") == "&lt;/details>&lt;img src=x>");
  CHECK(EscapeMarkdown("[click](http://x)") == "[click]\\(http://x)");
  CHECK(EscapeMarkdown("a | b `c` *d*") == "a \\| b \\`c\\` \\*d\\*");
  CHECK(EscapeMarkdown("curve [0, 0.5, 1] -> 2") == "curve [0, 0.5, 1] -> 2");
  Transcript transcript;
  transcript.Block("text", "```\nnot the end\n````");
  CHECK(transcript.text() == "`````text\n```\nnot the end\n````\n`````\n");
}

TEST_CASE("Words are runs of letters, lower case") {
  CHECK(Words("lvr_curve K1 Long-View") ==
        std::vector<std::string>{"lvr", "curve", "k", "long", "view"});
}

}  // namespace
}  // namespace rectune::agents
