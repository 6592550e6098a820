// SPDX-License-Identifier: Apache-2.0
#include "baselines/coordinate_search.h"

#include <algorithm>
#include <cstddef>

namespace rectune::baselines {
namespace {

std::vector<double> Choices(const CoordinateView& view, double now, double step,
                            const CoordinateSearchOptions& options) {
  std::vector<double> choices;
  const auto grid = static_cast<std::size_t>(options.grid);
  if (view.has_levels() && (view.is_choice() || view.levels() <= grid)) {
    for (std::size_t level = 0; level < view.levels(); ++level) {
      choices.push_back(view.Centre(level));
    }
    return choices;
  }
  for (std::size_t i = 0; i < grid; ++i) {
    choices.push_back(static_cast<double>(i) / static_cast<double>(grid - 1));
  }
  choices.push_back(std::max(0.0, now - step));
  choices.push_back(std::min(1.0, now + step));
  if (!view.has_levels()) return choices;
  const std::size_t level = view.LevelOf(now);
  for (double& choice : choices) choice = view.Centre(view.LevelOf(choice));
  choices.push_back(view.Centre(level > 0 ? level - 1 : level));
  choices.push_back(view.Centre(std::min(level + 1, view.levels() - 1)));
  return choices;
}

}  // namespace

std::vector<double> CoordinateSearch(const std::vector<CoordinateView>& views,
                                     std::vector<double> start,
                                     const std::function<double(const std::vector<double>&)>& value,
                                     const CoordinateSearchOptions& options) {
  std::vector<double> best = std::move(start);
  double best_value = value(best);
  double step = options.fine_step;
  for (int sweep = 0; sweep < options.sweeps; ++sweep) {
    const double before = best_value;
    for (std::size_t j = 0; j < views.size(); ++j) {
      if (views[j].is_fixed()) continue;
      std::vector<double> trial = best;
      for (const double choice : Choices(views[j], best[j], step, options)) {
        trial[j] = choice;
        const double trial_value = value(trial);
        if (trial_value > best_value) {
          best_value = trial_value;
          best[j] = choice;
        }
      }
    }
    step *= 0.5;
    if (best_value <= before) break;
  }
  return best;
}

}  // namespace rectune::baselines
