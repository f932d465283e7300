// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/sample.h"
#include "engine/slot_grid.h"

namespace slowburn {

// The slow, obvious count of events, from all samples at once: what any way of reading them must
// give.
class EventOracle {
 public:
  // `gap_ms`: events between samples further apart are spread over the slots between.
  EventOracle(SlotGrid grid, std::int64_t since_ms, std::int64_t gap_ms)
      : grid_(grid), since_ms_(since_ms), gap_ms_(gap_ms) {}

  // One sample of a counter; in ascending time for each series.
  void Add(const std::string& target, const std::string& series, bool bad, std::int64_t at_ms,
           std::int64_t value);

  // When the first process of a target began: what its counters hold when they first show has
  // happened since, if that is in the time that is counted.
  void SetStarted(const std::string& target, std::int64_t at_ms) { started_[target] = at_ms; }

  struct Sum {
    std::int64_t bad = 0;
    std::int64_t total = 0;

    bool operator==(const Sum&) const = default;
  };

  // Events in (from, to], from samples until `seen_ms`.
  Sum Count(std::int64_t from_ms, std::int64_t to_ms, std::int64_t seen_ms) const;

 private:
  struct Point {
    std::int64_t at_ms = 0;
    std::int64_t value = 0;
  };

  struct Series {
    std::string target;
    bool bad = false;
    std::vector<Point> points;
  };

  bool ScrapedBefore(const std::string& target, const std::string& but, std::int64_t at_ms,
                     std::int64_t& before_ms) const;

  SlotGrid grid_;
  std::int64_t since_ms_ = 0;
  std::int64_t gap_ms_ = 0;
  std::map<std::string, Series> series_;
  std::map<std::string, std::int64_t> started_;
};

}  // namespace slowburn
