// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <string>

#include <absl/time/time.h>
#include <nlohmann/json.hpp>

#include "engine/snapshot.h"

namespace slowburn {

// The JSON of what a snapshot holds, as the API and explain give it.  What is not known is null;
// windows are durations as text, other durations seconds, times RFC 3339 in UTC.
// exporters/README.md describes every field.

nlohmann::json ToJson(const WindowStatus& window);
nlohmann::json ToJson(const TierStatus& tier);
nlohmann::json ToJson(const Alert& alert);

// Everything of a group but its alerts.
nlohmann::json ToJson(const GroupStatus& group);

// What was promised and how it is measured.
nlohmann::json DefinitionJson(const SloStatus& slo);

nlohmann::json TimeJson(std::optional<absl::Time> time);
nlohmann::json SecondsJson(std::optional<absl::Duration> duration);

template <typename T>
nlohmann::json OrNull(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json(nullptr);
}

// The text of `json`, indented, with a line end.  Never throws: invalid UTF-8 becomes U+FFFD.
std::string JsonText(const nlohmann::json& json);

}  // namespace slowburn
