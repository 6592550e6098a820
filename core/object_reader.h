// SPDX-License-Identifier: Apache-2.0
//
// ObjectReader: strict reading of one JSON object. Every key must be read or declared, every value
// has a type and a range, and what is left over is an error with the nearest known name as a hint.
// Not a schema language: the reading code is the schema.
//
//   ObjectReader reader(json, "");
//   int rounds = reader.Integer("rounds", {1, 1000});
//   double alpha = reader.NumberOr("alpha", 0.05, {0.0, 1.0});
//   reader.Finish();                                  // refuses unknown keys
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/config_error.h"
#include "core/json.h"

namespace rectune {

/// A closed interval of allowed values.
struct NumberRange {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

struct IntegerRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::min();
  std::int64_t high = std::numeric_limits<std::int64_t>::max();
};

class ObjectReader {
 public:
  /// `path` is the JSON pointer of `object` ("" at the root). ConfigError if it is no object.
  /// `object` must outlive the reader.
  ObjectReader(const Json& object, std::string path);

  bool Has(std::string_view key) const;

  double Number(std::string_view key, NumberRange range = {});
  double NumberOr(std::string_view key, double fallback, NumberRange range = {});
  std::int64_t Integer(std::string_view key, IntegerRange range = {});
  std::int64_t IntegerOr(std::string_view key, std::int64_t fallback, IntegerRange range = {});
  bool Boolean(std::string_view key);
  bool BooleanOr(std::string_view key, bool fallback);
  std::string String(std::string_view key);
  std::string StringOr(std::string_view key, std::string fallback);
  /// A string that must be one of `names`; the error lists them and hints at the nearest.
  std::string OneOf(std::string_view key, const std::vector<std::string>& names);
  std::vector<double> Numbers(std::string_view key, NumberRange range = {});
  std::vector<std::string> Strings(std::string_view key);

  /// The raw value (marks the key as read). ConfigError when missing.
  const Json& Value(std::string_view key);
  /// A nested object or array element by element; missing is an error.
  ObjectReader Object(std::string_view key);
  void ForEach(std::string_view key,
               const std::function<void(const Json&, const std::string&)>& visit);

  /// Marks a key as allowed without reading it, for a caller that looks it up itself.
  void Declare(std::string_view key);
  /// Throws ConfigError for the first key that nothing has read or declared.
  void Finish() const;

  std::string PathOf(std::string_view key) const;
  const std::string& path() const { return path_; }

 private:
  const Json& Require(std::string_view key, const std::string& allowed);

  const Json& object_;
  std::string path_;
  std::vector<std::string> known_;
};

/// The candidate with the smallest edit distance to `name`, or "" when none is near.
std::string NearestName(const std::string& name, const std::vector<std::string>& candidates);

/// A number as a message shows it, to ten significant digits: "0.25".
std::string NumberText(double value);

/// "a, b, c"
std::string JoinNames(const std::vector<std::string>& names);

}  // namespace rectune
