// SPDX-License-Identifier: Apache-2.0
//
// The report's style sheet: one face, one accent, tabular figures, light and dark, 400 px to wide.
// Series colours are told apart by readers with colour-vision deficiency (after Okabe and Ito, and
// Tol), darkened to 3:1 against the page, and never stand alone: markers, labels and words repeat
// them.
#pragma once

#include <string_view>

namespace rectune::experiments {

std::string_view ReportStyle();

}  // namespace rectune::experiments
