// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/truth/ground_truth.h"

namespace slowburn {

// A service with faults of one kind, or with all of them.
struct Scenario {
  std::string name;
  TruthOptions options;
};

// The kinds of faults, each alone, from a while before `CountedSince(kGrid)` until `to_ms`.
std::vector<Scenario> SingleFaults(std::uint64_t seed, std::int64_t to_ms);

// Everything at once, with counters of fractions for even seeds.
Scenario AllFaults(std::uint64_t seed, std::int64_t to_ms);

}  // namespace slowburn
