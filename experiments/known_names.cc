// SPDX-License-Identifier: Apache-2.0
#include "experiments/known_names.h"

#include <algorithm>

#include "core/config_error.h"
#include "core/json.h"
#include "core/object_reader.h"

namespace rectune::experiments {

void RequireKnown(const std::string& path, const std::string& name,
                  const std::vector<std::string>& known) {
  if (std::find(known.begin(), known.end(), name) != known.end()) return;
  const std::string near = NearestName(name, known);
  throw ConfigError(path, Json(name).dump(),
                    "one of: " + JoinNames(known) +
                        (near.empty() ? "" : " (did you mean " + Json(near).dump() + "?)"));
}

}  // namespace rectune::experiments
