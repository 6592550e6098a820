// SPDX-License-Identifier: Apache-2.0
//
// Redactor: takes keys out of text before it can reach a journal, a log, a cassette or a message.
// It knows the exact keys in use and the shapes of common ones (sk-..., AIza..., Bearer ...), since
// a server may echo a key and a prompt may quote one. Not a scanner for all possible secrets.
//
//   Redactor redactor({api_key});
//   redactor.Redact("invalid key sk-123...");   // "invalid key [redacted]"
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace rectune::agents {

class Redactor {
 public:
  /// Keys shorter than 8 bytes ("EMPTY", as local servers take them) are no secrets and stay.
  explicit Redactor(std::vector<std::string> secrets);
  std::string Redact(std::string_view text) const;

 private:
  std::vector<std::string> secrets_;  // longest first
};

}  // namespace rectune::agents
