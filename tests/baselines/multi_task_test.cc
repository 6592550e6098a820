// SPDX-License-Identifier: Apache-2.0
//
// Gaussian processes with a simulator for a second task: what its readings are worth, in either
// sign, and that they cost and change nothing else. The likelihood's gradient by the correlation
// is checked with the others (gp_numerics_test.cc).
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <vector>

#include "baselines/function_task.h"
#include "baselines/gp/task_models.h"
#include "baselines/table.h"
#include "tests/support/toy_task.h"

namespace rectune::baselines {
namespace {

double Wave(double x) { return std::sin(7.0 * x) + 0.5 * x; }

const TestFunction& Line() {
  static const TestFunction line{{0.0}, {1.0}, [](const Point& x) { return -Wave(x[0]); }, 0.0};
  return line;
}

double At(const Configuration& configuration, const TuningTask& task) {
  return task.space->Encode(configuration)[0];
}

/// Four exact readings of the wave's lift, and what a model makes of them.
struct Fitted {
  TuningTask task;
  FeatureMap map;
  TaskModels models;
  std::vector<Trial> history;

  explicit Fitted(const std::function<double(double)>& simulated)
      : task(MakeFunctionTask(Line(), {0.0}, 3, 1, 10)),
        map(*task.space),
        models(task, map, Options(simulated)) {
    for (const double x : {0.0, 0.3, 0.65, 1.0}) {
      Trial trial = ProductionTrial(*task.space, *task.metrics);
      trial.id = static_cast<std::int64_t>(history.size());
      trial.proposal.configuration = task.space->Decode(std::vector<double>{x});
      trial.measurement.readings[0].lift = Wave(x);
      history.push_back(trial);
    }
    models.Fit(history);
  }

  TaskModelOptions Options(const std::function<double(double)>& simulated) const {
    TaskModelOptions options;
    if (!simulated) return options;
    options.second_task_points = 24;
    options.second_task = [this, simulated](const Configuration& configuration) {
      Measurement estimate;
      estimate.readings.resize(1);
      estimate.readings[0].lift = simulated(At(configuration, task));
      return estimate;
    };
    return options;
  }

  /// Root mean square over the line.
  double Error() const {
    CandidateBlock block;
    Matrix grid(41, 1);
    for (std::size_t i = 0; i < 41; ++i) grid(i, 0) = static_cast<double>(i) / 40.0;
    models.objective().posterior->Predict(grid, &block);
    double square = 0.0;
    for (std::size_t i = 0; i < 41; ++i) {
      const double gap =
          models.objective().standardisation.Invert(block.mean[i]) - Wave(grid(i, 0));
      square += gap * gap / 41.0;
    }
    return std::sqrt(square);
  }

  double Correlation() const {
    const MetricModel& model = models.objective();
    return std::tanh(model.theta[model.data.layout().correlation()]);
  }
};

}  // namespace

TEST_CASE("a simulator's readings fill in between those of experiments", "[gp][multi_task]") {
  const Fitted alone(nullptr);
  // Scaled, shifted and a little wrong.
  const Fitted helped([](double x) { return 30.0 * Wave(x) + 100.0 + 4.0 * x; });
  CHECK(helped.Correlation() > 0.8);
  CHECK(helped.Error() < 0.5 * alone.Error());
  CHECK(helped.models.points().size() == 4);
  CHECK(helped.models.objective().data.size() == 4 + 24 + 4);
}

TEST_CASE("a simulator that says the opposite is believed in reverse", "[gp][multi_task]") {
  const Fitted alone(nullptr);
  const Fitted reversed([](double x) { return -Wave(x); });
  CHECK(reversed.Correlation() < -0.5);
  CHECK(reversed.Error() < alone.Error());
}

TEST_CASE("without a simulator multi_task_gp says that it is gp", "[gp][multi_task]") {
  const TuningTask task = test_support::MakeToyTask(5, 4, 4);
  const Json options{{"raw_points", 32}, {"draws", 8}, {"starts", 1}, {"startup_arms", 1}};
  const auto propose = [&](const char* name) {
    const auto tuner = FindTuner(BaselineTable(), name)->make(task, options, "", {});
    tuner->Observe(std::vector<Trial>{ProductionTrial(*task.space, *task.metrics)});
    return tuner->Propose(4);
  };
  const std::vector<Proposal> own = propose("multi_task_gp");
  const std::vector<Proposal> plain = propose("gp");
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(*own[i].configuration == *plain[i].configuration);
    CHECK(own[i].source == "multi_task_gp (no simulator)");
  }
}

}  // namespace rectune::baselines
