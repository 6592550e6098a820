// SPDX-License-Identifier: Apache-2.0
#include "agents/models/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "core/check.h"

namespace rectune::agents {
namespace {

constexpr std::array<std::string_view, 3> kKeptHeaders = {"date", "retry-after", "retry-after-ms"};
constexpr std::size_t kMaxHeaderValue = 200;

void InitialiseOnce() {
  // Thread-safe by the language's rule for local statics; curl's own initialisation is not.
  static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
  RECTUNE_CHECK(code == CURLE_OK, "libcurl does not initialise");
}

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::string_view Trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

struct Sink {
  HttpResult* result = nullptr;
  std::size_t max_bytes = 0;
  bool overflowed = false;
};

std::size_t OnBody(char* data, std::size_t size, std::size_t count, void* user) {
  auto* sink = static_cast<Sink*>(user);
  const std::size_t bytes = size * count;
  if (sink->result->body.size() + bytes > sink->max_bytes) {
    sink->overflowed = true;
    return 0;  // anything but `bytes` ends the transfer
  }
  sink->result->body.append(data, bytes);
  return bytes;
}

std::size_t OnHeader(char* data, std::size_t size, std::size_t count, void* user) {
  auto* sink = static_cast<Sink*>(user);
  const std::string_view line(data, size * count);
  const std::size_t colon = line.find(':');
  if (colon != std::string_view::npos) {
    const std::string name = Lower(Trimmed(line.substr(0, colon)));
    if (std::find(kKeptHeaders.begin(), kKeptHeaders.end(), name) != kKeptHeaders.end()) {
      sink->result->headers[name] =
          std::string(Trimmed(line.substr(colon + 1)).substr(0, kMaxHeaderValue));
    }
  }
  return line.size();
}

bool IsTlsFailure(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
      return true;
    default:
      return false;
  }
}

// libcurl's own integers are of this type.
using Long = long;  // NOLINT(google-runtime-int)

Long Milliseconds(double seconds) { return std::max(Long{1}, static_cast<Long>(seconds * 1000.0)); }

}  // namespace

struct HttpClient::Handle {
  CURL* curl = nullptr;
  std::array<char, CURL_ERROR_SIZE> words{};

  template <typename T>
  void Set(CURLoption option, T value) {
    const CURLcode code = curl_easy_setopt(curl, option, value);
    RECTUNE_CHECK(code == CURLE_OK, "libcurl refuses an option");
  }
};

HttpClient::HttpClient(const HttpLimits& limits)
    : limits_(limits), handle_(std::make_unique<Handle>()) {
  InitialiseOnce();
  handle_->curl = curl_easy_init();
  RECTUNE_CHECK(handle_->curl != nullptr, "libcurl gives no handle");
}

HttpClient::~HttpClient() { curl_easy_cleanup(handle_->curl); }

HttpResult HttpClient::Post(const HttpRequest& request) {
  HttpResult result;
  Sink sink{&result, limits_.max_body_bytes, false};
  CURL* curl = handle_->curl;
  curl_easy_reset(curl);  // keeps the connections, forgets the last request
  curl_slist* headers = nullptr;
  for (const std::string& header : request.headers) {
    headers = curl_slist_append(headers, header.c_str());
  }
  headers = curl_slist_append(headers, "Expect:");  // no round trip for a 100 Continue
  handle_->words[0] = '\0';
  handle_->Set(CURLOPT_ERRORBUFFER, handle_->words.data());
  handle_->Set(CURLOPT_URL, request.url.c_str());
  handle_->Set(CURLOPT_PROTOCOLS_STR, "http,https");
  handle_->Set(CURLOPT_FOLLOWLOCATION, 0L);
  handle_->Set(CURLOPT_NOSIGNAL, 1L);  // cells run in threads
  handle_->Set(CURLOPT_SSL_VERIFYPEER, 1L);
  handle_->Set(CURLOPT_SSL_VERIFYHOST, 2L);
  handle_->Set(CURLOPT_CONNECTTIMEOUT_MS, Milliseconds(limits_.connect_seconds));
  handle_->Set(CURLOPT_TIMEOUT_MS, Milliseconds(limits_.total_seconds));
  // A proxy would look for the loopback address on its own machine.
  if (IsLoopback(HostOf(request.url))) handle_->Set(CURLOPT_NOPROXY, "*");
  handle_->Set(CURLOPT_POST, 1L);
  handle_->Set(CURLOPT_POSTFIELDS, request.body.data());
  handle_->Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  handle_->Set(CURLOPT_HTTPHEADER, headers);
  handle_->Set(CURLOPT_WRITEFUNCTION, &OnBody);
  handle_->Set(CURLOPT_WRITEDATA, &sink);
  handle_->Set(CURLOPT_HEADERFUNCTION, &OnHeader);
  handle_->Set(CURLOPT_HEADERDATA, &sink);
  const CURLcode code = curl_easy_perform(curl);
  Long status = 0;
  double connected_after = 0.0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl, CURLINFO_CONNECT_TIME, &connected_after);
  curl_slist_free_all(headers);
  result.status = static_cast<int>(status);
  if (code == CURLE_OK) return result;
  result.detail = handle_->words[0] != '\0' ? handle_->words.data() : curl_easy_strerror(code);
  if (sink.overflowed) {
    result.failure = HttpFailure::kTooLarge;
    result.detail = "the body is larger than " + std::to_string(limits_.max_body_bytes) + " bytes";
  } else if (code == CURLE_OPERATION_TIMEDOUT && connected_after > 0.0) {
    result.failure = HttpFailure::kTimedOut;
  } else if (IsTlsFailure(code)) {
    result.failure = HttpFailure::kTlsFailed;
  } else {
    result.failure = HttpFailure::kConnectionLost;
  }
  return result;
}

std::string HostOf(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return "";
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("/?#"));
  if (!rest.empty() && rest.front() == '[') {
    const std::size_t close = rest.find(']');
    return close == std::string_view::npos ? "" : std::string(rest.substr(1, close - 1));
  }
  return std::string(rest.substr(0, rest.find(':')));
}

bool IsLoopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  // "127.evil.example" is a name, not an address.
  return host.substr(0, 4) == "127." &&
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace rectune::agents
