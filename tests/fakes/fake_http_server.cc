// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fake_http_server.h"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <httplib.h>
#include <sys/socket.h>

namespace slowburn {
namespace {

// A proxy of the environment must not see what tests say to themselves.
[[maybe_unused]] const int kNoProxy = [] {
  setenv("no_proxy", "127.0.0.1,localhost,::1", 1);
  return setenv("NO_PROXY", "127.0.0.1,localhost,::1", 1);
}();

std::string Lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::string Decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// Shuts the connection from `port` down.  The server library does not show its sockets, so this
// looks through the process's own.
void HangUp(int port) {
  constexpr int kMaxSockets = 4096;
  for (int fd = 3; fd < kMaxSockets; ++fd) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    if (getpeername(fd, reinterpret_cast<sockaddr*>(&peer), &size) != 0) continue;
    if (peer.sin_family == AF_INET && ntohs(peer.sin_port) == port) shutdown(fd, SHUT_RDWR);
  }
}

FakeHttpServer::Request Convert(const httplib::Request& from) {
  FakeHttpServer::Request request;
  request.method = from.method;
  request.target = from.target;
  request.body = from.body;
  request.client_port = from.remote_port;
  for (const auto& [name, value] : from.headers) request.headers.emplace(Lower(name), value);
  return request;
}

}  // namespace

std::string FakeHttpServer::Request::Header(const std::string& name) const {
  const auto it = headers.find(name);
  return it == headers.end() ? "" : it->second;
}

std::optional<std::string> FakeHttpServer::Request::Parameter(const std::string& name) const {
  const std::size_t query = target.find('?');
  std::string rest = query == std::string::npos ? "" : target.substr(query + 1);
  rest += "&" + body;
  while (!rest.empty()) {
    const std::string one = rest.substr(0, rest.find('&'));
    rest.erase(0, one.size() + 1);
    const std::size_t equals = one.find('=');
    if (equals != std::string::npos && Decode(one.substr(0, equals)) == name) {
      return Decode(one.substr(equals + 1));
    }
  }
  return std::nullopt;
}

class FakeHttpServer::Impl {
 public:
  Impl(Handler handler, const std::optional<Tls>& tls) : handler_(std::move(handler)) {
    if (tls) {
      scheme_ = "https";
      server_ = std::make_unique<httplib::SSLServer>(
          tls->cert_file.c_str(), tls->key_file.c_str(),
          tls->client_ca_file.empty() ? nullptr : tls->client_ca_file.c_str());
    } else {
      server_ = std::make_unique<httplib::Server>();
    }
    server_->set_tcp_nodelay(true);
    server_->set_keep_alive_max_count(100000);
    server_->set_keep_alive_timeout(60);
    server_->new_task_queue = [] { return new httplib::ThreadPool(32); };
    const auto handle = [this](const httplib::Request& request, httplib::Response& response) {
      Handle(request, response);
    };
    server_->Get(".*", handle).Post(".*", handle);
    port_ = server_->bind_to_any_port("127.0.0.1");
    if (port_ < 0) throw std::runtime_error("no free port on 127.0.0.1");
    thread_ = std::thread([this] { server_->listen_after_bind(); });
    while (!server_->is_running()) std::this_thread::yield();
  }

  ~Impl() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (const auto& request : requests()) HangUp(request.client_port);
    server_->stop();
    thread_.join();
  }

  std::string url() const { return fmt::format("{}://127.0.0.1:{}", scheme_, port_); }

  int port() const { return port_; }

  std::vector<Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  bool WaitForRequests(std::size_t count) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(10),
                             [&] { return requests_.size() >= count; });
  }

 private:
  void Handle(const httplib::Request& from, httplib::Response& response) {
    const Request request = Convert(from);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    changed_.notify_all();
    const Answer answer = handler_(request);
    Wait(answer.delay);
    if (answer.hang_up) HangUp(request.client_port);
    Fill(answer, request.client_port, response);
  }

  // Waits for `delay`, or until the server stops.
  void Wait(absl::Duration delay) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoMilliseconds(delay), [&] { return stopping_; });
  }

  static void Fill(const Answer& answer, int client_port, httplib::Response& response) {
    response.status = answer.status;
    for (const auto& [name, value] : answer.headers) response.set_header(name, value);
    if (answer.date) {
      response.set_header(
          "Date", absl::FormatTime("%a, %d %b %Y %H:%M:%S GMT", *answer.date, absl::UTCTimeZone()));
    }
    if (!answer.cut_after && !answer.claimed_length) {
      response.set_content(answer.body, answer.content_type);
      return;
    }
    const std::size_t length = answer.claimed_length.value_or(answer.body.size());
    const std::string sent = answer.body.substr(0, answer.cut_after.value_or(answer.body.size()));
    response.set_content_provider(
        length, answer.content_type,
        [sent, client_port](std::size_t offset, std::size_t, httplib::DataSink& sink) {
          if (offset >= sent.size()) {
            HangUp(client_port);
            return false;
          }
          return sink.write(sent.data() + offset, sent.size() - offset);
        });
  }

  const Handler handler_;
  std::string scheme_ = "http";
  std::unique_ptr<httplib::Server> server_;
  int port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool stopping_ = false;
  std::vector<Request> requests_;
  std::thread thread_;
};

FakeHttpServer::FakeHttpServer(Handler handler, std::optional<Tls> tls)
    : impl_(std::make_unique<Impl>(std::move(handler), tls)) {}

FakeHttpServer::~FakeHttpServer() = default;

std::string FakeHttpServer::url() const {
  return impl_->url();
}

int FakeHttpServer::port() const {
  return impl_->port();
}

std::vector<FakeHttpServer::Request> FakeHttpServer::requests() const {
  return impl_->requests();
}

bool FakeHttpServer::WaitForRequests(std::size_t count) const {
  return impl_->WaitForRequests(count);
}

}  // namespace slowburn
