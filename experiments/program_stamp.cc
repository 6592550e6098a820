// SPDX-License-Identifier: Apache-2.0
#include "experiments/program_stamp.h"

#include <sqlite3.h>
#include <sys/utsname.h>

#include <CLI/Version.hpp>
#include <Eigen/Core>
#include <fstream>
#include <thread>

#include "cmake/build_info.h"

namespace rectune::experiments {
namespace {

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string Dotted(int major, int minor, int patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace

Json ProgramStamp() {
  const BuildInfo& build = GetBuildInfo();
  utsname system{};
  ::uname(&system);
  return {
      {"program",
       {{"version", build.version},
        {"commit", build.commit},
        {"dirty", build.dirty},
        {"compiler", build.compiler},
        {"build_type", build.build_type},
        {"flags", build.flags},
        {"sanitizers", build.sanitizers}}},
      {"libraries",
       {{"eigen", Dotted(EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION)},
        {"nlohmann_json", Dotted(NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR,
                                 NLOHMANN_JSON_VERSION_PATCH)},
        {"sqlite3", sqlite3_libversion()},
        {"cli11", CLI11_VERSION}}},
      {"host",
       {{"cpu", CpuModel()},
        {"threads", std::thread::hardware_concurrency()},
        {"system", std::string(system.sysname) + " " + system.release + " " + system.machine}}}};
}

std::string VersionLine() {
  const BuildInfo& build = GetBuildInfo();
  return "rectune " + build.version + " (commit " + build.commit +
         (build.dirty ? " with local changes" : "") + ", " + build.compiler + ", " +
         build.build_type + ")";
}

}  // namespace rectune::experiments
