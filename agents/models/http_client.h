// SPDX-License-Identifier: Apache-2.0
//
// HttpClient: one POST over libcurl, bounded in time and size. TLS is verified against the system's
// certificates, proxies come from the usual environment variables (never for this machine itself),
// redirects are not followed (a key must not travel to another host), and nothing is retried here
// (agents/models/retry_policy.h). A failure is a value, named, with words for a person.
//
//   HttpClient client({.total_seconds = 120});
//   HttpResult result = client.Post({url, {"content-type: application/json"}, body});
//   if (result.failure == HttpFailure::kNone && result.status == 200) ...
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rectune::agents {

struct HttpLimits {
  double connect_seconds = 10.0;
  double total_seconds = 600.0;
  std::size_t max_body_bytes = 8u << 20;
};

struct HttpRequest {
  std::string url;
  std::vector<std::string> headers;  // "name: value"
  std::string body;
};

enum class HttpFailure {
  kNone,            // an answer of some status arrived whole
  kConnectionLost,  // never connected, reset, or closed before the end
  kTimedOut,        // connected, but not finished in time
  kTooLarge,        // the body passed max_body_bytes and was cut off
  kTlsFailed,       // the server's certificate or the handshake was not acceptable
};

struct HttpResult {
  HttpFailure failure = HttpFailure::kNone;
  std::string detail;  // why, when there is a failure
  int status = 0;
  std::string body;
  /// Lower-case names, trimmed values; only those a retry asks for: date, retry-after(-ms).
  std::map<std::string, std::string> headers;
};

class HttpClient {
 public:
  explicit HttpClient(const HttpLimits& limits);
  ~HttpClient();
  /// Not safe to call from two threads at once; each model has its own client.
  HttpResult Post(const HttpRequest& request);

 private:
  struct Handle;
  HttpLimits limits_;
  std::unique_ptr<Handle> handle_;
};

/// The host of "scheme://host[:port]/...", without brackets; "" when there is none.
std::string HostOf(std::string_view url);
/// "localhost", 127.x.x.x or ::1.
bool IsLoopback(std::string_view host);

}  // namespace rectune::agents
