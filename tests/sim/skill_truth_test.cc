// SPDX-License-Identifier: Apache-2.0
//
// The skills that experiments/specs/skills.json starts from: the curated one is true of the world
// as it stands, and the poisoned one its exact opposite. When the world is fitted anew, this says
// so.
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <map>
#include <string>

#include "core/json.h"
#include "sim/testbed.h"

namespace rectune::sim {
namespace {

/// Slope on dau by parameter.
std::map<std::string, double> SlopesOf(const std::string& skill) {
  std::map<std::string, double> slopes;
  const Json file = ReadJsonFile(std::filesystem::path(RECTUNE_SOURCE_DIR) /
                                 "experiments/specs/skills" / skill / "references/rules.json");
  for (const Json& rule : file.at("rules")) {
    const Json& pattern = rule.at("pattern");
    REQUIRE(pattern.at("metric") == "dau");
    slopes[pattern.at("parameter").get<std::string>()] = pattern.at("slope").get<double>();
  }
  return slopes;
}

TEST_CASE("the curated skill is true, and the poisoned one its opposite", "[skills]") {
  const std::map<std::string, double> curated = SlopesOf("curated");
  const std::map<std::string, double> poisoned = SlopesOf("poisoned");
  REQUIRE(curated.size() == 11);
  REQUIRE(poisoned.size() == curated.size());
  const auto testbed = Testbed::Open("discover_feed", "joint", "small");
  const ParameterSpace& space = testbed->space();
  const std::size_t dau = testbed->metrics().IndexOf("dau");
  for (const auto& [name, slope] : curated) {
    CAPTURE(name, slope);
    CHECK(poisoned.at(name) == -slope);
    const std::size_t parameter = space.IndexOf(name);
    REQUIRE(space.parameters()[parameter].dimension() == 1);
    const auto lift_at = [&](double share) {
      std::vector<double> unit = space.Encode(space.Production());
      unit[space.coordinate_offset(parameter)] = share;
      return testbed->Truth(space.Decode(unit)).readings[dau].lift;
    };
    CHECK(std::abs(slope) > 0.2);
    CHECK(lift_at(1.0) - lift_at(0.0) == Approx(slope).margin(0.01));
    // It rises or falls throughout, as SKILL.md says.
    for (double share = 0.0; share < 1.0; share += 0.25) {
      CHECK((lift_at(share + 0.25) - lift_at(share)) * slope >= 0.0);
    }
  }
}

}  // namespace
}  // namespace rectune::sim
