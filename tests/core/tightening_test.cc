// SPDX-License-Identifier: Apache-2.0
//
// Boxes: tightening never leaves the parent box, widening restores, and the unit cube always maps
// onto what is allowed and nothing else.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "core/check.h"
#include "core/config_error.h"
#include "core/parameter_space.h"
#include "tests/support/random_space.h"
#include "tests/support/toy_task.h"

namespace rectune {
namespace {

using Catch::Matchers::Contains;
using test_support::RandomSpace;
using test_support::RandomUnit;
using test_support::TightenAtRandom;

constexpr int kSpaces = 300;

ParameterSpace ToySpace() { return *test_support::MakeToyTask(1, 1, 1).space; }

bool BoxInside(const ParameterSpace& inner, const ParameterSpace& outer) {
  for (std::size_t c = 0; c < outer.dimension(); ++c) {
    if (inner.box_low(c) < outer.box_low(c) || inner.box_high(c) > outer.box_high(c) ||
        inner.box_low(c) > inner.box_high(c)) {
      return false;
    }
  }
  for (std::size_t i = 0; i < outer.size(); ++i) {
    const auto& few = inner.allowed_levels(i);
    const auto& many = outer.allowed_levels(i);
    if (!std::includes(many.begin(), many.end(), few.begin(), few.end())) {
      return false;
    }
  }
  return true;
}

bool SameBox(const ParameterSpace& a, const ParameterSpace& b) {
  return BoxInside(a, b) && BoxInside(b, a);
}

TEST_CASE("Tightening never leaves the parent box", "[tightening]") {
  int tightened = 0;
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 6, s);
    const ParameterSpace root = RandomSpace(stream);
    const ParameterSpace parent = TightenAtRandom(stream, root, 6);
    const ParameterSpace child = TightenAtRandom(stream, parent, 3);
    tightened += child.is_tightened() ? 1 : 0;
    REQUIRE(BoxInside(parent, root));
    REQUIRE(BoxInside(child, parent));
    for (int i = 0; i < 10; ++i) {
      const Configuration c = child.Decode(RandomUnit(stream, child.dimension()));
      REQUIRE(child.Contains(c));
      REQUIRE(parent.Contains(c));
      REQUIRE(root.Contains(c));
    }
  }
  CHECK(tightened > kSpaces * 9 / 10);  // otherwise the above says little
}

TEST_CASE("The box comparison would notice", "[tightening]") {
  const ParameterSpace space = ToySpace();
  const ParameterSpace inner = space.TightenUnit(0, 0.2, 0.8);
  CHECK(BoxInside(inner, space));
  CHECK_FALSE(BoxInside(space, inner));
  CHECK_FALSE(BoxInside(space.TightenUnit(0, 0.1, 0.7), inner));
  CHECK_FALSE(BoxInside(space.TightenLevels(3, {"power_product"}),
                        space.TightenLevels(3, {"weighted_sum"})));
}

TEST_CASE("In a tightened space decoding and encoding still invert", "[tightening]") {
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 7, s);
    const ParameterSpace space = TightenAtRandom(stream, RandomSpace(stream), 6);
    for (int i = 0; i < 5; ++i) {
      const Configuration c = space.Decode(RandomUnit(stream, space.dimension()));
      const Configuration again = space.Decode(space.Encode(c));
      for (std::size_t k = 0; k < c.values().size(); ++k) {
        REQUIRE(again.value(k) == Approx(c.value(k)).epsilon(1e-9).margin(1e-9));
      }
    }
  }
}

TEST_CASE("Widening every parameter restores the root", "[tightening]") {
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 8, s);
    const ParameterSpace root = RandomSpace(stream);
    ParameterSpace space = TightenAtRandom(stream, root, 8);
    for (std::size_t i = 0; i < space.size(); ++i) {
      space = space.Widen(i);
    }
    REQUIRE_FALSE(space.is_tightened());
    REQUIRE(SameBox(space, root));
  }
}

TEST_CASE("Widening one parameter leaves the others tight", "[tightening]") {
  const ParameterSpace space = ToySpace();
  const ParameterSpace both = space.Tighten(0, 0.5, 1.0).Tighten(2, 3, 5);
  CHECK(SameBox(both.Widen(0), space.Tighten(2, 3, 5)));
  CHECK_FALSE(space.is_tightened());
  CHECK(both.is_tightened());
}

