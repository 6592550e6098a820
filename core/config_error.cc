// SPDX-License-Identifier: Apache-2.0
#include "core/config_error.h"

#include <utility>

namespace rectune {
namespace {

constexpr std::size_t kLongestValueShown = 80;  // bytes; a whole spec in one message helps nobody

std::string Shorten(const std::string& value) {
  if (value.size() <= kLongestValueShown) {
    return value;
  }
  std::size_t end = kLongestValueShown;
  // Never cut inside a UTF-8 sequence: continuation bytes are 10xxxxxx.
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0U) == 0x80U) {
    --end;
  }
  return value.substr(0, end) + "...";
}

// spec.json: /tuners/3/name: found "tpee"; expected one of: tpe, cma_es (did you mean "tpe"?)
std::string Message(const std::string& source, const std::string& path, const std::string& value,
                    const std::string& allowed) {
  std::string text;
  if (!source.empty()) {
    text += source + ": ";
  }
  if (!path.empty()) {
    text += path + ": ";
  }
  text += value == "missing" ? value : "found " + Shorten(value);
  return text + "; expected " + allowed;
}

}  // namespace

ConfigError::ConfigError(std::string path, std::string value, std::string allowed)
    : ConfigError("", std::move(path), std::move(value), std::move(allowed)) {}

ConfigError::ConfigError(std::string source, std::string path, std::string value,
                         std::string allowed)
    : std::runtime_error(Message(source, path, value, allowed)),
      source_(std::move(source)),
      path_(std::move(path)),
      value_(std::move(value)),
      allowed_(std::move(allowed)) {}

ConfigError ConfigError::In(const std::string& source) const {
  if (!source_.empty()) {
    return *this;
  }
  return {source, path_, value_, allowed_};
}

}  // namespace rectune
