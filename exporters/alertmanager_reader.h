// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "exporters/alertmanager_read.h"

namespace slowburn {

// Reads what one Alertmanager has on a thread of its own: one that is slow to tell must not keep
// news from being sent to it.  Thread-safe.
class AlertmanagerReader {
 public:
  using Result = absl::StatusOr<AlertmanagerReading>;

  // `done` is called on the reading thread when a result is there to be taken.
  AlertmanagerReader(HttpSettings settings, Clock& clock, std::function<void()> done);
  ~AlertmanagerReader();  // Cuts a request short.

  // Begins to read, unless it is reading already or a result waits.
  void Ask(bool with_status);

  // The result of the last reading, once.
  std::optional<Result> Take();

 private:
  void Loop();

  Clock& clock_;
  const std::function<void()> done_;
  HttpClient client_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool asked_ = false;
  bool with_status_ = false;
  bool stopping_ = false;
  std::optional<Result> result_;
  std::thread thread_;
};

}  // namespace slowburn
