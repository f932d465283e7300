// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include <absl/time/time.h>

#include "rules/slo.h"

namespace slowburn {

// How `slo` is measured, in a few lines for people: exactly or not and why, from which series or by
// which queries, and what that costs the source at one evaluation each `interval`.  Ends with a
// line end.
std::string DescribePlan(const Slo& slo, absl::Duration interval);

}  // namespace slowburn
