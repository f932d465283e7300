// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include <absl/status/statusor.h>
#include <absl/time/time.h>

#include "exporters/rule_queries.h"
#include "rules/label.h"
#include "rules/slo.h"

namespace slowburn {

// One multi-window condition on recorded error ratios.
struct SlothCondition {
  AlertClass alert_class = AlertClass::kPage;
  double factor = 0;
  absl::Duration short_window;
  absl::Duration long_window;
  absl::Duration for_duration;
  absl::Duration keep_firing_for;
  std::string alert;  // Of its class, the alert that it belongs to; empty: the one of the class.
};

// What of an SLO goes into rules in Sloth's shape.
struct SlothSlo {
  const Slo& slo;
  std::string id;      // `sloth_id`
  Labels id_labels;    // sloth_id, sloth_service, sloth_slo
  std::string filter;  // These as matchers: `{sloth_id="..", ..}`.
  Labels labels;       // Of the SLO, on every recording.
  RuleQueries queries;
  std::vector<SlothCondition> conditions;
  std::vector<absl::Duration> windows;  // Of the conditions, sorted, each once.
  absl::Duration shortest;  // The window that the period's ratio and the current burn rate use.
  double objective_percent = 0;
  double objective = 0;     // The share.
  double error_budget = 0;  // 1 - objective, as it stands in alerts.
};

// Whether the SLO comes from a file that Sloth reads, and its rules must be Sloth's to the digit.
bool IsSlothFormat(Format format);

// Puts together what rules of `slo` need; `more` are labels above its own.
// kInvalidArgument, with the reason, for what can't be such rules.
absl::StatusOr<SlothSlo> MakeSlothSlo(const Slo& slo, const Labels& more);

}  // namespace slowburn
