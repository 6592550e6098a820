// SPDX-License-Identifier: Apache-2.0
//
// Headers that most sources include and that are slow to parse; see RectuneTargets.cmake. Not for
// inclusion, and not for headers of ours, an edit of which would recompile everything.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>