TEST_CASE("Tightening in native units means what it says", "[tightening]") {
  const ParameterSpace space = ToySpace();
  const std::size_t weight = space.IndexOf("ctr_weight");
  const ParameterSpace smaller = space.Tighten(weight, 0.5, 2.0);
  CHECK(smaller.native_low(weight) == Approx(0.5).epsilon(1e-12));
  CHECK(smaller.native_high(weight) == Approx(2.0).epsilon(1e-12));
  CHECK(smaller.DescribeAllowed(weight) == "a number in [0.5, 2] (log scale)");
  std::vector<double> unit(space.dimension(), 0.5);
  const Configuration middle = smaller.Decode(unit);
  CHECK(middle.value(space.value_offset(weight)) == Approx(1.0));  // still log inside the box
  // Order does not matter: boxes intersect.
  CHECK(SameBox(space.Tighten(weight, 0.2, 2.0).Tighten(weight, 0.5, 8.0), smaller));
  // An interval that sticks out is cut, not refused.
  CHECK_FALSE(space.Tighten(weight, -5.0, 500.0).is_tightened());
}

TEST_CASE("A tightened integer has cells for the integers allowed only", "[tightening]") {
  const ParameterSpace space = ToySpace();
  const std::size_t window = space.IndexOf("topic_window");
  const ParameterSpace smaller = space.Tighten(window, 2.5, 5.9);
  CHECK(smaller.native_low(window) == 3.0);
  CHECK(smaller.native_high(window) == 5.0);
  CHECK(smaller.DescribeAllowed(window) == "an integer in [3, 5]");
  std::vector<int> counts(21, 0);
  for (int i = 0; i < 300; ++i) {
    const std::vector<double> unit(space.dimension(), (i + 0.5) / 300.0);
    ++counts[static_cast<std::size_t>(smaller.Decode(unit).value(space.value_offset(window)))];
  }
  CHECK(counts[3] == 100);
  CHECK(counts[4] == 100);
  CHECK(counts[5] == 100);
}

TEST_CASE("In unit coordinates an integer or a level stays when its cell's centre does",
          "[tightening]") {
  const ParameterSpace space = ToySpace();
  const std::size_t window = space.IndexOf("topic_window");  // centres 0.025, 0.075, ...
  const ParameterSpace few = space.TightenUnit(space.coordinate_offset(window), 0.05, 0.18);
  CHECK(few.native_low(window) == 2.0);
  CHECK(few.native_high(window) == 4.0);
  const std::size_t fusion = space.IndexOf("fusion");  // centres 1/6, 1/2, 5/6
  const ParameterSpace two = space.TightenUnit(space.coordinate_offset(fusion), 0.2, 0.9);
  CHECK(two.allowed_levels(fusion) == std::vector<std::size_t>{1, 2});
  CHECK_THROWS_AS(space.TightenUnit(space.coordinate_offset(fusion), 0.2, 0.4), ConfigError);
  CHECK_THROWS_AS(space.TightenUnit(space.coordinate_offset(window), 0.03, 0.04), ConfigError);
}

TEST_CASE("Kept levels share the cube, gaps included", "[tightening]") {
  const ParameterSpace space = ToySpace();
  const std::size_t fusion = space.IndexOf("fusion");
  const ParameterSpace ends = space.TightenLevels(fusion, {"rank_ensemble", "weighted_sum"});
  std::set<double> seen;
  for (int i = 0; i < 100; ++i) {
    const std::vector<double> unit(space.dimension(), (i + 0.5) / 100.0);
    seen.insert(ends.Decode(unit).value(space.value_offset(fusion)));
  }
  CHECK(seen == std::set<double>{0.0, 2.0});
  CHECK(ends.is_tightened());
  CHECK(ends.DescribeAllowed(fusion) == "one of: \"weighted_sum\", \"rank_ensemble\"");
  const std::size_t dedupe = space.IndexOf("dedupe");
  CHECK(space.TightenLevels(dedupe, {"true"}).DescribeAllowed(dedupe) == "true");
  CHECK_THROWS_AS(ends.TightenLevels(fusion, {"power_product"}), ConfigError);
  CHECK_THROWS_AS(space.TightenLevels(fusion, {}), ConfigError);
}

TEST_CASE("Values outside the box encode to its nearest edge", "[tightening]") {
  const ParameterSpace root = ToySpace();
  ParameterSpace space = root.Tighten(0, 1.0, 2.0).Tighten(2, 10, 12);
  space = space.TightenLevels(3, {"power_product", "rank_ensemble"});
  const std::vector<double> unit = space.Encode(root.Production());  // 0.4, 8, weighted_sum
  CHECK(unit[0] == 0.0);
  CHECK(unit[2] == Approx(1.0 / 6.0));  // the centre of the first of three cells
  CHECK(unit[3] == Approx(0.25));
  const Configuration nearest = space.Decode(unit);
  CHECK(nearest.value(0) == 1.0);
  CHECK(nearest.value(2) == 10.0);
  CHECK(nearest.value(3) == 1.0);
}

