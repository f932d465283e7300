// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/reference/event_oracle.h"

#include <algorithm>

namespace slowburn {

void EventOracle::Add(const std::string& target, const std::string& series, bool bad,
                      std::int64_t at_ms, std::int64_t value) {
  Series& entry = series_[series];
  entry.target = target;
  entry.bad = bad;
  entry.points.push_back({at_ms, value});
}

bool EventOracle::ScrapedBefore(const std::string& target, const std::string& but,
                                std::int64_t at_ms, std::int64_t& before_ms) const {
  bool found = false;
  for (const auto& [name, series] : series_) {
    if (series.target != target || name == but) continue;
    for (const Point& point : series.points) {
      if (point.at_ms >= at_ms) break;
      before_ms = found ? std::max(before_ms, point.at_ms) : point.at_ms;
      found = true;
    }
  }
  return found;
}

EventOracle::Sum EventOracle::Count(std::int64_t from_ms, std::int64_t to_ms,
                                    std::int64_t seen_ms) const {
  Sum sum;
  for (const auto& [name, series] : series_) {
    for (std::size_t i = 0; i < series.points.size(); ++i) {
      const Point& point = series.points[i];
      if (point.at_ms > seen_ms) break;
      if (point.at_ms <= since_ms_) continue;
      std::int64_t before_ms = 0;
      std::int64_t amount = point.value;
      bool reset = false;
      if (i > 0) {
        before_ms = series.points[i - 1].at_ms;
        reset = point.value < series.points[i - 1].value;
        if (!reset) amount -= series.points[i - 1].value;
      } else if (!ScrapedBefore(series.target, name, point.at_ms, before_ms)) {
        const auto started = started_.find(series.target);
        if (started == started_.end() || started->second <= since_ms_) continue;
        before_ms = started->second;
      }
      const auto book = [&](std::int64_t at_ms, std::int64_t events) {
        if (at_ms <= from_ms || at_ms > to_ms) return;
        sum.total += events;
        if (series.bad) sum.bad += events;
      };
      const std::int64_t last = grid_.SlotOf(point.at_ms);
      const std::int64_t first = grid_.SlotOf(std::max(before_ms, since_ms_) + 1);
      if (point.at_ms - before_ms <= gap_ms_ || reset || first >= last) {
        book(point.at_ms, amount);
        continue;
      }
      const std::int64_t slots = last - first + 1;
      for (std::int64_t k = 0; k < slots; ++k) {
        book(grid_.Horizon(first + k), amount * (k + 1) / slots - amount * k / slots);
      }
    }
  }
  return sum;
}

}  // namespace slowburn
