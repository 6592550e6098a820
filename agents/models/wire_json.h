// SPDX-License-Identifier: Apache-2.0
//
// WireJson: what a provider's answer holds, read without trust: nothing missing, mistyped or absurd
// throws. Keys are sorted in a tree here, since rectune::Json's linear look-up would let a hostile
// answer of a million keys cost quadratic time.
//
//   std::optional<WireJson> body = ParseWire(text);
//   const WireJson* content = At(*body, {"choices", 0, "message", "content"});
#pragma once

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace rectune::agents {

using WireJson = nlohmann::json;

/// Nothing when the text is no JSON object.
std::optional<WireJson> ParseWire(std::string_view text);

using WireStep = std::variant<const char*, int>;
/// The value at the end of the path, or null when a step is missing.
const WireJson* At(const WireJson& json, std::initializer_list<WireStep> path);
/// The text there, or "".
std::string TextAt(const WireJson& json, std::initializer_list<WireStep> path);
/// A token count there in [0, 10^9], or nothing.
std::optional<int> CountAt(const WireJson& json, std::initializer_list<WireStep> path);

}  // namespace rectune::agents
