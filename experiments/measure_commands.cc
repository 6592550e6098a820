// SPDX-License-Identifier: Apache-2.0
//
// The commands that measure configurations outside a study: evaluate, ab, oracle.
#include <algorithm>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "experiments/commands.h"
#include "experiments/oracle_search.h"
#include "experiments/pareto_archive.h"
#include "experiments/task_access.h"
#include "experiments/text_grid.h"

namespace rectune::experiments {
namespace {

std::string ChangeNote(const Configuration& configuration, const ParameterSpace& space) {
  return std::to_string(ChangedParameters(configuration, space)) + " of " +
         std::to_string(space.size()) + " parameters differ from production";
}

Json ScoreJson(const Score& score) {
  return {{"value", NumberToJson(score.value)},
          {"standard_error", NumberToJson(score.standard_error)},
          {"violation", NumberToJson(score.violation)},
          {"feasible", score.feasible()}};
}

/// The frozen optimum on the same panel as everything else that `evaluate` tells.
double ReferenceValue(const TestbedPort& testbed) {
  return testbed.objective.Evaluate(testbed.truth(testbed.reference->optimum), *testbed.metrics)
      .value;
}

std::string Verdict(const Score& score) {
  return score.feasible() ? "every guardrail holds"
                          : "guardrails broken by " + Fixed(score.violation, 3) + "% in sum";
}

constexpr std::size_t kFrontPoints = 12;

/// Lifts of the north stars, turned so that more is better.
std::vector<double> BenefitsOf(const Measurement& truth, const Objective& objective,
                               const TestbedPort& testbed) {
  std::vector<double> benefits;
  for (const NorthStar& star : objective.north_stars()) {
    const double lift = truth.readings[testbed.metrics->IndexOf(star.metric)].lift;
    benefits.push_back(star.direction == Direction::kLowerIsBetter ? -lift : lift);
  }
  return benefits;
}

/// {"front": [{"benefits", "configuration"}], "normalisation": {metric: [low, high]}}: benefits in
/// the order of the north stars; low and high are the front's own ends.
Json ParetoJson(const std::vector<ParetoPoint>& front, const Objective& objective,
                const TestbedPort& testbed) {
  Json points = Json::array();
  for (const ParetoPoint& point : front) {
    points.push_back({{"benefits", point.benefits},
                      {"configuration", testbed.space->ToJson(point.configuration)}});
  }
  Json normalisation = Json::object();
  for (std::size_t k = 0; k < objective.north_stars().size(); ++k) {
    const auto [low, high] =
        std::ranges::minmax(front, {}, [k](const ParetoPoint& point) { return point.benefits[k]; });
    normalisation[objective.north_stars()[k].metric] = {low.benefits[k], high.benefits[k]};
  }
  return {{"front", std::move(points)}, {"normalisation", std::move(normalisation)}};
}

}  // namespace

int EvaluateCommand(const TaskArguments& arguments, const std::string& config,
                    const Workbench& workbench, Console& console) {
  const auto testbed = OpenTask(arguments, workbench);
  const Configuration configuration = ReadConfiguration(config, *testbed->space);
  const Measurement truth = testbed->truth(configuration);
  const Score score = testbed->objective.Evaluate(truth, *testbed->metrics);
  if (arguments.as_json) {
    Json json =
        Answer(*testbed, {{"what", "noise-free truth on the evaluation panel; no tuner sees it"},
                          {"changed_parameters", ChangedParameters(configuration, *testbed->space)},
                          {"score", ScoreJson(score)},
                          {"truth", ToJson(truth, *testbed->metrics)["readings"]}});
    if (testbed->reference) json["reference_value"] = NumberToJson(ReferenceValue(*testbed));
    console.out << DumpPretty(json);
    return kExitDone;
  }
  std::ostream& out = console.out;
  out << TaskTitle(*testbed) << ": noise-free truth on the evaluation panel, which no tuner sees\n"
      << config << ": " << ChangeNote(configuration, *testbed->space) << "\n\n";
  TextGrid grid({"metric", "production", "this", "lift %"},
                {Align::kLeft, Align::kRight, Align::kRight, Align::kRight});
  for (std::size_t k = 0; k < truth.readings.size(); ++k) {
    const MetricReading& reading = truth.readings[k];
    grid.AddRow({testbed->metrics->metrics()[k].name, Short(reading.control),
                 Short(reading.treatment), Signed(reading.lift, 3)});
  }
  out << grid.ToString() << "\nobjective " << Signed(score.value, 4) << "%, " << Verdict(score)
      << "\n";
  if (testbed->reference) {
    out << "reference optimum " << Signed(ReferenceValue(*testbed), 4) << "%\n";
  }
  return kExitDone;
}

int AbCommand(const AbArguments& arguments, const Workbench& workbench, Console& console) {
  const auto testbed = OpenTask(arguments.task, workbench);
  std::vector<Configuration> arms;
  for (const std::string& config : arguments.configs) {
    arms.push_back(ReadConfiguration(config, *testbed->space));
  }
  const double users =
      arguments.users_per_arm > 0.0 ? arguments.users_per_arm : testbed->default_users_per_arm;
  RequireCredibleArm(users, *testbed, "--users");
  const int round = testbed->schedule.phases[testbed->phase].first_round;
  const std::vector<Measurement> readouts =
      testbed->run_round(arguments.seed, round, users, arms, ReadBefore(arguments.before, *testbed),
                         std::max(1, static_cast<int>(std::thread::hardware_concurrency())));
  if (arguments.task.as_json) {
    Json arms_json = Json::array();
    for (std::size_t i = 0; i < arms.size(); ++i) {
      arms_json.push_back(
          {{"config", arguments.configs[i]},
           {"changed_parameters", ChangedParameters(arms[i], *testbed->space)},
           {"score", ScoreJson(testbed->objective.Evaluate(readouts[i], *testbed->metrics))},
           {"guardrail_breaches", testbed->objective.Violations(readouts[i], *testbed->metrics)},
           {"measurement", ToJson(readouts[i], *testbed->metrics)}});
    }
    console.out << DumpPretty(Answer(*testbed, {{"seed", arguments.seed},
                                                {"users_per_arm", users},
                                                {"horizon_days", testbed->horizon_days},
                                                {"arms", std::move(arms_json)}}));
    return kExitDone;
  }
  std::ostream& out = console.out;
  out << TaskTitle(*testbed) << ": one A/B experiment, " << arms.size() << " arm"
      << (arms.size() == 1 ? "" : "s") << " and control (production), " << Short(users)
      << " virtual users an arm, " << testbed->horizon_days << " days, seed " << arguments.seed
      << "\n";
  for (const std::string& bias : testbed->biases) out << "biased by " << bias << "\n";
  for (std::size_t i = 0; i < arms.size(); ++i) {
    const Measurement& readout = readouts[i];
    const Score score = testbed->objective.Evaluate(readout, *testbed->metrics);
    out << "\nArm " << i + 1 << ", " << arguments.configs[i] << ": "
        << ChangeNote(arms[i], *testbed->space) << "\n";
    TextGrid grid({"metric", "control", "treatment", "lift %", "s.e.", "p", "q"},
                  {Align::kLeft, Align::kRight, Align::kRight, Align::kRight, Align::kRight,
                   Align::kRight, Align::kRight});
    for (std::size_t k = 0; k < readout.readings.size(); ++k) {
      const MetricReading& reading = readout.readings[k];
      grid.AddRow({testbed->metrics->metrics()[k].name, Short(reading.control),
                   Short(reading.treatment), Signed(reading.lift, 3),
                   Fixed(reading.standard_error, 3), Fixed(reading.p_value, 4),
                   Fixed(reading.q_value, 4)});
    }
    out << grid.ToString() << "objective " << Signed(score.value, 3) << "% (s.e. "
        << Fixed(score.standard_error, 3) << ")\n";
    const std::vector<double> breaches = testbed->objective.Violations(readout, *testbed->metrics);
    for (std::size_t g = 0; g < breaches.size(); ++g) {
      const Guardrail& guardrail = testbed->objective.guardrails()[g];
      const double lift = readout.readings[testbed->metrics->IndexOf(guardrail.metric)].lift;
      out << "guardrail " << guardrail.metric << " " << BoundText(guardrail) << ": "
          << (breaches[g] > 0.0 ? "BROKEN" : "holds") << " at " << Signed(lift, 3) << "%\n";
    }
    out << "sample ratio: p = " << Fixed(readout.sample_ratio_p_value, 4)
        << (readout.sample_ratio_p_value < 0.001 ? " (mismatch: do not trust this readout)" : "")
        << "\n";
  }
  return kExitDone;
}

int OracleCommand(const OracleArguments& arguments, const Workbench& workbench, Console& console) {
  const auto testbed = OpenTask(arguments.task, workbench);
  std::vector<Guardrail> guardrails = testbed->objective.guardrails();
  for (Guardrail& guardrail : guardrails) guardrail.lift_bound *= 1.0 - arguments.margin;
  const Objective objective(testbed->objective.north_stars(), std::move(guardrails),
                            testbed->objective.violation_penalty());
  ParetoArchive archive;
  const TrueValue value = [&](const Configuration& configuration) {
    const Measurement truth = testbed->oracle_truth(configuration);
    Score score = objective.Evaluate(truth, *testbed->metrics);
    // The best on one population leans on its chances: a guardrail that just holds here may be
    // broken where regret is judged. Regret 0 should be what a product could launch, so it has to
    // hold there.
    if (score.feasible()) {
      score.violation =
          testbed->objective.Evaluate(testbed->truth(configuration), *testbed->metrics).violation;
    }
    if (score.feasible()) archive.Add(configuration, BenefitsOf(truth, objective, *testbed));
    return score;
  };
  OracleOptions options{.evaluations = arguments.evaluations, .seed = arguments.seed};
  // What is frozen already is searched from as well: a longer search must not end below a shorter
  // one.
  Json guesses = Json::array();
  const auto add_guess = [&](const TestbedPort& port) {
    if (!port.reference) return;
    options.guesses.push_back(port.reference->optimum);
    guesses.push_back(
        {{"phase", port.phase}, {"value", NumberToJson(value(port.reference->optimum).value)}});
  };
  add_guess(*testbed);
  if (testbed->phase > 0) add_guess(*AtPhase(testbed, testbed->phase - 1));
  std::mutex mutex;
  options.on_progress = [&](const std::string& searcher, int evaluations, double best) {
    const std::lock_guard guard(mutex);
    console.talk << searcher << ": " << evaluations << " of " << arguments.evaluations
                 << " evaluations, best " << Signed(best, 4) << "%" << std::endl;
  };
  const OracleResult result = SearchOptimum(*testbed->space, value, options);
  Configuration optimum = result.best().best;
  double optimum_value = result.best().value;
  // A frozen optimum that this search cannot better by what counts stands: regrets stay comparable.
  bool stands = false;
  if (testbed->reference) {
    const Score frozen = value(testbed->reference->optimum);
    stands = frozen.feasible() && optimum_value - frozen.value < kOracleTolerance * optimum_value;
    if (stands) {
      optimum = testbed->reference->optimum;
      optimum_value = frozen.value;
    }
  }
  const auto described = [](const std::vector<SearcherResult>& searchers) {
    Json list = Json::array();
    for (const SearcherResult& searcher : searchers) {
      list.push_back({{"name", searcher.name},
                      {"value", NumberToJson(searcher.value)},
                      {"evaluations", searcher.evaluations}});
    }
    return list;
  };
  Json rounds = Json::array();
  for (const std::vector<SearcherResult>& round : result.rounds) {
    rounds.push_back(described(round));
  }
  console.out << DumpPretty(
      {{"value", NumberToJson(optimum_value)},
       {"optimum", testbed->space->ToJson(optimum)},
       {"pareto", ParetoJson(archive.Spread(kFrontPoints), objective, *testbed)},
       {"provenance",
        {{"command", "rectune oracle " + testbed->scenario + " --task " + testbed->task +
                         " --size " + testbed->size + " --evaluations " +
                         std::to_string(arguments.evaluations) + " --seed " +
                         std::to_string(arguments.seed) +
                         (arguments.margin > 0.0 ? " --margin " + Short(arguments.margin) : "") +
                         (testbed->phase > 0 ? " --phase " + std::to_string(testbed->phase) : "")},
         {"guesses", std::move(guesses)},
         {"searchers", described(result.searchers)},
         {"disagreement", NumberToJson(result.disagreement())},
         {"rounds", std::move(rounds)},
         {"last_step", NumberToJson(result.last_step())},
         {"frozen_before_stands", stands}}}});
  return kExitDone;
}

}  // namespace rectune::experiments
