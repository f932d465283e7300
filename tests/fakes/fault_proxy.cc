// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fault_proxy.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fakes/child_process.h"

namespace slowburn {
namespace {

constexpr char kDateFormat[] = "%a, %d %b %Y %H:%M:%S GMT";

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// Headers of one hop, and those that the proxy writes itself.
bool IsOfOneHop(const std::string& name) {
  static const char* const kNames[] = {"accept-encoding", "connection", "content-length",
                                       "expect",          "host",       "transfer-encoding"};
  return std::find(std::begin(kNames), std::end(kNames), Lower(name)) != std::end(kNames);
}

// One end of a connection from a client.
class Stream {
 public:
  explicit Stream(int fd) : fd_(fd) {}

  // Reads one request; false at the end of the connection.
  bool Read(httplib::Request& request) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive()) return false;
    }
    std::size_t length = 0;
    ReadHead(buffer_.substr(0, end + 2), request, length);
    buffer_.erase(0, end + 4);
    if (request.has_header("Expect") && !Write("HTTP/1.1 100 Continue\r\n\r\n")) return false;
    while (buffer_.size() < length) {
      if (!Receive()) return false;
    }
    request.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return true;
  }

  bool Write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Makes closing the connection reset it.
  void ResetAtClose() const {
    const linger now = {.l_onoff = 1, .l_linger = 0};
    setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  }

 private:
  static void ReadHead(const std::string& head, httplib::Request& request, std::size_t& length) {
    std::size_t line_end = head.find("\r\n");
    const std::string first = head.substr(0, line_end);
    const std::size_t space = first.find(' ');
    request.method = first.substr(0, space);
    request.path = first.substr(space + 1, first.rfind(' ') - space - 1);
    while (line_end + 2 < head.size()) {
      const std::size_t begin = line_end + 2;
      line_end = head.find("\r\n", begin);
      const std::string line = head.substr(begin, line_end - begin);
      const std::string name = line.substr(0, line.find(':'));
      const std::size_t value = line.find_first_not_of(' ', name.size() + 1);
      request.headers.emplace(name, value == std::string::npos ? "" : line.substr(value));
      if (Lower(name) == "content-length") length = std::stoul(line.substr(value));
    }
  }

  bool Receive() {
    char bytes[16'384];
    const ssize_t received = recv(fd_, bytes, sizeof bytes, 0);
    if (received <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(received));
    return true;
  }

  const int fd_;
  std::string buffer_;
};

}  // namespace

class FaultProxy::Impl {
 public:
  explicit Impl(const std::string& upstream) : upstream_(upstream), port_(FreePort()) { Listen(); }

  ~Impl() {
    StopListening();
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    EndConnections();
  }

