// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

#include "engine/slot_grid.h"
#include "engine/source.h"
#include "tests/engine/bench.h"
#include "tests/reference/event_oracle.h"
#include "tests/truth/ground_truth.h"

namespace slowburn {

// When the samples are counted from, by an SLO that is first evaluated at `kStart`: an hour back.
inline std::int64_t CountedSince(const SlotGrid& grid) {
  return grid.Horizon(kStart / grid.step_ms - 3600'000 / grid.step_ms);
}

// What a replay found.  Counts are events after `CountedSince`, until `until_ms`.
struct ReplayResult {
  std::int64_t compared = 0;  // Slots at which slowburn and the oracle were compared, and agreed.
  std::int64_t until_ms = 0;
  EventOracle::Sum counted;  // By slowburn.
  EventOracle::Sum shown;    // By the samples: what the oracle counts.
  EventOracle::Sum happened;
};

// Evaluates `TestSlo` over `source`, which holds the samples of `truth`, slot by slot from `kStart`
// on, some slots missed and some for long; compares the counts to the oracle's every tenth time and
// at the last slot, whose horizon is `until_ms`.  A Catch2 assertion fails where they differ.
ReplayResult Replay(Source& source, const GroundTruth& truth, std::int64_t until_ms,
                    const SlotGrid& grid = kGrid);

// As above, but compares nothing: what slowburn counts until `until_ms`.
EventOracle::Sum Count(Source& source, const GroundTruth& truth, std::int64_t until_ms,
                       const SlotGrid& grid = kGrid);

// As `Replay`, from a real server's `url`.
ReplayResult ReplayFrom(const std::string& url, const GroundTruth& truth, std::int64_t until_ms);

}  // namespace slowburn
