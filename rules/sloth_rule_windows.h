// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string_view>

#include <absl/time/time.h>

#include "rules/label.h"
#include "rules/rule_hints.h"
#include "rules/sloth_windows.h"

namespace slowburn {

// The conditions for SLOs of `window` that `catalogue` has; nullopt when none are for that window.
std::optional<SlothAlertWindows> AlertWindowsFor(const SlothWindows& catalogue,
                                                 absl::Duration window);

// The annotations `title` and `summary` that Sloth gives an alert of `severity`, `page` or
// `ticket`, where the user gives none.
Labels SlothAnnotations(std::string_view severity);

}  // namespace slowburn
