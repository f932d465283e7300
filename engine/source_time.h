// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>

#include <absl/time/time.h>

namespace slowburn {

// Tells what time it is at a source, whose clock slots are counted in, from our clock and from how
// far apart the two were seen to be.
//
// A step of our clock shows as a jump that the offset makes up for: the source's time goes on.  An
// offset that changes for no such reason is believed only when it was seen several times and, if it
// is large, what the source has does not speak against it: a proxy's wrong `Date` must not end the
// evaluation of all that lies before.  Pure; thread-compatible.
class SourceTime {
 public:
  // `interval` is that of evaluations, in which `Jumped` is called at least once.
  explicit SourceTime(absl::Duration interval) : interval_(interval) {}

  // Whether our clock has moved, since the last call, in a way that time alone does not explain.
  // The source should then be asked anew, for what `Observe` is to be told.
  bool Jumped(absl::Time now);

  // Takes note of the source's clock minus ours as it was measured last, once an evaluation;
  // nullopt where the source has not answered since our clock jumped.
  void Observe(std::optional<absl::Duration> offset);

  // A large offset that was seen often enough, to be confirmed or not; nullopt without one.
  std::optional<absl::Duration> Doubtful() const { return doubtful_; }

  // Says whether the source's data agree with `Doubtful`: if so it is applied, else it is to be
  // seen as often again.
  void Confirm(bool agrees);

  // The offset that is applied.
  absl::Duration applied() const { return applied_; }

  // The source's time when ours is `now`; nullopt while that can't be told after a jump.
  std::optional<absl::Time> At(absl::Time now) const;

 private:
  void Apply(absl::Duration offset);

  absl::Duration interval_;
  absl::Duration applied_ = absl::ZeroDuration();
  std::optional<absl::Time> last_;
  absl::Duration jump_ = absl::ZeroDuration();  // That no answer has explained yet.
  bool lost_ = false;                           // Since it.
  int asked_ = 0;                               // In vain, since it.
  std::optional<absl::Duration> candidate_;     // A new offset,
  int seen_ = 0;                                // and how often it was seen.
  std::optional<absl::Duration> doubtful_;
};

}  // namespace slowburn
