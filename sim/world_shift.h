// SPDX-License-Identifier: Apache-2.0
//
// WorldShift: how far a world stands from what its constants say, while events are under way
// (sim/event.h). All zero is the world itself. Not the model heads' version, and not the objective.
//
// Heads keep the scale that they were fitted with before the shift (sim/world.h): a model in
// service does not know that the season has turned.
#pragma once

#include <cstdint>
#include <vector>

namespace rectune::sim {

/// A burst of uploads: a share of some topics' slots is taken by new items, of another kind.
struct ShockedContent {
  std::vector<std::uint32_t> topics;
  double share = 0.0;      // of these topics' slots
  double quality = 0.0;    // added to an item's quality, in standard deviations
  double clickbait = 0.0;  // added to its clickbait level, which stays within [0, 1]
  double age_days = 1.0;   // ages on the first day are uniform below this
  bool operator==(const ShockedContent&) const = default;
};

struct WorldShift {
  double activity = 0.0;       // logits added to every user's visit on a day
  double log_satiation = 0.0;  // satiation is multiplied by its exponential
  double topic_swing = 0.0;    // log-weight by which the wanted topic beats the mean one
  double topic_phase = 0.0;    // which topic that is, in turns around the list of topics
  double new_tastes = 0.0;     // share of users' interests that have been replaced
  double head_levels = 0.0;    // standard deviation over ranking heads, logits
  std::vector<ShockedContent> shocks;
  bool operator==(const WorldShift&) const = default;
};

}  // namespace rectune::sim
