// SPDX-License-Identifier: Apache-2.0
#include "agents/models/wire_json.h"

#include <cstdint>

namespace rectune::agents {

std::optional<WireJson> ParseWire(std::string_view text) {
  WireJson json = WireJson::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  return json;
}

const WireJson* At(const WireJson& json, std::initializer_list<WireStep> path) {
  const WireJson* at = &json;
  for (const WireStep& step : path) {
    if (const char* const* key = std::get_if<const char*>(&step)) {
      if (!at->is_object()) return nullptr;
      const auto found = at->find(*key);
      if (found == at->end()) return nullptr;
      at = &*found;
    } else {
      const auto index = static_cast<std::size_t>(std::get<int>(step));
      if (!at->is_array() || index >= at->size()) return nullptr;
      at = &(*at)[index];
    }
  }
  return at;
}

std::string TextAt(const WireJson& json, std::initializer_list<WireStep> path) {
  const WireJson* at = At(json, path);
  return at != nullptr && at->is_string() ? at->get<std::string>() : std::string();
}

std::optional<int> CountAt(const WireJson& json, std::initializer_list<WireStep> path) {
  constexpr std::uint64_t kMost = 1000000000;
  const WireJson* at = At(json, path);
  if (at == nullptr || !at->is_number_unsigned()) return std::nullopt;
  const auto count = at->get<std::uint64_t>();
  if (count > kMost) return std::nullopt;
  return static_cast<int>(count);
}

}  // namespace rectune::agents
