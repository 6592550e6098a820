// SPDX-License-Identifier: Apache-2.0
#include "core/json.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <stdexcept>
#include <vector>

#include "core/check.h"
#include "core/config_error.h"

namespace rectune {
namespace {

// Writing and walking are recursive, so a hostile file must not choose the stack's depth.
constexpr std::size_t kDeepestNesting = 200;

// Follows nlohmann's parse events to know where we are: refuses what the parser would accept
// silently (the last of two equal keys wins) or dangerously (unbounded nesting).
class ParseGuard {
 public:
  bool operator()(int /*depth*/, Json::parse_event_t event, const Json& parsed) {
    switch (event) {
      case Json::parse_event_t::object_start:
      case Json::parse_event_t::array_start:
        NextElement();
        levels_.push_back({event == Json::parse_event_t::array_start, 0, {}, {}});
        if (levels_.size() > kDeepestNesting) {
          throw ConfigError(Path(levels_.size() - 1), "deeper nesting",
                            "at most " + std::to_string(kDeepestNesting) + " levels");
        }
        break;
      case Json::parse_event_t::object_end:
      case Json::parse_event_t::array_end:
        levels_.pop_back();
        break;
      case Json::parse_event_t::key: {
        Level& level = levels_.back();
        level.key = parsed.get<std::string>();
        if (!level.keys.insert(level.key).second) {
          throw ConfigError(Path(levels_.size()), "the key a second time",
                            "each key at most once in an object");
        }
        break;
      }
      case Json::parse_event_t::value:
        NextElement();
        break;
    }
    return true;
  }

 private:
  struct Level {
    bool is_array;
    std::size_t elements;
    std::string key;
    std::set<std::string> keys;
  };

  void NextElement() {
    if (!levels_.empty() && levels_.back().is_array) {
      ++levels_.back().elements;
    }
  }

  std::string Path(std::size_t depth) const {
    std::string path;
    for (std::size_t i = 0; i < depth; ++i) {
      const Level& level = levels_[i];
      path += "/";
      path += level.is_array ? std::to_string(level.elements - 1) : PointerToken(level.key);
    }
    return path;
  }

  std::vector<Level> levels_;
};

// "[json.exception.parse_error.101] parse error at line 1, column 2: syntax error while parsing
// value - invalid literal; last read: '{x'" -> the part after the position.
std::string WithoutPosition(const std::string& message) {
  for (const char* marker : {": syntax error ", "parse error at byte "}) {
    const std::size_t at = message.find(marker);
    if (at != std::string::npos) {
      const std::size_t colon = message.find(": ", at);
      return message.substr(colon + 2);
    }
  }
  return message;
}

std::string Position(std::string_view text, std::size_t byte) {
  // The reported byte is one past the last character read; at the end of input, past the end.
  const std::size_t at = std::min(byte == 0 ? 0 : byte - 1, text.size());
  const std::string_view before = text.substr(0, at);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t newline = before.rfind('\n');
  const std::size_t column = newline == std::string_view::npos ? at + 1 : at - newline;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

bool AllFinite(const Json& value) {
  if (value.is_structured()) {
    return std::all_of(value.begin(), value.end(), AllFinite);
  }
  return !value.is_number_float() || std::isfinite(value.get<double>());
}

std::string Dump(const Json& value, int indent) {
  RECTUNE_CHECK(AllFinite(value),
                "a non-finite number would become a bare null; use NumberToJson: ");
  try {
    return value.dump(indent);
  } catch (const Json::type_error& error) {  // a string that is not UTF-8
    throw ContractViolation(std::string("cannot write as JSON: ") + error.what());
  }
}

[[noreturn]] void ThrowSystemError(const std::string& what, const std::filesystem::path& file,
                                   int error) {
  throw std::runtime_error(what + " " + file.string() + ": " + std::strerror(error));
}

// An open file beside its target that vanishes unless it is committed.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target) {
    static std::atomic<unsigned> serial{0};
    do {
      path_ = target;
      path_.replace_filename("." + target.filename().string() + ".tmp-" +
                             std::to_string(::getpid()) + "-" + std::to_string(serial++));
      descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    } while (descriptor_ < 0 && errno == EEXIST);
    if (descriptor_ < 0) {
      ThrowSystemError("cannot write", target, errno);
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    if (descriptor_ >= 0) {
      ::close(descriptor_);
    }
    if (!committed_) {
      ::unlink(path_.c_str());
    }
  }

  void Write(std::string_view bytes, const std::filesystem::path& target) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) {
        continue;
      }
      if (written < 0) {
        ThrowSystemError("cannot write", target, errno);
      }
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    if (::fsync(descriptor_) != 0) {
      ThrowSystemError("cannot flush", target, errno);
    }
  }

