// SPDX-License-Identifier: Apache-2.0
//
// What must hold for any bytes at all that a model, a provider or a skill's author sends: no crash,
// no exception but the documented one, nothing that breaks a bound. tools/fuzz feeds these with
// libFuzzer; tests/agents/fuzz_test.cc feeds them with the corpus and mutations of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rectune::fuzz {

/// A reply: parsed, checked against every schema, its proposals read into the toy space.
void FuzzReply(std::string_view bytes);
/// SKILL.md, then after a line "=====" rules.json, then search_space.json.
void FuzzSkill(std::string_view bytes);
/// A provider's answer, read as both dialects do.
void FuzzWire(std::string_view bytes);

struct Target {
  const char* name;  // its corpus is tests/fuzz/corpus/<name>
  void (*run)(std::string_view bytes);
};
const std::vector<Target>& Targets();

}  // namespace rectune::fuzz
