// SPDX-License-Identifier: Apache-2.0
#include "agents/digest.h"

#include <openssl/evp.h>

#include <array>

#include "core/check.h"

namespace rectune::agents {

std::string Sha256Hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  const int done =
      EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr);
  RECTUNE_CHECK(done == 1 && length == 32, "SHA-256 is unavailable in libcrypto");
  constexpr char kHex[] = "0123456789abcdef";
  std::string text;
  text.reserve(64);
  for (unsigned int i = 0; i < length; ++i) {
    text.push_back(kHex[digest[i] >> 4]);
    text.push_back(kHex[digest[i] & 15]);
  }
  return text;
}

}  // namespace rectune::agents
