// SPDX-License-Identifier: Apache-2.0
#include "experiments/sweep.h"

#include <cmath>
#include <utility>

#include "core/check.h"
#include "core/random_stream.h"
#include "experiments/known_names.h"

namespace rectune::experiments {
namespace {

constexpr double kSteepest = 8.0;  // a curve's largest g
/// Apart from the streams of oracle searches, which use steps from 0.
constexpr std::uint64_t kSweepStep = 1ULL << 32U;

struct Setting {
  Json plotted;
  Json native;  // as a configuration file spells it
};

Json PowerCurve(const std::vector<double>& knots, double exponent) {
  Json curve = Json::array();
  for (const double x : knots) curve.push_back(std::pow(x, exponent));
  return curve;
}

std::vector<Setting> SettingsOf(const ParameterSpace& space, const std::string& name, int points) {
  const std::size_t index = space.IndexOf(name);
  const Parameter& parameter = space.parameters()[index];
  std::vector<Setting> settings;
  if (parameter.has_levels()) {
    for (const std::string& level : parameter.levels) {
      const Json value =
          parameter.kind == ParameterKind::kBoolean ? Json(level == "true") : Json(level);
      settings.push_back({value, value});
    }
    return settings;
  }
  std::vector<double> unit = space.Encode(space.Production());
  for (int i = 0; i < points; ++i) {
    const double share = static_cast<double>(i) / (points - 1);
    if (parameter.kind == ParameterKind::kCurve) {
      const double exponent = std::pow(kSteepest, 2.0 * share - 1.0);
      settings.push_back({exponent, PowerCurve(parameter.knots, exponent)});
      continue;
    }
    unit[space.coordinate_offset(index)] = share;
    const Json value = space.ToJson(space.Decode(unit)).at(name);
    if (settings.empty() || settings.back().native != value) settings.push_back({value, value});
  }
  return settings;
}

SweepPoint Measure(const TestbedPort& testbed, Json at, const Configuration& configuration) {
  SweepPoint point{.at = std::move(at), .truth = testbed.truth(configuration), .score = {}};
  point.score = testbed.objective.Evaluate(point.truth, *testbed.metrics);
  return point;
}

}  // namespace

std::vector<SweepPoint> SweepGrid(const TestbedPort& testbed,
                                  const std::vector<std::string>& parameters, int points) {
  RECTUNE_CHECK(points >= 2, "a sweep needs two points");
  const ParameterSpace& space = *testbed.space;
  const Configuration production = space.Production();
  std::vector<std::string> known;
  for (const Parameter& parameter : space.parameters()) known.push_back(parameter.name);
  std::vector<std::pair<Json, Json>> grid = {{Json::object(), Json::object()}};  // plotted, native
  for (const std::string& name : parameters) {
    RequireKnown("--parameter", name, known);
    std::vector<std::pair<Json, Json>> finer;
    for (const auto& [plotted, native] : grid) {
      for (const Setting& setting : SettingsOf(space, name, points)) {
        finer.emplace_back(plotted, native);
        finer.back().first[name] = setting.plotted;
        finer.back().second[name] = setting.native;
      }
    }
    grid = std::move(finer);
  }
  std::vector<SweepPoint> result;
  result.reserve(grid.size());
  for (auto& [plotted, native] : grid) {
    result.push_back(Measure(testbed, std::move(plotted), space.Parse(native, "", &production)));
  }
  return result;
}

std::vector<SweepPoint> SweepSample(const TestbedPort& testbed, int points, std::uint64_t seed) {
  std::vector<SweepPoint> result;
  for (int i = 0; i < points; ++i) {
    RandomStream stream(seed, Purpose::kOracleSearch, kSweepStep, static_cast<std::uint64_t>(i));
    std::vector<double> unit(testbed.space->dimension());
    for (double& coordinate : unit) coordinate = stream.Uniform();
    const Configuration configuration = testbed.space->Decode(unit);
    result.push_back(Measure(testbed, testbed.space->ToJson(configuration), configuration));
  }
  return result;
}

}  // namespace rectune::experiments
