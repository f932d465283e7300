// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/source.h"
#include "rules/plan.h"

namespace slowburn {

// Of each term, whether some series matches it at `at`, or why the source can't tell.
//
// Few queries ask for all (`MergeSelectors`), and bring one row for each combination of the labels
// that are matched on, however many series there are.  Where the source refuses one as too much it
// is asked in halves.
std::vector<absl::StatusOr<bool>> AnySeries(Source& source, std::span<const Term> terms,
                                            absl::Time at);

}  // namespace slowburn
