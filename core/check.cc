// SPDX-License-Identifier: Apache-2.0
#include "core/check.h"

namespace rectune::internal {

void FailCheck(const char* condition, const char* file, int line, const std::string& message) {
  throw ContractViolation(message + " [" + condition + " failed at " + file + ":" +
                          std::to_string(line) + "]");
}

}  // namespace rectune::internal
