// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/http_server.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <absl/time/time.h>
#include <fmt/format.h>
#include <httplib.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/io/log.h"
#include "engine/io/real_clock.h"
#include "exporters/http_address.h"
#include "exporters/http_connections.h"

namespace slowburn {
namespace {

constexpr std::size_t kThreads = 8;
constexpr std::size_t kMaxRequestsOfConnection = 1000000;
constexpr std::size_t kMaxBody = std::size_t{1} << 20;
constexpr std::size_t kMaxRequest = kMaxBody + (std::size_t{64} << 10);  // Head and body.
constexpr absl::Duration kIdleTime = absl::Seconds(75);         // Longer than a scrape interval.
constexpr absl::Duration kGraceTime = absl::Milliseconds(100);  // Whoever else is in need.
constexpr absl::Duration kRequestTime = absl::Seconds(10);      // For a whole request to arrive.
constexpr absl::Duration kResponseTime = absl::Minutes(1);      // For a whole answer to be taken.
constexpr absl::Duration kStallTime = absl::Seconds(5);         // For any of it to be taken.

// A fixed number of threads that serve connections in the order of their arrival.
class Pool : public httplib::TaskQueue {
 public:
  explicit Pool(Connections& connections) : connections_(connections) {
    for (std::size_t i = 0; i < kThreads; ++i) threads_.emplace_back([this] { Work(); });
  }

  void enqueue(std::function<void()> task) override {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
    TellQueued();
    changed_.notify_one();
  }

  void shutdown() override {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    connections_.StopAll();
    for (std::thread& thread : threads_) thread.join();
  }

 private:
  void Work() {
    std::unique_lock lock(mutex_);
    while (true) {
      ++free_;
      changed_.wait(lock, [&] { return stopping_ || !tasks_.empty(); });
      --free_;
      if (tasks_.empty()) return;
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      TellQueued();
      lock.unlock();
      task();
      lock.lock();
    }
  }

  void TellQueued() { connections_.SetQueued(tasks_.size() - std::min(tasks_.size(), free_)); }

  Connections& connections_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  std::size_t free_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

// The bytes of one connection, each request and each answer within its time.
class ConnectionStream : public httplib::Stream {
 public:
  ConnectionStream(Connections& connections, int socket)
      : connections_(connections), socket_(socket), handle_(connections.Add(socket)) {}

  ~ConnectionStream() override { connections_.Remove(handle_); }

  ConnectionStream(const ConnectionStream&) = delete;
  ConnectionStream& operator=(const ConnectionStream&) = delete;

  // Waits for the first byte of a request; false when there will be none.
  bool WaitForRequest() {
    read_until_ = Now() + kIdleTime;
    read_left_ = kMaxRequest;
    if (begin_ == end_ && !Fill()) return false;
    read_until_ = Now() + kRequestTime;
    write_until_.reset();
    return true;
  }

  bool is_readable() const override { return begin_ < end_ || Poll(POLLIN, absl::ZeroDuration()); }

  bool is_writable() const override { return Poll(POLLOUT, kStallTime); }

  ssize_t read(char* to, std::size_t size) override {
    if (begin_ == end_ && !Fill()) return failed_ ? -1 : 0;
    const std::size_t count = std::min({size, end_ - begin_, read_left_});
    if (count == 0) return -1;  // The request is larger than any may be.
    std::memcpy(to, buffer_.data() + begin_, count);
    begin_ += count;
    read_left_ -= count;
    return static_cast<ssize_t>(count);
  }

  ssize_t write(const char* from, std::size_t size) override {
    // The answer's time begins with it: a handler may take what it takes.
    if (!write_until_) write_until_ = Now() + kResponseTime;
    const absl::Duration left = std::min(*write_until_ - Now(), kStallTime);
    if (left <= absl::ZeroDuration() || !Poll(POLLOUT, left)) return -1;
    return send(socket_, from, size, MSG_NOSIGNAL | MSG_DONTWAIT);
  }

  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    Describe(getpeername, ip, port);
  }

  void get_local_ip_and_port(std::string& ip, int& port) const override {
    Describe(getsockname, ip, port);
  }

  socket_t socket() const override { return socket_; }

 private:
  static absl::Time Now() { return RealClock().TimeNow(); }

  bool Poll(short events, absl::Duration time) const {
    pollfd fd = {.fd = socket_, .events = events, .revents = 0};
    const auto ms = static_cast<int>(std::max<std::int64_t>(absl::ToInt64Milliseconds(time), 0));
    int ready = 0;
    do {
      ready = poll(&fd, 1, ms);
    } while (ready < 0 && errno == EINTR);
    return ready > 0;
  }

