// SPDX-License-Identifier: Apache-2.0
#include "tests/experiments/report_fabricated.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "core/random_stream.h"

namespace rectune::experiments {

const char* const kHostileText =
    "hostile-marker <script>document.title='owned';console.error('owned')</script>\n"
    "</pre></details><img src=x onerror=\"document.title='owned'\"><h2>Injected heading</h2>\n"
    "<svg onload=alert(1)><a href=\"javascript:alert(1)\">x</a> <iframe src=http://127.0.0.1:9>\n"
    "bell\x07 escape\x1b[31m null-ish\x01 c1\xC2\x9B bidi\xE2\x80\xAE"
    "evil\xE2\x80\xAC "
    "broken\xC3\x28 \xFF & \"quoted\" 'single' ${x} {{y}} --> ]]>\n";

namespace {

struct Maker {
  const char* label;
  const char* tuner;
  double speed;
  bool is_agent;
};

std::shared_ptr<const ParameterSpace> MakeSpace() {
  const auto knob = [](std::string name, std::string stage, std::string unit, ParameterScale scale,
                       double low, double high, double production) {
    Parameter parameter;
    parameter.name = std::move(name);
    parameter.stage = std::move(stage);
    parameter.unit = std::move(unit);
    parameter.meaning = "A made-up knob for the report's tests; higher means more of it.";
    parameter.scale = scale;
    parameter.low = low;
    parameter.high = high;
    parameter.production = {production};
    return parameter;
  };
  std::vector<Parameter> all;
  Parameter curve = knob("lvr_curve", "pre_rank", "utility", ParameterScale::kLinear, 0, 1, 0);
  curve.kind = ParameterKind::kCurve;
  curve.knots = {0.0, 0.02, 0.05, 0.1, 0.2, 0.4};
  curve.production = {0.0, 0.2, 0.4, 0.6, 0.8, 1.0};
  all.push_back(curve);
  all.push_back(knob("ctr_weight", "pre_rank", "weight", ParameterScale::kLog, 0.05, 20, 1));
  Parameter keep =
      knob("keep_pre_rank", "pre_rank", "items", ParameterScale::kLinear, 50, 400, 200);
  keep.kind = ParameterKind::kInteger;
  all.push_back(keep);
  Parameter fusion = knob("fusion", "rank", "rule", ParameterScale::kLinear, 0, 1, 0);
  fusion.kind = ParameterKind::kCategorical;
  fusion.levels = {"weighted_sum", "click_conditional_sum", "power_product", "ensemble_sort"};
  all.push_back(fusion);
  all.push_back(knob("like_weight", "rank", "weight", ParameterScale::kLog, 0.1, 50, 4));
  Parameter boost = knob("boost_followed", "rank", "switch", ParameterScale::kLinear, 0, 1, 0);
  boost.kind = ParameterKind::kBoolean;
  boost.levels = {"false", "true"};
  all.push_back(boost);
  all.push_back(knob("mmr_strength", "re_rank", "share", ParameterScale::kLinear, 0, 1, 0.2));
  all.push_back(
      knob("clickbait_demotion", "re_rank", "weight", ParameterScale::kLinear, 0, 2, 0.3));
  return std::make_shared<const ParameterSpace>(std::move(all));
}

std::shared_ptr<const MetricCatalogue> MakeMetrics() {
  const Direction up = Direction::kHigherIsBetter;
  const Direction down = Direction::kLowerIsBetter;
  return std::make_shared<const MetricCatalogue>(
      std::vector<MetricInfo>{{"dau", "users a day", up, 0, "made up"},
                              {"time_spent", "minutes a user", up, 0, "made up"},
                              {"ctr", "clicks an impression", up, 0, "made up"},
                              {"long_view_rate", "long views an impression", up, 0, "made up"},
                              {"clickbait_share", "share of impressions", down, 0, "made up"},
                              {"topic_diversity", "index", Direction::kNeutral, 0, "made up"},
                              {"retention_7d", "share of users", up, 7, "made up"},
                              {"serving_cost", "ms a request", down, 0, "made up"}});
}

/// Lifts whose objective value is `value`; clickbait rises by `clickbait` percent.
Measurement MakeMeasurement(const MetricCatalogue& metrics, double value, double clickbait,
                            double noise, RandomStream* stream) {
  const std::vector<double> levels{2.4e6, 18.25, 0.0713, 0.0284, 0.121, 0.64, 0.4127, 11.6};
  Measurement measurement;
  measurement.users_per_arm = noise > 0.0 ? 400000.0 : 0.0;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    MetricReading reading;
    reading.control = levels[m];
    const double share = m == 0 || m == 1 ? 1.0 : 0.3;
    reading.lift = m == 4 ? clickbait : m == 7 ? 0.4 * value : share * value;
    reading.standard_error = m == 7 ? 0.0 : noise * (1.0 + 0.1 * static_cast<double>(m));
    if (noise > 0.0 && m != 7) reading.lift += reading.standard_error * stream->Normal();
    reading.treatment = reading.control * (1.0 + reading.lift / 100.0);
    if (reading.standard_error > 0.0) {
      reading.p_value = 2.0 * NormalCdf(-std::abs(reading.lift) / reading.standard_error);
      reading.q_value = std::min(1.0, 3.0 * reading.p_value);
    }
    measurement.readings.push_back(reading);
  }
  return measurement;
}

/// A point `share` of the way from production to the optimum, off by `wander` in each coordinate.
Configuration Between(const ParameterSpace& space, const std::vector<double>& target, double share,
                      double wander, RandomStream* stream) {
  std::vector<double> unit = space.Encode(space.Production());
  for (std::size_t i = 0; i < unit.size(); ++i) {
    unit[i] += share * (target[i] - unit[i]) + wander * stream->Normal();
    unit[i] = std::clamp(unit[i], 0.0, 1.0);
  }
  return space.Decode(unit);
}

CellData MakeCell(const RunData& run, const Fabrication& fabrication, const Maker& maker,
                  std::uint64_t seed, const std::vector<double>& target) {
  constexpr double kOptimum = 2.4;
  const ParameterSpace& space = *run.task.space;
  CellData cell;
  cell.label = maker.label;
  cell.tuner = maker.tuner;
  cell.id = cell.label + ".seed" + std::to_string(seed);
  cell.options = Json::object();
  cell.is_agent = maker.is_agent;
  cell.is_stand_in = maker.is_agent;
  cell.seed = seed;
  cell.complete = true;
  RandomStream stream(seed, Purpose::kTest, DeriveSeed(0, cell.label));
  std::int64_t id = 1;
  double best = 0.0;
  Configuration launch = space.Production();
  Measurement truth = MakeMeasurement(*run.task.metrics, 0.0, 0.0, 0.0, nullptr);
  TrueScore true_score;
  for (int r = 1; r <= run.rounds; ++r) {
    RoundData round{.round = r,
                    .trials = {},
                    .recommendation = launch,
                    .truth = {},
                    .true_score = {},
                    .regret = {},
                    .arm_truth = {},
                    .ledger = nullptr,
                    .suggest_seconds = {}};
    for (int arm = 1; arm <= run.arms_per_round; ++arm) {
      const double progress = 1.0 - std::exp(-maker.speed * r);
      const double share = std::clamp(progress + 0.15 * stream.Normal(), -0.4, 0.97);
      const double value = kOptimum * (maker.speed == 0.0 ? 0.0 : share);
      const double clickbait = maker.speed == 0.0 ? 0.0 : 1.0 + 1.6 * stream.Normal();
      Trial trial;
      trial.id = id++;
      trial.round = r;
      trial.arm = arm;
      trial.proposal.source = maker.is_agent ? "agent/actor" : maker.tuner;
      if (stream.Uniform() < (maker.is_agent ? 0.08 : 0.0)) {
        trial.status = TrialStatus::kInvalid;
        trial.proposal.invalid_reason = "/ctr_weight: 25 is not a number in [0.05, 20]";
        trial.status_reason = trial.proposal.invalid_reason;
        round.arm_truth.push_back({});
        round.trials.push_back(std::move(trial));
        continue;
      }
      trial.proposal.configuration =
          maker.speed == 0.0 ? space.Production() : Between(space, target, share, 0.03, &stream);
      if (maker.is_agent) {
        trial.proposal.hypothesis =
            fabrication.hostile_transcript
                ? kHostileText
                : "Raising the long-view curve early should lift time spent while the stricter "
                  "clickbait demotion keeps the guardrail.";
      }
      trial.measurement = MakeMeasurement(*run.task.metrics, value, clickbait, 0.22, &stream);
      const TrueScore arm_truth{.value = value, .violation = std::max(0.0, clickbait - 2.0)};
      const Score score = run.task.objective.Evaluate(trial.measurement, *run.task.metrics);
      if (score.feasible() && score.value - score.standard_error > best) {
        best = score.value - score.standard_error;
        launch = *trial.proposal.configuration;
        true_score = arm_truth;
        truth = MakeMeasurement(*run.task.metrics, value, clickbait, 0.0, nullptr);
      }
      round.arm_truth.push_back(arm_truth);
      round.trials.push_back(std::move(trial));
    }
    round.recommendation = launch;
    round.truth = truth;
    round.true_score = true_score;
    if (run.task.reference) round.regret = NormalisedRegret(true_score, run.task.reference->value);
    round.suggest_seconds = maker.is_agent ? 0.0042 : 0.00031;
    if (maker.is_agent) {
      round.ledger = {{"calls", 4 * r},
                      {"input_tokens", 5200 * r},
                      {"output_tokens", 830 * r},
                      {"repairs", r / 3},
                      {"token_counts", "estimated, four bytes a token"}};
    }
    cell.rounds.push_back(std::move(round));
  }
  return cell;
}

void WriteTranscripts(const Fabrication& fabrication, CellData* cell) {
  if (fabrication.home.empty()) return;
  cell->home = fabrication.home / cell->id;
  for (const RoundData& round : cell->rounds) {
    const std::string number = (round.round < 10 ? "0" : "") + std::to_string(round.round);
    std::string text = "# Round " + std::to_string(round.round) +
                       "\n\n## Actor\nProposes four arms around the best known configuration.\n\n"
                       "## Critic\nKeeps three; one repeats a failed direction.\n";
    if (fabrication.hostile_transcript) text += kHostileText;
    std::filesystem::create_directories(cell->home / "transcript");
    WriteFileAtomically(cell->home / "transcript" / ("round-" + number + ".md"), text);
  }
}

}  // namespace