  std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }

  void Set(const Fault& fault) {
    const std::lock_guard setting(set_mutex_);
    {
      const std::lock_guard lock(mutex_);
      fault_ = fault;
      ++generation_;
      requests_ = 0;
    }
    changed_.notify_all();
    if (fault.refuse && listener_ >= 0) {
      StopListening();
      EndConnections();
    } else if (!fault.refuse && listener_ < 0) {
      Listen();
    }
  }

  std::int64_t requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  struct Connection {
    int fd = -1;  // Closed, and -1, once it has ended; of `mutex_`.
    std::thread thread;
    std::atomic<bool> ended = false;
  };

  void Listen() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port_));
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        listen(listener_, 128) != 0) {
      throw std::runtime_error(fmt::format("can't listen on port {}", port_));
    }
    acceptor_ = std::thread([this, listener = listener_] { Accept(listener); });
  }

  void StopListening() {
    if (listener_ < 0) return;
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(std::exchange(listener_, -1));
  }

  void Accept(int listener) {
    while (true) {
      const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      const std::lock_guard lock(connections_mutex_);
      for (auto it = connections_.begin(); it != connections_.end();) {
        it = it->ended ? Forget(it) : std::next(it);
      }
      Connection& connection = connections_.emplace_back();
      connection.fd = fd;
      connection.thread = std::thread([this, fd, &connection] {
        Serve(fd);
        const std::lock_guard ending(mutex_);
        close(std::exchange(connection.fd, -1));
        connection.ended = true;
      });
    }
  }

  std::list<Connection>::iterator Forget(std::list<Connection>::iterator it) {
    it->thread.join();
    return connections_.erase(it);
  }

  void EndConnections() {
    const std::lock_guard lock(connections_mutex_);
    {
      const std::lock_guard ending(mutex_);
      for (const Connection& connection : connections_) {
        if (connection.fd >= 0) shutdown(connection.fd, SHUT_RDWR);
      }
    }
    while (!connections_.empty()) Forget(connections_.begin());
  }

  void Serve(int fd) {
    Stream stream(fd);
    while (true) {
      httplib::Request request;
      if (!stream.Read(request)) return;
      Fault fault;
      std::int64_t generation = 0;
      {
        const std::lock_guard lock(mutex_);
        fault = fault_;
        generation = generation_;
        ++requests_;
        if (stopping_) return;
      }
      if (!Handle(request, fault, generation, stream)) return;
    }
  }

  // Answers one request; whether the connection goes on.
  bool Handle(const httplib::Request& request, const Fault& fault, std::int64_t generation,
              Stream& stream) {
    if (fault.reset) {
      stream.ResetAtClose();
      return false;
    }
    if (fault.refuse) return false;
    if (fault.hang) {
      Wait(absl::InfiniteDuration(), generation);
      return false;
    }
    httplib::Response response;
    if (fault.answer) {
      response.status = fault.answer->status;
      response.body = fault.answer->body;
      response.set_header("Content-Type", fault.answer->content_type);
    } else if ((fault.forward_twice && !Forward(request, response)) ||
               !Forward(request, response)) {
      return false;
    }
    Wait(fault.delay, generation);
    return Answer(response, fault, generation, stream);
  }

  bool Forward(const httplib::Request& request, httplib::Response& response) const {
    httplib::Client client(upstream_);
    client.set_url_encode(false);
    client.set_read_timeout(60);
    httplib::Request forwarded;
    forwarded.method = request.method;
    forwarded.path = request.path;
    forwarded.body = request.body;
    for (const auto& [name, value] : request.headers) {
      if (!IsOfOneHop(name)) forwarded.headers.emplace(name, value);
    }
    httplib::Result result = client.send(forwarded);
    if (!result) return false;
    response = std::move(*result);
    return true;
  }

  bool Answer(const httplib::Response& response, const Fault& fault, std::int64_t generation,
              const Stream& stream) {
    std::string body = response.body;
    if (fault.rewrite) body = fault.rewrite(body);
    if (fault.body_twice) body += body;
    std::string head =
        fmt::format("HTTP/1.1 {} As told\r\nContent-Length: {}\r\n", response.status, body.size());
    for (const auto& [name, value] : response.headers) {
      if (IsOfOneHop(name)) continue;
      head += fmt::format("{}: {}\r\n", name, Header(Lower(name), value, fault));
    }
    if (!stream.Write(head + "\r\n")) return false;
    const bool whole = !fault.cut || *fault.cut >= body.size();
    if (!whole) body.resize(*fault.cut);
    return Send(body, fault, generation, stream) && whole;
  }

  static std::string Header(const std::string& name, const std::string& value, const Fault& fault) {
    if (name == "content-type" && !fault.content_type.empty()) return fault.content_type;
    absl::Time date;
    if (name != "date" || !absl::ParseTime(kDateFormat, value, &date, nullptr)) return value;
    return absl::FormatTime(kDateFormat, date + fault.date_offset, absl::UTCTimeZone());
  }

  bool Send(std::string_view body, const Fault& fault, std::int64_t generation,
            const Stream& stream) {
    const std::size_t piece = fault.drip ? fault.drip->bytes : body.size();
    while (!body.empty()) {
      if (!stream.Write(body.substr(0, piece))) return false;
      body.remove_prefix(std::min(piece, body.size()));
      if (fault.drip) Wait(fault.drip->pace, generation);
    }
    return true;
  }

  // Waits for `duration`, or until there is another fault than that of `generation`.
  void Wait(absl::Duration duration, std::int64_t generation) {
    std::unique_lock lock(mutex_);
    const auto changed = [&] { return stopping_ || generation_ != generation; };
    if (duration == absl::InfiniteDuration()) {
      changed_.wait(lock, changed);
    } else if (duration > absl::ZeroDuration()) {
      changed_.wait_for(lock, absl::ToChronoMilliseconds(duration), changed);
    }
  }

  const std::string upstream_;
  const int port_;
  std::mutex set_mutex_;  // One change at a time.
  int listener_ = -1;
  std::thread acceptor_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Fault fault_;
  std::int64_t generation_ = 0;
  std::int64_t requests_ = 0;
  bool stopping_ = false;

  std::mutex connections_mutex_;
  std::list<Connection> connections_;
};

FaultProxy::FaultProxy(const std::string& upstream) : impl_(std::make_unique<Impl>(upstream)) {}

FaultProxy::~FaultProxy() = default;

std::string FaultProxy::url() const {
  return impl_->url();
}

void FaultProxy::Set(const Fault& fault) {
  impl_->Set(fault);
}

std::int64_t FaultProxy::requests() const {
  return impl_->requests();
}

}  // namespace slowburn
