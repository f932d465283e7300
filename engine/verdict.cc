// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/verdict.h"

namespace slowburn {
namespace {

__extension__ using Int128 = __int128;

// Whether bad/total > threshold, for a total that may exceed 64 bits by its unknown share.
bool RatioExceeds(Int128 bad, Int128 total, Ratio threshold) {
  // Counts stay below 2^63 and thresholds are reduced, but an estimate of unknown traffic can be
  // large: scale it down rather than overflow.  It is an estimate, so nothing exact is lost.
  constexpr Int128 kSafe = Int128{1} << 63;
  while (total > kSafe) {
    total >>= 1;
    bad >>= 1;
  }
  return bad * threshold.den > total * threshold.num;
}

// The traffic of the unknown part, at the rate of the known part, rounded up.
Int128 UnknownTraffic(const WindowCounts& counts) {
  const Int128 unknown = absl::ToInt64Milliseconds(counts.unknown);
  const Int128 covered = absl::ToInt64Milliseconds(counts.covered);
  return (Int128{counts.total} * unknown + covered - 1) / covered;
}

}  // namespace

std::string_view ToString(Truth truth) {
  switch (truth) {
    case Truth::kFalse:
      return "false";
    case Truth::kTrue:
      return "true";
    case Truth::kUnknown:
      return "unknown";
  }
  return "";
}

Truth And(Truth a, Truth b) {
  if (a == Truth::kFalse || b == Truth::kFalse) return Truth::kFalse;
  if (a == Truth::kUnknown || b == Truth::kUnknown) return Truth::kUnknown;
  return Truth::kTrue;
}

Truth Or(Truth a, Truth b) {
  if (a == Truth::kTrue || b == Truth::kTrue) return Truth::kTrue;
  if (a == Truth::kUnknown || b == Truth::kUnknown) return Truth::kUnknown;
  return Truth::kFalse;
}

Truth Exceeds(const WindowCounts& counts, Ratio threshold) {
  const bool whole = counts.unknown < absl::Milliseconds(1);
  if (counts.total <= 0) return whole ? Truth::kFalse : Truth::kUnknown;
  if (whole) {
    return RatioExceeds(counts.bad, counts.total, threshold) ? Truth::kTrue : Truth::kFalse;
  }
  if (counts.covered < absl::Milliseconds(1)) return Truth::kUnknown;
  const Int128 more = UnknownTraffic(counts);
  if (RatioExceeds(counts.bad, counts.total + more, threshold)) return Truth::kTrue;
  if (!RatioExceeds(counts.bad + more, counts.total + more, threshold)) return Truth::kFalse;
  return Truth::kUnknown;
}

}  // namespace slowburn
