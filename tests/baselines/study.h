// SPDX-License-Identifier: Apache-2.0
//
// What the conformance suite's files share: tuners by name, a study on the toy task in which the
// world may meddle with the trials, and the toy task's variants.
//
//   Run run = RunStudy(*Make("tpe", task), /*noise=*/0.3, [](auto& trials) { Fail(trials[0]); });
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "baselines/table.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {

inline constexpr int kRounds = 10;
inline constexpr int kArms = 4;
inline constexpr double kNoise = 0.3;

/// What the world does to a round's trials before the tuner sees them.
using Fate = std::function<void(std::vector<Trial>&)>;

struct Run {
  std::vector<Configuration> proposals;
  Configuration recommendation;
};

std::unique_ptr<Tuner> Make(const std::string& name, const TuningTask& task);
std::vector<std::string> Names();

/// Of proposals that all have one; a test fails otherwise.
std::vector<Configuration> ConfigurationsOf(const std::vector<Proposal>& proposals);

/// A whole study of a new tuner; checks that every proposal is a member of the space.
Run RunStudy(Tuner& tuner, double noise, const Fate& fate = nullptr, int rounds = kRounds);

void Fail(Trial& trial);
void Invalidate(Trial& trial);

TuningTask WithSpace(TuningTask task, ParameterSpace space);
TuningTask WithoutGuardrails(TuningTask task);
/// Keeps the toy's names, so that its evaluator still works, and fixes everything but the
/// categorical.
TuningTask CategoricalsOnly(const TuningTask& task);

}  // namespace rectune::baselines
