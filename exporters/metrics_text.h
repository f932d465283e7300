// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "rules/label.h"

namespace slowburn {

// Writes Prometheus's text format 0.0.4, straight into one string.  Thread-compatible.
class MetricsWriter {
 public:
  // Begins a family; its header is written with its first sample, so that an empty one leaves no
  // trace.  `help` must hold no user's text, line end or backslash.  The views must outlive the
  // family.
  void Family(std::string_view name, std::string_view type, std::string_view help);

  // A sample of the family.  `labels` and `more` are as LabelText writes them, or empty; NaN and
  // infinities are left out.
  void Sample(std::string_view labels, std::string_view more, double value);

  void Reserve(std::size_t bytes) { out_.reserve(bytes); }

  std::string Take() && { return std::move(out_); }

 private:
  std::string out_;
  std::string_view name_;
  std::string_view type_;
  std::string_view help_;
  bool started_ = false;
};

// Appends `name="value"` to `out`, after a comma where something is there.  The value is escaped,
// and made valid UTF-8, as one bad byte would cost the whole scrape.
void AppendLabel(std::string_view name, std::string_view value, std::string& out);

// Appends a user's labels under names that are free: `prefix` is put before one that is reserved,
// begins with `__`, or would come twice.
void AppendUserLabels(const Labels& labels, std::span<const std::string_view> reserved,
                      std::string_view prefix, std::string& out);

// `a="1",b="2"` of `labels`, in their order.
std::string LabelText(const Labels& labels);

}  // namespace slowburn
