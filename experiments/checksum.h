// SPDX-License-Identifier: Apache-2.0
//
// Checksums that tell a whole line or file from a torn one. CRC-32 because every language's
// standard library has it (Python: zlib.crc32), so that a reader elsewhere can check a journal.
// Against accidents only; not cryptographic.
//
//   std::string seal = Crc32Hex(body);   // "cbf43926" for "123456789"
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace rectune::experiments {

/// CRC-32/ISO-HDLC (polynomial 0xEDB88320 reflected), as in zlib, PNG and Ethernet.
std::uint32_t Crc32(std::string_view bytes);
/// Eight lower-case hexadecimal digits.
std::string Crc32Hex(std::string_view bytes);

/// FNV-1a, 64 bits (Fowler, Noll, Vo); `state` continues an earlier hash.
inline constexpr std::uint64_t kFnv1aOffset = 0xCBF29CE484222325ULL;
std::uint64_t Fnv1a64(std::string_view bytes, std::uint64_t state = kFnv1aOffset);
/// Sixteen lower-case hexadecimal digits.
std::string Hex64(std::uint64_t value);

/// Of every file's path below `folder` and bytes, in the order of paths: the same wherever the
/// folder is. FNV-1a as above, 16 digits; "" for a folder of more than kMostFiles files or
/// kMostBytes.
inline constexpr std::size_t kMostFiles = 1000;
inline constexpr std::uintmax_t kMostBytes = 64 << 20;
std::string FolderDigest(const std::filesystem::path& folder);

}  // namespace rectune::experiments
