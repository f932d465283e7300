// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace slowburn {

// The instruction sets that the kernel is built for.
enum class Isa { kPortable, kAvx2, kAvx512 };

// Those that this processor has, the fastest last.
std::span<const Isa> UsableIsas();

// One window of all rows: the counts at its edge, and the slot of that edge.
struct KernelWindow {
  const std::int64_t* bad = nullptr;  // Null when no column reaches back so far.
  const std::int64_t* total = nullptr;
  std::int64_t edge = 0;
};

// The threshold of a row that a tier is not for.
inline constexpr float kNoThreshold = std::numeric_limits<float>::infinity();

// Two windows of all rows, and what each row needs to exceed in both.
struct KernelTier {
  KernelWindow long_window;
  KernelWindow short_window;
  const float* threshold = nullptr;  // By row, not above the exact one.
};

// All rows of one set of columns at one instant.
struct KernelInput {
  std::size_t rows = 0;
  const std::int64_t* bad = nullptr;  // Newest counts.
  const std::int64_t* total = nullptr;
  const std::int64_t* whole_since = nullptr;  // See `Columns::SetWholeSince`.
  std::span<const KernelTier> tiers;
};

// Rows in a word of a bitmap.
inline constexpr std::size_t kRowsPerWord = 64;

// Sets `may_exceed`, one bit for each row: clear only where every tier is known not to exceed, by
// one of its windows that is wholly known.  The same on every instruction set.
//
// Short windows are looked at first, and long ones only where a short one exceeds.
void RunKernel(Isa isa, const KernelInput& input, std::vector<std::uint64_t>& may_exceed);

}  // namespace slowburn