TEST_CASE("What is outside the box is neither contained nor parsed", "[tightening]") {
  const ParameterSpace root = ToySpace();
  const ParameterSpace space = root.Tighten(root.IndexOf("topic_window"), 10, 12)
                                   .TightenUnit(root.coordinate_offset(5), 0.5, 0.6);
  const std::vector<double> middle(root.dimension(), 0.5);
  const Configuration inside = space.Decode(middle);
  CHECK(space.Contains(inside));
  CHECK_FALSE(space.Contains(root.Decode(std::vector<double>(root.dimension(), 0.9))));
  Json object = space.ToJson(inside);
  CHECK(space.Parse(object, "") == inside);
  object["topic_window"] = 13;
  CHECK_THROWS_WITH(space.Parse(object, ""),
                    "/topic_window: found 13; expected an integer in [10, 12]");
  object["topic_window"] = 11;
  object["lvr_curve"] = {0.0, 0.9, 0.95, 0.98, 1.0};
  CHECK_THROWS_WITH(space.Parse(object, ""), Contains("/lvr_curve") && Contains("rise 1"));
  CHECK_THROWS_AS(
      space.FromValues(root.Decode(std::vector<double>(root.dimension(), 0.9)).values()),
      ContractViolation);
}

TEST_CASE("Production stays deployable in any box", "[tightening]") {
  for (std::uint64_t s = 0; s < kSpaces; ++s) {
    RandomStream stream(1, Purpose::kTest, 9, s);
    const ParameterSpace root = RandomSpace(stream);
    const ParameterSpace space = TightenAtRandom(stream, root, 6);
    REQUIRE(space.Production() == root.Production());
    REQUIRE(space.Parse(space.ToJson(space.Production()), "") == root.Production());
    REQUIRE(space.FromValues(root.Production().values()) == root.Production());
    REQUIRE(space.Encode(space.Production()).size() == root.dimension());
  }
}

TEST_CASE("A curve that is done cannot be outside a box on its later rises", "[tightening]") {
  const ParameterSpace root = ToySpace();
  const std::size_t curve = root.IndexOf("lvr_curve");
  const ParameterSpace space = root.TightenUnit(root.coordinate_offset(curve) + 2, 0.4, 0.6);
  const Configuration production = root.Production();
  const Configuration done =
      root.Parse(ParseJson(R"({"lvr_curve": [0, 0.5, 1, 1, 1]})"), "", &production);
  CHECK(space.Contains(done));
}

TEST_CASE("Nothing left is refused with what was there", "[tightening]") {
  const ParameterSpace space = ToySpace();
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(space.Tighten(0, 3.0, 4.0),
                    Contains("/freshness_boost: found [3, 4]") && Contains("a number in [0, 2]"));
  CHECK_THROWS_AS(space.Tighten(0, 1.5, 0.5), ConfigError);
  CHECK_THROWS_AS(space.Tighten(0, kNaN, 1.0), ConfigError);
  CHECK_THROWS_AS(space.Tighten(0, 0.0, kNaN), ConfigError);
  CHECK_THROWS_AS(space.Tighten(0, 0.0, 0.5).Tighten(0, 1.0, 2.0), ConfigError);
  CHECK_THROWS_AS(space.Tighten(2, 3.2, 3.8), ConfigError);
  CHECK_THROWS_AS(space.TightenUnit(0, 0.6, 0.4), ConfigError);
  CHECK_THROWS_AS(space.TightenUnit(0, kNaN, 1.0), ConfigError);
  CHECK_THROWS_AS(space.TightenUnit(0, 0.0, kNaN), ConfigError);
  CHECK_THROWS_WITH(space.TightenLevels(3, {"power_prodct"}),
                    Contains("did you mean \"power_product\"?"));
  CHECK_THROWS_AS(space.Tighten(3, 0.0, 1.0), ContractViolation);     // has levels
  CHECK_THROWS_AS(space.Tighten(5, 0.0, 1.0), ContractViolation);     // is a curve
  CHECK_THROWS_AS(space.TightenLevels(0, {"x"}), ContractViolation);  // has none
  CHECK_THROWS_AS(space.TightenUnit(99, 0.0, 1.0), ContractViolation);
}

TEST_CASE("A box may shrink to a point", "[tightening]") {
  const ParameterSpace space = ToySpace().Tighten(0, 1.25, 1.25).Tighten(2, 7, 7);
  RandomStream stream(4, Purpose::kTest);
  for (int i = 0; i < 20; ++i) {
    const Configuration c = space.Decode(RandomUnit(stream, space.dimension()));
    CHECK(c.value(0) == Approx(1.25).epsilon(1e-14));
    CHECK(c.value(2) == 7.0);
    CHECK(space.Encode(c)[0] == 0.5);
    CHECK(space.Encode(c)[2] == Approx(0.5));
  }
}

}  // namespace
}  // namespace rectune
