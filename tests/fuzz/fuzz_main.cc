// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer's entry point for one target, chosen when compiling (tools/fuzz):
// -DRECTUNE_FUZZ=FuzzReply
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  rectune::fuzz::RECTUNE_FUZZ({reinterpret_cast<const char*>(data), size});
  return 0;
}
