// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/address_watch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "engine/io/log.h"

namespace slowburn {

struct AddressWatch::Shared {
  struct Task {
    std::string host;
    Resolver resolve;
    absl::Duration period;
    std::function<void()> changed;
  };

  explicit Shared(Task what) : task(std::move(what)) {}

  const Task task;
  std::mutex mutex;
  std::condition_variable stopped;
  bool stopping = false;
  std::vector<std::string> latest;
  bool is_new = false;
};

AddressWatch::AddressWatch(std::string host, Resolver resolve, absl::Duration period,
                           std::function<void()> changed)
    : shared_(std::make_shared<Shared>(
          Shared::Task{std::move(host), std::move(resolve), period, std::move(changed)})) {
  std::thread([shared = shared_] { Loop(shared); }).detach();
}

AddressWatch::~AddressWatch() {
  const std::lock_guard lock(shared_->mutex);
  shared_->stopping = true;
  shared_->stopped.notify_all();
}

std::optional<std::vector<std::string>> AddressWatch::Take() {
  const std::lock_guard lock(shared_->mutex);
  if (!std::exchange(shared_->is_new, false)) return std::nullopt;
  return shared_->latest;
}

void AddressWatch::Loop(const std::shared_ptr<Shared>& shared) {
  bool failing = false;
  while (true) {
    auto addresses = shared->task.resolve(shared->task.host);
    if (addresses.ok()) {
      std::sort(addresses->begin(), addresses->end());
      addresses->erase(std::unique(addresses->begin(), addresses->end()), addresses->end());
    }
    std::unique_lock lock(shared->mutex);
    if (shared->stopping) return;
    const bool failed = !addresses.ok() || addresses->empty();
    if (!failed && shared->latest != *addresses) {
      shared->latest = *std::move(addresses);
      shared->is_new = true;
      shared->task.changed();  // Under the lock: the destructor waits for it.
    }
    if (std::exchange(failing, failed) != failed) {
      Log(failed ? LogLevel::kWarn : LogLevel::kInfo,
          failed ? "can't resolve the name of an Alertmanager, keeping what was known"
                 : "the name of an Alertmanager resolves again",
          {{"host", shared->task.host}});
    }
    if (shared->stopped.wait_for(lock, absl::ToChronoMilliseconds(shared->task.period),
                                 [&] { return shared->stopping; })) {
      return;
    }
  }
}

}  // namespace slowburn
