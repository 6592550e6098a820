// SPDX-License-Identifier: Apache-2.0
//
// Sha256Hex: the content address of skill versions and of model requests. Not a signature.
//
//   std::string id = Sha256Hex(bytes).substr(0, 12);
#pragma once

#include <string>
#include <string_view>

namespace rectune::agents {

/// 64 lower-case hexadecimal digits (FIPS 180-4).
std::string Sha256Hex(std::string_view bytes);

}  // namespace rectune::agents
