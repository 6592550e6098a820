// SPDX-License-Identifier: Apache-2.0
#include "experiments/grade_table.h"

#include <array>

#include "core/config_error.h"
#include "experiments/report_summary.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

std::string Share(const Json& share) {
  return share.is_null() ? "-" : Fixed(100.0 * share.get<double>(), 0) + "%";
}

std::string Value(const Json& value) {
  return value.is_null() ? "-" : Signed(value.get<double>(), 3);
}

std::string Name(const Json& tuner) {
  return DisplayName(tuner.at("label").get<std::string>(), tuner.at("is_stand_in").get<bool>(),
                     tuner.value("model_asked", std::string()));
}

/// "86% (19 of 22)", with what had no sign behind it.
TableCell Signs(const Json& signs) {
  const int right = signs.at("right").get<int>();
  const int judged = right + signs.at("wrong").get<int>();
  if (judged == 0) return {.text = "-"};
  return {.text = Share(signs.at("accuracy")) + " (" + std::to_string(right) + " of " +
                  std::to_string(judged) + ")",
          .note = std::to_string(signs.at("negligible").get<int>()) + " without effect"};
}

Table Claims(const Json& tuners) {
  Table table{.caption = "What agents claimed, against the oracle",
              .columns = {{"Agent"},
                          {"Insight signs right", true},
                          {"Rule signs right", true},
                          {"Tightenings", true},
                          {"Shut the optimum out", true},
                          {"Cells locked out", true},
                          {"Cost, %", true}}};
  for (const Json& tuner : tuners) {
    const Json& lockout = tuner.at("lockout");
    TableRow row{.cells = {{.text = Name(tuner)},
                           Signs(tuner.at("insight_signs")),
                           Signs(tuner.at("rule_signs"))}};
    if (lockout.is_null()) {
      for (int i = 0; i < 4; ++i) row.cells.push_back({.text = "-"});
    } else {
      row.cells.push_back({.text = lockout.at("tightenings").dump()});
      row.cells.push_back({.text = lockout.at("excluding_optimum").dump()});
      row.cells.push_back(
          {.text = lockout.at("locked_out").dump() + " of " + lockout.at("cells").dump(),
           .note = "ever: " + lockout.at("ever_locked_out").dump()});
      row.cells.push_back({.text = Value(lockout.at("mean_cost"))});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table Choices(const Json& tuners) {
  Table table{.caption = "Who chose the arms, at equal arms",
              .columns = {{"Agent"},
                          {"Good kept", true},
                          {"Bad dropped", true},
                          {"Launched: good", true},
                          {"First come: good", true},
                          {"Launched: mean, %", true},
                          {"First come: mean, %", true},
                          {"Arms", true}}};
  for (const Json& tuner : tuners) {
    const Json& critic = tuner.at("critic");
    const Json& launched = tuner.at("launched");
    const Json& first = tuner.at("validator_first_come");
    if (launched.at("arms") == 0) continue;
    TableRow row{.cells = {{.text = Name(tuner)}}};
    if (critic.is_null()) {
      row.cells.insert(row.cells.end(), {{.text = "-"}, {.text = "-"}});
    } else {
      const auto of = [&](const char* part, const char* rest, const char* share) {
        const int count = critic.at(part).get<int>();
        return TableCell{.text = Share(critic.at(share)) + " (" + std::to_string(count) + " of " +
                                 std::to_string(count + critic.at(rest).get<int>()) + ")"};
      };
      row.cells.push_back(of("good_kept", "good_dropped", "kept_of_good"));
      row.cells.push_back(of("bad_dropped", "bad_kept", "dropped_of_bad"));
    }
    row.cells.push_back({.text = Share(launched.at("precision"))});
    row.cells.push_back({.text = Share(first.at("precision"))});
    row.cells.push_back({.text = Value(launched.at("mean_true_value"))});
    row.cells.push_back({.text = Value(first.at("mean_true_value"))});
    row.cells.push_back({.text = launched.at("arms").dump()});
    table.rows.push_back(std::move(row));
  }
  return table;
}

Table Layers(const Json& tuners) {
  Table table{.caption = "Which layer stopped what could not have run",
              .columns = {{"Agent"},
                          {"Invalid proposals", true},
                          {"Parser", true},
                          {"Validator", true},
                          {"Critic", true},
                          {"Nobody", true}}};
  for (const Json& tuner : tuners) {
    TableRow row{.cells = {{.text = Name(tuner)}, {.text = tuner.at("invalid_proposals").dump()}}};
    for (const char* layer : {"parser", "validator", "critic", "nobody"}) {
      const Json& stopped = tuner.at("invalid_stopped_by").at(layer);
      row.cells.push_back(
          {.text = Share(stopped.at("share")) + " (" + stopped.at("count").dump() + ")"});
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace

std::vector<Table> GradeTables(const Json& grade) {
  try {
    const Json& tuners = grade.at("tuners");
    return {Claims(tuners), Choices(tuners), Layers(tuners)};
  } catch (const Json::exception& error) {
    throw ConfigError("", error.what(), "what `rectune grade` writes");
  }
}

std::vector<std::string> GradeNotes() {
  return {
      "Signs: the claimed direction of a move's effect on a metric, against a quarter of the range "
      "to either side of production, noise-free; effects below 0.02% have none.",
      "Shut out: the reference optimum lies outside what a tightening keeps; its cost is the true "
      "value lost at the nearest point still inside.",
      "Good: truly better than production, guardrail penalty included. First come: the first "
      "proposals that the validator passed, as many as were launched, of rounds with a choice.",
      "Nobody: invalid proposals that reached an arm and cost it."};
}

}  // namespace rectune::experiments
