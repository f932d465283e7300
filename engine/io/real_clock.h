// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "engine/clock.h"

namespace slowburn {

// The clock of this machine.
Clock& RealClock();

}  // namespace slowburn
