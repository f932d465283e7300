// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
//
// Built with -O3 for its loops over 64 rows, which become vector code.  No intrinsics: each
// instruction set compiles the same source, so all agree.
#include "engine/window_kernel.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>

#if defined(__x86_64__) && defined(__GNUC__)
#define SLOWBURN_X86 1
#else
#define SLOWBURN_X86 0
#endif

namespace slowburn {
namespace {

// A template of the loops would be built for the portable set alone: each caller needs its own.
#define SLOWBURN_INLINE [[gnu::always_inline]] inline

// One lane for each row of a word; all bits set is true.
using Lanes = std::array<std::uint64_t, kRowsPerWord>;

// An unsigned integer as the nearest double, by steps that every instruction set has for vectors:
// each half becomes the low bits of a double's mantissa, and the sum rounds once.
SLOWBURN_INLINE double ToDouble(std::uint64_t value) {
  constexpr std::uint64_t kLowExponent = 0x4330000000000000;   // 2^52
  constexpr std::uint64_t kHighExponent = 0x4530000000000000;  // 2^84
  constexpr double kBoth = 0x1p84 + 0x1p52;
  const auto low = std::bit_cast<double>((value & 0xffffffff) | kLowExponent);
  const auto high = std::bit_cast<double>((value >> 32) | kHighExponent);
  return (high - kBoth) + low;
}

// Whether the ratio between an edge and now may exceed the threshold.
//
// Negative differences, which are there only where counts were corrected, wrap to huge ones: of bad
// they look as if they exceeded, of the total as if they did not, as a window without events does
// not.
SLOWBURN_INLINE bool MayExceed(std::int64_t bad_now, std::int64_t bad_then, std::int64_t total_now,
                               std::int64_t total_then, float threshold) {
  const double bad =
      ToDouble(static_cast<std::uint64_t>(bad_now) - static_cast<std::uint64_t>(bad_then));
  const double total =
      ToDouble(static_cast<std::uint64_t>(total_now) - static_cast<std::uint64_t>(total_then));
  return bad > total * static_cast<double>(threshold);
}

// Whether `window` of a row is not known to stay below the threshold.
SLOWBURN_INLINE bool MayExceed(const KernelInput& input, const KernelWindow& window,
                               std::size_t row, float threshold) {
  if (window.bad == nullptr || input.whole_since[row] > window.edge) return true;
  return MayExceed(input.bad[row], window.bad[row], input.total[row], window.total[row], threshold);
}

bool MayExceed(const KernelInput& input, std::size_t row) {
  return std::any_of(input.tiers.begin(), input.tiers.end(), [&](const KernelTier& tier) {
    const float threshold = tier.threshold[row];
    return threshold != kNoThreshold && MayExceed(input, tier.short_window, row, threshold) &&
           MayExceed(input, tier.long_window, row, threshold);
  });
}

// Adds to `hit` the rows from `first` on whose `window` may exceed.
SLOWBURN_INLINE void AddHits(const KernelInput& input, const KernelWindow& window,
                             const float* threshold, std::size_t first, Lanes& hit) {
  const std::int64_t* bad_now = input.bad + first;
  const std::int64_t* total_now = input.total + first;
  const std::int64_t* bad_then = window.bad + first;
  const std::int64_t* total_then = window.total + first;
  threshold += first;
  for (std::size_t i = 0; i < kRowsPerWord; ++i) {
    const bool may = MayExceed(bad_now[i], bad_then[i], total_now[i], total_then[i], threshold[i]);
    hit[i] |= may ? ~std::uint64_t{0} : 0;
  }
}

// One word of rows, by short windows in vectors and then, row by row, by both.
SLOWBURN_INLINE std::uint64_t ScreenWord(const KernelInput& input, std::int64_t oldest_edge,
                                         std::size_t first) {
  Lanes hit;
  const std::int64_t* whole_since = input.whole_since + first;
  for (std::size_t i = 0; i < kRowsPerWord; ++i) {
    hit[i] = whole_since[i] > oldest_edge ? ~std::uint64_t{0} : 0;
  }
  for (const KernelTier& tier : input.tiers) {
    AddHits(input, tier.short_window, tier.threshold, first, hit);
  }
  std::uint64_t any = 0;
  for (std::size_t i = 0; i < kRowsPerWord; ++i) any |= hit[i];
  if (any == 0) return 0;
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < kRowsPerWord; ++i) {
    if (hit[i] != 0 && MayExceed(input, first + i)) word |= std::uint64_t{1} << i;
  }
  return word;
}

SLOWBURN_INLINE void Screen(const KernelInput& input, std::uint64_t* words) {
  // Rows that are whole over every short window need only their counts looked at.
  std::int64_t oldest_edge = std::numeric_limits<std::int64_t>::max();
  for (const KernelTier& tier : input.tiers) {
    if (tier.short_window.bad == nullptr) oldest_edge = std::numeric_limits<std::int64_t>::min();
    oldest_edge = std::min(oldest_edge, tier.short_window.edge);
  }
  const bool vectors =
      std::all_of(input.tiers.begin(), input.tiers.end(),
                  [](const KernelTier& tier) { return tier.short_window.bad != nullptr; });
  const std::size_t whole_words = vectors ? input.rows / kRowsPerWord : 0;
  for (std::size_t word = 0; word < whole_words; ++word) {
    words[word] = ScreenWord(input, oldest_edge, word * kRowsPerWord);
  }
  for (std::size_t row = whole_words * kRowsPerWord; row < input.rows; ++row) {
    if (MayExceed(input, row)) {
      words[row / kRowsPerWord] |= std::uint64_t{1} << (row % kRowsPerWord);
    }
  }
}

void ScreenPortable(const KernelInput& input, std::uint64_t* words) {
  Screen(input, words);
}

#if SLOWBURN_X86
[[gnu::target("avx2")]] void ScreenAvx2(const KernelInput& input, std::uint64_t* words) {
  Screen(input, words);
}

[[gnu::target("avx512f,avx512dq,avx512vl,avx512bw,prefer-vector-width=512")]] void ScreenAvx512(
    const KernelInput& input, std::uint64_t* words) {
  Screen(input, words);
}
#endif

std::vector<Isa> FindIsas() {
  std::vector<Isa> isas = {Isa::kPortable};
#if SLOWBURN_X86
  if (__builtin_cpu_supports("avx2")) isas.push_back(Isa::kAvx2);
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")) {
    isas.push_back(Isa::kAvx512);
  }
#endif
  return isas;
}

}  // namespace

std::span<const Isa> UsableIsas() {
  static const std::vector<Isa> kIsas = FindIsas();
  return kIsas;
}

void RunKernel(Isa isa, const KernelInput& input, std::vector<std::uint64_t>& may_exceed) {
  may_exceed.assign((input.rows + kRowsPerWord - 1) / kRowsPerWord, 0);
  switch (isa) {
#if SLOWBURN_X86
    case Isa::kAvx512:
      return ScreenAvx512(input, may_exceed.data());
    case Isa::kAvx2:
      return ScreenAvx2(input, may_exceed.data());
#else
    case Isa::kAvx512:
    case Isa::kAvx2:
#endif
    case Isa::kPortable:
      return ScreenPortable(input, may_exceed.data());
  }
}

}  // namespace slowburn
