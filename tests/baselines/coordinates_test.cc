// SPDX-License-Identifier: Apache-2.0
#include "baselines/coordinates.h"

#include <catch2/catch.hpp>
#include <vector>

#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

ParameterSpace MakeSpace() {
  return ParameterSpace::FromJson(ParseJson(R"([
    {"name": "weight", "stage": "rank", "unit": "weight", "meaning": "A weight.",
     "kind": "continuous", "range": [0, 2], "production": 1},
    {"name": "window", "stage": "rank", "unit": "items", "meaning": "A window.",
     "kind": "integer", "range": [1, 9], "production": 4},
    {"name": "keep", "stage": "rank", "unit": "items", "meaning": "A count on a log scale.",
     "kind": "integer", "scale": "log", "range": [1, 30], "production": 10},
    {"name": "many", "stage": "rank", "unit": "items", "meaning": "As good as continuous.",
     "kind": "integer", "range": [1, 5000], "production": 10},
    {"name": "fusion", "stage": "rank", "unit": "level", "meaning": "A choice.",
     "kind": "categorical", "levels": ["a", "b", "c"], "production": "b"},
    {"name": "dedupe", "stage": "rank", "unit": "switch", "meaning": "A switch.",
     "kind": "boolean", "production": false},
    {"name": "curve", "stage": "rank", "unit": "share", "meaning": "A curve.",
     "kind": "curve", "knots": [0, 0.5, 0.8, 1], "production": [0, 0.5, 0.8, 1]}
  ])"),
                                  "");
}

/// Decode of a cell's centre, of its inside and of its neighbours agree with the view.
void CheckCells(const ParameterSpace& space) {
  const std::vector<CoordinateView> views = ViewCoordinates(space);
  REQUIRE(views.size() == space.dimension());
  for (std::size_t j = 0; j < views.size(); ++j) {
    const CoordinateView& view = views[j];
    if (!view.has_levels()) continue;
    const std::size_t slot = space.value_offset(view.parameter);
    std::vector<double> unit(space.dimension(), 0.5);
    double previous = -1.0;
    for (std::size_t level = 0; level < view.levels(); ++level) {
      INFO(space.parameters()[view.parameter].name << " level " << level);
      unit[j] = view.Centre(level);
      CHECK(view.LevelOf(unit[j]) == level);
      const Configuration centre = space.Decode(unit);
      CHECK(centre.value(slot) != previous);
      previous = centre.value(slot);
      CHECK(view.LevelOf(space.Encode(centre)[j]) == level);
      const double low = view.edges[level];
      const double high = view.edges[level + 1];
      for (const double share : {0.01, 0.3, 0.99}) {
        unit[j] = low + share * (high - low);
        CHECK(view.LevelOf(unit[j]) == level);
        CHECK(space.Decode(unit).value(slot) == centre.value(slot));
      }
    }
    CHECK(view.LevelOf(0.0) == 0);
    CHECK(view.LevelOf(1.0) == view.levels() - 1);
  }
}

}  // namespace

TEST_CASE("views know the kinds and the number of cells", "[coordinates]") {
  const std::vector<CoordinateView> views = ViewCoordinates(MakeSpace());
  REQUIRE(views.size() == 8);
  CHECK_FALSE(views[0].has_levels());
  CHECK(views[1].levels() == 9);
  CHECK(views[2].levels() == 30);
  CHECK(views[2].edges[1] > 0.1);  // cells narrow upwards on a log scale
  CHECK_FALSE(views[3].has_levels());
  CHECK((views[4].kind == CoordinateKind::kUnordered && views[4].levels() == 3));
  CHECK((views[5].kind == CoordinateKind::kOrdered && views[5].is_choice()));
  CHECK_FALSE(views[6].has_levels());
  CHECK(views[7].parameter == 6);
}

TEST_CASE("cells agree with the space's decoding, in root and tightened boxes", "[coordinates]") {
  const ParameterSpace space = MakeSpace();
  CheckCells(space);
  ParameterSpace box = space.Tighten(space.IndexOf("window"), 3, 5);
  box = box.Tighten(space.IndexOf("keep"), 4, 17);
  box = box.TightenLevels(space.IndexOf("fusion"), {"a", "c"});
  box = box.Tighten(space.IndexOf("many"), 100, 120);
  CheckCells(box);
  const std::vector<CoordinateView> views = ViewCoordinates(box);
  CHECK(views[1].levels() == 3);
  CHECK(views[2].levels() == 14);
  CHECK(views[3].levels() == 21);
  CHECK(views[4].levels() == 2);
}

TEST_CASE("a coordinate tightened to a point is fixed, whatever its kind", "[coordinates]") {
  const ParameterSpace space = MakeSpace();
  ParameterSpace box = space.Tighten(space.IndexOf("weight"), 0.5, 0.5);
  box = box.Tighten(space.IndexOf("window"), 3, 3);
  box = box.TightenLevels(space.IndexOf("dedupe"), {"true"});
  box = box.TightenUnit(space.coordinate_offset(space.IndexOf("curve")), 0.4, 0.4);
  const std::vector<CoordinateView> views = ViewCoordinates(box);
  CHECK(views[0].is_fixed());
  CHECK(views[1].is_fixed());
  CHECK_FALSE(views[2].is_fixed());
  CHECK(views[5].is_fixed());
  CHECK(views[6].is_fixed());
  CHECK_FALSE(views[7].is_fixed());
}

}  // namespace rectune::baselines
