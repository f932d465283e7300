// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>

#include <absl/time/time.h>

#include "engine/alert.h"
#include "engine/saved_state.h"
#include "engine/snapshot.h"

namespace slowburn {

// Whether a record says more than that nothing is the matter.
bool IsWorthSaving(const AlertRecord& record);

// Where one alert of one group stands, with what was last told of it: that one among
// `shown`, if it is there.  `removed` is when its SLO was, if it was.
SavedAlert MakeSavedAlert(const std::string& slo_id, const std::string& group, const AlertKey& key,
                          const AlertRecord& record, std::span<const Alert> shown,
                          std::optional<absl::Time> removed);

// What `MakeSavedAlert` was made of.
struct RestoredAlert {
  AlertKey key;
  AlertRecord record;
  std::optional<Alert> alert;
  std::optional<absl::Time> removed;
};

// nullopt when it is damaged.
std::optional<RestoredAlert> ReadSavedAlert(const SavedAlert& saved);

}  // namespace slowburn
