// SPDX-License-Identifier: Apache-2.0
//
// StudySpec: the JSON file that `rectune run` reads, checked to the last key before anything runs,
// and the grid of cells it stands for. Documented in experiments/specs/README.md. Holds no results.
//
//   Study study = OpenStudy("experiments/specs/quickstart.json", MakeWorkbench());
//   for (const CellSpec& cell : ExpandCells(study.spec)) ...
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/json.h"
#include "experiments/testbed_port.h"

namespace rectune::experiments {

inline constexpr int kSpecSchema = 1;

struct TunerSpec {
  std::string name;   // in the table of tuners
  std::string label;  // unique; what tables show and folders are named after
  Json options = Json::object();
  /// A digest of each folder that the options name, by its JSON pointer in them.
  std::map<std::string, std::string> contents = {};
  Json resolved = Json::object();  // the options with those folders' full paths: what a tuner gets
};

struct StudySpec {
  std::string name;
  std::string description;
  std::string scenario;  // a name, or the path of a scenario file
  std::string task;
  std::string size;
  std::vector<TunerSpec> tuners;
  std::vector<std::uint64_t> seeds;
  Budget budget;
  std::filesystem::path folder;  // where relative paths start; no part of what the study is
};

/// A checked spec and the testbed it runs on.
struct Study {
  StudySpec spec;
  std::shared_ptr<const TestbedPort> testbed;
};

/// One tuner with one seed: the unit of work. A cell's results are a pure function of this struct.
struct CellSpec {
  std::string id;               // "<label>.seed<seed>"
  std::size_t tuner_index = 0;  // into StudySpec::tuners
  TunerSpec tuner;
  std::uint64_t seed = 0;
};

/// Checks `json` against the workbench: shapes, names, budget, every tuner's options and whether
/// it suits the task. `folder` is where relative paths start, of the scenario and in tuners'
/// options; a folder of skills or prompts that no longer holds what the spec says is refused.
/// Throws ConfigError.
Study CheckStudy(const Json& json, const Workbench& workbench,
                 const std::filesystem::path& folder = {});
/// The same from a file, or from a shipped spec by name ("quickstart"); errors name it.
Study OpenStudy(const std::filesystem::path& file, const Workbench& workbench);

/// With every default filled in; itself a valid spec that checks to the same study.
Json ToJson(const StudySpec& spec);
/// 16 hex digits of the resolved spec, for people to compare; equality is decided on the spec.
std::string SpecHash(const StudySpec& spec);

/// Tuner by tuner in spec order, seeds in spec order.
std::vector<CellSpec> ExpandCells(const StudySpec& spec);

/// Seed of the A/B noise that every tuner of a (task, seed) meets: round by round and slot by slot
/// the same draws. Never given to a tuner.
std::uint64_t NoiseSeed(const StudySpec& spec, std::uint64_t seed);
/// Seed of a tuner's own streams. Keyed by the tuner's name, not by its label or options: a label
/// is only a name for people, and variants of one tuner share their draws, which pairs an ablation.
std::uint64_t TunerSeed(const StudySpec& spec, const std::string& tuner, std::uint64_t seed);

}  // namespace rectune::experiments
