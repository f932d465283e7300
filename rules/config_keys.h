// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/keys.h"

namespace slowburn {

extern const KeyTable kConfigKeys;  // slowburn.yaml.

}  // namespace slowburn
