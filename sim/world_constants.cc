// SPDX-License-Identifier: Apache-2.0
#include "sim/world_constants.h"

#include <array>
#include <cstdint>

#include "core/object_reader.h"

namespace rectune::sim {
namespace {

/// One number of a struct: its key, where it lives and what is allowed. Reading and writing share
/// these tables, so that neither can forget a field.
template <typename Struct>
struct Field {
  const char* key = nullptr;
  double Struct::*member = nullptr;
  NumberRange range;
};

constexpr std::array kBehaviourFields = {
    Field<BehaviourConstants>{"intercept", &BehaviourConstants::intercept, {-20.0, 20.0}},
    Field<BehaviourConstants>{"affinity", &BehaviourConstants::affinity, {-20.0, 20.0}},
    Field<BehaviourConstants>{"quality", &BehaviourConstants::quality, {-5.0, 5.0}},
    Field<BehaviourConstants>{"catchiness", &BehaviourConstants::catchiness, {-5.0, 5.0}},
    Field<BehaviourConstants>{"clickbait", &BehaviourConstants::clickbait, {-10.0, 10.0}},
    Field<BehaviourConstants>{"log_age", &BehaviourConstants::log_age, {-5.0, 5.0}},
    Field<BehaviourConstants>{"log_duration", &BehaviourConstants::log_duration, {-5.0, 5.0}},
};

constexpr std::array kDynamicsFields = {
    Field<DynamicsConstants>{
        "position_continue", &DynamicsConstants::position_continue, {0.0, 1.0}},
    Field<DynamicsConstants>{
        "position_enjoyment", &DynamicsConstants::position_enjoyment, {0.0, 1.0}},
    Field<DynamicsConstants>{"session_continue", &DynamicsConstants::session_continue, {0.0, 1.0}},
    Field<DynamicsConstants>{
        "session_enjoyment", &DynamicsConstants::session_enjoyment, {0.0, 2.0}},
    Field<DynamicsConstants>{"satiation", &DynamicsConstants::satiation, {0.0, 10.0}},
    Field<DynamicsConstants>{"fatigue_decay", &DynamicsConstants::fatigue_decay, {0.0, 1.0}},
    Field<DynamicsConstants>{
        "satisfaction_rate", &DynamicsConstants::satisfaction_rate, {0.0, 1.0}},
    Field<DynamicsConstants>{"return_slope", &DynamicsConstants::return_slope, {0.0, 20.0}},
    Field<DynamicsConstants>{"visits_slope", &DynamicsConstants::visits_slope, {0.0, 20.0}},
    Field<DynamicsConstants>{"gratify_click", &DynamicsConstants::gratify_click, {0.0, 20.0}},
    Field<DynamicsConstants>{
        "gratify_long_view", &DynamicsConstants::gratify_long_view, {0.0, 20.0}},
    Field<DynamicsConstants>{
        "gratify_interaction", &DynamicsConstants::gratify_interaction, {0.0, 50.0}},
    Field<DynamicsConstants>{"cost_bounce", &DynamicsConstants::cost_bounce, {0.0, 20.0}},
    Field<DynamicsConstants>{"cost_dismissal", &DynamicsConstants::cost_dismissal, {0.0, 200.0}},
    Field<DynamicsConstants>{"cost_clickbait", &DynamicsConstants::cost_clickbait, {0.0, 20.0}},
    Field<DynamicsConstants>{
        "diversity_optimum", &DynamicsConstants::diversity_optimum, {0.0, 1.0}},
    Field<DynamicsConstants>{"diversity_weight", &DynamicsConstants::diversity_weight, {0.0, 20.0}},
};

constexpr std::array kHeadFields = {
    Field<HeadConstants>{"coarse_noise", &HeadConstants::coarse_noise, {0.0, 10.0}},
    Field<HeadConstants>{"fine_noise", &HeadConstants::fine_noise, {0.0, 10.0}},
    Field<HeadConstants>{"item_noise_share", &HeadConstants::item_noise_share, {0.0, 1.0}},
    Field<HeadConstants>{"calibration_slope", &HeadConstants::calibration_slope, {0.05, 5.0}},
    Field<HeadConstants>{"calibration_bias_sd", &HeadConstants::calibration_bias_sd, {0.0, 5.0}},
    Field<HeadConstants>{"guard_noise", &HeadConstants::guard_noise, {0.0, 2.0}},
    Field<HeadConstants>{"guard_confusion", &HeadConstants::guard_confusion, {0.0, 2.0}},
};

constexpr std::array kWorldFields = {
    Field<WorldConstants>{"embedding_noise", &WorldConstants::embedding_noise, {0.0, 5.0}},
    Field<WorldConstants>{
        "user_embedding_noise", &WorldConstants::user_embedding_noise, {0.0, 5.0}},
    Field<WorldConstants>{"topic_exponent", &WorldConstants::topic_exponent, {0.0, 4.0}},
    Field<WorldConstants>{"creator_exponent", &WorldConstants::creator_exponent, {0.0, 4.0}},
    Field<WorldConstants>{"clickbait_line", &WorldConstants::clickbait_line, {0.0, 1.0}},
    Field<WorldConstants>{"mean_age_days", &WorldConstants::mean_age_days, {0.1, 1000.0}},
    Field<WorldConstants>{"fresh_days", &WorldConstants::fresh_days, {0.0, 30.0}},
    Field<WorldConstants>{"retrieve_interest", &WorldConstants::retrieve_interest, {0.0, 1.0}},
    Field<WorldConstants>{"retrieve_popular", &WorldConstants::retrieve_popular, {0.0, 1.0}},
    Field<WorldConstants>{"retrieve_fresh", &WorldConstants::retrieve_fresh, {0.0, 1.0}},
    Field<WorldConstants>{"click_offset_scale", &WorldConstants::click_offset_scale, {0.0, 5.0}},
    Field<WorldConstants>{
        "volume_click_correlation", &WorldConstants::volume_click_correlation, {-1.0, 1.0}},
    Field<WorldConstants>{"day_click_sd", &WorldConstants::day_click_sd, {0.0, 2.0}},
    Field<WorldConstants>{"mean_activity_logit", &WorldConstants::mean_activity_logit, {-5.0, 5.0}},
    Field<WorldConstants>{"activity_logit_sd", &WorldConstants::activity_logit_sd, {0.0, 5.0}},
};

struct NamedBehaviour {
  const char* key = nullptr;
  BehaviourConstants TruthConstants::*member = nullptr;
};
constexpr std::array kBehaviours = {
    NamedBehaviour{"click", &TruthConstants::click},
    NamedBehaviour{"long_view", &TruthConstants::long_view},
    NamedBehaviour{"like", &TruthConstants::like},
    NamedBehaviour{"share", &TruthConstants::share},
    NamedBehaviour{"follow", &TruthConstants::follow},
    NamedBehaviour{"dismissal", &TruthConstants::dismissal},
};

template <typename Struct, std::size_t kCount>
void ReadFields(ObjectReader& reader, const std::array<Field<Struct>, kCount>& fields,
                Struct& target) {
  for (const auto& field : fields) {
    target.*field.member = reader.Number(field.key, field.range);
  }
}

template <typename Struct, std::size_t kCount>
Json WriteFields(const std::array<Field<Struct>, kCount>& fields, const Struct& source) {
  Json json = Json::object();
  for (const auto& field : fields) json[field.key] = source.*field.member;
  return json;
}

}  // namespace

WorldConstants ReadWorldConstants(const Json& json, const std::string& path) {
  WorldConstants constants;
  ObjectReader reader(json, path);
  ObjectReader truth = reader.Object("truth");
  for (const auto& behaviour : kBehaviours) {
    ObjectReader one = truth.Object(behaviour.key);
    ReadFields(one, kBehaviourFields, constants.truth.*behaviour.member);
    one.Finish();
  }
  truth.Finish();
  ObjectReader dynamics = reader.Object("dynamics");
  ReadFields(dynamics, kDynamicsFields, constants.dynamics);
  dynamics.Finish();
  ObjectReader heads = reader.Object("heads");
  ReadFields(heads, kHeadFields, constants.heads);
  heads.Finish();
  ReadFields(reader, kWorldFields, constants);
  reader.Finish();
  const double retrieved =
      constants.retrieve_interest + constants.retrieve_popular + constants.retrieve_fresh;
  if (retrieved > 1.0) {
    throw ConfigError(path + "/retrieve_interest", std::to_string(retrieved),
                      "retrieve_interest + retrieve_popular + retrieve_fresh at most 1");
  }
  return constants;
}

Json ToJson(const WorldConstants& constants) {
  Json truth = Json::object();
  for (const auto& behaviour : kBehaviours) {
    truth[behaviour.key] = WriteFields(kBehaviourFields, constants.truth.*behaviour.member);
  }
  Json json = Json::object();
  json["truth"] = std::move(truth);
  json["dynamics"] = WriteFields(kDynamicsFields, constants.dynamics);
  json["heads"] = WriteFields(kHeadFields, constants.heads);
  json.update(WriteFields(kWorldFields, constants));
  return json;
}

namespace {

struct SizeField {
  const char* key = nullptr;
  std::size_t WorldSize::*member = nullptr;
  IntegerRange range;
};
constexpr std::array kSizeFields = {
    SizeField{"items", &WorldSize::items, {100, 10'000'000}},
    SizeField{"topics", &WorldSize::topics, {2, 1000}},
    SizeField{"creators", &WorldSize::creators, {2, 1'000'000}},
    SizeField{"candidates", &WorldSize::candidates, {20, 10'000}},
    SizeField{"slate", &WorldSize::slate, {2, 20}},
    SizeField{"tuning_users", &WorldSize::tuning_users, {8, 10'000'000}},
    SizeField{"evaluation_users", &WorldSize::evaluation_users, {8, 10'000'000}},
    SizeField{"oracle_users", &WorldSize::oracle_users, {8, 10'000'000}},
};

}  // namespace

WorldSize ReadWorldSize(const Json& json, const std::string& path) {
  WorldSize size;
  ObjectReader reader(json, path);
  for (const auto& field : kSizeFields) {
    size.*field.member = static_cast<std::size_t>(reader.Integer(field.key, field.range));
  }
  size.days = static_cast<int>(reader.Integer("days", {2, 60}));
  size.requests_per_session = static_cast<int>(reader.Integer("requests_per_session", {1, 20}));
  reader.Finish();
  if (2 * size.candidates > size.items) {
    throw ConfigError(path + "/candidates", std::to_string(size.candidates),
                      "at most half of items (" + std::to_string(size.items) + ")");
  }
  return size;
}

Json ToJson(const WorldSize& size) {
  Json json = Json::object();
  for (const auto& field : kSizeFields) json[field.key] = size.*field.member;
  json["days"] = size.days;
  json["requests_per_session"] = size.requests_per_session;
  return json;
}

}  // namespace rectune::sim
