// SPDX-License-Identifier: Apache-2.0
#include "core/object_reader.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <numeric>
#include <utility>

namespace rectune {
namespace {

std::string Describe(const NumberRange& range) {
  const bool low = std::isfinite(range.low);
  const bool high = std::isfinite(range.high);
  if (low && high) {
    return "a number in [" + NumberText(range.low) + ", " + NumberText(range.high) + "]";
  }
  if (low) {
    return "a number of at least " + NumberText(range.low);
  }
  return high ? "a number of at most " + NumberText(range.high) : "a finite number";
}

std::string Describe(const IntegerRange& range) {
  const bool low = range.low != std::numeric_limits<std::int64_t>::min();
  const bool high = range.high != std::numeric_limits<std::int64_t>::max();
  if (low && high) {
    return "an integer in [" + std::to_string(range.low) + ", " + std::to_string(range.high) + "]";
  }
  if (low) {
    return "an integer of at least " + std::to_string(range.low);
  }
  return high ? "an integer of at most " + std::to_string(range.high) : "an integer";
}

double CheckedNumber(const Json& value, const std::string& path, const NumberRange& range) {
  // Negated, so that a NaN built in memory fails too.
  if (!value.is_number() || !std::isfinite(value.get<double>()) ||
      !(value.get<double>() >= range.low && value.get<double>() <= range.high)) {
    throw ConfigError(path, value.dump(), Describe(range));
  }
  return value.get<double>();
}

std::string CheckedString(const Json& value, const std::string& path) {
  if (!value.is_string()) {
    throw ConfigError(path, value.dump(), "a string");
  }
  return value.get<std::string>();
}

std::string Lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

// Optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours.
std::size_t EditDistance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> before(b.size() + 1);
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(above.begin(), above.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitution = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, substitution});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before[j - 2] + 1);
      }
    }
    std::swap(before, above);
    std::swap(above, row);
  }
  return above[b.size()];
}

std::string Hint(const std::string& name, const std::vector<std::string>& candidates) {
  const std::string nearest = NearestName(name, candidates);
  return nearest.empty() ? "" : " (did you mean \"" + nearest + "\"?)";
}

}  // namespace

ObjectReader::ObjectReader(const Json& object, std::string path)
    : object_(object), path_(std::move(path)) {
  if (!object_.is_object()) {
    throw ConfigError(path_, object_.dump(), "an object");
  }
}

bool ObjectReader::Has(std::string_view key) const { return object_.contains(key); }

void ObjectReader::Declare(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
    known_.emplace_back(key);
  }
}

const Json& ObjectReader::Require(std::string_view key, const std::string& allowed) {
  Declare(key);
  const auto found = object_.find(key);
  if (found != object_.end()) {
    return *found;
  }
  // A misspelt key is missing under its right name before it is unknown under its wrong one.
  std::vector<std::string> unread;
  for (const auto& [name, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), name) == known_.end()) {
      unread.push_back(name);
    }
  }
  const std::string nearest = NearestName(std::string(key), unread);
  throw ConfigError(
      PathOf(key), "missing",
      nearest.empty() ? allowed : allowed + " (is \"" + nearest + "\" a misspelling?)");
}

double ObjectReader::Number(std::string_view key, NumberRange range) {
  return CheckedNumber(Require(key, Describe(range)), PathOf(key), range);
}

double ObjectReader::NumberOr(std::string_view key, double fallback, NumberRange range) {
  Declare(key);
  return Has(key) ? Number(key, range) : fallback;
}

std::int64_t ObjectReader::Integer(std::string_view key, IntegerRange range) {
  const Json& value = Require(key, Describe(range));
  const bool too_large = value.is_number_unsigned() &&
                         value.get<std::uint64_t>() >
                             static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_number_integer() || too_large || value.get<std::int64_t>() < range.low ||
      value.get<std::int64_t>() > range.high) {
    throw ConfigError(PathOf(key), value.dump(), Describe(range));
  }
  return value.get<std::int64_t>();
}

std::int64_t ObjectReader::IntegerOr(std::string_view key, std::int64_t fallback,
                                     IntegerRange range) {
  Declare(key);
  return Has(key) ? Integer(key, range) : fallback;
}

bool ObjectReader::Boolean(std::string_view key) {
  const Json& value = Require(key, "true or false");
  if (!value.is_boolean()) {
    throw ConfigError(PathOf(key), value.dump(), "true or false");
  }
  return value.get<bool>();
}

bool ObjectReader::BooleanOr(std::string_view key, bool fallback) {
  Declare(key);
  return Has(key) ? Boolean(key) : fallback;
}

std::string ObjectReader::String(std::string_view key) {
  return CheckedString(Require(key, "a string"), PathOf(key));
}

std::string ObjectReader::StringOr(std::string_view key, std::string fallback) {
  Declare(key);
  return Has(key) ? String(key) : std::move(fallback);
}

std::string ObjectReader::OneOf(std::string_view key, const std::vector<std::string>& names) {
  const std::string allowed = "one of: " + JoinNames(names);
  const Json& value = Require(key, allowed);
  if (!value.is_string()) {
    throw ConfigError(PathOf(key), value.dump(), allowed);
  }
  std::string name = value.get<std::string>();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw ConfigError(PathOf(key), value.dump(), allowed + Hint(name, names));
  }
  return name;
}

std::vector<double> ObjectReader::Numbers(std::string_view key, NumberRange range) {
  std::vector<double> numbers;
  ForEach(key, [&](const Json& value, const std::string& path) {
    numbers.push_back(CheckedNumber(value, path, range));
  });
  return numbers;
}

std::vector<std::string> ObjectReader::Strings(std::string_view key) {
  std::vector<std::string> strings;
  ForEach(key, [&](const Json& value, const std::string& path) {
    strings.push_back(CheckedString(value, path));
  });
  return strings;
}

const Json& ObjectReader::Value(std::string_view key) { return Require(key, "a value"); }

ObjectReader ObjectReader::Object(std::string_view key) {
  return {Require(key, "an object"), PathOf(key)};
}

void ObjectReader::ForEach(std::string_view key,
                           const std::function<void(const Json&, const std::string&)>& visit) {
  const Json& array = Require(key, "an array");
  if (!array.is_array()) {
    throw ConfigError(PathOf(key), array.dump(), "an array");
  }
  for (std::size_t i = 0; i < array.size(); ++i) {
    visit(array[i], PathOf(key) + "/" + std::to_string(i));
  }
}

void ObjectReader::Finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
      throw ConfigError(
          PathOf(key), "an unknown key",
          known_.empty() ? "an empty object" : "one of: " + JoinNames(known_) + Hint(key, known_));
    }
  }
}

std::string ObjectReader::PathOf(std::string_view key) const {
  return path_ + "/" + PointerToken(key);
}

std::string NearestName(const std::string& name, const std::vector<std::string>& candidates) {
  std::string nearest;
  // Beyond a third of the name (or two slips in a short one) a hint is a guess.
  std::size_t limit = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = EditDistance(Lower(name), Lower(candidate));
    if (distance < limit && distance < std::max(name.size(), candidate.size())) {
      limit = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string NumberText(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof(buffer), "%.10g", value);
  return buffer;
}

std::string JoinNames(const std::vector<std::string>& names) {
  std::string joined;
  for (const std::string& name : names) {
    joined += joined.empty() ? name : ", " + name;
  }
  return joined;
}

}  // namespace rectune
