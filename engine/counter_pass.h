// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include <absl/container/flat_hash_map.h>

#include "engine/counter_meter.h"

namespace slowburn {

// The working state of one CounterMeter::Absorb.  Internal to the meter.
struct CounterMeter::Pass {
  struct Seen {
    std::size_t term = 0;
    Series* series = nullptr;
    std::span<const Sample> samples;
    std::optional<std::int64_t> born_after_ms;  // Proven absent then, so it counts from zero.
  };

  // An increment over a gap of the total.
  struct Bridge {
    std::size_t group = 0;
    std::int64_t from_ms = 0;
    std::int64_t at_ms = 0;
    bool reset = false;
  };

  // A stretch of time that ends in a sample which is no count.
  struct Unreadable {
    std::size_t group = 0;
    std::int64_t from_ms = 0;
    std::int64_t at_ms = 0;
  };

  bool tolerant = false;  // A tiny drop is another replica's view, no reset.
  std::int64_t from_ms = 0;
  std::int64_t slot = 0;
  std::int64_t at_ms = 0;
  std::int64_t horizon_ms = 0;
  std::int64_t previous_ms = 0;  // Horizon of the read before.
  std::vector<Seen> seen;
  absl::flat_hash_map<std::uint64_t, std::int64_t> open_until;  // By target.
  std::vector<Booking> booked;
  std::vector<Counts> open;                            // By group.
  std::vector<std::vector<std::int64_t>> total_times;  // By group.
  std::vector<std::set<std::size_t>> required;         // Terms seen, by group.
  std::vector<Bridge> bridges;
  std::vector<Unreadable> unreadable;
  Telemetry::Counted counted;
};

}  // namespace slowburn
