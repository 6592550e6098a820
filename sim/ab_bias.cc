// SPDX-License-Identifier: Apache-2.0
#include "sim/ab_bias.h"

#include "core/object_reader.h"

namespace rectune::sim {
namespace {

Novelty ReadNovelty(ObjectReader reader) {
  const Novelty novelty{.click_logit = reader.Number("click_logit", {-2.0, 2.0}),
                        .half_life_days = reader.Number("half_life_days", {0.1, 60.0})};
  reader.Finish();
  return novelty;
}

CarryOver ReadCarryOver(ObjectReader reader) {
  const CarryOver carry_over{.gap_days = static_cast<int>(reader.Integer("gap_days", {0, 365})),
                             .rerandomised = reader.Boolean("rerandomised")};
  reader.Finish();
  return carry_over;
}

Interference ReadInterference(ObjectReader reader) {
  Interference interference{.strength = reader.Number("strength", {-2.0, 2.0})};
  interference.by_cluster = reader.OneOf("randomise_by", {"user", "cluster"}) == "cluster";
  if (interference.by_cluster) {
    interference.leak = reader.Number("leak", {0.0, 1.0});
    interference.users_per_cluster = reader.Number("users_per_cluster", {1.0, 1e6});
    interference.intra_cluster_correlation = reader.Number("intra_cluster_correlation", {0.0, 1.0});
  }
  reader.Finish();
  return interference;
}

}  // namespace

double Interference::DesignEffect() const {
  return by_cluster ? 1.0 + (users_per_cluster - 1.0) * intra_cluster_correlation : 1.0;
}

AbBias ReadAbBias(const Json& json, const std::string& path) {
  ObjectReader reader(json, path);
  AbBias bias;
  if (reader.Has("novelty")) bias.novelty = ReadNovelty(reader.Object("novelty"));
  if (reader.Has("carry_over")) bias.carry_over = ReadCarryOver(reader.Object("carry_over"));
  if (reader.Has("interference")) {
    bias.interference = ReadInterference(reader.Object("interference"));
  }
  reader.Finish();
  return bias;
}

}  // namespace rectune::sim
