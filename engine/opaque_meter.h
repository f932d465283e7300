// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
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
// A window is asked for once in 1/60 of its length, or at every slot where that is shorter, and its
// answer stands until the next.  Which slots those are follows from the query's text: SLOs spread
// over the slots, equal queries meet at one, and two engines agree.
//
// There are no event counts.  The SLO window is the mean over time of the shortest window's ratio,
// and coverage is the share of its scheduled evaluations that gave a number.
class OpaqueMeter : public Meter {
 public:
  // `windows` are those of the tiers; without any, `fallback` is asked for the budget's sake.
  // `by` are the labels that split it into groups; when empty, the labels of the result do.
  OpaqueMeter(OpaquePlan plan, std::vector<absl::Duration> windows, absl::Duration fallback,
              std::vector<std::string> by, SlotGrid grid, Columns& columns);
  ~OpaqueMeter() override;

  // The windows to ask for at `slot`, ascending: those never answered yet, or not since they were
  // last scheduled.
  std::vector<absl::Duration> Due(std::int64_t slot) const;

  // The queries for `Due(slot)`, in order; at the slot's time or its sealed horizon.
  std::vector<Query> Queries(std::int64_t slot, WindowEnd end) const;

  // Takes the answers to `Queries(slot, end)`, in order; null for one that failed, whose window
  // keeps its last answer and is due again at the next slot.
  Telemetry::Counted Absorb(std::span<const QueryResult* const> results, std::int64_t slot,
                            WindowEnd end);

  // Moves to `slot`; what was not read for it is unknown.
  void MoveTo(std::int64_t slot) { slot_ = slot; }

  // What is wrong with the last answers, for the user; empty when nothing is.
  const std::string& problem() const { return problem_; }

  std::size_t group_count() const override { return groups_.size(); }

  MeterGroup group(std::size_t index) const override;

  // The last answer for `window`, if it is no older than its period and one slot; for kSealed only
  // one that was asked at the sealed horizon.
  Reading Read(std::size_t group, absl::Duration window, WindowEnd end) const override;
  void Save(ByteWriter& slow, ByteWriter& heads) const override;
  bool Restore(ByteReader& slow, ByteReader& heads) override;
  std::vector<Columns::Row> rows() const override;

 private:
  // When a window is asked for.
  struct Schedule {
    absl::Duration window;
    std::int64_t period = 1;  // In slots.
    std::int64_t phase = 0;   // Scheduled are the slots k with (k + phase) % period == 0.
    std::optional<std::int64_t> answered;
    bool ambiguous = false;  // The last answer had several series for one group,
    bool empty = false;      // or none at all.

    bool IsDue(std::int64_t slot) const;
  };

  struct Asked {
    std::int64_t slot = 0;
    bool sealed = false;
    std::optional<double> ratio;
  };

  struct Group {
    Labels labels;
    std::string key;
    Columns::Row row = 0;
    std::vector<std::optional<Asked>> asked;  // By index in `schedules_`.
    std::optional<std::int64_t> newest_slot;  // At which the shortest window gave a number.
    bool ever = false;
  };

  Group& GroupOf(const Labels& labels);
  void Take(const QueryResult& result, std::size_t schedule, std::int64_t slot, WindowEnd end,
            Telemetry::Counted& counted);
  void Account(std::int64_t slot, std::int64_t slots);
  void FindProblem();

  OpaquePlan plan_;
  std::vector<Schedule> schedules_;  // By window, ascending; at least one.
  std::vector<std::string> by_;
  SlotGrid grid_;
  Columns& columns_;
  std::vector<Group> groups_;
  std::string problem_;
  std::int64_t slot_ = 0;
};

}  // namespace slowburn
