// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/clock.h"
#include "engine/source.h"

namespace slowburn {

// Whether `source` has series of Sloth's names at `at` that are not of a slowburn.  Ours, once they
// are scraped, are there as well: their sloth_slo_info says so, and their other series have its
// target.
absl::StatusOr<bool> HasSlothSeriesOfOthers(Source& source, std::string_view own_mode,
                                            absl::Time at);

// Says whether Sloth's series may be served: not while a source has them from elsewhere, as Sloth's
// own rules fail on two sets, and not before every source was asked.  A source that can't be asked
// is taken to be as it was.
//
// Asks at the start and every hour, each minute while an answer lacks.  Thread-safe.
class SlothGuard {
 public:
  // `own_mode` is the label `sloth_mode` of ours.  `on_change` is told on the asking thread whether
  // they may be served, when that changes; they may not at first.  `clock` must outlive this.
  SlothGuard(std::map<std::string, std::unique_ptr<Source>> sources, std::string own_mode,
             Clock& clock, std::function<void(bool allowed)> on_change);
  ~SlothGuard();  // Stops.

  void Start();

  // Cuts off what is being asked.  Idempotent.
  void Stop();

  // One round of asking: how long until the next.  For Start, and for tests.
  absl::Duration Ask();

 private:
  std::map<std::string, std::unique_ptr<Source>> sources_;
  std::string own_mode_;
  Clock& clock_;
  std::function<void(bool)> on_change_;
  std::map<std::string, bool> has_;  // By source, once it has answered.
  bool allowed_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_ = false;  // Under `mutex_`.
  std::thread thread_;
};

}  // namespace slowburn
