// SPDX-License-Identifier: Apache-2.0
#include "experiments/pareto_archive.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/random_stream.h"
#include "tests/support/toy_task.h"

namespace rectune::experiments {
namespace {

std::vector<ParetoPoint> RandomPoints(std::size_t count) {
  const TuningTask task = test_support::MakeToyTask(1, 1, 1);
  RandomStream stream(7, Purpose::kTest);
  std::vector<ParetoPoint> points;
  for (std::size_t i = 0; i < count; ++i) {
    std::vector<double> unit(task.space->dimension());
    for (double& u : unit) u = stream.Uniform();
    // Coarse, so that some outcomes are equal.
    const auto coarse = [&] { return static_cast<double>(stream.UniformInteger(12)); };
    points.push_back({task.space->Decode(unit), {coarse(), coarse(), coarse()}});
  }
  return points;
}

std::vector<ParetoPoint> SpreadOf(const std::vector<ParetoPoint>& points, std::size_t count) {
  ParetoArchive archive;
  for (const ParetoPoint& point : points) archive.Add(point.configuration, point.benefits);
  return archive.Spread(count);
}

bool AtLeast(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, std::ranges::greater_equal());
}

TEST_CASE("What the archive keeps is beaten by nothing, and all else is") {
  const std::vector<ParetoPoint> points = RandomPoints(300);
  const std::vector<ParetoPoint> front = SpreadOf(points, 1000);
  REQUIRE(front.size() > 3);
  REQUIRE(front.size() < 100);
  for (const ParetoPoint& kept : front) {
    const auto beaten_by = [&](const ParetoPoint& other) {
      return other.benefits != kept.benefits && AtLeast(other.benefits, kept.benefits);
    };
    CHECK(std::ranges::none_of(points, beaten_by));
  }
  for (const ParetoPoint& point : points) {
    const auto covers = [&](const ParetoPoint& kept) {
      return AtLeast(kept.benefits, point.benefits);
    };
    CHECK(std::ranges::any_of(front, covers));
  }
}

TEST_CASE("The order in which points were met changes nothing") {
  std::vector<ParetoPoint> points = RandomPoints(300);
  const auto same = [](const ParetoPoint& a, const ParetoPoint& b) {
    return a.configuration == b.configuration && a.benefits == b.benefits;
  };
  for (const std::size_t count : {std::size_t{6}, std::size_t{1000}}) {
    const std::vector<ParetoPoint> forwards = SpreadOf(points, count);
    std::ranges::reverse(points);
    CHECK(std::ranges::equal(SpreadOf(points, count), forwards, same));
    CHECK(forwards.size() <= count);
  }
}

TEST_CASE("A spread keeps the ends") {
  const TuningTask task = test_support::MakeToyTask(1, 1, 1);
  ParetoArchive archive;
  for (int i = 0; i <= 20; ++i) {
    archive.Add(task.space->Production(), {static_cast<double>(i), static_cast<double>(-i * i)});
  }
  const std::vector<ParetoPoint> spread = archive.Spread(5);
  REQUIRE(spread.size() == 5);
  CHECK(spread.front().benefits.front() == 20.0);
  CHECK(spread.back().benefits.front() == 0.0);
  CHECK(archive.Spread(100).size() == 21);
}

}  // namespace
}  // namespace rectune::experiments
