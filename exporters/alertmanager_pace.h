// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <optional>
#include <random>

#include <absl/time/time.h>

namespace slowburn {

// The receiver's clock against ours, from its answers.  Thread-compatible.
class ClockDifference {
 public:
  // Clocks that differ by less are taken for equal: both measurement and networks are that coarse.
  static constexpr absl::Duration kLeast = absl::Seconds(5);

  void Observe(absl::Duration difference) {
    measured_ = difference;
    // Times that were sent stay what they are unless they have become wrong.
    if (absl::AbsDuration(difference - applied_) <= kLeast) return;
    applied_ = absl::AbsDuration(difference) > kLeast ? difference : absl::ZeroDuration();
  }

  // What to add to our times.
  absl::Duration applied() const { return applied_; }

  // Its clock minus ours, good to a second; nullopt before its first answer.
  std::optional<absl::Duration> measured() const { return measured_; }

  // How far our times, with `applied`, may be ahead of the receiver's.
  absl::Duration ahead() const {
    return std::max(absl::ZeroDuration(), applied_ - measured_.value_or(applied_));
  }

 private:
  std::optional<absl::Duration> measured_;
  absl::Duration applied_ = absl::ZeroDuration();
};

// Waits between attempts that grow from 1 s up to a bound.  Thread-compatible.
class Backoff {
 public:
  explicit Backoff(absl::Duration longest) : longest_(longest) {}

  void Succeed() {
    delay_ = absl::ZeroDuration();
    next_ = absl::InfinitePast();
  }

  void Fail(absl::Time now) {
    delay_ = std::clamp(2 * delay_, absl::Seconds(1), longest_);
    // Many senders that lost one receiver must not all come back at the same moment.
    std::uniform_real_distribution<double> jitter(0.75, 1.0);
    next_ = now + delay_ * jitter(random_);
  }

  bool Permits(absl::Time now) const { return now >= next_; }

 private:
  const absl::Duration longest_;
  absl::Duration delay_ = absl::ZeroDuration();
  absl::Time next_ = absl::InfinitePast();
  std::minstd_rand random_{std::random_device{}()};
};

}  // namespace slowburn
