// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

#include <absl/time/time.h>

#include "rules/diagnostic.h"
#include "rules/reader.h"
#include "rules/slo.h"

namespace slowburn {

// The window of SLOs of Sloth's formats, where neither they nor slowburn.yaml say.
inline constexpr absl::Duration kSlothWindow = absl::Hours(24 * 30);

// How one of Sloth's formats spells the keys that both have.  Those that are one word are the same.
struct SlothKeys {
  Format format = Format::kSloth;
  MapReader::Options lenient;  // Sloth passes over the keys that it does not know.
  std::string_view slo_plugins;
  std::string_view error_query;
  std::string_view total_query;
  std::string_view error_ratio_query;
  std::string_view page_alert;
  std::string_view ticket_alert;
};

// `prometheus/v1`, which Go's JSON reads: a key's case does not count.
inline constexpr SlothKeys kSlothSnakeCase = {
    .format = Format::kSloth,
    .lenient = {.unknown_keys = Severity::kWarning, .ignore_case = true},
    .slo_plugins = "slo_plugins",
    .error_query = "error_query",
    .total_query = "total_query",
    .error_ratio_query = "error_ratio_query",
    .page_alert = "page_alert",
    .ticket_alert = "ticket_alert",
};

// `PrometheusServiceLevel`, which Kubernetes reads: a key's case counts.
inline constexpr SlothKeys kSlothCamelCase = {
    .format = Format::kSlothKubernetes,
    .lenient = {.unknown_keys = Severity::kWarning, .ignore_case = false},
    .slo_plugins = "sloPlugins",
    .error_query = "errorQuery",
    .total_query = "totalQuery",
    .error_ratio_query = "errorRatioQuery",
    .page_alert = "pageAlert",
    .ticket_alert = "ticketAlert",
};

}  // namespace slowburn
