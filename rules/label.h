// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <string>
#include <string_view>

namespace slowburn {

// A set of label names and values, sorted by name, each name once.
//
// Lookup by std::string_view is allowed.  Thread-compatible, as a map is.
using Labels = std::map<std::string, std::string, std::less<>>;

// Returns `{a="1", b="x\"y"}`: names sorted, values quoted and escaped as in PromQL; `{}` when
// empty. Equal label sets give equal text, so it serves as an identity.
std::string LabelsToString(const Labels& labels);

// Whether `name` matches [a-zA-Z_][a-zA-Z0-9_]*, as Prometheus asks of a label name.
bool IsLabelName(std::string_view name);

// Whether `name` matches [a-zA-Z_:][a-zA-Z0-9_:]*, as Prometheus asks of a metric name.
bool IsMetricName(std::string_view name);

// Returns `text` within double quotes, with `\`, `"` and line ends escaped as in PromQL.
std::string Quote(std::string_view text);

// Returns a label's name as PromQL takes it: in quotes unless IsLabelName.
std::string LabelText(const std::string& label);

}  // namespace slowburn
