// SPDX-License-Identifier: Apache-2.0
//
// Rates taken from publications rather than fitted: shares of impressions under a trained policy
// and under uniformly random exposure. The random-exposure columns are what makes KuaiRand special:
// they tell how much of a rate is the policy's doing. Definitions: valid play = played over 7 s or
// finished; long view = played at least 18 s or finished.
#pragma once

#include "sim/calibration/constants.h"

namespace rectune::sim {

inline constexpr const char* kPublishedSource =
    "click: KuaiRand-27K aggregate tables (all surfaces; uniformly random items). All others: "
    "KuaiRand-Pure, trained policy versus random exposure over the same dates, as published in a "
    "public analysis of that data set (Aylayan).";

inline constexpr HeadRates kPublishedTrained{.click = 0.379,
                                             .valid_play = 0.451,
                                             .long_view = 0.318,
                                             .completion = 0.143,
                                             .interaction = 0.0214,
                                             .profile_enter = 0.0190,
                                             .hate = 0.00079,
                                             .long_view_given_click = 0.703,
                                             .completion_given_click = 0.314,
                                             .interaction_given_click = 0.0398};

inline constexpr HeadRates kPublishedRandom{.click = 0.176,
                                            .valid_play = 0.176,
                                            .long_view = 0.085,
                                            .completion = 0.033,
                                            .interaction = 0.0056,
                                            .profile_enter = 0.0056,
                                            .hate = 0.00114,
                                            .long_view_given_click = 0.481,
                                            .completion_given_click = 0.185,
                                            .interaction_given_click = 0.0202};

}  // namespace rectune::sim
