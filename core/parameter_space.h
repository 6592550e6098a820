// SPDX-License-Identifier: Apache-2.0
//
// ParameterSpace: the immutable, ordered set of knobs that a task tunes, and the only maker of
// Configurations. Maps to and from the unit cube for numeric tuners, to and from JSON for people
// and agents, and can be *tightened* to a sub-box and widened back. Not a sampler or a surrogate.
//
//   ParameterSpace space = ParameterSpace::FromJson(json, "/parameters");
//   Configuration c = space.Decode(unit);        // unit: space.dimension() numbers in [0, 1]
//   ParameterSpace smaller = space.Tighten(space.IndexOf("ctr_weight"), 0.5, 2.0);
//
// Unit encoding, the same for every tuner: linear or logarithmic rescaling for continuous; cell
// centres for integers (levels of equal width) and for categoricals in level order (a tuner that
// wants one-hot or Hamming looks at the kind); stick-breaking for curves (core/parameter.h). In a
// tightened space the cube maps onto the sub-box, so a tuner needs no special case.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/configuration.h"
#include "core/json.h"
#include "core/parameter.h"

namespace rectune {

/// Where one unit coordinate comes from.
struct Coordinate {
  std::size_t parameter = 0;  // index into parameters()
  std::size_t offset = 0;     // 0 .. parameter.dimension() - 1
};

class ParameterSpace {
 public:
  /// Validates every parameter; throws ConfigError naming "/<index>/<field>" when one is unusable
  /// (empty range, duplicate name, production outside its range, ...).
  explicit ParameterSpace(std::vector<Parameter> parameters, const std::string& path = "");
  static ParameterSpace FromJson(const Json& array, const std::string& path);
  /// The parameters as FromJson reads them; a tightened box is not part of it.
  Json ToJson() const;

  const std::vector<Parameter>& parameters() const { return parameters_; }
  std::size_t size() const { return parameters_.size(); }
  /// Number of unit-cube coordinates.
  std::size_t dimension() const { return coordinates_.size(); }
  const std::vector<Coordinate>& coordinates() const { return coordinates_; }
  /// First native value of a parameter in Configuration::values().
  std::size_t value_offset(std::size_t parameter) const { return value_offsets_[parameter]; }
  /// First unit coordinate of a parameter.
  std::size_t coordinate_offset(std::size_t parameter) const {
    return coordinate_offsets_[parameter];
  }
  std::optional<std::size_t> Find(std::string_view name) const;
  /// As Find, but an unknown name is a broken contract.
  std::size_t IndexOf(std::string_view name) const;

  /// The hand-tuned configuration. It stays valid in every tightened space, even when outside the
  /// box: control is always deployable.
  Configuration Production() const;

  /// unit: dimension() finite numbers in [0, 1]. Always yields a member of the box.
  Configuration Decode(std::span<const double> unit) const;
  /// dimension() numbers in [0, 1]; a value outside the tightened box encodes to the nearest edge.
  std::vector<double> Encode(const Configuration& configuration) const;

  /// {"name": number | "level" | true | [y_0, ..., y_{K-1}]}. With `base`, missing keys keep the
  /// base's values; without it they are errors. Throws ConfigError at "<path>/<name>" for unknown
  /// keys, wrong types, out-of-range or out-of-box values, curves that fall or do not end at 1.
  /// What comes from the base is taken as it is, even from outside a tightened box; the production
  /// configuration, being deployable always, is accepted as a whole.
  Configuration Parse(const Json& object, const std::string& path,
                      const Configuration* base = nullptr) const;
  Json ToJson(const Configuration& configuration) const;
  /// Native values already in hand (a library's optimum, say), straightened where rounding bent
  /// them by less than Contains' tolerance; broken contract if neither contained nor production.
  Configuration FromValues(std::vector<double> values) const;
  /// Inside the (possibly tightened) box, up to 1e-9 of each range.
  bool Contains(const Configuration& configuration) const;

  /// One parameter's allowed values in words: "a number in [0.1, 10] (log scale)".
  std::string DescribeAllowed(std::size_t parameter) const;

  /// A space whose box is the intersection of this box with [low, high] in the native units of a
  /// continuous or integer parameter; throws ConfigError if nothing is left.
  ParameterSpace Tighten(std::size_t parameter, double low, double high) const;
  /// The same for a curve's coordinate or any other, in this space's *root* unit cube.
  ParameterSpace TightenUnit(std::size_t coordinate, double low, double high) const;
  /// Keeps only the named levels of a categorical or boolean parameter.
  ParameterSpace TightenLevels(std::size_t parameter, const std::vector<std::string>& keep) const;
  /// Back to the root range of one parameter.
  ParameterSpace Widen(std::size_t parameter) const;
  bool is_tightened() const;
  /// The box in the root unit cube of one coordinate.
  double box_low(std::size_t coordinate) const { return box_low_[coordinate]; }
  double box_high(std::size_t coordinate) const { return box_high_[coordinate]; }
  /// Indices of the levels still allowed, for a parameter that has levels.
  const std::vector<std::size_t>& allowed_levels(std::size_t parameter) const {
    return allowed_levels_[parameter];
  }
  /// Native bounds inside the box for a continuous or integer parameter.
  double native_low(std::size_t parameter) const;
  double native_high(std::size_t parameter) const;

 private:
  bool InBox(std::size_t parameter, std::span<const double> values) const;
  void SetCells(std::size_t parameter, double first, double last);
  void FitBoxToLevels(std::size_t parameter);
  void ResetBox(std::size_t parameter);

  std::vector<Parameter> parameters_;
  std::vector<Coordinate> coordinates_;
  std::vector<std::size_t> value_offsets_;
  std::vector<std::size_t> coordinate_offsets_;
  std::vector<double> box_low_;  // per coordinate, in the root unit cube
  std::vector<double> box_high_;
  std::vector<std::vector<std::size_t>> allowed_levels_;  // per parameter; empty without levels
};

}  // namespace rectune
