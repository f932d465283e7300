// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/alert_settings.h"
#include "rules/config.h"
#include "rules/lint.h"
#include "rules/report.h"
#include "rules/slo.h"
#include "rules/sloth_keys.h"
#include "rules/sloth_windows.h"
#include "rules/yaml.h"

namespace slowburn {

// Reads the `alerting` of an SLO, whose map of keys is `slo_map`, upon `defaults`, with the labels
// and annotations that Sloth gives to its alerts.
AlertSettings ReadSlothAlerting(MapReader& slo_map, const Slo& slo, const SlothKeys& keys,
                                const AlertSettings& defaults, Report& report);

// The labels by which Sloth's alerts name their SLO.
Labels SlothIdentity(const Slo& slo);

// Completes `slo`, whose document is Sloth's, by its alert policy: `alerts`, with the tiers of
// `windows` for the SLO's window.  Then checks it as a whole.  `node` is the SLO's own.  Returns
// false when something is wrong, which is reported.
bool CompleteSlothSlo(Slo& slo, const YamlNode& node, AlertSettings alerts,
                      const RuleDefaults& defaults, const SlothWindows& windows,
                      const SloPlaces& places, Report& report);

}  // namespace slowburn
