// SPDX-License-Identifier: Apache-2.0
//
// JSON as RecTune reads and writes it: key order kept, non-finite numbers never written as a bare
// null, files read with located errors and written whole or not at all. Not a serialisation
// framework: each type writes its own ToJson next to its definition.
//
//   Json spec = ReadJsonFile("spec.json");          // ConfigError names file, line and column
//   WriteFileAtomically(path, DumpPretty(report));  // temporary file, then rename
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace rectune {

using Json = nlohmann::ordered_json;

/// A double as JSON: finite values as numbers, others as the strings "NaN", "Infinity",
/// "-Infinity". nlohmann alone would write null, which a reader cannot tell from "absent".
Json NumberToJson(double value);

/// The inverse of NumberToJson. Throws ConfigError at `path` for anything else.
double NumberFromJson(const Json& value, const std::string& path);

/// A key as one token of a JSON pointer (RFC 6901): "a/b" becomes "a~1b".
std::string PointerToken(std::string_view key);

/// Parses text; a syntax error becomes a ConfigError that names line and column.
/// Duplicate keys in one object are refused as well.
Json ParseJson(std::string_view text);

/// Reads and parses one file; a missing or unreadable file is a ConfigError located in it.
Json ReadJsonFile(const std::filesystem::path& file);

/// One line, keys in insertion order, shortest round-trip numbers. Contract violation if `value`
/// holds a non-finite number (which would otherwise become a bare null).
std::string DumpLine(const Json& value);

/// Two-space indented, ending in a newline; the same contract.
std::string DumpPretty(const Json& value);

/// Writes beside the target, flushes to disk and renames, so that a reader or a crash sees the old
/// bytes or the new ones. Throws std::runtime_error with path and reason (a full disk, say).
void WriteFileAtomically(const std::filesystem::path& file, std::string_view bytes);

/// Reads a whole file; a missing or unreadable one is a ConfigError located in it.
std::string ReadFile(const std::filesystem::path& file);

}  // namespace rectune
