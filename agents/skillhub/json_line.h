// SPDX-License-Identifier: Apache-2.0
//
// LineOfPointer: where in a JSON text a value stands, so that a message about it can name a line.
// Not a parser: the text must have been parsed already.
//
//   int line = LineOfPointer(text, "/rules/3/pattern/slope");
#pragma once

#include <string>
#include <string_view>

namespace rectune::agents {

/// 1-based line of the value at an RFC 6901 pointer, or of its nearest ancestor that exists.
int LineOfPointer(std::string_view text, const std::string& pointer);

}  // namespace rectune::agents