  // Refills the empty buffer; false at the end of the input, in time or not.
  bool Fill() {
    begin_ = end_ = 0;
    failed_ = true;
    absl::Duration left = read_until_ - Now();
    while (!Poll(POLLIN, std::min(left, kGraceTime))) {
      left = read_until_ - Now();
      if (left <= absl::ZeroDuration() || !connections_.MayWaitOn(handle_)) return false;
    }
    const ssize_t count = recv(socket_, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    failed_ = count < 0;
    if (count > 0) end_ = static_cast<std::size_t>(count);
    return count > 0;
  }

  template <typename GetName>
  void Describe(GetName get_name, std::string& ip, int& port) const {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    auto* const name = reinterpret_cast<sockaddr*>(&address);
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> service{};
    if (get_name(socket_, name, &size) != 0 ||
        getnameinfo(name, size, host.data(), host.size(), service.data(), service.size(),
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
      return;
    }
    ip = host.data();
    port = std::atoi(service.data());
  }

  Connections& connections_;
  const int socket_;
  const Connections::Handle handle_;
  std::array<char, 4096> buffer_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool failed_ = false;
  std::size_t read_left_ = kMaxRequest;
  absl::Time read_until_;
  std::optional<absl::Time> write_until_;
};

// Whether the body is said to be larger than any may be.
bool IsTooLarge(const httplib::Request& request) {
  const std::string length = request.get_header_value("Content-Length");
  return length.size() > 18 || std::strtoull(length.c_str(), nullptr, 10) > kMaxBody;
}

// The library's server, but for how long a connection may hold a thread: its own waits are neither
// bounded as a whole nor ended by stop().
class Listener : public httplib::Server {
 public:
  Listener() {
    new_task_queue = [this] { return new Pool(connections_); };
    set_payload_max_length(kMaxBody);
    set_keep_alive_timeout(absl::ToInt64Seconds(kIdleTime));  // What it tells its clients.
    set_keep_alive_max_count(kMaxRequestsOfConnection);
    // Two processes must not share a port unseen, which the library's own options allow.
    set_socket_options([](socket_t socket) {
      const int yes = 1;
      setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
  }

  // Listens at a socket in the file system, which is made for its owner alone: no umask opens it,
  // not even for a moment.
  bool BindToSocket(const std::string& path) {
    constexpr int kAnyPort = 1;  // The library wants one.
    set_address_family(AF_UNIX);
    set_socket_options([](socket_t socket) { fchmod(socket, S_IRUSR | S_IWUSR); });
    return bind_to_port(path, kAnyPort);
  }

  // The library lets 5 connections wait to be accepted; a burst of more would wait for seconds.
  void WidenBacklog() { ::listen(svr_sock_, SOMAXCONN); }

 private:
  bool process_and_close_socket(socket_t socket) override {
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ConnectionStream stream(connections_, socket);
    bool closed = false;
    bool unread_body = false;
    while (!closed && !unread_body && stream.WaitForRequest()) {
      const auto prepare = [&](httplib::Request& request) { Prepare(request, unread_body); };
      if (!process_request(stream, /*close_connection=*/false, closed, prepare)) return false;
    }
    return true;
  }

  static void Prepare(httplib::Request& request, bool& unread_body) {
    // The library leaves a body that it does not expect in the connection, to be taken for the next
    // request.
    const bool reads_body =
        request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    const bool has_body =
        request.has_header("Transfer-Encoding") || request.has_header("Content-Length");
    unread_body = IsTooLarge(request) || (has_body && !reads_body);
    // It would wait for a body that a request without any length does not have, such as
    // `curl -X POST` sends.
    if (reads_body && !has_body) request.headers.emplace("Content-Length", "0");
    // It would choose brotli at a quality that takes seconds for a large /metrics.
    const bool gzip = request.get_header_value("Accept-Encoding").find("gzip") != std::string::npos;
    request.headers.erase("Accept-Encoding");
    if (gzip) request.headers.emplace("Accept-Encoding", "gzip");
  }

  Connections connections_;
};

void Answer(const WebHandler& handler, const httplib::Request& from, httplib::Response& to) {
  WebRequest request;
  request.method = from.method;
  request.path = from.target.substr(0, from.target.find_first_of("?#"));
  for (const auto& [name, value] : from.params) request.query.emplace(name, value);
  request.body = from.body;
  WebResponse response;
  try {
    response = handler(request);
  } catch (const std::exception& e) {
    Log(LogLevel::kError, "a page failed", {{"path", request.path}, {"error", e.what()}});
    response = {.status = 500, .body = "internal error\n"};
  }
  to.status = response.status;
  to.body = std::move(response.body);
  to.set_header("Content-Type", response.content_type);
  to.set_header("X-Content-Type-Options", "nosniff");
}

}  // namespace

class HttpServer::Impl {
 public:
  explicit Impl(WebHandler handler) : handler_(std::move(handler)) {}

  ~Impl() { Stop(); }

  absl::Status Start(const std::string& text) {
    absl::StatusOr<ListenAddress> address = ParseListenAddress(text);
    if (!address.ok()) return std::move(address).status();
    if (address->host.empty()) {
      // All addresses of both families, or of the one that there is.
      if (Bind({.host = "::", .port = address->port}).ok()) return Run();
      address->host = "0.0.0.0";
    }
    return BindAndRun(*address, text);
  }

  absl::Status StartAtSocket(const std::string& path) { return BindAndRun({.path = path}, path); }

  void Stop() {
    if (!thread_.joinable()) return;
    {
      std::unique_lock lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
      // The library ignores stop() until it has begun to listen, and takes it once.
      for (bool told = false; !ended_;) {
        if (!told && listener_->is_running()) {
          listener_->stop();
          told = true;
        }
        changed_.wait_for(lock, std::chrono::milliseconds(10), [&] { return ended_; });
      }
    }
    thread_.join();
    RemoveSocket(bound_to_.path);
  }

  const std::string& address() const { return address_; }

 private:
  absl::Status BindAndRun(const ListenAddress& address, const std::string& text) {
    const absl::Status bound = Bind(address);
    if (bound.ok()) return Run();
    return absl::Status(bound.code(), fmt::format("{}: {}", text, std::string(bound.message())));
  }

  absl::Status Run() {
    thread_ = std::thread([this] { Serve(); });
    return absl::OkStatus();
  }

  // Serves until stopped.  The library gives up when it can't accept a connection, as when the
  // machine is short of something; that must not be the end of being watched.
  void Serve() {
    std::unique_lock lock(mutex_);
    for (bool bound = true; !stopping_; bound = Bind(bound_to_).ok()) {
      if (bound) {
        lock.unlock();
        listener_->listen_after_bind();
        lock.lock();
        if (stopping_) break;
        Log(LogLevel::kError, "cannot accept connections, listening again",
            {{"address", address_}});
      }
      changed_.wait_for(lock, std::chrono::seconds(1), [&] { return stopping_; });
    }
    ended_ = true;
    changed_.notify_all();
  }

  // Makes a new listener, bound to `address`.
  absl::Status Bind(ListenAddress address) {
    listener_ = std::make_unique<Listener>();
    const auto answer = [this](const httplib::Request& from, httplib::Response& to) {
      Answer(handler_, from, to);
    };
    // GET and HEAD before any routing, which is by regular expression; the others after their body.
    listener_->set_pre_routing_handler([answer](const auto& from, auto& to) {
      if (IsTooLarge(from)) {
        to.status = 413;
      } else if (from.method == "GET" || from.method == "HEAD") {
        answer(from, to);
      } else {
        return httplib::Server::HandlerResponse::Unhandled;
      }
      return httplib::Server::HandlerResponse::Handled;
    });
    const char* const any = R"([\s\S]*)";
    listener_->Post(any, answer).Put(any, answer).Patch(any, answer);
    listener_->Delete(any, answer).Options(any, answer);
    RemoveSocket(address.path);
    errno = 0;
    if (!address.path.empty()) {
      if (!listener_->BindToSocket(address.path)) address.port = -1;
    } else if (address.port == 0) {
      address.port = listener_->bind_to_any_port(address.host);
    } else if (!listener_->bind_to_port(address.host, address.port)) {
      address.port = -1;
    }
    const int error = errno;
    if (address.port < 0) {
      return absl::UnavailableError(
          fmt::format("cannot listen: {}", error == 0 ? "no such address" : std::strerror(error)));
    }
    listener_->WidenBacklog();
    address_ = ToString(address);
    bound_to_ = std::move(address);
    return absl::OkStatus();
  }

  // Removes what a listener left behind, and no other file.
  static void RemoveSocket(const std::string& path) {
    std::error_code ignored;
    if (!path.empty() && std::filesystem::is_socket(path, ignored)) {
      std::filesystem::remove(path, ignored);
    }
  }

  const WebHandler handler_;
  ListenAddress bound_to_;
  std::string address_;  // The same, as text.
  std::thread thread_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  bool ended_ = false;
  std::unique_ptr<Listener> listener_;  // Replaced only by the thread, under the lock.
};

HttpServer::HttpServer(WebHandler handler) : impl_(std::make_unique<Impl>(std::move(handler))) {}

HttpServer::~HttpServer() = default;

absl::Status HttpServer::Start(const std::string& address) {
  return impl_->Start(address);
}

absl::Status HttpServer::StartAtSocket(const std::string& path) {
  return impl_->StartAtSocket(path);
}

const std::string& HttpServer::address() const {
  return impl_->address();
}

void HttpServer::Stop() {
  impl_->Stop();
}

}  // namespace slowburn
