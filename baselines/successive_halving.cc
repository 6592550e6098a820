// SPDX-License-Identifier: Apache-2.0
#include "baselines/successive_halving.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "baselines/random_search.h"
#include "baselines/score_history.h"
#include "core/object_reader.h"

namespace rectune::baselines {

SuccessiveHalvingOptions SuccessiveHalvingOptions::FromJson(const Json& options,
                                                            const std::string& path) {
  ObjectReader reader(options, path);
  SuccessiveHalvingOptions result;
  result.champions = reader.NumberOr("champions", result.champions, {0.0, 1.0});
  reader.Finish();
  return result;
}

SuccessiveHalving::SuccessiveHalving(std::string name, TuningTask task,
                                     SuccessiveHalvingOptions options)
    : Tuner(std::move(name), std::move(task)), options_(options) {}

std::vector<SuccessiveHalving::Pooled> SuccessiveHalving::Ranking() const {
  struct Sum {
    Configuration configuration;
    double weight = 0.0;
    double weighted = 0.0;
  };
  std::vector<Sum> sums;
  const Configuration production = task().space->Production();
  for (const Trial& trial : history()) {
    Score score;
    if (!IsScored(trial, task(), &score) || *trial.proposal.configuration == production) continue;
    const auto known = std::find_if(sums.begin(), sums.end(), [&](const Sum& sum) {
      return sum.configuration == *trial.proposal.configuration;
    });
    Sum& sum = known != sums.end() ? *known : sums.emplace_back(Sum{*trial.proposal.configuration});
    // Exact readings of one configuration agree, so how they are weighed does not matter.
    const double error = score.standard_error;
    const double weight = error > 0.0 ? 1.0 / (error * error) : 1.0;
    sum.weight += weight;
    sum.weighted += weight * score.penalised;
  }
  std::vector<Pooled> ranking;
  for (const Sum& sum : sums) ranking.push_back({sum.configuration, sum.weighted / sum.weight});
  std::stable_sort(ranking.begin(), ranking.end(),
                   [](const Pooled& a, const Pooled& b) { return a.score > b.score; });
  return ranking;
}

void SuccessiveHalving::OpenBracket(int arms) {
  const auto size = static_cast<std::size_t>(arms);
  const auto champions =
      static_cast<std::size_t>(std::floor(options_.champions * static_cast<double>(arms)));
  bracket_.clear();
  for (const Pooled& pooled : Ranking()) {
    if (bracket_.size() >= champions) break;
    bracket_.push_back(pooled.configuration);
  }
  for (int arm = 0; bracket_.size() < size; ++arm) {
    bracket_.push_back(task().space->Decode(UniformPoint(task(), proposed_rounds(), arm)));
  }
}

void SuccessiveHalving::Halve() {
  std::vector<Configuration> survivors;
  const std::size_t places = (bracket_.size() + 1) / 2;
  for (const Pooled& pooled : Ranking()) {
    if (survivors.size() >= places) break;
    if (std::find(bracket_.begin(), bracket_.end(), pooled.configuration) != bracket_.end()) {
      survivors.push_back(pooled.configuration);
    }
  }
  bracket_ = std::move(survivors);
}

std::vector<Proposal> SuccessiveHalving::DoPropose(int arms) {
  if (!bracket_.empty()) Halve();
  const bool opens = bracket_.size() < 2;
  if (opens) OpenBracket(arms);
  std::vector<Proposal> proposals;
  for (std::size_t arm = 0; arm < static_cast<std::size_t>(arms); ++arm) {
    proposals.push_back(
        MakeProposal(bracket_[arm % bracket_.size()], name(),
                     opens ? "a new bracket of " + std::to_string(bracket_.size())
                           : "one of " + std::to_string(bracket_.size()) + " left in its bracket"));
  }
  return proposals;
}

Json SuccessiveHalving::DoSave() const {
  if (bracket_.empty()) return nullptr;
  Json bracket = Json::array();
  for (const Configuration& configuration : bracket_) {
    bracket.push_back(task().space->ToJson(configuration));
  }
  return Json{{"bracket", std::move(bracket)}};
}

void SuccessiveHalving::DoRestore(const Json& state) {
  bracket_.clear();
  if (state.is_null()) return;
  ObjectReader reader(state, "");
  reader.ForEach("bracket", [&](const Json& json, const std::string& path) {
    bracket_.push_back(task().space->Parse(json, path));
  });
  reader.Finish();
}

}  // namespace rectune::baselines
