// SPDX-License-Identifier: Apache-2.0
//
// The textbook functions against their published optima and other people's values, and the task
// that is made of them.
#include "baselines/function_task.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <pagmo/utils/hypervolume.hpp>

#include "baselines/table.h"
#include "baselines/test_functions.h"
#include "core/random_stream.h"

namespace rectune::baselines {
namespace {

Point Repeated(std::size_t n, double value) { return Point(n, value); }

std::unique_ptr<Tuner> RandomTuner(const TuningTask& task) {
  return FindTuner(BaselineTable(), "random")->make(task, Json::object(), "", {});
}

}  // namespace

TEST_CASE("test functions have their published optima", "[functions]") {
  const double pi = std::numbers::pi;
  for (const Point& x : {Point{-pi, 12.275}, Point{pi, 2.275}, Point{9.42478, 2.475}}) {
    CHECK(Branin().value(x) == Approx(Branin().minimum).margin(1e-6));
  }
  const Point hartmann{0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573};
  CHECK(Hartmann6().value(hartmann) == Approx(Hartmann6().minimum).margin(1e-5));
  CHECK(Rosenbrock(10).value(Repeated(10, 1.0)) == 0.0);
  CHECK(Ackley(20).value(Repeated(20, 0.0)) == Approx(0.0).margin(1e-12));
  CHECK(Sphere(3).value({1.0, 2.0, 3.0}) == 14.0);
  CHECK(Ellipsoid(3).value({1.0, 1.0, 1.0}) == Approx(1.0 + 1e3 + 1e6));
}

TEST_CASE("problems with several answers agree with BoTorch's", "[functions]") {
  // botorch 0.18.1: BraninCurrin, C2DTLZ2(dim=4, num_objectives=2) and minus its slack.
  const Point both = BraninCurrin().objectives({0.3, 0.7});
  CHECK(both[0] == Approx(31.90971034805942));
  CHECK(both[1] == Approx(6.821175530419642));
  CHECK(BraninCurrin().objectives({0.9, 0.1})[1] == Approx(10.21683409851489));
  CHECK(BraninCurrin().objectives({0.0, 0.0})[1] == Approx(3.0));

  const TestProblem dtlz = C2Dtlz2();
  // On the front: both ends and the middle are feasible, what lies between is not.
  CHECK(dtlz.constraints({0.0, 0.5, 0.5, 0.5})[0] == Approx(-0.04));
  CHECK(dtlz.constraints({1.0, 0.5, 0.5, 0.5})[0] == Approx(-0.04));
  CHECK(dtlz.constraints({0.5, 0.5, 0.5, 0.5})[0] == Approx(-0.08));
  CHECK(dtlz.constraints({0.25, 0.5, 0.5, 0.5})[0] > 0.0);
  CHECK(dtlz.objectives({0.3, 0.7, 0.2, 0.9})[0] == Approx(1.1493984162029947));
  CHECK(dtlz.objectives({0.3, 0.7, 0.2, 0.9})[1] == Approx(0.5856477446640154));
  CHECK(dtlz.constraints({0.3, 0.7, 0.2, 0.9})[0] == Approx(0.13037418795850392));
  CHECK(dtlz.constraints({0.52, 0.45, 0.6, 0.5})[0] == Approx(-0.07884453474060642));
  const Point f = dtlz.objectives({0.5, 0.5, 1.0, 0.5});
  CHECK(f[0] == Approx(1.25 * std::sqrt(0.5)));
  CHECK(f[1] == Approx(f[0]));

  const TestProblem ackley = ConstrainedAckley10();
  CHECK(ackley.constraints(Repeated(10, 1.0))[0] == 10.0);
  CHECK(ackley.constraints(Repeated(10, -2.0))[1] == Approx(std::sqrt(40.0) - 5.0));
}

TEST_CASE("the hypervolume is the area of the union of boxes", "[functions]") {
  const Point reference{4.0, 4.0};
  CHECK(Hypervolume({}, reference) == 0.0);
  CHECK(Hypervolume({{4.0, 0.0}, {5.0, 1.0}}, reference) == 0.0);
  CHECK(Hypervolume({{1.0, 3.0}}, reference) == 3.0);
  // A staircase; dominated and repeated points add nothing.
  CHECK(Hypervolume({{1.0, 3.0}, {2.0, 2.0}, {3.0, 1.0}}, reference) == 6.0);
  CHECK(Hypervolume({{3.0, 1.0}, {2.0, 2.0}, {2.0, 2.0}, {3.5, 3.5}, {1.0, 3.0}}, reference) ==
        6.0);
  // Three dimensions: two boxes of 2 x 1 x 1 and 1 x 1 x 2 that share 1 x 1 x 1.
  CHECK(Hypervolume({{0.0, 1.0, 1.0}, {1.0, 1.0, 0.0}}, {2.0, 2.0, 2.0}) == 3.0);
  // A dense front of C2-DTLZ2's feasible pieces comes to its published volume from below.
  const TestProblem dtlz = C2Dtlz2();
  std::vector<Point> front;
  for (int i = 0; i <= 2000; ++i) {
    const Point x{i / 2000.0, 0.5, 0.5, 0.5};
    if (dtlz.constraints(x)[0] <= 0.0) front.push_back(dtlz.objectives(x));
  }
  const double volume = Hypervolume(front, dtlz.reference_point);
  CHECK(volume < dtlz.optimum + 0.001);
  CHECK(volume > dtlz.optimum - 0.005);
}

TEST_CASE("the hypervolume is pagmo's, in two to four dimensions", "[functions]") {
  for (const std::size_t objectives : {2, 3, 4}) {
    for (std::uint64_t set = 0; set < 5; ++set) {
      RandomStream stream(17, Purpose::kTest, objectives, set);
      std::vector<Point> points(20, Point(objectives));
      for (Point& point : points) {
        for (double& value : point) value = stream.Uniform(0.0, 1.0);
      }
      const Point reference(objectives, 1.0);
      INFO(objectives << " objectives, set " << set);
      CHECK(Hypervolume(points, reference) ==
            Approx(pagmo::hypervolume(points, true).compute(reference)).epsilon(1e-12));
    }
  }
}

TEST_CASE("a problem's task states its constraints as guardrails", "[functions]") {
  const TestProblem problem = ConstrainedAckley10();
  // A start that breaks both constraints: production's own entry must read as infeasible.
  const TuningTask task = MakeProblemTask(problem, Repeated(10, 4.0), 1, 4);
  const Trial production = ProductionTrial(*task.space, *task.metrics);
  CHECK(task.objective.Evaluate(production.measurement, *task.metrics).violation ==
        Approx(40.0 + std::sqrt(160.0) - 5.0));
  const auto tuner = RandomTuner(task);
  const FunctionRun run = RunFunction(*tuner, problem, 50);
  REQUIRE(run.evaluations.size() == 50);
  REQUIRE(tuner->history().size() == 50);
  for (std::size_t i = 0; i < 50; ++i) {
    const Trial& trial = tuner->history()[i];
    CHECK(task.objective.Evaluate(trial.measurement, *task.metrics).violation ==
          Approx(run.evaluations[i].violation).margin(1e-9));
    CHECK(trial.measurement.readings[0].lift ==
          Approx(run.evaluations[0].objectives[0] - run.evaluations[i].objectives[0]).margin(1e-9));
  }
}

TEST_CASE("noise has the size it states, and truth has none", "[functions]") {
  const TestProblem problem = AsProblem(Hartmann6());
  const TuningTask task =
      MakeProblemTask(problem, CentreStart(problem.low, problem.high), 3, /*arms=*/10);
  const auto tuner = RandomTuner(task);
  const FunctionRun run = RunFunction(*tuner, problem, 2001, {0.25});
  double squares = 0.0;
  for (const FunctionRun::Evaluation& evaluation : run.evaluations) {
    squares += std::pow(evaluation.observed - evaluation.objectives[0], 2);
  }
  CHECK(std::sqrt(squares / 2000.0) == Approx(0.25).epsilon(0.05));
  CHECK(tuner->history()[7].measurement.readings[0].standard_error == 0.25);
  CHECK(run.evaluations[0].observed == run.evaluations[0].objectives[0]);
  CHECK(run.TruthOfBestObserved() >= run.BestFeasible());
}

}  // namespace rectune::baselines
