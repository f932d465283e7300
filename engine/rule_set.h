// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "engine/evaluator.h"
#include "rules/load.h"

namespace slowburn {

// What runs after a load.
struct MergedRules {
  std::vector<ActiveSlo> slos;
  std::string refused;  // Why the load is not taken, in which case `slos` is what ran before.
};

// Merges a load into what runs, so that bad input never stops the good.
//
// An SLO whose file has an error, or could not be read, goes on with its last valid definition,
// marked stale.  A load that finds nothing, or would drop more than half of what runs, is refused
// unless `allow_shrink`: that is a broken mount far more often than a decision.  `unreadable` are
// paths of files and folders.
MergedRules MergeRules(const std::vector<ActiveSlo>& running, const LoadResult& loaded,
                       const std::vector<std::string>& unreadable, bool allow_shrink);

}  // namespace slowburn
