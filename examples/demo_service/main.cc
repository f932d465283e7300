// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0

// A service to watch burn its error budget: `demo_service --port-file FILE`.
//
//   GET  /metrics                    what Prometheus scrapes
//   GET  /healthz                    200
//   POST /break?errors=0.3&slow=0.2  from now on this share of requests fails, this share is slow
//   POST /mend                       as at the start
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "examples/demo_service/traffic.h"
#include <httplib.h>

namespace {

using slowburn::demo::Traffic;

// A share such as `0.3` in thousandths; 0 when it is not given; nullopt when it is not in 0 to 1.
std::optional<std::int64_t> ShareOf(const httplib::Request& request, const char* name) {
  if (!request.has_param(name)) {
    return 0;
  }
  const std::string text = request.get_param_value(name);
  char* end = nullptr;
  const double share = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0' || !(share >= 0 && share <= 1)) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(share * 1000 + 0.5);
}

void AddRoutes(httplib::Server& server, Traffic& traffic) {
  const auto age = [start = std::chrono::steady_clock::now()] {
    return std::chrono::duration_cast<Traffic::Duration>(std::chrono::steady_clock::now() - start);
  };
  server.Get("/metrics", [&traffic, age](const httplib::Request&, httplib::Response& response) {
    response.set_content(traffic.Expose(age()), "text/plain; version=0.0.4; charset=utf-8");
  });
  server.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
    response.set_content("ok\n", "text/plain");
  });
  // With a content reader that is not used: without one, the library waits 5 s for the body of a
  // request that has none, such as `curl -X POST` sends.  An unread body must not be taken for the
  // next request, so each connection serves one.
  server.set_keep_alive_max_count(1);
  server.Post("/break",
              [&traffic, age](const httplib::Request& request, httplib::Response& response,
                              const httplib::ContentReader&) {
                const auto failing = ShareOf(request, "errors");
                const auto slow = ShareOf(request, "slow");
                if (!failing || !slow) {
                  response.status = 400;
                  response.set_content("errors and slow are shares, 0 to 1\n", "text/plain");
                  return;
                }
                traffic.Break({.failing = *failing, .slow = *slow}, age());
                response.set_content("broken\n", "text/plain");
              });
  server.Post("/mend", [&traffic, age](const httplib::Request&, httplib::Response& response,
                                       const httplib::ContentReader&) {
    traffic.Break({}, age());
    response.set_content("mended\n", "text/plain");
  });
}

// Writes the file under another name first, so that whoever waits for it never reads half a number.
bool WritePort(const std::string& path, int port) {
  const std::string unfinished = path + ".tmp";
  std::ofstream(unfinished) << port << '\n';
  return std::rename(unfinished.c_str(), path.c_str()) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 || std::string_view(argv[1]) != "--port-file") {
    std::fputs("usage: demo_service --port-file FILE\n", stderr);
    return 2;
  }
  // Blocked before there are threads, so that only the sigwait below sees them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  Traffic traffic;
  httplib::Server server;
  AddRoutes(server, traffic);
  const int port = server.bind_to_any_port("127.0.0.1");
  if (port < 0) {
    std::fputs("demo_service: cannot listen on 127.0.0.1\n", stderr);
    return 1;
  }
  std::jthread serving([&server] { server.listen_after_bind(); });
  while (!server.is_running()) {  // To stop it earlier would be lost, and the thread never end.
    std::this_thread::yield();
  }
  if (!WritePort(argv[2], port)) {
    std::fprintf(stderr, "demo_service: cannot write %s\n", argv[2]);
    server.stop();
    return 1;
  }
  int signal = 0;
  sigwait(&signals, &signal);
  server.stop();
  return 0;
}
