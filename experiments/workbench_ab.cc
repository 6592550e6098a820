// SPDX-License-Identifier: Apache-2.0
#include "experiments/workbench_ab.h"

namespace rectune::experiments {
namespace {

PeekArm ToPort(const sim::PeekedArm& arm) {
  PeekArm port{.users_per_arm = arm.users_per_arm, .looks = {}};
  for (const sim::Look& look : arm.looks) {
    PeekLook& copy = port.looks.emplace_back(PeekLook{look.day, {}});
    for (const sim::LookReading& reading : look.readings) {
      copy.readings.push_back({.lift = reading.lift,
                               .standard_error = reading.standard_error,
                               .p_value = reading.p_value,
                               .always_valid_p_value = reading.always_valid_p_value,
                               .always_valid_half_width = reading.always_valid_half_width});
    }
  }
  return port;
}

StoppingPort ToPort(const sim::StoppingRates& rates) {
  return {.false_positives = rates.false_positives,
          .power = rates.power,
          .days = rates.days,
          .overstatement = rates.overstatement,
          .coverage = rates.coverage};
}

}  // namespace

void WirePeeking(const std::shared_ptr<const sim::Testbed>& testbed, TestbedPort& port) {
  const int round = port.schedule.phases[port.phase].first_round;
  port.peek = [testbed, round](std::uint64_t seed, double users_per_arm,
                               std::span<const Configuration> arms, int looks,
                               std::span<const Configuration> before) {
    std::vector<PeekArm> peeked;
    for (const sim::PeekedArm& arm :
         testbed->PeekRound(seed, round, users_per_arm, arms, looks, before)) {
      peeked.push_back(ToPort(arm));
    }
    return peeked;
  };
  port.study_peeking = [testbed, phase = port.phase](std::uint64_t seed, double users_per_arm,
                                                     int looks, int experiments) {
    std::vector<PeekingLine> lines;
    for (const sim::PeekingRates& rates :
         testbed->StudyPeeking(seed, users_per_arm, looks, experiments, phase)) {
      lines.push_back({.metric = rates.metric,
                       .planted = rates.planted,
                       .width_ratio = rates.width_ratio,
                       .horizon = ToPort(rates.horizon),
                       .first = ToPort(rates.first),
                       .always_valid = ToPort(rates.always_valid)});
    }
    return lines;
  };
}

}  // namespace rectune::experiments
