// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/selector.h"

namespace slowburn {

// One selector to ask a source for in the place of many.
struct MergedSelector {
  Selector selector;  // Matches what its members match, and nothing else.
  // The members ask for one value each of this label; empty when nothing tells them apart so.
  std::string label;
  std::vector<std::size_t> members;  // Indices in the list that was given; ascending.

  bool operator==(const MergedSelector&) const = default;
};

// How much may become one selector.
struct MergeLimits {
  std::size_t values = 500;          // Of the label.
  std::size_t value_bytes = 10'000;  // Of all values; a server may limit the length of a query.
};

// Merges selectors so that few queries ask for all.
//
// A selector that another covers goes with it; those that differ in `le` alone become one, so that
// a histogram's buckets come in one answer; then those that ask for different values of one label,
// `__name__` included, and are otherwise equal: `job="a"` and `job="b"` become `job=~"a|b"`.  The
// label that brings most together is chosen first.  Equal input gives equal output.
std::vector<MergedSelector> MergeSelectors(std::span<const Selector> selectors,
                                           const MergeLimits& limits);

// The value that `selector` asks for of `label`, when it asks for exactly one; else empty.
std::string ValueOf(const Selector& selector, std::string_view label);

// `selector` with its matchers on `label` replaced by one for any of `values`, at least one.
Selector WithValues(const Selector& selector, std::string_view label,
                    std::span<const std::string> values);

}  // namespace slowburn
