// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/source_time.h"

#include <utility>

namespace slowburn {
namespace {

// A `Date` has whole seconds: a smaller difference is noise.
constexpr absl::Duration kNoise = absl::Seconds(2);

// How often a new offset must be seen, and how often a source that does not answer is asked before
// our clock is believed.
constexpr int kTimes = 3;

// Data can tell no smaller difference: a source answers with what is up to five minutes old.
constexpr absl::Duration kLarge = absl::Minutes(6);

bool Near(absl::Duration a, absl::Duration b, absl::Duration slack) {
  return absl::AbsDuration(a - b) <= slack;
}

}  // namespace

bool SourceTime::Jumped(absl::Time now) {
  const absl::Duration moved = last_ ? now - *last_ : absl::ZeroDuration();
  last_ = now;
  if (moved >= -kNoise && moved <= 3 * interval_) return lost_;
  jump_ += moved;
  lost_ = true;
  asked_ = 0;
  return true;
}

void SourceTime::Observe(std::optional<absl::Duration> offset) {
  if (!offset) {
    // Who has been away, with the source, for long enough goes by our clock.
    if (lost_ && ++asked_ >= kTimes) {
      lost_ = false;
      jump_ = absl::ZeroDuration();
    }
    return;
  }
  const absl::Duration jump = std::exchange(jump_, absl::ZeroDuration());
  const bool explained =
      std::exchange(lost_, false) && Near(*offset, applied_ - jump, 3 * interval_ + kNoise);
  doubtful_.reset();
  const bool same = Near(*offset, applied_, kNoise);
  if (same) {
    candidate_.reset();
    return;
  }
  if (!explained) {
    const bool again = candidate_ && Near(*offset, *candidate_, kNoise);
    seen_ = again ? seen_ + 1 : 1;
    candidate_ = offset;
    if (seen_ < kTimes) return;
    if (!Near(*offset, applied_, kLarge)) {
      doubtful_ = offset;
      return;
    }
  }
  Apply(*offset);
}

void SourceTime::Apply(absl::Duration offset) {
  candidate_.reset();
  applied_ = absl::AbsDuration(offset) > kNoise ? offset : absl::ZeroDuration();
}

void SourceTime::Confirm(bool agrees) {
  const std::optional<absl::Duration> offset = std::exchange(doubtful_, std::nullopt);
  if (!offset) return;
  candidate_.reset();
  if (agrees) Apply(*offset);
}

std::optional<absl::Time> SourceTime::At(absl::Time now) const {
  if (lost_) return std::nullopt;
  return now + applied_;
}

}  // namespace slowburn
