// SPDX-License-Identifier: Apache-2.0
//
// The command line of `rectune skills`; the commands are in experiments/skills_commands.cc.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>
#include <vector>

#include "core/config_error.h"
#include "experiments/skills_commands.h"
#include "experiments/skills_place.h"
#include "experiments/skills_trial.h"

namespace rectune::experiments {
namespace {

/// What the options of all subcommands are parsed into; lives as long as the callbacks.
struct Parsed {
  SkillsArguments at;
  std::string version;
  std::string from = "parent";
  std::string to = "head";
  std::string other;
  std::string task;
  std::string size = "small";
  std::string reason;
  std::string folder;
  std::string target;
  bool replace = false;
  std::vector<std::string> sources;
  SkillTrialArguments trial;
};

void AddPlace(CLI::App* command, Parsed& parsed, bool can_json) {
  command
      ->add_option("path", parsed.at.path,
                   "A skill's folder, a folder of skills, a cell of a run, or a run")
      ->required();
  command->add_option("--skill", parsed.at.skill, "Which one, where there are several");
  if (can_json) command->add_flag("--json", parsed.at.as_json, "As JSON");
}

}  // namespace

void AddSkillsCommands(CLI::App& app, const Workbench& workbench, Console& console, int& status) {
  CLI::App* skills =
      app.add_subcommand("skills", "Skills that agents read and keep: look, check, move back");
  skills->require_subcommand(1);
  const auto parsed = std::make_shared<Parsed>();

  CLI::App* show = skills->add_subcommand("show", "Rules, search space, counts and history");
  AddPlace(show, *parsed, true);
  show->add_option("--version", parsed->version, "An earlier version: its id or first digits");
  show->callback([parsed, &console, &status] {
    status = SkillsShowCommand(parsed->at, parsed->version, console);
  });

  CLI::App* diff = skills->add_subcommand("diff", "What differs between two versions or folders");
  AddPlace(diff, *parsed, true);
  diff->add_option("--from", parsed->from, "A version")->capture_default_str();
  diff->add_option("--to", parsed->to, "A version")->capture_default_str();
  diff->add_option("--other", parsed->other, "Compare with the skill at this path instead");
  diff->callback([parsed, &console, &status] {
    status = SkillsDiffCommand(parsed->at, parsed->from, parsed->to, parsed->other, console);
  });

  CLI::App* check =
      skills->add_subcommand("check", "Agent Skills rules, and ours, by file and line");
  AddPlace(check, *parsed, true);
  check->add_option("--task", parsed->task, "SCENARIO/TASK that rules and bounds must fit");
  check->add_option("--size", parsed->size, "Size of the world")->capture_default_str();
  check->callback([parsed, &workbench, &console, &status] {
    status = SkillsCheckCommand(parsed->at, parsed->task, parsed->size, workbench, console);
  });

  CLI::App* rollback = skills->add_subcommand("rollback", "Make an earlier version the head again");
  AddPlace(rollback, *parsed, false);
  rollback->add_option("version", parsed->version, "Its id or first digits, or \"parent\"")
      ->required();
  rollback->add_option("--reason", parsed->reason, "Why, for the log")->required();
  rollback->callback([parsed, &console, &status] {
    status = SkillsRollbackCommand(parsed->at, parsed->version, parsed->reason, console);
  });

  CLI::App* import = skills->add_subcommand("import", "Bring an Agent Skills folder in");
  import->add_option("folder", parsed->folder, "The skill's folder")->required();
  import->add_option("--into", parsed->target, "Folder of skills; made if need be")->required();
  import->add_flag("--replace", parsed->replace,
                   "Make it the next version of a skill that is there");
  import->callback([parsed, &console, &status] {
    status = SkillsImportCommand(parsed->folder, parsed->target, parsed->replace, console);
  });

  CLI::App* test = skills->add_subcommand(
      "test", "Campaigns with the skill against campaigns without it, paired by seed");
  AddPlace(test, *parsed, true);
  test->add_option("--task", parsed->task, "SCENARIO/TASK to campaign on")->required();
  test->add_option("--size", parsed->size, "Size of the world")->capture_default_str();
  test->add_option("--against", parsed->other, "Another skill's path, in place of none");
  test->add_option("--seeds", parsed->trial.seeds, "Pairs of campaigns")
      ->check(CLI::Range(2, 500))
      ->capture_default_str();
  test->add_option("--rounds", parsed->trial.rounds, "A/B experiments a campaign")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  test->add_option("--arms", parsed->trial.arms, "Arms a round")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  test->callback([parsed, &workbench, &console, &status] {
    SkillTrialArguments& trial = parsed->trial;
    const SkillsPlace place = FindSkills(parsed->at.path, parsed->at.skill);
    trial.skill = place.store / place.name;
    if (!parsed->other.empty()) {
      const SkillsPlace against = FindSkills(parsed->other, "");
      trial.against = against.store / against.name;
    }
    const std::size_t slash = parsed->task.rfind('/');
    if (slash == std::string::npos) {
      throw ConfigError("--task", '"' + parsed->task + '"', "SCENARIO/TASK");
    }
    trial.task = {.scenario = parsed->task.substr(0, slash),
                  .task = parsed->task.substr(slash + 1),
                  .size = parsed->size,
                  .as_json = parsed->at.as_json};
    status = SkillsTestCommand(trial, workbench, console);
  });

  CLI::App* synthesise =
      skills->add_subcommand("synthesise", "A new skill from what the skills of tasks agree on");
  synthesise->add_option("sources", parsed->sources, "Runs, cells or folders of skills")
      ->required();
  synthesise->add_option("--name", parsed->version, "The new skill's name")->required();
  synthesise->add_option("--into", parsed->target, "Folder of skills; made if need be")->required();
  synthesise->callback([parsed, &console, &status] {
    status = SkillsSynthesiseCommand(parsed->sources, parsed->version, parsed->target, console);
  });

  CLI::App* exported = skills->add_subcommand("export", "Write a standard Agent Skills folder");
  AddPlace(exported, *parsed, false);
  exported->add_option("--version", parsed->version, "An earlier version");
  exported->add_option("--out", parsed->target, "Folder to write <skill>/ into")->required();
  exported->callback([parsed, &console, &status] {
    status = SkillsExportCommand(parsed->at, parsed->version, parsed->target, console);
  });
}

}  // namespace rectune::experiments
