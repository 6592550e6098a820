// SPDX-License-Identifier: Apache-2.0
//
// TunerEntry: one row of an explicit table of tuners (baselines/table.cc, agents/table.cc). There
// is no static registration: adding a tuner is a new pair of files and a line in a table.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/configuration.h"
#include "core/measurement.h"
#include "core/object_reader.h"
#include "core/tuner.h"

namespace rectune {

/// A cheap estimate of what an experiment would read of a configuration, made offline and therefore
/// biased: lifts over production in percent, the same for the same arguments. `alignment` in [0, 1)
/// is about its correlation with the truth.
using OfflineProxy =
    std::function<Measurement(const Configuration& configuration, double alignment)>;

/// What a tuner is given beside its task.
struct TunerHome {
  /// Where it may leave files for people to read (transcripts, skills); empty: nowhere.
  std::filesystem::path directory;
  /// Empty where there is none; a study gives every tuner the same.
  OfflineProxy proxy = {};
};

struct TunerEntry {
  std::string name;     // as a spec spells it: "tpe"
  std::string summary;  // one line for `rectune list`
  std::string source;   // paper or recipe
  bool is_agent = false;
  bool is_stand_in = false;  // by default runs on a synthetic model; every table says so
  /// Reads the tuner's own options (`options` is an object, possibly empty) and refuses unknown
  /// ones with a ConfigError below `path`. Called before anything runs, to validate, and again to
  /// build.
  std::function<std::unique_ptr<Tuner>(const TuningTask& task, const Json& options,
                                       const std::string& path, const TunerHome& home)>
      make;
  /// A sentence when the tuner does not suit the task (too few arms, only categoricals, ...), or
  /// "".
  std::function<std::string(const TuningTask& task)> why_unsuited;
  /// The language model that an agent asks under these (checked) options, by the name it is asked
  /// for; "" when a synthetic one answers. Absent for tuners that ask nobody.
  std::function<std::string(const Json& options)> model_asked = {};
  /// Options that name folders which `make` reads, as JSON pointers ("/skill"). A relative one
  /// starts from the spec's folder, and what the folder holds is part of what a study is.
  std::vector<std::string> folders = {};
};

/// The entry named `name`, or null.
const TunerEntry* FindTuner(const std::vector<TunerEntry>& table, const std::string& name);

}  // namespace rectune
