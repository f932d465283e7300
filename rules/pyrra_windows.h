// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <string_view>

#include <absl/time/time.h>

#include "rules/ratio.h"
#include "rules/slo.h"

namespace slowburn {

// One of the four burn rate alerts that Pyrra gives an SLO.
struct PyrraAlert {
  std::string_view name;      // `fast`, `medium`, `slow`, `long-term`.
  std::string_view severity;  // Where the file says nothing.
  AlertClass alert_class = AlertClass::kPage;
  Ratio factor;
  absl::Duration short_window;  // Whole minutes; 0 for windows of few days.
  absl::Duration long_window;
  absl::Duration for_duration;
};

// Pyrra's alerts for an SLO of `window`: parts of it, cut to nanoseconds and rounded to the minute,
// half a minute up.  Source: Pyrra's slo/rules.go, checked against its own figures for 28 d.
std::array<PyrraAlert, 4> PyrraAlerts(absl::Duration window);

// After how long without any series Pyrra's absent alert fires: what its fastest alert would take
// for a total failure, to the minute.  `objective` is a ratio in (0, 1].
absl::Duration PyrraAbsentFor(Ratio objective, const PyrraAlert& fastest);

}  // namespace slowburn
