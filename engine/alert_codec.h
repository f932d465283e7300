// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "engine/alert.h"
#include "engine/snapshot.h"

namespace slowburn {

// Alerts as bytes, for the state.  Times to the millisecond.  Decoding gives nullopt for what is
// damaged or of a later version.

std::string EncodeAlert(const Alert& alert);
std::optional<Alert> DecodeAlert(std::string_view bytes);

std::string EncodeRecord(const AlertRecord& record);
std::optional<AlertRecord> DecodeRecord(std::string_view bytes);

}  // namespace slowburn
