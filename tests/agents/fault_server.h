// SPDX-License-Identifier: Apache-2.0
//
// FaultServer: a web server on the loopback address that misbehaves as told, one scripted answer a
// request, and keeps what it was sent. Raw sockets, because the faults lie below what a web server
// library would let through: resets, bodies that stop half-way, bodies that never come. Never
// waits: a stalled answer lasts until the client gives up.
//
//   FaultServer server({Answer::Json(429, "{}", "retry-after: 2\r\n"), Answer::Json(200, body)});
//   OpenAiCompatibleModel model({.base_url = server.url() + "/v1", ...}, ...);
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rectune::agents::testing {

struct Answer {
  enum class End {
    kWhole,   // as promised, then closed
    kClosed,  // closed after `bytes`, whatever was promised
    kReset,   // a TCP reset after `bytes`
    kStalled  // silent after `bytes` until the client hangs up
  };
  std::string bytes;
  std::size_t padding = 0;  // spaces sent after `bytes`, a megabyte at a time
  End end = End::kWhole;

  /// A whole answer; `headers` are lines that each end in "\r\n".
  static Answer Json(int status, const std::string& body, const std::string& headers = "");
  /// Promises the whole body but sends only `share` of it.
  static Answer Part(const std::string& body, double share, End end);
};

struct ReceivedRequest {
  std::string head;  // request line and headers
  std::string body;
};

class FaultServer {
 public:
  /// The last answer is repeated.
  explicit FaultServer(std::vector<Answer> script);
  /// Answers a request by its body.
  explicit FaultServer(std::function<Answer(const ReceivedRequest&)> reply);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  /// "http://127.0.0.1:<port>"
  std::string url() const;
  std::vector<ReceivedRequest> requests() const;

 private:
  void Listen();
  void Serve();
  void Handle(int connection);

  std::function<Answer(const ReceivedRequest&)> reply_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_;
  std::vector<ReceivedRequest> requests_;
  std::thread thread_;
};

}  // namespace rectune::agents::testing
