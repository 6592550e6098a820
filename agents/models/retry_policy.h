// SPDX-License-Identifier: Apache-2.0
//
// RetryPolicy: which failed calls are worth another try, and after how long. Retried are 408, 429,
// 5xx (529, "overloaded", among them) and lost connections; never 400, 401, 403, 404, 422 or any
// other refusal, nor what would fail again at the same price (a timeout after the connection stood,
// an oversized body, a bad certificate). The wait is the server's own retry-after-ms or retry-after
// where it gives one, at most 60 s, else exponential with jitter, as the vendors' clients do:
//
//   wait = min(base 2^k, 8 s) (1 - u / 4),   u uniform on [0, 1), k = 0 for the first retry
//
// Unusable text is another matter, with its own bounded loop (agents/model_client.h).
//
//   std::optional<double> asked = ServerWaitSeconds(result);
#pragma once

#include <optional>
#include <string>

#include "agents/models/http_client.h"
#include "core/random_stream.h"

namespace rectune::agents {

struct RetryOptions {
  int max_retries = 2;
  double base_seconds = 0.5;
  double max_backoff_seconds = 8.0;
  double max_wait_seconds = 60.0;
};

bool IsWorthRetrying(const HttpResult& result);

/// What the server asked for: retry-after-ms, then retry-after in seconds or as a date, which is
/// read against the answer's own Date, never against this machine's clock. Nothing when it is
/// absent, malformed or not positive.
std::optional<double> ServerWaitSeconds(const HttpResult& result);

/// Seconds to wait before retry `retry` (0-based). One draw of `jitter`, used or not.
double WaitSeconds(const RetryOptions& options, const HttpResult& result, int retry,
                   RandomStream* jitter);

}  // namespace rectune::agents
