// SPDX-License-Identifier: Apache-2.0
//
// SuccessiveHalving: spends a round's traffic on ever fewer configurations (Karnin, Koren and
// Somekh, ICML 2013; Jamieson and Talwalkar, AISTATS 2016), with traffic as the resource: arms have
// equal traffic here, so a configuration's share doubles by taking twice the arms. It finds the
// best of few well; where to look next it does not learn.
//
//   SuccessiveHalving tuner("successive_halving", task, {});
//
// A bracket opens with as many configurations as a round has arms: the best ones so far (a quarter
// of them, pooled over all rounds), the rest uniform. Each further round keeps the better half by
// pooled penalised score and gives each survivor twice the arms, until one is left, which gets no
// round of its own: the next bracket opens with it. An arm that fails says nothing, and a
// configuration without any reading is dropped first. With fewer than two arms a round there is
// nothing to halve. The state is the history and the bracket under way.
//
// Repeats pay where noise is larger than the differences to be told. On Hartmann-6 with noise 0.25
// they do not: 100 arms are 26 configurations, which launch -1.42 (60 seeds; the same without any
// noise), as 30 random ones do, -1.44, and 100 random ones -1.94.
#pragma once

#include <string>
#include <vector>

#include "core/tuner.h"

namespace rectune::baselines {

struct SuccessiveHalvingOptions {
  double champions = 0.25;  // share of a bracket's configurations that come from earlier ones
  static SuccessiveHalvingOptions FromJson(const Json& options, const std::string& path);
};

class SuccessiveHalving : public Tuner {
 public:
  SuccessiveHalving(std::string name, TuningTask task, SuccessiveHalvingOptions options);

 private:
  struct Pooled {
    Configuration configuration;
    double score = 0.0;
  };

  std::vector<Proposal> DoPropose(int arms) override;
  Json DoSave() const override;
  void DoRestore(const Json& state) override;

  /// Every measured configuration but production, best first.
  std::vector<Pooled> Ranking() const;
  void OpenBracket(int arms);
  void Halve();

  SuccessiveHalvingOptions options_;
  std::vector<Configuration> bracket_;  // still in the race
};

}  // namespace rectune::baselines
