// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "examples/demo_service/traffic.h"

#include <prometheus/text_serializer.h>

namespace slowburn::demo {
namespace {

constexpr std::int64_t kRequestsPerSecond = 100;
constexpr std::int64_t kRequestsPerHealthyError = 10'000;
constexpr double kSlowSeconds = 0.8;

// Whether request number `request` is of the `share` in 1000 that something happens to: spread
// evenly over the requests, and exactly `share` of each 1000.
bool Falls(std::int64_t request, std::int64_t share) {
  return (request * share) / 1000 != ((request + 1) * share) / 1000;
}

// 20 to 260 ms, each the same on every run.
double HealthySeconds(std::int64_t request) {
  return 0.02 + 0.01 * static_cast<double>((request * 7) % 25);
}

}  // namespace

Traffic::Traffic() {
  auto& requests = prometheus::BuildCounter()
                       .Name("http_requests_total")
                       .Help("Requests answered, by path and status code.")
                       .Register(registry_);
  auto& durations = prometheus::BuildHistogram()
                        .Name("http_request_duration_seconds")
                        .Help("Time from request to answer.")
                        .Register(registry_);
  for (const char* path : {"/cart", "/pay", "/receipt"}) {
    // Errors exist at 0 from the start, so that the first one is an increment and not a birth.
    paths_.push_back(
        {.served = &requests.Add({{"path", path}, {"code", "200"}}),
         .failed = &requests.Add({{"path", path}, {"code", "500"}}),
         .duration = &durations.Add(
             {{"path", path}}, prometheus::Histogram::BucketBoundaries{0.05, 0.1, 0.3, 1, 3})});
  }
}

void Traffic::Break(Faults faults, Duration at) {
  const std::lock_guard lock(mutex_);
  AdvanceTo(at);
  faults_ = faults;
}

std::string Traffic::Expose(Duration at) {
  const std::lock_guard lock(mutex_);
  AdvanceTo(at);
  return prometheus::TextSerializer().Serialize(registry_.Collect());
}

void Traffic::AdvanceTo(Duration at) {
  const std::int64_t due = at.count() * kRequestsPerSecond / 1000;
  while (requests_ < due) {
    Serve(requests_++);
  }
}

void Traffic::Serve(std::int64_t request) {
  // The path follows from how many requests there were before, not from what falls on them: each
  // path gets its part of the errors.
  const auto path_of = (request / 7) % static_cast<std::int64_t>(paths_.size());
  const Path& path = paths_[static_cast<std::size_t>(path_of)];
  const bool failed = Falls(request, faults_.failing) ||
                      request % kRequestsPerHealthyError == kRequestsPerHealthyError - 1;
  (failed ? path.failed : path.served)->Increment();
  path.duration->Observe(Falls(request, faults_.slow) ? kSlowSeconds : HealthySeconds(request));
}

}  // namespace slowburn::demo
