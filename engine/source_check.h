// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/source.h"
#include "rules/diagnostic.h"
#include "rules/slo.h"

namespace slowburn {

// What a source has of what `slos` are to be measured by, as of `at` in its own clock: selectors
// that match no series now, and histograms without the bucket of a threshold.
//
// A finding stands at its SLO.  It is an error where the SLO can't be measured as things are: a
// metric or a label that the source has not had in 30 days, a bucket that is not there, nothing to
// make the total.  It is a warning where that may be right: errors that have not happened yet.
// Returns the source's error when it can't be asked.
absl::StatusOr<Diagnostics> CheckSelectors(Source& source, std::span<const Slo> slos,
                                           absl::Time at);

// Windows of `slos` that reach further back than the source keeps samples, `retention`, or, where
// that is not known, than it has any at `at`.  One finding for each length of window, at the first
// of its SLOs: an error where the source is asked to evaluate that window, a warning where slowburn
// counts for itself and only its past is lost.
// Returns the source's error when it can't be asked.
absl::StatusOr<Diagnostics> CheckRetention(Source& source, std::span<const Slo> slos,
                                           std::optional<absl::Duration> retention, absl::Time at);

}  // namespace slowburn
