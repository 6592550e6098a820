// SPDX-License-Identifier: Apache-2.0
#include "experiments/checksum.h"

#include <array>
#include <cstddef>
#include <map>

#include "core/json.h"

namespace rectune::experiments {
namespace {

constexpr std::array<std::uint32_t, 256> MakeCrcTable() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 1U) != 0 ? (value >> 1) ^ 0xEDB88320U : value >> 1;
    }
    table[byte] = value;
  }
  return table;
}

constexpr auto kCrcTable = MakeCrcTable();

std::string Hex(std::uint64_t value, std::size_t digits) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(digits, '0');
  for (std::size_t i = 0; i < digits; ++i) {
    text[digits - 1 - i] = kDigits[value & 0xFU];
    value >>= 4;
  }
  return text;
}

}  // namespace

std::uint32_t Crc32(std::string_view bytes) {
  std::uint32_t state = 0xFFFFFFFFU;
  for (const char c : bytes) {
    state = kCrcTable[(state ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (state >> 8);
  }
  return state ^ 0xFFFFFFFFU;
}

std::string Crc32Hex(std::string_view bytes) { return Hex(Crc32(bytes), 8); }

std::uint64_t Fnv1a64(std::string_view bytes, std::uint64_t state) {
  for (const char c : bytes) {
    state ^= static_cast<unsigned char>(c);
    state *= 0x100000001B3ULL;
  }
  return state;
}

std::string Hex64(std::uint64_t value) { return Hex(value, 16); }

std::string FolderDigest(const std::filesystem::path& folder) {
  std::uintmax_t total = 0;
  std::map<std::string, std::filesystem::path> files;  // in one order on every file system
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    files[entry.path().lexically_relative(folder).generic_string()] = entry.path();
    total += entry.file_size();
    if (files.size() > kMostFiles || total > kMostBytes) return "";
  }
  std::uint64_t state = kFnv1aOffset;
  for (const auto& [name, file] : files) {
    const std::string bytes = ReadFile(file);
    // Sizes keep one file's end from passing for the next one's name.
    state = Fnv1a64(name + '\0' + std::to_string(bytes.size()) + '\0', state);
    state = Fnv1a64(bytes, state);
  }
  return Hex64(state);
}

}  // namespace rectune::experiments
