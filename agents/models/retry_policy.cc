// SPDX-License-Identifier: Apache-2.0
#include "agents/models/retry_policy.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace rectune::agents {
namespace {

constexpr double kJitter = 0.25;

std::optional<double> PositiveNumber(const std::string& text) {
  double value = 0.0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !std::isfinite(value) || value <= 0.0) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

bool IsWorthRetrying(const HttpResult& result) {
  if (result.failure == HttpFailure::kConnectionLost) return true;
  if (result.failure != HttpFailure::kNone) return false;
  return result.status == 408 || result.status == 429 || result.status >= 500;
}

std::optional<double> ServerWaitSeconds(const HttpResult& result) {
  const auto header = [&](const char* name) {
    const auto found = result.headers.find(name);
    return found == result.headers.end() ? std::string() : found->second;
  };
  if (const std::optional<double> ms = PositiveNumber(header("retry-after-ms"))) {
    return *ms / 1000.0;
  }
  const std::string after = header("retry-after");
  if (const std::optional<double> seconds = PositiveNumber(after)) return seconds;
  const std::string date = header("date");
  if (after.empty() || date.empty()) return std::nullopt;
  const time_t until = curl_getdate(after.c_str(), nullptr);
  const time_t now = curl_getdate(date.c_str(), nullptr);
  if (until == -1 || now == -1 || until <= now) return std::nullopt;
  return static_cast<double>(until - now);
}

double WaitSeconds(const RetryOptions& options, const HttpResult& result, int retry,
                   RandomStream* jitter) {
  const double u = jitter->Uniform();
  if (const std::optional<double> asked = ServerWaitSeconds(result)) {
    return std::min(*asked, options.max_wait_seconds);
  }
  const double backoff = options.base_seconds * std::pow(2.0, std::min(retry, 30));
  return std::min({backoff, options.max_backoff_seconds, options.max_wait_seconds}) *
         (1.0 - kJitter * u);
}

}  // namespace rectune::agents
