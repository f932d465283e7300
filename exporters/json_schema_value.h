// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>

#include "rules/keys.h"

namespace slowburn {

// The schema of a single value, or of a list or map of these: of every kind but the tables.
nlohmann::ordered_json ValueSchema(const Key& key, ValueKind kind);

}  // namespace slowburn
