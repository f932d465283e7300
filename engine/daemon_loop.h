// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <absl/time/time.h>

#include "engine/daemon.h"
#include "engine/scheduler.h"
#include "engine/source_time.h"

namespace slowburn {

// One source's evaluation loop.  Internal to the daemon.
struct Daemon::Loop {
  Loop(std::string source_name, std::unique_ptr<Source> owned, Evaluator::Options options,
       absl::Duration interval, Telemetry& telemetry)
      : name(std::move(source_name)),
        source(std::move(owned)),
        evaluator(std::move(options), *source, telemetry),
        scheduler(interval),
        source_time(interval) {}

  // What is to be resolved by hand.
  struct Release {
    std::string alert_id;
    std::string annotation;
    std::string text;
  };

  std::string name;
  std::unique_ptr<Source> source;
  Evaluator evaluator;
  Scheduler scheduler;
  SourceTime source_time;
  std::string problem;  // Of the last evaluation.
  std::thread thread;
  std::atomic<bool> tried = false;
  std::atomic<bool> ended = false;
  absl::Duration past_took = absl::Seconds(1);  // The last read of the past.
  absl::Time past_next = absl::InfinitePast();
  std::atomic<std::int64_t> alive_ms = 0;

  Mutex mutex;
  std::vector<ActiveSlo> next ABSL_GUARDED_BY(mutex);
  bool changed ABSL_GUARDED_BY(mutex) = false;
  std::vector<Release> releases ABSL_GUARDED_BY(mutex);
};

}  // namespace slowburn
