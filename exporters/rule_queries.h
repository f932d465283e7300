// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "rules/slo.h"

namespace slowburn {

// An SLI as PromQL with `{{.window}}`, for rules that Prometheus evaluates.
//
// Of events, errors over total; `total` is empty where `error` is the ratio already.  What has no
// series counts as in slowburn: errors without series are none, no total is no result.
struct RuleQueries {
  std::string error;
  std::string total;
};

// The queries for the SLI of `slo`.  Prometheus extrapolates and loses the first increment of a
// series, so they count nearly what slowburn counts.
RuleQueries QueriesOf(const Slo& slo);

// A query that gives a series for each group of `slo` that had samples in the hour before, and none
// within `after`; for an SLO without groups, whenever there are none within `after`.  Empty where
// the SLI is no plain selector of series.
std::string AbsentQuery(const Slo& slo, absl::Duration after);

}  // namespace slowburn
