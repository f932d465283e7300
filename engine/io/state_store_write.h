// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <absl/status/status.h>
#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "engine/io/state_store_sql.h"
#include "engine/state_store.h"

namespace slowburn {

// Writes `batch` in one transaction.
absl::Status WriteBatch(StateConnection& connection, const StateBatch& batch);

// Removes a bounded part of what is older than `before`, and gives free pages back to the file
// system when there are many.  Whether there is more to do.
absl::StatusOr<bool> PruneState(StateConnection& connection, absl::Time before);

}  // namespace slowburn
