// SPDX-License-Identifier: Apache-2.0
//
// RECTUNE_CHECK: the lane for broken contracts (a caller's bug). Always on, in every build type,
// and throws so that tests can assert on it. Not for user input (use ConfigError) and not for a
// failed evaluation (use Measurement::status).
//
//   RECTUNE_CHECK(arms > 0, "Propose needs at least one arm");
#pragma once

#include <stdexcept>
#include <string>

namespace rectune {

/// Thrown when code breaks a documented precondition or an internal invariant.
class ContractViolation : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

namespace internal {
[[noreturn]] void FailCheck(const char* condition, const char* file, int line,
                            const std::string& message);
}  // namespace internal
}  // namespace rectune

#define RECTUNE_CHECK(condition, message)                                        \
  do {                                                                           \
    if (!(condition)) {                                                          \
      ::rectune::internal::FailCheck(#condition, __FILE__, __LINE__, (message)); \
    }                                                                            \
  } while (false)
