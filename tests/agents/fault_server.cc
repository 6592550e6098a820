// SPDX-License-Identifier: Apache-2.0
#include "tests/agents/fault_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

namespace rectune::agents::testing {
namespace {

/// False when the client is gone, which a fault test expects.
bool SendAll(int connection, const char* data, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = send(connection, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

std::size_t ContentLength(const std::string& head) {
  constexpr char kName[] = "\r\ncontent-length:";
  const auto found = std::search(head.begin(), head.end(), kName, kName + sizeof kName - 1,
                                 [](char a, char b) { return strncasecmp(&a, &b, 1) == 0; });
  if (found == head.end()) return 0;
  return std::stoul(head.substr(static_cast<std::size_t>(found - head.begin()) + sizeof kName - 1));
}

}  // namespace

Answer Answer::Json(int status, const std::string& body, const std::string& headers) {
  Answer answer;
  answer.bytes =
      "HTTP/1.1 " + std::to_string(status) +
      " X\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) +
      "\r\nconnection: close\r\n" + headers + "\r\n" + body;
  return answer;
}

Answer Answer::Part(const std::string& body, double share, End end) {
  Answer answer = Json(200, body);
  answer.bytes.resize(answer.bytes.size() - body.size() +
                      static_cast<std::size_t>(share * static_cast<double>(body.size())));
  answer.end = end;
  return answer;
}

FaultServer::FaultServer(std::vector<Answer> script)
    : FaultServer([script = std::move(script),
                   next = std::make_shared<std::size_t>(0)](const ReceivedRequest&) {
        const std::size_t at = std::min(*next, script.size() - 1);
        ++*next;
        return script[at];
      }) {}

FaultServer::FaultServer(std::function<Answer(const ReceivedRequest&)> reply)
    : reply_(std::move(reply)) {
  Listen();
  thread_ = std::thread([this] { Serve(); });
}

FaultServer::~FaultServer() {
  shutdown(listener_, SHUT_RDWR);  // wakes accept
  thread_.join();
  close(listener_);
}

std::string FaultServer::url() const { return "http://127.0.0.1:" + std::to_string(port_); }

std::vector<ReceivedRequest> FaultServer::requests() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return requests_;
}

void FaultServer::Listen() {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (listener_ < 0 || bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
      getsockname(listener_, generic, &size) != 0) {
    throw std::runtime_error("the fault server cannot listen on the loopback address");
  }
  port_ = ntohs(address.sin_port);
}

void FaultServer::Serve() {
  for (;;) {
    const int connection = accept(listener_, nullptr, nullptr);
    if (connection < 0) return;
    Handle(connection);
    close(connection);
  }
}

void FaultServer::Handle(int connection) {
  std::string received;
  std::size_t head_end = std::string::npos;
  std::size_t total = 0;
  char buffer[65536];
  while (head_end == std::string::npos || received.size() < total) {
    const ssize_t got = recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) return;
    received.append(buffer, static_cast<std::size_t>(got));
    if (received[0] < 'A' || received[0] > 'Z') {  // no HTTP: a TLS greeting, say
      const std::string plain = "HTTP/1.1 400 X\r\n\r\n";
      SendAll(connection, plain.data(), plain.size());
      return;
    }
    if (head_end == std::string::npos) {
      head_end = received.find("\r\n\r\n");
      if (head_end == std::string::npos) continue;
      total = head_end + 4 + ContentLength(received.substr(0, head_end));
    }
  }
  const ReceivedRequest request{received.substr(0, head_end), received.substr(head_end + 4)};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    requests_.push_back(request);
  }
  const Answer answer = reply_(request);
  bool alive = SendAll(connection, answer.bytes.data(), answer.bytes.size());
  const std::string blank(1 << 20, ' ');
  for (std::size_t left = answer.padding; alive && left > 0;) {
    const std::size_t now = std::min(left, blank.size());
    alive = SendAll(connection, blank.data(), now);
    left -= now;
  }
  if (answer.end == Answer::End::kReset) {
    const linger hard{1, 0};
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  } else if (answer.end == Answer::End::kStalled) {
    while (recv(connection, buffer, sizeof buffer, 0) > 0) {
    }
  }
}

}  // namespace rectune::agents::testing
