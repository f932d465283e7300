// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "engine/codec.h"
#include "engine/verdict.h"
#include "rules/label.h"

namespace slowburn {

// Which instant a window ends at.
enum class WindowEnd {
  kNewest,  // The slot's time: what is visible now, which may yet grow.
  kSealed,  // The sealed horizon: final.
};

// What a meter knows of one window of one group.
struct Reading {
  WindowCounts counts;          // Of events; of an opaque ratio, of its evaluations.
  std::optional<double> ratio;  // Error ratio, 0 to 1; absent without events or data.
  bool opaque = false;          // `ratio` is the source's word, and `counts` only tells coverage.
};

// Whether the error ratio of a reading exceeds `threshold`, as `Exceeds` of its counts; an opaque
// one is compared as a number, and is unknown without one.
Truth Exceeds(const Reading& reading, Ratio threshold);

// One budget that a meter keeps.
struct MeterGroup {
  Labels labels;                          // The `by` labels.
  std::string key;                        // `region=eu,zone=1`; empty when ungrouped.
  std::optional<std::int64_t> newest_ms;  // Of the newest sample of the total.
  std::int64_t series = 0;                // That fed it in the last read.
  double bad_events = 0;                  // Since counting began.
  double total_events = 0;
};

// The labels named in `by`, of a series with `labels`; one that it lacks is empty.
Labels GroupLabels(const Labels& labels, std::span<const std::string> by);

// `labels` as a group's key.
std::string GroupKey(const Labels& labels);

// Measures one SLO: turns what was read into windows.  Thread-compatible.
class Meter {
 public:
  virtual ~Meter() = default;

  // The groups; an ungrouped SLO has one from the start.
  virtual std::size_t group_count() const = 0;
  virtual MeterGroup group(std::size_t index) const = 0;

  // Events per unit of the counts in a reading.
  virtual double unit() const { return 1; }

  // The last `window` of a group.
  virtual Reading Read(std::size_t group, absl::Duration window, WindowEnd end) const = 0;

  // Writes what a restart needs beside the columns: to `slow` what seldom changes, to `heads` what
  // changes with every read.
  virtual void Save(ByteWriter& slow, ByteWriter& heads) const = 0;

  // Takes back what `Save` of a meter of the same plan wrote, its counts being in this one's
  // columns.  For use on a new meter.  False when the bytes are damaged: it must not be used then.
  virtual bool Restore(ByteReader& slow, ByteReader& heads) = 0;

  // Its rows in the columns, by group.
  virtual std::vector<std::size_t> rows() const = 0;
};

}  // namespace slowburn
