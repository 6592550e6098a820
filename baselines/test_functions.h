// SPDX-License-Identifier: Apache-2.0
//
// TestFunction and TestProblem: textbook functions with known optima, for holding a tuner against
// published numbers (`rectune verify-tuners`, the test suites, the benchmarks). All are minimised.
// Not tuning tasks: baselines/function_task.h makes those. No tuner includes this.
//
//   const TestFunction branin = Branin();
//   double value = branin.value({9.42478, 2.475});      // 0.397887
//   const TestProblem problem = C2Dtlz2();               // two objectives, one constraint
#pragma once

#include <functional>
#include <vector>

namespace rectune::baselines {

using Point = std::vector<double>;

struct TestFunction {
  Point low;
  Point high;
  std::function<double(const Point&)> value;  // to be minimised
  double minimum = 0.0;
};

TestFunction Branin();           // 2 dimensions, minimum 0.397887
TestFunction Hartmann6();        // 6 dimensions, minimum -3.32237
TestFunction Rosenbrock(int d);  // [-5, 10]^d, minimum 0
TestFunction Ackley(int d);      // [-5, 10]^d, minimum 0 at 0
TestFunction Sphere(int d);      // [-5, 5]^d
TestFunction Ellipsoid(int d);   // [-5, 5]^d, condition number 1e6; d at least 2

/// Several objectives or constraints, or both.
struct TestProblem {
  Point low;
  Point high;
  std::function<Point(const Point&)> objectives;   // each to be minimised
  std::function<Point(const Point&)> constraints;  // each at most 0; null without any
  Point reference_point;                           // of the hypervolume; empty for one objective
  double optimum = 0.0;                            // the minimum, or the greatest hypervolume
};

TestProblem AsProblem(const TestFunction& function);

/// Branin against Currin's exponential function on [0, 1]^2 (Belakaria et al., NeurIPS 2019), with
/// BoTorch's reference point (18, 6); greatest hypervolume 59.36.
TestProblem BraninCurrin();
/// C2-DTLZ2 of Deb et al. (CEC 2019) as BoTorch has it: 4 dimensions, 2 objectives, one constraint
/// that leaves three pieces of the front; reference point (1.1, 1.1), hypervolume 0.3996.
TestProblem C2Dtlz2();
/// Ackley in 10 dimensions under sum x <= 0 and |x| <= 5 (Eriksson and Poloczek, AISTATS 2021).
TestProblem ConstrainedAckley10();

/// The volume that `points` dominate below `reference`, all minimised: exact, by slicing along the
/// last objective (Knowles, 2002; While et al., 2006). Cost n^(m-1) log n: small fronts only.
/// Points that do not dominate the reference count for nothing.
double Hypervolume(std::vector<Point> points, const Point& reference);

}  // namespace rectune::baselines
