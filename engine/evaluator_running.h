// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/evaluator.h"
#include "engine/summed_meter.h"

namespace slowburn {

// Why an SLO has not been read that lags behind.
inline constexpr std::string_view kCatchingUp = "catching up with the past";

// One SLO as the evaluator runs it.  Internal to the evaluator.
struct Evaluator::Running {
  std::shared_ptr<const Slo> slo;
  std::shared_ptr<const Plan> plan;
  std::optional<SloJudge> judge;
  bool stale = false;
  Columns* columns = nullptr;
  std::unique_ptr<CounterMeter> counter;  // One of these three.
  std::unique_ptr<SummedMeter> summed;
  std::unique_ptr<OpaqueMeter> opaque;
  std::map<std::string, GroupAlerts> alerts;  // By group key.
  std::vector<Alert> shown;                   // As of the last evaluation.
  std::size_t reader_index = 0;               // Of the counter, in the reader.
  std::optional<absl::Time> running_since;
  std::int64_t chunk_ms = 0;  // Set when it starts.
  bool read = false;          // In this evaluation.
  std::string failure;        // Of the last read.
  std::string dead;           // Which selector can't match anything, and why.
  std::int64_t check_again_ms = 0;
  absl::Time past_again = absl::InfinitePast();     // Not before, after a failure.
  bool sized = false;                               // Whether its series have been counted.
  absl::Duration targets_up;                        // For how long they are known to be up,
  absl::Time targets_asked = absl::InfinitePast();  // as of then.
  bool past_ends = false;                           // All is known that the source has.
  std::uint64_t number = 0;                         // Of its heads, in what is saved.
  std::optional<SeriesKey> fingerprint;             // Of the plan, once it is needed.

  Meter& meter() const {
    if (counter) return *counter;
    if (summed) return *summed;
    return *opaque;
  }
};

// What remains of an SLO that is gone.  Internal to the evaluator.
struct Evaluator::Retired {
  std::string id;
  std::shared_ptr<const Slo> slo;  // Null when its definition is lost.
  absl::Time removed;
  std::map<std::string, GroupAlerts> records;
  std::vector<Alert> alerts;  // Those that fired.
};

// SLOs whose past is being read, and the meters that read it.  Internal to the evaluator.
struct Evaluator::Batch {
  struct Member {
    Running* running = nullptr;
    std::unique_ptr<CounterMeter> meter;
  };

  std::vector<Member> members;
  std::unique_ptr<CounterReader> reader;
  std::int64_t stage_ms = 0;  // How far back it began.
  std::int64_t piece_ms = 0;  // That one read spans.
};

}  // namespace slowburn
