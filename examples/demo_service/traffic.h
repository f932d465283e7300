// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace slowburn::demo {

// What a service under steady traffic would count: 100 requests a second from a fixed schedule, so
// that the same times and faults give the same counts.
//
// While healthy, one request in 10 000 fails and none is slow.  Time is handed in and counts from
// the start of the traffic; time that goes backwards counts nothing.  Thread-safe.
class Traffic {
 public:
  using Duration = std::chrono::milliseconds;

  // A share of requests in thousandths, 0 to 1000.
  struct Faults {
    std::int64_t failing = 0;  // Answered with a 500.
    std::int64_t slow = 0;     // Answered after 800 ms.
  };

  Traffic();

  // Lets all requests up to `at` happen as things are, then changes how later ones fare.
  void Break(Faults faults, Duration at);

  // Lets all requests up to `at` happen and returns the metrics in Prometheus's text format.
  std::string Expose(Duration at);

 private:
  struct Path {
    prometheus::Counter* served;
    prometheus::Counter* failed;
    prometheus::Histogram* duration;
  };

  void AdvanceTo(Duration at);
  void Serve(std::int64_t request);

  std::mutex mutex_;  // Guards all below.
  prometheus::Registry registry_;
  std::vector<Path> paths_;
  std::int64_t requests_ = 0;  // That have happened.
  Faults faults_;
};

}  // namespace slowburn::demo
