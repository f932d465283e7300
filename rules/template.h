// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "rules/label.h"

namespace slowburn {

// What a template may speak of.
struct TemplateData {
  Labels labels;             // $labels
  Labels external_labels;    // $externalLabels
  std::string external_url;  // $externalURL
  double value = 0;          // $value
};

struct TemplateTree;

// A parsed annotation or label value in the notation of Prometheus:
//
//   {{ $labels.x }} burns {{ $value | humanize }}{{ if gt $value 10.0 }}: hurry{{ end }}
//
// Has all functions but those that query (`query`, `first`) and a few that no alert needs, and all
// actions but loops, variables and definitions.  Unlike Prometheus it lets `5` and `5.0` compare.
//
// Immutable after parsing; copies share the parse.  Thread-safe.
class Template {
 public:
  // Returns kInvalidArgument, naming the action, for whatever is not supported, so that a bad
  // template is a diagnostic at load and never an error in the night.
  static absl::StatusOr<Template> Parse(std::string_view text);

  // A field that is not there expands to the empty string, as with Prometheus.
  std::string Expand(const TemplateData& data) const;

 private:
  explicit Template(std::shared_ptr<const TemplateTree> tree) : tree_(std::move(tree)) {}

  std::shared_ptr<const TemplateTree> tree_;
};

// Parses and expands in one step; a template that does not parse expands to its own text.
std::string ExpandTemplate(std::string_view text, const TemplateData& data);

}  // namespace slowburn
