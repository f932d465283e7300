// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/counted_service.h"

#include <utility>

#include <fmt/format.h>

namespace slowburn {

CountedService::CountedService()
    : server_([this](const FakeHttpServer::Request&) { return Expose(); }) {}

std::string CountedService::address() const {
  return fmt::format("127.0.0.1:{}", server_.port());
}

void CountedService::SetTraffic(double per_second, double bad_share) {
  const std::lock_guard lock(mutex_);
  Serve();
  per_second_ = per_second;
  bad_share_ = bad_share;
}

void CountedService::SetDown(bool down) {
  const std::lock_guard lock(mutex_);
  down_ = down;
}

CountedService::Counts CountedService::scraped() const {
  const std::lock_guard lock(mutex_);
  return scraped_;
}

std::int64_t CountedService::scrapes() const {
  const std::lock_guard lock(mutex_);
  return scrapes_;
}

FakeHttpServer::Answer CountedService::Expose() {
  const std::lock_guard lock(mutex_);
  Serve();
  if (down_) return {.status = 503, .body = "down", .content_type = "text/plain"};
  const auto good = static_cast<std::int64_t>(good_);
  const auto bad = static_cast<std::int64_t>(bad_);
  scraped_ = {.total = good + bad, .bad = bad};
  ++scrapes_;
  return {.body = fmt::format("# TYPE http_requests_total counter\n"
                              "http_requests_total{{code=\"200\"}} {}\n"
                              "http_requests_total{{code=\"500\"}} {}\n",
                              good, bad),
          .content_type = "text/plain; version=0.0.4"};
}

void CountedService::Serve() {
  const auto now = std::chrono::steady_clock::now();
  const double served =
      per_second_ * std::chrono::duration<double>(now - std::exchange(served_until_, now)).count();
  good_ += served * (1 - bad_share_);
  bad_ += served * bad_share_;
}

}  // namespace slowburn
