// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/keys.h"

namespace slowburn {

// What a document of slowburn/v1 says it is.
inline constexpr std::string_view kNativeVersion = "slowburn/v1";

extern const KeyTable kNativeKeys;  // A document.
extern const KeyTable kAlertKeys;   // An `alerts` block, of slowburn.yaml too.

}  // namespace slowburn
