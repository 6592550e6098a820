// SPDX-License-Identifier: Apache-2.0
#include "sim/ab_bias.h"

#include <cmath>
#include <cstdio>

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

std::vector<std::string> Describe(const AbBias& bias) {
  const auto number = [](double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", value);
    return std::string(text);
  };
  std::vector<std::string> sentences;
  if (bias.novelty) {
    const double logit = bias.novelty->click_logit;
    sentences.push_back("novelty: users of a changed arm click " + number(std::abs(logit)) +
                        (logit < 0.0 ? " logits less" : " logits more") +
                        " on the first day, half of that after each " +
                        number(bias.novelty->half_life_days) + " days");
  }
  if (bias.carry_over) {
    sentences.push_back(
        "carry-over: users come in the mood that the experiment before left, after " +
        std::to_string(bias.carry_over->gap_days) + " days on production, " +
        (bias.carry_over->rerandomised ? "mixed alike over all arms"
                                       : "each arm in its predecessor's"));
  }
  if (bias.interference) {
    const Interference& interference = *bias.interference;
    sentences.push_back("interference of strength " + number(interference.strength) +
                        " through creators: " +
                        (interference.by_cluster
                             ? "by cluster, of which " + number(interference.leak) + " leaks, at " +
                                   number(interference.DesignEffect()) + " times the variance"
                             : "by user, so that all arms share it"));
  }
  return sentences;
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
