// SPDX-License-Identifier: Apache-2.0
//
// RequireKnown: a name that must be one of a list, refused with the list and the nearest of it.
//
//   RequireKnown("/task", spec.task, {"pre_rank", "rank", "re_rank", "joint"});
#pragma once

#include <string>
#include <vector>

namespace rectune::experiments {

/// Throws ConfigError at `path` unless `name` is in `known`.
void RequireKnown(const std::string& path, const std::string& name,
                  const std::vector<std::string>& known);

}  // namespace rectune::experiments
