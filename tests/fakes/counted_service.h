// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "tests/fakes/fake_http_server.h"

namespace slowburn {

// A service that a Prometheus can scrape, and that knows each request it served.  It serves at a
// rate, all the time; its counters, `http_requests_total{code="200|500"}`, begin at zero.
// Thread-safe.
class CountedService {
 public:
  struct Counts {
    std::int64_t total = 0;
    std::int64_t bad = 0;

    bool operator==(const Counts&) const = default;
  };

  CountedService();

  // `127.0.0.1:<port>`, for a scrape configuration.
  std::string address() const;

  // Requests from now on: so many a second, of which this share fails.
  void SetTraffic(double per_second, double bad_share);

  // While it is down, scrapes fail.
  void SetDown(bool down);

  // What the last scrape was told.
  Counts scraped() const;

  // How many scrapes it has answered.
  std::int64_t scrapes() const;

 private:
  FakeHttpServer::Answer Expose();
  void Serve();  // What has come since the last call.

  mutable std::mutex mutex_;
  double per_second_ = 0;
  double bad_share_ = 0;
  double good_ = 0;
  double bad_ = 0;
  bool down_ = false;
  Counts scraped_;
  std::int64_t scrapes_ = 0;
  std::chrono::steady_clock::time_point served_until_ = std::chrono::steady_clock::now();
  FakeHttpServer server_;  // Last: its threads use the rest.
};

}  // namespace slowburn
