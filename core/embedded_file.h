// SPDX-License-Identifier: Apache-2.0
//
// EmbeddedFile: a text file compiled into the program (cmake/Embed.cmake).
#pragma once

#include <string>

namespace rectune {

struct EmbeddedFile {
  std::string name;  // without folder
  std::string text;
};

}  // namespace rectune