RunData FabricateRun(const Fabrication& fabrication) {
  std::vector<Maker> makers{
      {"production", "production", 0.0, false}, {"random", "random", 0.045, false},
      {"sobol", "sobol", 0.05, false},          {"engineer", "engineer", 0.07, false},
      {"greedy", "greedy", 0.09, false},        {"tpe", "tpe", 0.16, false},
      {"cma_es", "cma_es", 0.06, false}};
  if (fabrication.with_agent) makers.push_back({"agent", "agent", fabrication.agent_speed, true});
  const auto space = MakeSpace();
  const auto metrics = MakeMetrics();
  std::vector<double> target(space->dimension());
  for (std::size_t i = 0; i < target.size(); ++i) {
    target[i] = 0.15 + 0.7 * std::fmod(0.37 * static_cast<double>(i), 1.0);
  }
  const Configuration optimum = space->Decode(target);

  RunData run{
      .directory = {},
      .manifest = {{"spec_hash", "0123456789abcdef"},
                   {"sessions",
                    Json::array(
                        {{{"program",
                           {{"version", "0.1.0"},
                            {"commit", "made-up-commit"},
                            {"dirty", false},
                            {"compiler", "GNU 12.2.0"},
                            {"build_type", "Release"},
                            {"flags", "-O3"}}},
                          {"host", {{"cpu", "made-up CPU"}, {"threads", 2}, {"system", "Linux"}}},
                          {"command", {"rectune", "run", "a spec.json", "--out", "runs/x"}}}})}},
      .name = "fabricated",
      .description = "A made-up run for the report's tests.",
      .task = {.scenario = "made_up_feed",
               .task = "joint",
               .size = "small",
               .description = "A made-up task.\nIt has two north stars and three guardrails.",
               .space = space,
               .metrics = metrics,
               .objective = Objective({{"dau", 2.0, Direction::kHigherIsBetter},
                                       {"time_spent", 1.0, Direction::kHigherIsBetter}},
                                      {{"clickbait_share", BoundKind::kCeiling, 2.0},
                                       {"retention_7d", BoundKind::kFloor, -1.0},
                                       {"serving_cost", BoundKind::kCeiling, 5.0}},
                                      2.0),
               .horizon_days = 7,
               .production = MakeMeasurement(*metrics, 0.0, 0.0, 0.0, nullptr),
               .reference = std::nullopt},
      .rounds = fabrication.rounds,
      .arms_per_round = fabrication.arms,
      .users_per_arm = 400000.0,
      .seeds = fabrication.seeds,
      .labels = {},
      .cells = {},
      .complete = fabrication.unfinished_cells == 0};
  if (fabrication.with_reference) {
    run.task.reference = ReferenceData{.optimum = optimum,
                                       .value = 2.4,
                                       .violation = 0.0,
                                       .oracle_value = 2.43,
                                       .provenance = "made up for the report's tests"};
  }
  for (const Maker& maker : makers) {
    run.labels.emplace_back(maker.label);
    for (const std::uint64_t seed : run.seeds) {
      run.cells.push_back(MakeCell(run, fabrication, maker, seed, target));
      if (maker.is_agent) WriteTranscripts(fabrication, &run.cells.back());
    }
  }
  for (int i = 0; i < fabrication.unfinished_cells; ++i) {
    CellData& cell = run.cells[run.cells.size() - 1 - static_cast<std::size_t>(i)];
    cell.complete = false;
    cell.rounds.erase(cell.rounds.begin() + run.rounds / 2, cell.rounds.end());
  }
  return run;
}

}  // namespace rectune::experiments
