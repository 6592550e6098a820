// SPDX-License-Identifier: Apache-2.0
#include "experiments/journal.h"

#include <catch2/catch.hpp>
#include <limits>

#include "core/check.h"
#include "experiments/checksum.h"
#include "tests/experiments/process.h"

namespace rectune::experiments {
namespace {

using Catch::Contains;

TEST_CASE("Checksums match their published check values") {
  CHECK(Crc32Hex("123456789") == "cbf43926");  // the catalogue's check value of CRC-32/ISO-HDLC
  CHECK(Crc32Hex("") == "00000000");
  CHECK(Hex64(Fnv1a64("")) == "cbf29ce484222325");  // draft-eastlake-fnv, appendix C
  CHECK(Hex64(Fnv1a64("a")) == "af63dc4c8601ec8c");
  CHECK(Hex64(Fnv1a64("foobar")) == "85944171f73967e8");
  CHECK(Fnv1a64("bar", Fnv1a64("foo")) == Fnv1a64("foobar"));
}

TEST_CASE("A sealed line is the record with its checksum in front") {
  CHECK(SealLine({{"round", 1}}) ==
        "{\"checksum\":\"" + Crc32Hex("{\"round\":1}") + "\",\"round\":1}\n");
  CHECK_THROWS_AS(SealLine({{"checksum", "mine"}}), ContractViolation);
  CHECK_THROWS_AS(SealLine(Json::object()), ContractViolation);
  // A number that would become a bare null never reaches a file.
  CHECK_THROWS_AS(SealLine({{"lift", std::numeric_limits<double>::quiet_NaN()}}),
                  ContractViolation);
}

TEST_CASE("A journal gives back what was appended, whatever its text holds") {
  const ScratchFolder scratch;
  const std::string file = scratch / "journal.jsonl";
  const std::vector<Json> records{
      {{"text", "line\nbreak, quote \", unicode \u2192, \"checksum\":"}},
      {{"numbers", {0.1, 1e-300, 12345678901234567}}},
      {{"nested", {{"checksum", "inside is fine"}}}}};
  {
    JournalWriter writer(file, 0);
    for (const Json& record : records) writer.Append(record);
  }
  const JournalContent content = ReadJournal(file);
  CHECK(content.records == records);
  CHECK(content.dropped.empty());
  CHECK(content.valid_bytes == ReadFile(file).size());
  CHECK(content.ends.back() == content.valid_bytes);
}

TEST_CASE("A missing journal reads as empty") {
  const ScratchFolder scratch;
  const JournalContent content = ReadJournal(scratch / "none.jsonl");
  CHECK(content.records.empty());
  CHECK(content.valid_bytes == 0);
}

TEST_CASE("Torn at any byte, a journal keeps its whole lines and can be continued") {
  const ScratchFolder scratch;
  const std::string file = scratch / "journal.jsonl";
  const std::string one = SealLine({{"round", 1}});
  const std::string two = SealLine({{"round", 2}, {"text", "abc"}});
  const std::string whole = one + two;
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    WriteText(file, whole.substr(0, length));
    const JournalContent content = ReadJournal(file);
    const std::size_t lines = length == whole.size() ? 2 : length >= one.size() ? 1 : 0;
    INFO("cut to " << length << " bytes");
    REQUIRE(content.records.size() == lines);
    const bool is_boundary = length == 0 || length == one.size() || length == whole.size();
    REQUIRE(content.dropped.empty() == is_boundary);
    REQUIRE(ReadFile(file).size() == length);  // reading changes nothing

    JournalWriter writer(file, content.valid_bytes);
    if (lines < 1) writer.Append({{"round", 1}});
    if (lines < 2) writer.Append({{"round", 2}, {"text", "abc"}});
    REQUIRE(ReadFile(file) == whole);
  }
}

TEST_CASE("Every flipped bit of the last line is found and drops the line") {
  const ScratchFolder scratch;
  const std::string file = scratch / "journal.jsonl";
  const std::string one = SealLine({{"round", 1}});
  const std::string two = SealLine({{"round", 2}});
  for (std::size_t at = 0; at < two.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::string damaged = two;
      damaged[at] = static_cast<char>(static_cast<unsigned char>(damaged[at]) ^ (1U << bit));
      WriteText(file, one + damaged);
      INFO("byte " << at << ", bit " << bit);
      const JournalContent content = ReadJournal(file);
      REQUIRE(content.records.size() == 1);
      REQUIRE_FALSE(content.dropped.empty());
      REQUIRE(content.valid_bytes == one.size());
    }
  }
}

TEST_CASE("A damaged line with whole lines after it is an error that names file and line") {
  const ScratchFolder scratch;
  const std::string file = scratch / "journal.jsonl";
  std::string bytes =
      SealLine({{"round", 1}}) + SealLine({{"round", 2}}) + SealLine({{"round", 3}});
  bytes[SealLine({{"round", 1}}).size() + 30] ^= 1;
  WriteText(file, bytes);
  CHECK_THROWS_WITH(ReadJournal(file), Contains(file + ":2:") && Contains("checksum"));
  CHECK(ReadFile(file) == bytes);
}

}  // namespace
}  // namespace rectune::experiments
