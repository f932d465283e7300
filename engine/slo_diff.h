// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "rules/load.h"
#include "rules/slo.h"

namespace slowburn {

// What a load changed of an SLO, in words for the event log: `objective 99.9 -> 99.5, window 30d ->
// 28d, tier page 1h/5m burn rate 14.4 -> 10, label tier 1 -> 2, sli changed`.
//
// Empty when all that matters is as it was: where the SLO stands in its file does not.
std::string DescribeChange(const Slo& before, const Slo& after);

// Stands for `files`, their paths and their order: 32 hexadecimal digits, the same in every process
// for the same files.
std::string ConfigurationHash(const std::vector<RuleFile>& files);

}  // namespace slowburn
