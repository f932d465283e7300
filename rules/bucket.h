// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include <absl/time/time.h>

namespace slowburn {

// The bound of a histogram bucket, for a histogram that counts in seconds or in milliseconds.
struct BucketBound {
  double value = 0;     // The nearest double, as a server reads the text of `le`.
  std::string pattern;  // A regular expression, anchored by its reader, for each way to write it.
};

// The bound that stands for `under`, which is positive and has whole nanoseconds.
//
// `pattern` matches 0.3 as 0.3, .3, 0.30, 3e-1 and 3.0E-1, and no other number; 1000000 as 1e+06
// too.
BucketBound MakeBucketBound(absl::Duration under, bool milliseconds);

// Whether a histogram counts in milliseconds, by its metric's name, with `_bucket` or without.
bool CountsMilliseconds(std::string_view histogram);

}  // namespace slowburn
