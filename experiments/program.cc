// SPDX-License-Identifier: Apache-2.0
#include "experiments/program.h"

#include <signal.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "core/config_error.h"
#include "experiments/commands.h"
#include "experiments/program_stamp.h"
#include "experiments/skills_commands.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

std::atomic<bool> stop_requested{false};
static_assert(std::atomic<bool>::is_always_lock_free, "set from a signal handler");

/// Of commands that stop cleanly: the first signal asks for it, the second one kills, as people
/// expect. All others end at the first.
void WatchSignals() {
  struct sigaction action {};
  action.sa_handler = [](int) { stop_requested = true; };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

/// CLI::Range, but for NaN, which is on neither side of it and would pass.
CLI::Validator NumberIn(double low, double high) {
  const std::string range = "[" + Short(low) + ", " + Short(high) + "]";
  return {[low, high, range](std::string& text) {
            double value = 0.0;
            if (CLI::detail::lexical_cast(text, value) && value >= low && value <= high) {
              return std::string();
            }
            return "Value " + text + " not in range " + range;
          },
          "in " + range};
}

/// A seed or an index as specs take it: a number with a sign would be read as another.
CLI::Validator WholeNumber() {
  constexpr std::uint64_t kMost = (std::uint64_t{1} << 53) - 1;
  return {[](std::string& text) {
            const bool is_plain =
                !text.empty() && text.size() <= 16 &&
                std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
            if (is_plain && std::stoull(text) <= kMost) return std::string();
            return "Value " + text + " not in range [0, " + std::to_string(kMost) + "]";
          },
          "in [0, 2^53 - 1]"};
}

/// Both the word itself and what to do about it.
void Explain(const ConfigError& error) {
  std::cerr << "rectune: bad input: " << error.what() << '\n'
            << "Nothing was run. Correct that value and try again; `rectune list` names scenarios "
               "and tuners, `rectune --help` the commands.\n";
}

class Arguments {
 public:
  Arguments(CLI::App& app, const Workbench& workbench, Console& console)
      : app_(app), workbench_(workbench), console_(console) {
    app_.require_subcommand(1);
    app_.set_version_flag("--version", VersionLine());
    AddStudyCommands();
    AddTaskCommands();
    AddSkillsCommands(app_, workbench_, console_, status_);
    AddCardCommands();
  }

  int status() const { return status_; }

 private:
  void AddStudyCommands() {
    CLI::App* run = app_.add_subcommand("run", "Run a study, or continue it where it stands");
    run->add_option("spec", run_.spec,
                    "The study: a JSON file (experiments/specs/README.md), or a spec from `list`")
        ->required();
    run->add_option("--out", run_.out, "Run folder; made if it does not exist")->required();
    AddJobs(run, run_.jobs);
    run->add_option("--shard", shard_, "Only part i of n, as i/n; see `merge`");
    run->add_flag("--quiet", run_.quiet, "No progress");
    run->add_flag("!--no-report", run_.report, "Do not write the report");
    run->callback([this] {
      if (!shard_.empty()) run_.shard = ParseShard(shard_);
      status_ = RunCommand(run_, workbench_, console_);
    });

    CLI::App* resume = app_.add_subcommand("resume", "Continue a run folder with its own spec");
    resume->add_option("dir", resume_.directory, "Run folder")->required();
    AddJobs(resume, resume_.jobs);
    resume->add_flag("--quiet", resume_.quiet, "No progress");
    resume->add_flag("!--no-report", resume_.report, "Do not write the report");
    resume->callback([this] { status_ = ResumeCommand(resume_, workbench_, console_); });

    CLI::App* report = app_.add_subcommand("report", "Write report, tables and SQLite index again");
    report->add_option("dir", directory_, "Run folder")->required();
    report->callback([this] { status_ = ReportCommand(directory_, console_); });

    CLI::App* grade = app_.add_subcommand(
        "grade", "Hold what agents said and decided against the oracle; writes grade.json");
    grade->add_option("dir", directory_, "Run folder")->required();
    grade->add_flag("--json", as_json_, "As JSON");
    grade->callback([this] { status_ = GradeCommand(directory_, as_json_, workbench_, console_); });

    CLI::App* merge = app_.add_subcommand("merge", "Bring the shards of one study together");
    merge->add_option("--out", directory_, "Run folder to merge into")->required();
    merge->add_option("shards", shards_, "Run folders of the shards")->required();
    merge->callback([this] {
      status_ = MergeCommand(directory_, {shards_.begin(), shards_.end()}, workbench_, console_);
    });
  }

  void AddTaskCommands() {
    CLI::App* list = app_.add_subcommand("list", "Scenarios and tuners");
    list->add_flag("--json", as_json_, "As JSON");
    list->callback([this] { status_ = ListCommand(as_json_, workbench_, console_); });

    CLI::App* describe =
        app_.add_subcommand("describe", "A task's parameters, metrics, objective and traffic");
    describe->add_option("scenario", scenario_, "SCENARIO or SCENARIO/TASK")->required();
    AddPhase(describe);
    AddSize(describe);
    describe->callback([this] {
      const std::size_t slash = scenario_.find('/');
      if (slash != std::string::npos && !scenario_.ends_with(".json")) {
        task_.task = scenario_.substr(slash + 1);
        scenario_.resize(slash);
      }
      status_ = DescribeCommand(Task(), workbench_, console_);
    });

    CLI::App* evaluate = app_.add_subcommand("evaluate", "Noise-free truth of one configuration");
    AddTask(evaluate);
    evaluate
        ->add_option("--config", config_,
                     "A JSON file (what it leaves out is production's) or "
                     "\"production\"")
        ->required();
    evaluate->callback(
        [this] { status_ = EvaluateCommand(Task(), config_, workbench_, console_); });

    CLI::App* ab = app_.add_subcommand("ab", "One A/B experiment against production");
    AddTask(ab);
    ab->add_option("--config", ab_.configs,
                   "One JSON file an arm, or \"production\" for an A/A arm")
        ->required()
        ->allow_extra_args(false)
        ->take_all();
    ab->add_option("--after", ab_.before,
                   "The arms of the experiment before, where the scenario carries effects over")
        ->allow_extra_args(false)
        ->take_all();
    AddSeed(ab, ab_.seed, "Seed of the noise")->required();
    ab->add_option("--users", ab_.users_per_arm, "Virtual users an arm")->check(NumberIn(1e3, 1e9));
    CLI::Option* peek =
        ab->add_flag("--peek", ab_.peek, "Read at every look, naively and always-valid");
    ab->add_option("--looks", ab_.looks, "How many looks; one a day unless given")
        ->needs(peek)
        ->check(CLI::Range(2, 60));
    ab->callback([this] {
      ab_.task = Task();
      status_ = ab_.peek ? PeekedAbCommand(ab_, workbench_, console_)
                         : AbCommand(ab_, workbench_, console_);
    });

    CLI::App* peeking = app_.add_subcommand(
        "peeking", "What stopping at the first significant look does, over many experiments");
    peeking->add_option("scenario", scenario_, "Name of a scenario, or its JSON file")->required();
    peeking->add_option("--task", task_.task, "Task of the scenario; the first unless given");
    AddSize(peeking);
    AddSeed(peeking, peeking_.seed, "Seed of the noise")->capture_default_str();
    peeking->add_option("--users", peeking_.users_per_arm, "Virtual users an arm")
        ->check(NumberIn(1e3, 1e9));
    peeking->add_option("--looks", peeking_.looks, "How many looks; one a day unless given")
        ->check(CLI::Range(2, 60));
    peeking->add_option("--experiments", peeking_.experiments, "Experiments of each kind")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    peeking->callback([this] {
      peeking_.task = Task();
      status_ = PeekingCommand(peeking_, workbench_, console_);
    });

    CLI::App* simulate = app_.add_subcommand(
        "simulate", "Full mode: every user of a population lives day by day, coin by coin");
    AddTask(simulate);
    simulate
        ->add_option("--config", simulate_.configs,
                     "A JSON file to live under as well as production; may be repeated")
        ->allow_extra_args(false)
        ->take_all();
    simulate->add_option("--users", simulate_.users, "Users")
        ->check(CLI::Range(2, 1'000'000'000))
        ->capture_default_str();
    simulate->add_option("--first", simulate_.first_user, "Number of the first user")
        ->check(CLI::Range(0, 1'000'000'000))
        ->capture_default_str();
    simulate->add_option("--replicate", simulate_.replicate, "Which of their possible lives")
        ->check(CLI::Range(0, 1'000'000'000))
        ->capture_default_str();
    AddJobs(simulate, simulate_.jobs);
    simulate->callback([this] {
      simulate_.task = Task();
      status_ = SimulateCommand(simulate_, workbench_, console_);
    });

    CLI::App* oracle =
        app_.add_subcommand("oracle", "Search a task's optimum without noise, for sim/references");
    AddTask(oracle);
    oracle->add_option("--evaluations", oracle_.evaluations, "Budget of each searcher")
        ->check(CLI::Range(1, 10'000'000))
        ->capture_default_str();
    AddSeed(oracle, oracle_.seed, "Seed of the searchers")->capture_default_str();
    oracle->add_option("--margin", oracle_.margin, "Share of each guardrail's room to keep free")
        ->check(NumberIn(0.0, 0.9))
        ->capture_default_str();
    oracle->callback([this] {
      oracle_.task = Task();
      status_ = OracleCommand(oracle_, workbench_, console_);
    });

    CLI::App* verify =
        app_.add_subcommand("verify-tuners", "Hold the tuners against published figures");
    verify->add_flag("--quick", verify_.quick, "Fewer seeds and wider bands: under a minute");
    verify->add_option("--only", verify_.only, "Only checks whose name contains this");
    AddJobs(verify, verify_.jobs);
    CLI::Option* json = verify->add_flag("--json", verify_.as_json, "As JSON");
    verify->add_flag("--markdown", verify_.as_markdown, "As a Markdown table")->excludes(json);
    verify->callback(
        [this] { status_ = VerifyTunersCommand(verify_, TunerChecks(), workbench_, console_); });
  }

  void AddCardCommands() {
    CLI::App* fidelity = app_.add_subcommand(
        "fidelity", "Is the simulator any good? A scenario's measured figures against their bands");
    fidelity->add_option("scenario", scenario_, "Name of a scenario, or its JSON file")->required();
    AddSize(fidelity);
    fidelity->add_option("--only", only_, "Lines by name, instead of the whole card");
    fidelity->callback([this] {
      status_ = FidelityCommand({scenario_, task_.size, only_, as_json_}, workbench_, console_);
    });

    CLI::App* sweep = app_.add_subcommand(
        "sweep", "Noise-free responses to plot: a grid over parameters, or a sample of the space");
    AddTask(sweep);
    sweep->add_option("--parameter", sweep_.parameters, "Parameter of the grid; repeat for more")
        ->allow_extra_args(false)
        ->take_all();
    sweep->add_option("--points", sweep_.points, "Values of a number or a curve")
        ->check(CLI::Range(2, 1000))
        ->capture_default_str();
    sweep->add_option("--sample", sweep_.sample, "This many uniform configurations instead")
        ->check(CLI::Range(1, 1'000'000));
    AddSeed(sweep, sweep_.seed, "Seed of the sample")->capture_default_str();
    sweep->add_flag("--csv", sweep_.as_csv, "As CSV");
    sweep->callback([this] {
      sweep_.task = Task();
      status_ = SweepCommand(sweep_, workbench_, console_);
    });
  }

  static CLI::Option* AddSeed(CLI::App* command, std::uint64_t& seed, const std::string& of) {
    return command->add_option("--seed", seed, of)->check(WholeNumber());
  }

  static void AddJobs(CLI::App* command, int& jobs) {
    jobs = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    command->add_option("--jobs", jobs, "Threads (changes no result)")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
  }

  void AddPhase(CLI::App* command) {
    command->add_option("--phase", task_.phase, "Phase of a scenario with events")
        ->capture_default_str();
  }

  void AddSize(CLI::App* command) {
    command->add_option("--size", task_.size, "Size of the world")->capture_default_str();
    command->add_flag("--json", as_json_, "As JSON");
  }

  void AddTask(CLI::App* command) {
    command->add_option("scenario", scenario_, "Name of a scenario, or its JSON file")->required();
    command->add_option("--task", task_.task, "Task of the scenario")->required();
    AddPhase(command);
    AddSize(command);
  }

  TaskArguments Task() const {
    TaskArguments task = task_;
    task.scenario = scenario_;
    task.as_json = as_json_;
    return task;
  }

  CLI::App& app_;
  const Workbench& workbench_;
  Console& console_;
  int status_ = kExitDone;
  RunArguments run_;
  ResumeArguments resume_;
  TaskArguments task_;
  AbArguments ab_;
  PeekingArguments peeking_;
  SimulateArguments simulate_;
  OracleArguments oracle_;
  VerifyArguments verify_;
  SweepArguments sweep_;
  std::string shard_;
  std::string scenario_;
  std::string config_;
  std::string directory_;
  std::vector<std::string> shards_;
  std::vector<std::string> only_;
  bool as_json_ = false;
};

bool WantsRedrawnLine() {
  // NO_COLOR asks for plain text; a redrawn line is escape codes too. So is a dumb terminal.
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) == 1 && (no_color == nullptr || *no_color == '\0') &&
         terminal != nullptr && std::string(terminal) != "dumb";
}

}  // namespace

int RunProgram(int argc, char** argv, const Workbench& workbench) {
  Console console{.out = std::cout,
                  .talk = std::cerr,
                  .talk_is_terminal = WantsRedrawnLine(),
                  .should_stop = [] { return stop_requested.load(); },
                  .command = std::vector<std::string>(argv, argv + argc)};
  CLI::App app("RecTune: tune a simulated multi-stage recommender, and compare who tunes it best.",
               "rectune");
  Arguments arguments(app, workbench, console);
  for (const char* stops_cleanly : {"run", "resume", "grade", "verify-tuners", "skills"}) {
    app.get_subcommand(stops_cleanly)->preparse_callback([](std::size_t) { WatchSignals(); });
  }
  try {
    app.parse(argc, argv);
    console.out.flush();
    if (!console.out) {
      std::cerr << "rectune: cannot write to standard output\n";
      return kExitFailed;
    }
    return arguments.status();
  } catch (const CLI::ParseError& error) {
    // Also how --help and --version end, with status 0.
    return app.exit(error, std::cout, std::cerr) == 0 ? kExitDone : kExitBadInput;
  } catch (const ConfigError& error) {
    Explain(error);
    return kExitBadInput;
  } catch (const std::exception& error) {
    std::cerr << "rectune: " << error.what() << '\n';
    return kExitFailed;
  }
}

}  // namespace rectune::experiments
