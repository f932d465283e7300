// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace slowburn {

// Stands for the labels of a series: 128 bits of hash, so that two series never share one in
// practice.
struct SeriesKey {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  bool operator==(const SeriesKey&) const = default;

  template <typename State>
  friend State AbslHashValue(State state, const SeriesKey& key) {
    return State::combine(std::move(state), key.low);
  }
};

// The key of `text`; equal text gives equal keys, also in another process.
SeriesKey SeriesKeyOf(std::string_view text);

// As 32 hexadecimal digits.
std::string ToHex(const SeriesKey& key);

}  // namespace slowburn
