// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager_reader.h"

#include <utility>

namespace slowburn {

AlertmanagerReader::AlertmanagerReader(HttpSettings settings, Clock& clock,
                                       std::function<void()> done)
    : clock_(clock),
      done_(std::move(done)),
      client_(std::move(settings), kMaxReadingBytes),
      thread_([this] { Loop(); }) {}

AlertmanagerReader::~AlertmanagerReader() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  client_.Cancel();
  thread_.join();
}

void AlertmanagerReader::Ask(bool with_status) {
  {
    const std::lock_guard lock(mutex_);
    if (asked_ || result_) return;
    asked_ = true;
    with_status_ = with_status;
  }
  changed_.notify_all();
}

std::optional<AlertmanagerReader::Result> AlertmanagerReader::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(result_, std::nullopt);
}

void AlertmanagerReader::Loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return asked_ || stopping_; });
    if (stopping_) return;
    const bool with_status = with_status_;
    lock.unlock();
    Result result = ReadAlertmanager(client_, clock_, with_status);
    lock.lock();
    result_ = std::move(result);
    asked_ = false;
    lock.unlock();
    done_();
    lock.lock();
  }
}

}  // namespace slowburn
