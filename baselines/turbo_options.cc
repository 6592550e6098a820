// SPDX-License-Identifier: Apache-2.0
//
// TurboOptions read from a spec.
#include "baselines/turbo.h"

namespace rectune::baselines {

TurboOptions TurboOptions::FromJson(const Json& options, const std::string& path,
                                    const TurboOptions& defaults) {
  ObjectReader reader(options, path);
  TurboOptions result = defaults;
  result.surrogate.models.gp = GpOptions::Read(&reader);
  result.surrogate.startup_arms = static_cast<int>(
      reader.IntegerOr("startup_arms", result.surrogate.startup_arms, {1, 100000}));
  if (defaults.regions > 1) {
    result.regions = static_cast<int>(reader.IntegerOr("regions", result.regions, {2, 50}));
  }
  result.candidates =
      static_cast<int>(reader.IntegerOr("candidates", result.candidates, {0, 100000}));
  result.features = static_cast<int>(reader.IntegerOr("features", result.features, {8, 16384}));
  result.success_tolerance =
      static_cast<int>(reader.IntegerOr("success_tolerance", result.success_tolerance, {1, 1000}));
  reader.Finish();
  return result;
}

}  // namespace rectune::baselines
