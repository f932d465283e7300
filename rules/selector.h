// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "rules/label.h"

namespace slowburn {

// One condition on a label, as in `code=~"5.."`.
struct Matcher {
  enum class Op { kEqual, kNotEqual, kRegex, kNotRegex };

  std::string label;
  Op op = Op::kEqual;
  std::string value;

  auto operator<=>(const Matcher&) const = default;
};

// A PromQL vector selector: the metric name is a matcher on `__name__`.
//
// Matchers are sorted and each stands once, so equal selectors print equal text.
struct Selector {
  std::vector<Matcher> matchers;

  auto operator<=>(const Selector&) const = default;
};

// Parses `name{label="value", ...}`, `{...}` or `name`, quotes as in PromQL (" ' `).
// Returns kInvalidArgument with `at character N: ...`, N from 1, for anything else, for a regular
// expression that RE2 refuses, and for a selector that matches the empty string on every label.
absl::StatusOr<Selector> ParseSelector(std::string_view text);

// Prints `name{label="value"}`: the name in front where it is an equality on a plain metric name.
std::string ToString(const Selector& selector);

// Returns the metric name when the selector fixes one, else an empty string.
std::string MetricName(const Selector& selector);

// Returns `selector` with one matcher more.
Selector With(Selector selector, Matcher matcher);

// Whether each series that `narrow` matches is surely matched by `wide`: every matcher of `wide`
// stands in `narrow` too.  May say false where a proof would need to read regular expressions.
bool Covers(const Selector& wide, const Selector& narrow);

}  // namespace slowburn
