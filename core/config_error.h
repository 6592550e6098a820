// SPDX-License-Identifier: Apache-2.0
//
// ConfigError: the lane for bad user input (a spec, a scenario, a configuration file, a command
// line). It always says where, what was found, and what is allowed; `rectune` prints it and exits
// with status 2. Not for bugs (RECTUNE_CHECK) nor for an agent's mistakes, which are data.
//
//   throw ConfigError("/tuners/3/name", "\"tpee\"", "one of: tpe, cma_es (did you mean \"tpe\"?)");
#pragma once

#include <stdexcept>
#include <string>

namespace rectune {

/// Bad input. `path` is a JSON pointer ("/rounds"), prefixed by the caller with a file name where
/// there is one; `value` is the offending value as JSON text, or "missing"; `allowed` says in words
/// what would have been accepted.
class ConfigError : public std::runtime_error {
 public:
  ConfigError(std::string path, std::string value, std::string allowed);

  /// The same error, located in `source` (a file name); an already located error is unchanged.
  ConfigError In(const std::string& source) const;

  const std::string& path() const { return path_; }
  const std::string& value() const { return value_; }
  const std::string& allowed() const { return allowed_; }
  const std::string& source() const { return source_; }

 private:
  ConfigError(std::string source, std::string path, std::string value, std::string allowed);

  std::string source_;
  std::string path_;
  std::string value_;
  std::string allowed_;
};

}  // namespace rectune
