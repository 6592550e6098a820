// SPDX-License-Identifier: Apache-2.0
//
// WorldConstants: every number of the synthetic world that is not a tuned knob: how users, items,
// behaviour, satisfaction and model heads are drawn. Read strictly from a scenario's "world"
// object. Three kinds, kept apart on purpose: constants *fitted* to real logs (sim/calibration, not
// repeated here), constants *calibrated* so that production meets real rates (TruthConstants), and
// *assumed* ones that no reachable data can inform (position decay, satiation, satisfaction).
#pragma once

#include <cstddef>
#include <string>

#include "core/json.h"
#include "sim/world_shift.h"

namespace rectune::sim {

/// How many of everything; a scenario has one for each size.
struct WorldSize {
  std::size_t items = 4000;
  std::size_t topics = 16;
  std::size_t creators = 400;
  std::size_t candidates = 240;  // retrieved a request
  std::size_t slate = 8;         // positions shown
  std::size_t tuning_users = 192;
  std::size_t evaluation_users = 384;
  std::size_t oracle_users = 384;
  int days = 7;                  // horizon of an experiment
  int requests_per_session = 2;  // simulated slates of one representative session a day
};

/// Logits and slopes of a candidate's true behaviour. `affinity` is the cosine of user and item
/// embeddings; quality and catchiness are standard normal, clickbait is in [0, 1].
struct BehaviourConstants {
  double intercept = 0.0;
  double affinity = 0.0;
  double quality = 0.0;
  double catchiness = 0.0;
  double clickbait = 0.0;
  double log_age = 0.0;       // times log(1 + age in days)
  double log_duration = 0.0;  // times log(duration / 30 s)
};

struct TruthConstants {
  BehaviourConstants click;      // given examination
  BehaviourConstants long_view;  // given a click
  BehaviourConstants like;       // given a click
  BehaviourConstants share;      // given a click
  BehaviourConstants follow;     // given a click
  BehaviourConstants dismissal;  // given examination
};

/// Assumed: user dynamics.
struct DynamicsConstants {
  double position_continue = 0.93;   // chance to look at the next position, before enjoyment
  double position_enjoyment = 0.10;  // how much enjoyment moves it
  double session_continue = 0.55;    // chance of a further slate
  double session_enjoyment = 0.35;
  double satiation = 1.1;           // logits lost at full topic fatigue
  double fatigue_decay = 0.65;      // share of topic fatigue left the next day
  double satisfaction_rate = 0.25;  // weight of today's gratification in the state
  double return_slope = 2.0;        // logits of a visit per unit of satisfaction
  double visits_slope = 0.6;        // log sessions a day per unit of satisfaction
  double gratify_click = 0.15;
  double gratify_long_view = 1.0;
  double gratify_interaction = 2.0;
  double cost_bounce = 0.5;  // a click without a long view
  double cost_dismissal = 6.0;
  double cost_clickbait = 0.3;      // times clickbait level, when clicked and bounced
  double diversity_optimum = 0.72;  // topic diversity that pleases most
  double diversity_weight = 0.8;    // loss per squared distance from it
};

/// Assumed: how well model heads know the truth.
struct HeadConstants {
  double coarse_noise = 0.9;        // logit standard deviation, pre-ranking heads
  double fine_noise = 0.4;          // the same, ranking heads
  double item_noise_share = 0.5;    // share of the noise variance that an item carries everywhere
  double calibration_slope = 0.85;  // predicted logit = bias + slope * true logit + noise
  double calibration_bias_sd = 0.25;
  double guard_noise = 0.18;      // of the clickbait guard, in level
  double guard_confusion = 0.10;  // how far catchy but honest items look like clickbait
};

struct WorldConstants {
  TruthConstants truth;
  DynamicsConstants dynamics;
  HeadConstants heads;
  double embedding_noise = 0.55;  // within-topic spread of item embeddings
  double user_embedding_noise = 0.35;
  double topic_exponent = 0.9;    // Zipf, topics
  double creator_exponent = 0.8;  // Zipf, creators within a topic
  double clickbait_line = 0.6;    // level above which an impression counts as clickbait
  double mean_age_days = 12.0;
  double fresh_days = 1.0;          // an item this young is fresh
  double retrieve_interest = 0.45;  // shares of the retrieved candidates by source
  double retrieve_popular = 0.25;
  double retrieve_fresh = 0.15;  // the rest is uniform
  // Calibrated: what users' CTRs under production need to spread, and to fall with volume, as in
  // the logs (sim/fidelity); 1 and the logs' own correlation would do if nothing else in a world
  // moved clicks and volume.
  double click_offset_scale = 1.0;
  double volume_click_correlation = -0.4993386;
  double day_click_sd = 0.0;  // logits, of a day's clicks for all users alike
  double mean_activity_logit = 0.45;
  double activity_logit_sd = 0.9;
  /// What events make of the world for a while; no constant, and not in the file's "world".
  WorldShift shift;
};

WorldConstants ReadWorldConstants(const Json& json, const std::string& path);
Json ToJson(const WorldConstants& constants);
WorldSize ReadWorldSize(const Json& json, const std::string& path);
Json ToJson(const WorldSize& size);

}  // namespace rectune::sim
