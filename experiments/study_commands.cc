// SPDX-License-Identifier: Apache-2.0
//
// The commands that run a study or tidy up after one: run, resume, report, merge.
#include <charconv>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/config_error.h"
#include "experiments/commands.h"
#include "experiments/final_table.h"
#include "experiments/report.h"
#include "experiments/run_data.h"
#include "experiments/run_folder.h"
#include "experiments/sqlite_index.h"
#include "experiments/study_spec.h"

namespace rectune::experiments {
namespace {

namespace fs = std::filesystem;

/// Makes index, report and final table from the journals.
RunData Publish(const fs::path& directory, bool with_report, Console& console) {
  RunData run = LoadRun(directory);
  WriteSqliteIndex(run, directory / "results.sqlite");
  console.out << FinalTable(run);
  if (with_report) {
    WriteReport(run, directory);
    console.out << "\nreport: " << (directory / "report.html").string() << '\n';
  }
  return run;
}

/// `run` and `resume` alike, once the spec is checked.
int RunChecked(const Study& study, const fs::path& directory, const RunArguments& arguments,
               const Workbench& workbench, Console& console) {
  const auto say = [&](const std::string& message) { console.talk << message << '\n'; };
  const RunFolder folder = RunFolder::Enter(directory, study, console.command, say);
  const StudySpec& spec = study.spec;
  if (!arguments.quiet) {
    console.talk << (folder.is_resumed() ? "resuming " : "running ") << spec.name << ": "
                 << spec.tuners.size() << " tuners x " << spec.seeds.size() << " seeds, "
                 << spec.budget.rounds << " rounds of " << spec.budget.arms_per_round
                 << " arms, in " << directory.string() << '\n';
  }
  const RunSettings settings{
      .jobs = arguments.jobs,
      .shard = arguments.shard,
      .style = {.is_terminal = console.talk_is_terminal, .is_quiet = arguments.quiet},
      .should_stop = console.should_stop};
  const StudyOutcome outcome = RunStudy(study, workbench, folder, settings, console.talk);
  for (const CellFailure& failure : outcome.failures) {
    console.talk << "rectune: cell " << failure.cell << " failed: " << failure.message << '\n';
  }
  const std::string again =
      "run `rectune resume " + directory.string() + "` to continue where it stands";
  if (outcome.stopped) {
    console.talk << "rectune: stopped by a signal; " << again << '\n';
    return kExitStopped;
  }
  if (!outcome.failures.empty()) {
    console.talk << "rectune: " << outcome.failures.size() << " of " << outcome.cells
                 << " cells failed; once the cause is gone, " << again << '\n';
    return kExitFailed;
  }
  const RunData run = Publish(directory, arguments.report, console);
  if (!run.complete) {
    console.talk << "shard " << arguments.shard.index << "/" << arguments.shard.count
                 << " is done; the study is not (see `rectune merge`)\n";
  }
  return kExitDone;
}

}  // namespace

int RunCommand(const RunArguments& arguments, const Workbench& workbench, Console& console) {
  return RunChecked(OpenStudy(arguments.spec, workbench), arguments.out, arguments, workbench,
                    console);
}

int ResumeCommand(const ResumeArguments& arguments, const Workbench& workbench, Console& console) {
  const Json manifest = ReadManifest(arguments.directory);
  const fs::path file = arguments.directory / "manifest.json";
  const Study study = [&] {
    try {
      return CheckStudy(manifest.at("spec"), workbench, manifest.value("folder", ""));
    } catch (const ConfigError& error) {
      throw error.In(file.string());
    }
  }();
  const RunArguments run{.spec = file,
                         .out = arguments.directory,
                         .jobs = arguments.jobs,
                         .shard = {},
                         .quiet = arguments.quiet,
                         .report = arguments.report};
  return RunChecked(study, arguments.directory, run, workbench, console);
}

int ReportCommand(const fs::path& directory, Console& console) {
  Publish(directory, /*with_report=*/true, console);
  return kExitDone;
}

Shard ParseShard(const std::string& text) {
  const auto fail = [&]() -> ConfigError {
    return ConfigError("--shard", Json(text).dump(), "i/n with 1 <= i <= n <= 100000, such as 2/5");
  };
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) throw fail();
  const auto number = [&](std::string_view part) {
    int value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size()) throw fail();
    return value;
  };
  const std::string_view digits = text;
  const Shard shard{.index = number(digits.substr(0, slash)),
                    .count = number(digits.substr(slash + 1))};
  if (shard.index < 1 || shard.count < shard.index || shard.count > 100'000) throw fail();
  return shard;
}

int MergeCommand(const fs::path& out, const std::vector<fs::path>& shards,
                 const Workbench& workbench, Console& console) {
  const Json first = ReadManifest(shards.front());
  const Json first_task = ReadJsonFile(shards.front() / "task.json");
  for (const fs::path& shard : shards) {
    if (ReadManifest(shard).at("spec") != first.at("spec") ||
        ReadJsonFile(shard / "task.json") != first_task) {
      throw ConfigError("SHARD", Json(shard.string()).dump(),
                        "a folder of the same spec and world as " + shards.front().string());
    }
  }
  const Study study = CheckStudy(first.at("spec"), workbench, first.value("folder", ""));
  const RunFolder folder =
      RunFolder::Enter(out, study, console.command,
                       [&](const std::string& message) { console.talk << message << '\n'; });
  int copied = 0;
  int missing = 0;
  for (const CellSpec& cell : ExpandCells(study.spec)) {
    const fs::path target = folder.cell(cell);
    std::string bytes =
        fs::exists(target / "journal.jsonl") ? ReadFile(target / "journal.jsonl") : "";
    for (const fs::path& shard : shards) {
      const fs::path source = shard / "cells" / cell.id;
      if (!fs::exists(source / "journal.jsonl")) continue;
      const std::string candidate = ReadFile(source / "journal.jsonl");
      // Equal cells have equal bytes, so one is a beginning of the other or they are no equals.
      if (!candidate.starts_with(bytes) && !bytes.starts_with(candidate)) {
        throw std::runtime_error(source.string() +
                                 " and another copy of that cell tell different "
                                 "stories; nothing of it was merged");
      }
      if (candidate.size() <= bytes.size()) continue;
      fs::remove_all(target);
      fs::create_directories(target.parent_path());
      fs::copy(source, target, fs::copy_options::recursive);
      bytes = candidate;
      ++copied;
    }
    missing += bytes.empty() ? 1 : 0;
  }
  console.talk << "merged " << copied << " cells into " << out.string() << '\n';
  const RunData run = Publish(out, /*with_report=*/true, console);
  if (!run.complete) {
    console.talk << missing << " cells are missing and others may be unfinished; `rectune resume "
                 << out.string() << "` runs what is left\n";
  }
  return kExitDone;
}

}  // namespace rectune::experiments