  void Commit(const std::filesystem::path& target) {
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) {
      ThrowSystemError("cannot close", target, errno);
    }
    if (::rename(path_.c_str(), target.c_str()) != 0) {
      ThrowSystemError("cannot replace", target, errno);
    }
    committed_ = true;
  }

 private:
  std::filesystem::path path_;
  int descriptor_ = -1;
  bool committed_ = false;
};

// The rename itself is only durable once its directory is on disk.
void FlushDirectory(const std::filesystem::path& file) {
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) {
    ThrowSystemError("cannot open directory", directory, errno);
  }
  const int flushed = ::fsync(descriptor);
  const int error = errno;
  ::close(descriptor);
  // Some file systems (network mounts, mostly) do not support flushing a directory.
  if (flushed != 0 && error != EINVAL && error != ENOTSUP) {
    ThrowSystemError("cannot flush directory", directory, error);
  }
}

}  // namespace

Json NumberToJson(double value) {
  if (std::isfinite(value)) {
    return value;
  }
  if (std::isnan(value)) {
    return "NaN";
  }
  return value > 0.0 ? "Infinity" : "-Infinity";
}

double NumberFromJson(const Json& value, const std::string& path) {
  if (value.is_number()) {
    return value.get<double>();
  }
  if (value == "NaN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (value == "Infinity") {
    return std::numeric_limits<double>::infinity();
  }
  if (value == "-Infinity") {
    return -std::numeric_limits<double>::infinity();
  }
  throw ConfigError(path, value.dump(), R"(a number, "NaN", "Infinity" or "-Infinity")");
}

std::string PointerToken(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

Json ParseJson(std::string_view text) {
  try {
    return Json::parse(text, ParseGuard());
  } catch (const Json::parse_error& error) {
    throw ConfigError("", "a syntax error at " + Position(text, error.byte),
                      "valid JSON (" + WithoutPosition(error.what()) + ")");
  } catch (const Json::out_of_range& error) {  // a number beyond a double, such as 1e999
    throw ConfigError("", "a number that no double holds",
                      std::string("finite numbers (") + error.what() + ")");
  }
}

Json ReadJsonFile(const std::filesystem::path& file) {
  const std::string text = ReadFile(file);
  try {
    return ParseJson(text);
  } catch (const ConfigError& error) {
    throw error.In(file.string());
  }
}

std::string DumpLine(const Json& value) { return Dump(value, -1); }

std::string DumpPretty(const Json& value) { return Dump(value, 2) + "\n"; }

void WriteFileAtomically(const std::filesystem::path& file, std::string_view bytes) {
  TemporaryFile temporary(file);
  temporary.Write(bytes, file);
  temporary.Commit(file);
  FlushDirectory(file);
}

std::string ReadFile(const std::filesystem::path& file) {
  const auto fail = [&file](int error) -> ConfigError {
    return ConfigError("", std::string("no readable file (") + std::strerror(error) + ")",
                       "an existing, readable file")
        .In(file.string());
  };
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw fail(errno);
  }
  std::string text;
  std::vector<char> buffer(1U << 16U);
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count > 0) {
      text.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
      break;
    } else if (errno != EINTR) {
      const int error = errno;  // a directory opens but does not read
      ::close(descriptor);
      throw fail(error);
    }
  }
  ::close(descriptor);
  return text;
}

}  // namespace rectune
