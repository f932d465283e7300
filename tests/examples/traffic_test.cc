// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "examples/demo_service/traffic.h"

#include <chrono>
#include <cstdint>
#include <sstream>
#include <string>

#include <catch2/catch.hpp>

namespace slowburn::demo {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

// The sum over all series whose line begins with `name{` and holds `label`.
std::int64_t Sum(const std::string& exposition, const std::string& name, const std::string& label) {
  std::istringstream lines(exposition);
  std::int64_t sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + "{") && line.find(label) != std::string::npos) {
      sum += std::stoll(line.substr(line.rfind(' ') + 1));
    }
  }
  return sum;
}

std::int64_t Failed(const std::string& exposition) {
  return Sum(exposition, "http_requests_total", "code=\"500\"");
}

std::int64_t Slow(const std::string& exposition) {
  const std::string buckets = "http_request_duration_seconds_bucket";
  return Sum(exposition, buckets, "le=\"+Inf\"") - Sum(exposition, buckets, "le=\"0.3\"");
}

TEST_CASE("Traffic: counts 100 requests a second however often it is read", "[examples]") {
  Traffic once;
  Traffic often;
  for (int second = 0; second < 1000; ++second) {
    often.Expose(seconds(second));
  }
  const std::string exposition = once.Expose(seconds(1000));
  CHECK(exposition == often.Expose(seconds(1000)));
  CHECK(Sum(exposition, "http_requests_total", "") == 100'000);
  CHECK(Sum(exposition, "http_request_duration_seconds_count", "") == 100'000);
  CHECK(Failed(exposition) == 10);
  CHECK(Slow(exposition) == 0);
}

TEST_CASE("Traffic: has every series at zero before the first request", "[examples]") {
  Traffic traffic;
  const std::string exposition = traffic.Expose(seconds(0));
  CHECK(Sum(exposition, "http_requests_total", "") == 0);
  CHECK(exposition.find("http_requests_total{code=\"500\",path=\"/pay\"} 0") != std::string::npos);
}

TEST_CASE("Traffic: breaks by the shares given, and mends", "[examples]") {
  Traffic traffic;
  traffic.Break({.failing = 300, .slow = 50}, seconds(10));
  traffic.Break({}, seconds(30));
  const std::string exposition = traffic.Expose(seconds(60));
  CHECK(Failed(exposition) == 600);
  CHECK(Slow(exposition) == 100);
}

TEST_CASE("Traffic: breaks every path", "[examples]") {
  Traffic traffic;
  traffic.Break({.failing = 100}, seconds(0));
  const std::string exposition = traffic.Expose(seconds(100));
  for (const char* path : {"/cart", "/pay", "/receipt"}) {
    INFO(path);
    const std::string failed = std::string("code=\"500\",path=\"") + path;
    CHECK(Sum(exposition, "http_requests_total", failed) > 300);
  }
}

TEST_CASE("Traffic: time that goes backwards counts nothing", "[examples]") {
  Traffic traffic;
  const std::string before = traffic.Expose(hours(1));
  CHECK(traffic.Expose(seconds(1)) == before);
}

}  // namespace
}  // namespace slowburn::demo
