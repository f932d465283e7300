// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/http_server.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <httplib.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/io/log.h"

namespace slowburn {
namespace {

using std::chrono::steady_clock;

// Says back what it was asked.
WebResponse Echo(const WebRequest& request) {
  std::string body = request.method + " " + request.path;
  for (const auto& [name, value] : request.query) body += " " + name + "=" + value;
  return {.body = body};
}

int PortOf(const HttpServer& server) {
  return std::stoi(server.address().substr(server.address().rfind(':') + 1));
}

// A server on a free port of 127.0.0.1.
struct Running {
  explicit Running(WebHandler handler) : server(std::move(handler)) {
    REQUIRE(server.Start("127.0.0.1:0").ok());
  }

  httplib::Client Client() const {
    httplib::Client client("127.0.0.1", PortOf(server));
    client.set_tcp_nodelay(true);
    return client;
  }

  HttpServer server;
};

// A bare connection, to misbehave with.
class Socket {
 public:
  explicit Socket(int port) : fd_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }

  ~Socket() { close(fd_); }

  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  void Send(const std::string& text) const {
    CHECK(send(fd_, text.data(), text.size(), MSG_NOSIGNAL) >= 0);
  }

  // Reads until `end` has come, the peer hangs up, or 10 s have passed.
  std::string ReadUntil(const std::string& end) const {
    std::string text;
    while (text.find(end) == std::string::npos) {
      pollfd waiting = {.fd = fd_, .events = POLLIN, .revents = 0};
      char buffer[4096];
      if (poll(&waiting, 1, 10000) <= 0) break;
      const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
      if (count <= 0) return text + "<end>";
      text.append(buffer, static_cast<std::size_t>(count));
    }
    return text;
  }

 private:
  const int fd_;
};

// Opened once by a test, waited for by a handler.
class Gate {
 public:
  void Open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

