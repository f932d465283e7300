// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <chrono>
#include <thread>

#include <absl/time/time.h>

namespace slowburn {

// Waits until `holds()`, asked 50 times a second; false when it does not within `bound`, which is
// generous by default: it ends a test that fails, and times nothing.
template <typename Condition>
bool WaitUntil(const Condition& holds, absl::Duration bound = absl::Seconds(60)) {
  const auto end = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(bound);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return true;
}

}  // namespace slowburn
