// SPDX-License-Identifier: Apache-2.0
//
// BuildInfo: which sources, compiler and flags made this program, for `rectune --version` and for
// manifests. Filled in by cmake/Version.cmake at build time; never part of a journal, which must
// not differ between two builds of the same sources. Link rectune_build_info.
//
//   const BuildInfo& build = GetBuildInfo();
//   manifest["commit"] = build.commit;
//   manifest["dirty"] = build.dirty;
#pragma once

#include <string>

namespace rectune {

struct BuildInfo {
  std::string version;     // "0.1.0"
  std::string commit;      // 40 hexadecimal digits, or "unknown" outside a repository
  bool dirty = false;      // tracked files differed from that commit
  std::string compiler;    // "GNU 12.2.0"
  std::string build_type;  // "Release"
  std::string flags;       // those of the build type, without the warning options
  std::string sanitizers;  // "address,undefined", or ""
};

const BuildInfo& GetBuildInfo();

}  // namespace rectune
