// SPDX-License-Identifier: Apache-2.0
#include "baselines/test_functions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <utility>

#include "core/check.h"

namespace rectune::baselines {
namespace {

constexpr double kPi = std::numbers::pi;

double SquaredNorm(const Point& x) {
  double sum = 0.0;
  for (const double value : x) sum += value * value;
  return sum;
}

TestFunction InBox(int d, double low, double high, std::function<double(const Point&)> value) {
  RECTUNE_CHECK(d >= 1, "a test function needs a dimension");
  const auto n = static_cast<std::size_t>(d);
  return {Point(n, low), Point(n, high), std::move(value), 0.0};
}

/// Points below the reference that no other one dominates or equals, by ascending first objective.
std::vector<Point> Front(std::vector<Point> points, const Point& reference) {
  const auto outside = [&](const Point& point) {
    for (std::size_t k = 0; k < reference.size(); ++k) {
      if (!(point[k] < reference[k])) return true;
    }
    return false;
  };
  points.erase(std::remove_if(points.begin(), points.end(), outside), points.end());
  std::sort(points.begin(), points.end());
  std::vector<Point> front;
  for (const Point& point : points) {
    const bool dominated = std::any_of(front.begin(), front.end(), [&](const Point& other) {
      return std::equal(other.begin(), other.end(), point.begin(),
                        [](double a, double b) { return a <= b; });
    });
    if (!dominated) front.push_back(point);
  }
  return front;
}

}  // namespace

TestFunction Branin() {
  return {{-5.0, 0.0},
          {10.0, 15.0},
          [](const Point& x) {
            const double t = x[1] - 5.1 / (4.0 * kPi * kPi) * x[0] * x[0] + 5.0 / kPi * x[0] - 6.0;
            return t * t + 10.0 * (1.0 - 1.0 / (8.0 * kPi)) * std::cos(x[0]) + 10.0;
          },
          0.39788735772973816};
}

TestFunction Hartmann6() {
  return {Point(6, 0.0), Point(6, 1.0),
          [](const Point& x) {
            constexpr std::array<double, 4> kAlpha{1.0, 1.2, 3.0, 3.2};
            constexpr double kA[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                                         {0.05, 10, 17, 0.1, 8, 14},
                                         {3, 3.5, 1.7, 10, 17, 8},
                                         {17, 8, 0.05, 10, 0.1, 14}};
            constexpr double kP[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                         {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                         {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                         {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
            double sum = 0.0;
            for (std::size_t i = 0; i < 4; ++i) {
              double exponent = 0.0;
              for (std::size_t j = 0; j < 6; ++j) {
                exponent += kA[i][j] * (x[j] - kP[i][j]) * (x[j] - kP[i][j]);
              }
              sum -= kAlpha[i] * std::exp(-exponent);
            }
            return sum;
          },
          -3.32236801141551};
}

TestFunction Rosenbrock(int d) {
  return InBox(d, -5.0, 10.0, [](const Point& x) {
    double sum = 0.0;
    for (std::size_t i = 0; i + 1 < x.size(); ++i) {
      const double bend = x[i + 1] - x[i] * x[i];
      sum += 100.0 * bend * bend + (1.0 - x[i]) * (1.0 - x[i]);
    }
    return sum;
  });
}

TestFunction Ackley(int d) {
  return InBox(d, -5.0, 10.0, [](const Point& x) {
    const double n = static_cast<double>(x.size());
    double cosines = 0.0;
    for (const double value : x) cosines += std::cos(2.0 * kPi * value);
    return -20.0 * std::exp(-0.2 * std::sqrt(SquaredNorm(x) / n)) - std::exp(cosines / n) + 20.0 +
           std::numbers::e;
  });
}

TestFunction Sphere(int d) { return InBox(d, -5.0, 5.0, SquaredNorm); }

TestFunction Ellipsoid(int d) {
  RECTUNE_CHECK(d >= 2, "one axis has no condition number");
  return InBox(d, -5.0, 5.0, [](const Point& x) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double share = static_cast<double>(i) / static_cast<double>(x.size() - 1);
      sum += std::pow(1e6, share) * x[i] * x[i];
    }
    return sum;
  });
}

TestProblem AsProblem(const TestFunction& function) {
  return {.low = function.low,
          .high = function.high,
          .objectives = [value = function.value](const Point& x) { return Point{value(x)}; },
          .constraints = nullptr,
          .reference_point = {},
          .optimum = function.minimum};
}

TestProblem BraninCurrin() {
  const auto objectives = [branin = Branin().value](const Point& x) {
    const double a = x[0];
    const double top = 2300.0 * a * a * a + 1900.0 * a * a + 2092.0 * a + 60.0;
    const double bottom = 100.0 * a * a * a + 500.0 * a * a + 4.0 * a + 20.0;
    // At x_2 = 0 the exponential is 0, the limit.
    const double damping = x[1] > 0.0 ? 1.0 - std::exp(-1.0 / (2.0 * x[1])) : 1.0;
    return Point{branin({15.0 * a - 5.0, 15.0 * x[1]}), damping * top / bottom};
  };
  return {.low = {0.0, 0.0},
          .high = {1.0, 1.0},
          .objectives = objectives,
          .constraints = nullptr,
          .reference_point = {18.0, 6.0},
          .optimum = 59.36011874867746};
}

TestProblem C2Dtlz2() {
  const auto objectives = [](const Point& x) {
    double g = 0.0;
    for (std::size_t i = 1; i < x.size(); ++i) g += (x[i] - 0.5) * (x[i] - 0.5);
    return Point{(1.0 + g) * std::cos(0.5 * kPi * x[0]), (1.0 + g) * std::sin(0.5 * kPi * x[0])};
  };
  const auto constraints = [objectives](const Point& x) {
    constexpr double kRadiusSquared = 0.2 * 0.2;
    const Point f = objectives(x);
    const double first = (f[0] - 1.0) * (f[0] - 1.0) + f[1] * f[1] - kRadiusSquared;
    const double second = (f[1] - 1.0) * (f[1] - 1.0) + f[0] * f[0] - kRadiusSquared;
    const double middle = std::numbers::sqrt2 / 2.0;
    // BoTorch subtracts the radius once an objective here; kept, so that hypervolumes compare.
    const double third = (f[0] - middle) * (f[0] - middle) + (f[1] - middle) * (f[1] - middle) -
                         2.0 * kRadiusSquared;
    return Point{std::min({first, second, third})};
  };
  return {.low = Point(4, 0.0),
          .high = Point(4, 1.0),
          .objectives = objectives,
          .constraints = constraints,
          .reference_point = {1.1, 1.1},
          .optimum = 0.3996406303723544};
}

TestProblem ConstrainedAckley10() {
  TestProblem problem = AsProblem(Ackley(10));
  problem.constraints = [](const Point& x) {
    double sum = 0.0;
    for (const double value : x) sum += value;
    return Point{sum, std::sqrt(SquaredNorm(x)) - 5.0};
  };
  return problem;
}

double Hypervolume(std::vector<Point> points, const Point& reference) {
  RECTUNE_CHECK(!reference.empty(), "a hypervolume needs a reference point");
  std::vector<Point> front = Front(std::move(points), reference);
  if (front.empty()) return 0.0;
  if (reference.size() == 1) return reference[0] - front.front()[0];
  // Slabs between neighbouring values of the last objective; a slab's base is what the points at or
  // below it dominate in the other objectives.
  std::sort(front.begin(), front.end(),
            [](const Point& a, const Point& b) { return a.back() < b.back(); });
  const Point base_reference(reference.begin(), reference.end() - 1);
  std::vector<Point> base;
  double volume = 0.0;
  for (std::size_t i = 0; i < front.size(); ++i) {
    base.emplace_back(front[i].begin(), front[i].end() - 1);
    const double top = i + 1 < front.size() ? front[i + 1].back() : reference.back();
    const double height = top - front[i].back();
    if (height > 0.0) volume += height * Hypervolume(base, base_reference);
  }
  return volume;
}

}  // namespace rectune::baselines
