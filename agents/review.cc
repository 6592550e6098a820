// SPDX-License-Identifier: Apache-2.0
#include "agents/review.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <mutex>
#include <stdexcept>
#include <utility>

#include "agents/text.h"

namespace rectune::agents {
namespace {

/// Cells run in parallel, but there is one person.
std::mutex& AskOneAtATime() {
  static std::mutex mutex;
  return mutex;
}

std::vector<std::string> Names(const ParameterSpace& space) {
  std::vector<std::string> names;
  for (const Parameter& parameter : space.parameters()) names.push_back(parameter.name);
  return names;
}

}  // namespace

ReviewOptions ReviewOptionsFromJson(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  ReviewOptions options;
  if (reader.Has("policy")) {
    const std::string policy = reader.OneOf("policy", {"auto", "rules", "interactive"});
    options.policy = policy == "auto"    ? ReviewPolicy::kAuto
                     : policy == "rules" ? ReviewPolicy::kRules
                                         : ReviewPolicy::kInteractive;
  }
  options.max_changes =
      static_cast<int>(reader.IntegerOr("max_changes", options.max_changes, {1, 1000}));
  options.max_step = reader.NumberOr("max_step", options.max_step, {0.01, 1.0});
  if (reader.Has("frozen")) options.frozen = reader.Strings("frozen");
  reader.Finish();
  return options;
}

ReviewDesk StandardDesk() { return {&std::cin, &std::cerr, ::isatty(STDIN_FILENO) == 1}; }

Reviewer::Reviewer(ReviewOptions options, const TuningTask& task, ReviewDesk desk)
    : options_(std::move(options)), task_(task), desk_(desk) {
  for (std::size_t i = 0; i < options_.frozen.size(); ++i) {
    if (task_.space->Find(options_.frozen[i])) continue;
    const std::string near = NearestName(options_.frozen[i], Names(*task_.space));
    throw ConfigError(
        "/review/frozen/" + std::to_string(i), '"' + options_.frozen[i] + '"',
        "a parameter of this task" + (near.empty() ? "" : " (did you mean \"" + near + "\"?)"));
  }
  if (options_.policy == ReviewPolicy::kInteractive && !desk_.is_terminal) {
    throw ConfigError("/review/policy", "\"interactive\"",
                      "a terminal on standard input, where somebody can answer; \"auto\" or "
                      "\"rules\" need none");
  }
}

std::vector<std::string> Reviewer::Broken(const Configuration& configuration) const {
  const ParameterSpace& space = *task_.space;
  const std::vector<double> now = space.Encode(configuration);
  const std::vector<double> before = space.Encode(space.Production());
  std::vector<std::string> broken;
  int changes = 0;
  for (std::size_t p = 0; p < space.size(); ++p) {
    const Parameter& parameter = space.parameters()[p];
    double step = 0.0;
    for (std::size_t k = 0; k < parameter.dimension(); ++k) {
      const std::size_t j = space.coordinate_offset(p) + k;
      step = std::max(step, std::abs(now[j] - before[j]));
    }
    if (step <= 1e-9) continue;
    ++changes;
    const bool is_frozen = std::find(options_.frozen.begin(), options_.frozen.end(),
                                     parameter.name) != options_.frozen.end();
    if (is_frozen) broken.push_back(parameter.name + " is frozen");
    if (!parameter.has_levels() && step > options_.max_step + 1e-9) {
      broken.push_back(parameter.name + " moves " + FormatNumber(step) + " of its range, at most " +
                       FormatNumber(options_.max_step));
    }
  }
  if (changes > options_.max_changes) {
    broken.push_back(std::to_string(changes) + " parameters change, at most " +
                     std::to_string(options_.max_changes));
  }
  return broken;
}

ReviewDecision Reviewer::Review(int round, int arm, const Proposal& proposal) const {
  ReviewDecision decision;
  decision.reviewer = options_.policy == ReviewPolicy::kAuto    ? "the automatic policy"
                      : options_.policy == ReviewPolicy::kRules ? "the rules"
                                                                : "a person";
  if (!proposal.configuration) {
    decision.reason = proposal.invalid_reason;
    return decision;
  }
  if (options_.policy == ReviewPolicy::kInteractive) return AskPerson(round, arm, proposal);
  if (options_.policy == ReviewPolicy::kRules) {
    decision.reason = Join(Broken(*proposal.configuration), "; ");
    decision.approved = decision.reason.empty();
    if (decision.approved) decision.reason = "within the rules";
    return decision;
  }
  decision.approved = true;
  decision.reason = "deployable";
  return decision;
}

ReviewDecision Reviewer::AskPerson(int round, int arm, const Proposal& proposal) const {
  const std::lock_guard<std::mutex> lock(AskOneAtATime());
  std::ostream& out = *desk_.out;
  out << "\nReview: " << task_.scenario << "/" << task_.task << ", seed " << task_.seed
      << ", round " << round << " of " << task_.rounds << ", arm " << arm << "\n"
      << "  " << SanitizeLine(proposal.hypothesis, 600) << "\n";
  for (const std::string& line : DiffToProduction(*task_.space, *proposal.configuration)) {
    out << "    " << line << "\n";
  }
  for (const std::string& rule : Broken(*proposal.configuration)) {
    out << "  Mind: " << rule << "\n";
  }
  ReviewDecision decision;
  decision.reviewer = "a person";
  while (true) {
    out << "Launch it? y, or n and why: " << std::flush;
    std::string answer;
    if (!std::getline(*desk_.in, answer)) {
      throw std::runtime_error(
          "the review ended without an answer; nothing of this round was launched, and "
          "`rectune resume` asks again");
    }
    const std::string text = SanitizeLine(answer, 300);
    const std::string word = text.substr(0, text.find(' '));
    if (word == "y" || word == "yes") {
      decision.approved = true;
      decision.reason = "approved at the terminal";
      return decision;
    }
    if (word == "n" || word == "no") {
      const std::string why = text.size() > word.size() ? text.substr(word.size() + 1) : "";
      decision.reason = why.empty() ? "no reason given" : why;
      return decision;
    }
  }
}

std::vector<std::string> DiffToProduction(const ParameterSpace& space,
                                          const Configuration& configuration) {
  const Json now = space.ToJson(configuration);
  const Json before = space.ToJson(space.Production());
  std::vector<std::string> lines;
  for (const auto& [name, value] : now.items()) {
    if (value == before[name]) continue;
    lines.push_back("- " + name + ": " + before[name].dump());
    lines.push_back("+ " + name + ": " + value.dump());
  }
  if (lines.empty()) lines.push_back("(the production configuration itself)");
  return lines;
}

}  // namespace rectune::agents
