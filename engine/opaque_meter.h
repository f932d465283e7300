// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/columns.h"
#include "engine/meter.h"
#include "engine/sample.h"
#include "engine/slot_grid.h"
#include "engine/source.h"
#include "engine/telemetry.h"
#include "rules/plan.h"

namespace slowburn {

// Measures an SLO whose expression only the source can evaluate: an error ratio for each window.
//
// There are no event counts.  The SLO window is the mean over time of the shortest window's ratio,
// and coverage is the share of evaluations that gave a number.
class OpaqueMeter : public Meter {
 public:
  // `windows` are those of the tiers; without any, `fallback` is asked for the budget's sake.
  // `by` are the labels that split it into groups; when empty, the labels of the result do.
  OpaqueMeter(OpaquePlan plan, std::vector<absl::Duration> windows, absl::Duration fallback,
              std::vector<std::string> by, SlotGrid grid, Columns& columns);
  ~OpaqueMeter() override;

  // The queries of one evaluation, one for each window; at the slot's time or its sealed horizon.
  std::vector<Query> Queries(std::int64_t slot, WindowEnd end) const;

  // Takes the answers to `Queries(slot, end)`, in order.
  Telemetry::Counted Absorb(std::span<const QueryResult* const> results, std::int64_t slot,
                            WindowEnd end);

  // Moves to `slot`; what was not read for it is unknown.
  void MoveTo(std::int64_t slot) { slot_ = slot; }

  // What is wrong with the last answers, for the user; empty when nothing is.
  const std::string& problem() const { return problem_; }

  std::size_t group_count() const override { return groups_.size(); }

  MeterGroup group(std::size_t index) const override;
  Reading Read(std::size_t group, absl::Duration window, WindowEnd end) const override;

 private:
  struct Asked {
    std::int64_t slot = 0;
    bool sealed = false;
    std::optional<double> ratio;
  };

  struct Group {
    Labels labels;
    std::string key;
    Columns::Row row = 0;
    std::map<absl::Duration, Asked> asked;  // By window.
    std::optional<std::int64_t> newest_ms;
    bool ever = false;
  };

  Group& GroupOf(const Labels& labels);

  OpaquePlan plan_;
  std::vector<absl::Duration> windows_;  // Ascending, at least one.
  std::vector<std::string> by_;
  SlotGrid grid_;
  Columns& columns_;
  std::vector<Group> groups_;
  std::string problem_;
  std::int64_t slot_ = 0;
};

}  // namespace slowburn