  void Wait() {
    std::unique_lock lock(mutex_);
    opened_.wait_for(lock, std::chrono::seconds(10), [&] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

TEST_CASE("HttpServer: hands requests to its handler", "[exporters]") {
  Running running(Echo);
  CHECK(running.server.address().starts_with("127.0.0.1:"));
  httplib::Client client = running.Client();
  CHECK(client.Get("/")->body == "GET /");
  CHECK(client.Get("/api/v1/slos/a%2Fb?x=1%202&y=")->body == "GET /api/v1/slos/a%2Fb x=1 2 y=");
  CHECK(client.Get("/a%0Ab")->body == "GET /a%0Ab");
  CHECK(client.Post("/-/reload", "body", "text/plain")->body == "POST /-/reload");
  CHECK(client.Post("/a%0Ab", "", "text/plain")->body == "POST /a%0Ab");
  CHECK(client.Put("/x", "body", "text/plain")->body == "PUT /x");
  CHECK(client.Patch("/x", "body", "text/plain")->body == "PATCH /x");
  CHECK(client.Delete("/x")->body == "DELETE /x");
  CHECK(client.Options("/x")->body == "OPTIONS /x");
}

TEST_CASE("HttpServer: sends the handler's answer", "[exporters]") {
  Running running([](const WebRequest&) {
    return WebResponse{.status = 418, .content_type = "application/x-test", .body = "short"};
  });
  httplib::Client client = running.Client();
  const auto got = client.Get("/");
  CHECK(got->status == 418);
  CHECK(got->body == "short");
  CHECK(got->get_header_value("Content-Type") == "application/x-test");
  const auto head = client.Head("/");
  CHECK(head->status == 418);
  CHECK(head->body.empty());
  CHECK(head->get_header_value("Content-Length") == "5");
}

TEST_CASE("HttpServer: a handler that throws is a 500, and no end", "[exporters]") {
  SetLogLevel(LogLevel::kError);
  Running running([](const WebRequest& request) -> WebResponse {
    if (request.path == "/bad") throw std::runtime_error("secret detail");
    return {.body = "fine"};
  });
  httplib::Client client = running.Client();
  CHECK(client.Get("/bad")->status == 500);
  CHECK(client.Get("/bad")->body == "internal error\n");
  CHECK(client.Get("/good")->body == "fine");
  SetLogLevel(LogLevel::kInfo);
}

TEST_CASE("HttpServer: keeps connections", "[exporters]") {
  Running running(Echo);
  const Socket socket(PortOf(running.server));
  for (int i = 0; i < 50; ++i) {
    socket.Send("GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(socket.ReadUntil("GET /" + std::to_string(i)).find("200 OK") != std::string::npos);
  }
  socket.Send("GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  CHECK(socket.ReadUntil("<end>").find("GET /last") != std::string::npos);
}

TEST_CASE("HttpServer: compresses for those who ask", "[exporters]") {
  const std::string text(1 << 20, 'a');
  Running running([&](const WebRequest&) { return WebResponse{.body = text}; });
  httplib::Client client = running.Client();
  client.set_decompress(false);
  const auto plain = client.Get("/");
  CHECK(plain->body == text);
  const auto gzip = client.Get("/", {{"Accept-Encoding", "br, gzip, deflate"}});
  CHECK(gzip->get_header_value("Content-Encoding") == "gzip");
  CHECK(gzip->body.size() < text.size() / 10);
  client.set_decompress(true);
  CHECK(client.Get("/", {{"Accept-Encoding", "gzip"}})->body == text);
}

TEST_CASE("HttpServer: listens on", "[exporters]") {
  for (const char* address : {"127.0.0.1:0", "localhost:0", "[::1]:0", ":0", "0.0.0.0:0"}) {
    DYNAMIC_SECTION(address) {
      if (std::string(address) == "[::1]:0") {
        const int fd = socket(AF_INET6, SOCK_STREAM, 0);
        sockaddr_in6 self{};
        self.sin6_family = AF_INET6;
        self.sin6_addr = in6addr_loopback;
        const bool has_ipv6 = bind(fd, reinterpret_cast<sockaddr*>(&self), sizeof self) == 0;
        close(fd);
        if (!has_ipv6) {
          WARN("skipped: no IPv6 here");
          return;
        }
      }
      HttpServer server(Echo);
      CHECK(server.address().empty());
      REQUIRE(server.Start(address).ok());
      CHECK(PortOf(server) > 0);
      // What localhost is differs from one machine's /etc/hosts to the next.
      const std::string at = address;
      const char* const host = at == "[::1]:0"       ? "::1"
                               : at == "localhost:0" ? "localhost"
                                                     : "127.0.0.1";
      httplib::Client client(host, PortOf(server));
      const auto got = client.Get("/x");
      REQUIRE(got);
      CHECK(got->body == "GET /x");
    }
  }
}

TEST_CASE("HttpServer: refuses an address that is none", "[exporters]") {
  for (const char* address :
       {"", "9390", "localhost", "localhost:", "localhost:x", "localhost:-1", "localhost:65536",
        "::1:9390", "[::1]", "[localhost]:1", "http://localhost:9390", "127.0.0.1:9390/"}) {
    DYNAMIC_SECTION("'" << address << "'") {
      HttpServer server(Echo);
      CHECK(server.Start(address).code() == absl::StatusCode::kInvalidArgument);
      CHECK(server.address().empty());
    }
  }
}

TEST_CASE("HttpServer: a port that is taken, or not ours, is unavailable", "[exporters]") {
  Running first(Echo);
  HttpServer second(Echo);
  const absl::Status taken = second.Start(first.server.address());
  CHECK(taken.code() == absl::StatusCode::kUnavailable);
  CHECK(std::string(taken.message()) ==
        first.server.address() + ": cannot listen: Address already in use");
  CHECK(second.Start("192.0.2.1:0").code() == absl::StatusCode::kUnavailable);
  CHECK(second.Start("no-such-host.invalid:0").code() == absl::StatusCode::kUnavailable);
  CHECK(second.Start("127.0.0.1:0").ok());
}

TEST_CASE("HttpServer: its port is free again at once", "[exporters]") {
  HttpServer first(Echo);
  REQUIRE(first.Start("127.0.0.1:0").ok());
  const std::string address = first.address();
  httplib::Client client("127.0.0.1", PortOf(first));
  client.set_keep_alive(true);
  REQUIRE(client.Get("/"));
  first.Stop();
  first.Stop();
  CHECK_FALSE(client.Get("/"));
  HttpServer second(Echo);
  CHECK(second.Start(address).ok());
}

TEST_CASE("HttpServer: stopped before it has served anyone, it holds no port", "[exporters]") {
  HttpServer first(Echo);
  REQUIRE(first.Start("127.0.0.1:0").ok());
  const std::string address = first.address();
  first.Stop();
  for (int i = 0; i < 50; ++i) {
    HttpServer again(Echo);
    REQUIRE(again.Start(address).ok());
    again.Stop();
  }
}

TEST_CASE("HttpServer: stops at once, whatever connections wait", "[exporters]") {
  Running running(Echo);
  const int port = PortOf(running.server);
  const Socket silent(port);
  const Socket idle(port);
  idle.Send("GET /idle HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(idle.ReadUntil("GET /idle").find("200 OK") != std::string::npos);
  const Socket slow(port);
  slow.Send("GET /slow HTTP/1.1\r\nHos");
  const auto begin = steady_clock::now();
  running.server.Stop();
  CHECK(steady_clock::now() - begin < std::chrono::seconds(1));
}

TEST_CASE("HttpServer: stopping lets answers end", "[exporters]") {
  Gate entered;
  Gate leave;
  Running running([&](const WebRequest&) {
    entered.Open();
    leave.Wait();
    return WebResponse{.body = "complete"};
  });
  const Socket socket(PortOf(running.server));
  socket.Send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  entered.Wait();
  std::thread stopper([&] { running.server.Stop(); });
  leave.Open();
  CHECK(socket.ReadUntil("complete").find("complete") != std::string::npos);
  stopper.join();
}

TEST_CASE("HttpServer: connections that wait do not keep others out", "[exporters]") {
  Running running(Echo);
  const int port = PortOf(running.server);
  std::vector<std::unique_ptr<Socket>> slow;
  for (int i = 0; i < 40; ++i) {
    slow.push_back(std::make_unique<Socket>(port));
    if (i % 3 == 0) slow.back()->Send("GET / HTTP/1.1\r\nX");
    if (i % 3 == 1) slow.back()->Send("POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nx");
  }
  httplib::Client client = running.Client();
  const auto begin = steady_clock::now();
  for (int i = 0; i < 20; ++i) {
    const auto got = client.Get("/x");
    INFO(i << httplib::to_string(got.error()));
    REQUIRE(got);
    CHECK(got->body == "GET /x");
  }
  CHECK(steady_clock::now() - begin < std::chrono::seconds(3));
}

TEST_CASE("HttpServer: serves many at once", "[exporters]") {
  Running running(Echo);
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 20; ++i) {
        httplib::Client client = running.Client();
        const std::string path = "/" + std::to_string(t) + "/" + std::to_string(i);
        const auto got = client.Get(path);
        if (got && got->body == "GET " + path) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 320);
}

TEST_CASE("HttpServer: survives requests that are too large or none at all", "[exporters]") {
  Running running(Echo);
  const int port = PortOf(running.server);
  const auto status_of = [&](const std::string& request) {
    const Socket socket(port);
    socket.Send(request);
    const std::string answer = socket.ReadUntil("\r\n");
    return answer.substr(0, answer.find('\r'));
  };
  const std::string large(std::size_t{2} << 20, 'a');
  CHECK(status_of("POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n") ==
        "HTTP/1.1 413 Payload Too Large");
  CHECK(status_of("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n\r\n") ==
        "HTTP/1.1 414 URI Too Long");
  CHECK(status_of("nonsense\r\n\r\n") == "HTTP/1.1 400 Bad Request");
  CHECK(status_of("GET / HTTP/1.1\r\n" + large).find("200") == std::string::npos);
  std::string headers;
  for (int i = 0; i < 200000; ++i) headers += "A: b\r\n";
  CHECK(status_of("GET / HTTP/1.1\r\n" + headers + "\r\n").find("200") == std::string::npos);
  httplib::Client client = running.Client();
  CHECK(client.Post("/" + std::string(8000, 'a'), "x", "text/plain")->status == 200);
  CHECK(client.Get("/x")->body == "GET /x");
}

TEST_CASE("HttpServer: a request without a length has no body to wait for", "[exporters]") {
  Running running(Echo);
  const Socket socket(PortOf(running.server));
  socket.Send("POST /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string answer = socket.ReadUntil("GET /second");
  CHECK(answer.find("POST /first") != std::string::npos);
  CHECK(answer.find("GET /second") != std::string::npos);
}

TEST_CASE("HttpServer: a body that nobody reads is no next request", "[exporters]") {
  Running running(Echo);
  const Socket socket(PortOf(running.server));
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
  socket.Send("GET /first HTTP/1.1\r\nHost: x\r\nContent-Length: " +
              std::to_string(smuggled.size()) + "\r\n\r\n" + smuggled);
  const std::string answer = socket.ReadUntil("<end>");
  CHECK(answer.find("GET /first") != std::string::npos);
  CHECK(answer.find("GET /smuggled") == std::string::npos);
}

}  // namespace
}  // namespace slowburn
