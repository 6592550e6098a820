// SPDX-License-Identifier: Apache-2.0
//
// Libraries turned from callbacks into ask and tell: the points must be the very ones that the
// library would have visited by itself, batches included.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <set>

#include "baselines/function_task.h"
#include "baselines/library_replay.h"
#include "baselines/nlopt_searches.h"
#include "baselines/pagmo_searches.h"
#include "core/check.h"
#include "tests/baselines/study.h"

namespace rectune::baselines {
namespace {

using Points = std::vector<std::vector<double>>;

double Bowl(std::span<const double> x) {
  double sum = 0.0;
  for (std::size_t j = 0; j < x.size(); ++j) {
    sum += (1.0 + static_cast<double>(j)) * std::pow(x[j] - 0.3, 2);
  }
  return sum;
}

/// What a library does when it may call its objective `calls` times.
Points Direct(const ReplayMinimiser& minimise, const ReplayRun& run, std::size_t calls) {
  Points points;
  minimise(run, [&](std::span<const double> point) -> std::optional<double> {
    if (points.size() == calls) return std::nullopt;
    points.emplace_back(point.begin(), point.end());
    return Bowl(point);
  });
  return points;
}

/// The same, asked for batches.
Points Asked(const ReplayMinimiser& minimise, const ReplayRun& run, std::size_t calls,
             std::size_t batch, std::set<std::size_t>* sizes) {
  Points points;
  std::vector<double> costs;
  while (points.size() < calls) {
    const Points next = ReplayAsk(minimise, run, costs, std::min(batch, calls - points.size()));
    if (next.empty()) break;
    sizes->insert(next.size());
    for (const std::vector<double>& point : next) {
      points.push_back(point);
      costs.push_back(Bowl(point));
    }
  }
  return points;
}

std::vector<std::pair<std::string, ReplayMinimiser>> Minimisers() {
  return {{"nelder_mead", MakeNlopt(NloptMethod::kNelderMead, {})},
          {"sbplx", MakeNlopt(NloptMethod::kSbplx, {})},
          {"bobyqa", MakeNlopt(NloptMethod::kBobyqa, {})},
          {"de", MakePagmo(PagmoMethod::kDe, 12)},
          {"pso", MakePagmo(PagmoMethod::kPso, 12)}};
}

}  // namespace

TEST_CASE("asking visits the points that the library visits by itself", "[library]") {
  const ReplayRun run{{0.9, 0.2, 0.6}, 77};
  for (const auto& [name, minimise] : Minimisers()) {
    const Points direct = Direct(minimise, run, 150);
    REQUIRE(direct.size() > 10);
    // BOBYQA moves its start a step away from a border.
    CHECK((direct.front() == run.start) == (name != "bobyqa"));
    for (const std::size_t batch : {1, 4, 5}) {
      if (batch > 1 && name != "de" && name != "pso") continue;
      INFO(name << " in batches of " << batch);
      std::set<std::size_t> sizes;
      CHECK((Asked(minimise, run, direct.size(), batch, &sizes) == direct));
      // A population of twelve is named four at a time; five straddle its border sometimes, and a
      // batch then is cut there.
      CHECK(*sizes.rbegin() == batch);
      if (batch == 5) CHECK(sizes.count(2) == 1);
    }
  }
}

TEST_CASE("a library gets better with every answer, and stops when it says so", "[library]") {
  const ReplayRun run{{0.9, 0.2, 0.6}, 78};
  for (const auto& [name, minimise] : Minimisers()) {
    INFO(name);
    const Points points = Direct(minimise, run, 400);
    double best = 1e9;
    for (const std::vector<double>& point : points) {
      best = std::min(best, Bowl(point));
      for (const double u : point) CHECK((u >= 0.0 && u <= 1.0));
    }
    CHECK(best < 0.01);
    const bool ends = name == "nelder_mead" || name == "sbplx" || name == "bobyqa";
    CHECK((points.size() < 400) == ends);
    if (ends) {
      std::vector<double> costs;
      for (const std::vector<double>& point : points) costs.push_back(Bowl(point));
      CHECK(ReplayAsk(minimise, run, costs, 1).empty());
    }
  }
}

TEST_CASE("seeds and starts decide a run", "[library]") {
  const ReplayMinimiser de = MakePagmo(PagmoMethod::kDe, 8);
  CHECK(Direct(de, {{0.5, 0.5}, 1}, 40) == Direct(de, {{0.5, 0.5}, 1}, 40));
  CHECK(Direct(de, {{0.5, 0.5}, 1}, 40) != Direct(de, {{0.5, 0.5}, 2}, 40));
}

TEST_CASE("BOBYQA needs the published handful of evaluations on a sphere", "[library]") {
  // NLopt 2.7, evaluations to 1e-8 in 5, 10 and 20 dimensions: 14, 32, 55, from another start and
  // step, so only the order of magnitude is held.
  for (const int d : {5, 10, 20}) {
    const TestFunction sphere = Sphere(d);
    const TuningTask task =
        MakeFunctionTask(sphere, Point(static_cast<std::size_t>(d), 3.0), 1, /*arms=*/1);
    const auto tuner =
        FindTuner(BaselineTable(), "nlopt_bobyqa")->make(task, Json{{"tolerance", 1e-9}}, "", {});
    CHECK(BestFound(*tuner, sphere, 6 * d + 20) < 1e-8);
  }
}

TEST_CASE("populations fill whole rounds", "[library]") {
  CHECK(PagmoPopulation({}, 1) == 10);
  CHECK(PagmoPopulation({}, 8) == 16);
  CHECK(PagmoPopulation({}, 30) == 30);
  CHECK(PagmoPopulation({.population = 11}, 8) == 11);
}

TEST_CASE("a search each slot: the first from production, all of them different", "[library]") {
  const TuningTask task = MakeFunctionTask(Hartmann6(), CentreStart(Hartmann6()), 5, /*arms=*/4);
  const auto tuner = Make("nlopt_sbplx", task);
  tuner->Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
  const std::vector<Proposal> arms = tuner->Propose(4);
  CHECK(*arms[0].configuration == task.space->Production());
  std::set<std::vector<double>> points;
  for (const Proposal& arm : arms) points.insert(arm.configuration->values());
  CHECK(points.size() == 4);
}

TEST_CASE("a point whose result never came is proposed again", "[library]") {
  const TuningTask task = MakeFunctionTask(Hartmann6(), CentreStart(Hartmann6()), 5, /*arms=*/4);
  for (const char* name : {"pagmo_de", "nlopt_bobyqa"}) {
    INFO(name);
    const auto tuner = Make(name, task);
    tuner->Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
    std::set<std::vector<double>> first;
    std::set<std::vector<double>> second;
    for (const Proposal& arm : tuner->Propose(4)) first.insert(arm.configuration->values());
    for (const Proposal& arm : tuner->Propose(4)) second.insert(arm.configuration->values());
    CHECK(first == second);
  }
}

TEST_CASE("too few coordinates are refused in words", "[library]") {
  const TestFunction line{{0.0}, {1.0}, [](const Point& x) { return x[0]; }, 0.0};
  const TuningTask task = MakeFunctionTask(line, {0.5}, 1, 1);
  const TunerEntry* bobyqa = FindTuner(BaselineTable(), "nlopt_bobyqa");
  CHECK(bobyqa->why_unsuited(task).find("needs 2 free coordinates") != std::string::npos);
  CHECK_THROWS_AS(bobyqa->make(task, Json::object(), "", {}), ContractViolation);
  CHECK(FindTuner(BaselineTable(), "nlopt_sbplx")->why_unsuited(task).empty());
}

TEST_CASE("library rows say that they are a relaxation", "[library]") {
  for (const char* name : {"pagmo_de", "pagmo_pso", "nlopt_nelder_mead", "nlopt_sbplx",
                           "nlopt_bobyqa", "dlib_global"}) {
    CHECK(FindTuner(BaselineTable(), name)->summary.find("library, continuous relaxation") !=
          std::string::npos);
  }
}

}  // namespace rectune::baselines
