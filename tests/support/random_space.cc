// SPDX-License-Identifier: Apache-2.0
#include "tests/support/random_space.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "core/config_error.h"

namespace rectune::test_support {
namespace {

void DrawRange(RandomStream& stream, Parameter& p) {
  const bool integer = p.kind == ParameterKind::kInteger;
  if (p.scale == ParameterScale::kLog) {
    p.low = std::pow(10.0, stream.Uniform(-4.0, 2.0));
    p.high = p.low * std::pow(10.0, stream.Uniform(0.2, 5.0));
  } else {
    p.low = stream.Uniform(-100.0, 100.0);
    p.high = p.low + std::pow(10.0, stream.Uniform(-3.0, 3.0));
  }
  if (integer) {
    p.low = p.scale == ParameterScale::kLog ? std::max(1.0, std::ceil(p.low)) : std::ceil(p.low);
    p.high = std::max(p.low + 1.0, std::floor(p.high));
  }
  const double inside = std::clamp(stream.Uniform(p.low, p.high), p.low, p.high);
  p.production = {integer ? std::floor(inside) : inside};
}

std::vector<double> DrawCurve(RandomStream& stream, std::size_t knots) {
  std::vector<double> heights;
  for (std::size_t i = 0; i + 2 < knots; ++i) {
    heights.push_back(stream.Uniform());
  }
  heights.push_back(0.0);
  heights.push_back(1.0);
  std::sort(heights.begin(), heights.end());
  return heights;
}

}  // namespace

Parameter RandomParameter(RandomStream& stream, ParameterKind kind, ParameterScale scale,
                          const std::string& name) {
  Parameter p;
  p.name = name;
  p.stage = "rank";
  p.unit = "weight";
  p.meaning = "Drawn at random.";
  p.kind = kind;
  p.scale = scale;
  if (p.has_levels()) {
    p.levels = {"false", "true"};
    if (kind == ParameterKind::kCategorical) {
      for (std::uint64_t i = stream.UniformInteger(5); i > 0; --i) {
        p.levels.push_back("level_" + std::to_string(i));
      }
    }
    p.production = {static_cast<double>(stream.UniformInteger(p.levels.size()))};
  } else if (kind == ParameterKind::kCurve) {
    double knot = stream.Uniform(-1.0, 1.0);
    for (std::uint64_t i = 3 + stream.UniformInteger(6); i > 0; --i) {
      p.knots.push_back(knot);
      knot += stream.Uniform(0.01, 1.0);
    }
    p.production = DrawCurve(stream, p.knots.size());
  } else {
    DrawRange(stream, p);
  }
  return p;
}

ParameterSpace RandomSpace(RandomStream& stream) {
  using Kind = ParameterKind;
  using Scale = ParameterScale;
  std::vector<Parameter> parameters;
  for (const auto& [kind, scale] :
       {std::pair{Kind::kContinuous, Scale::kLinear}, std::pair{Kind::kContinuous, Scale::kLog},
        std::pair{Kind::kInteger, Scale::kLinear}, std::pair{Kind::kInteger, Scale::kLog},
        std::pair{Kind::kCategorical, Scale::kLinear}, std::pair{Kind::kBoolean, Scale::kLinear},
        std::pair{Kind::kCurve, Scale::kLinear}}) {
    parameters.push_back(
        RandomParameter(stream, kind, scale, "p_" + std::to_string(parameters.size())));
  }
  stream.Shuffle(std::span<Parameter>(parameters));
  return ParameterSpace(std::move(parameters));
}

std::vector<double> RandomUnit(RandomStream& stream, std::size_t dimension) {
  std::vector<double> unit(dimension);
  for (double& u : unit) {
    const std::uint64_t choice = stream.UniformInteger(16);
    u = choice < 2 ? static_cast<double>(choice) : stream.Uniform();
  }
  return unit;
}

ParameterSpace TightenAtRandom(RandomStream& stream, ParameterSpace space, int steps) {
  for (int step = 0; step < steps; ++step) {
    const auto i = static_cast<std::size_t>(stream.UniformInteger(space.size()));
    const Parameter& p = space.parameters()[i];
    double low = stream.Uniform();
    double high = stream.Uniform();
    if (low > high) {
      std::swap(low, high);
    }
    try {
      if (p.has_levels() && stream.Uniform() < 0.5) {
        std::vector<std::string> keep;
        for (const std::string& level : p.levels) {
          if (stream.Uniform() < 0.6) {
            keep.push_back(level);
          }
        }
        space = space.TightenLevels(i, keep);
      } else if (p.has_levels() || p.kind == ParameterKind::kCurve || stream.Uniform() < 0.5) {
        const std::size_t c = space.coordinate_offset(i) +
                              static_cast<std::size_t>(stream.UniformInteger(p.dimension()));
        space = space.TightenUnit(c, low, high);
      } else {
        const double reach = p.high - p.low;
        space =
            space.Tighten(i, p.low + (1.4 * low - 0.2) * reach, p.low + (1.4 * high - 0.2) * reach);
      }
    } catch (const ConfigError&) {
      // Nothing was left: an honest refusal, and the space stays as it was.
    }
  }
  return space;
}

}  // namespace rectune::test_support
