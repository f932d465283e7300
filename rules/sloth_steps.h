// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <variant>
#include <vector>

#include <absl/time/time.h>

#include "rules/label.h"

namespace slowburn {

// Sloth makes an SLO's rules in steps, its plugins, one after the other.  These are the ones whose
// effect is known; each is named after the plugin's id and holds its configuration.

// sloth.dev/core/sli_rules/v1
struct SlothSliRules {
  bool disable_optimized = false;  // The period's ratio is asked for, not averaged.

  bool operator==(const SlothSliRules&) const = default;
};

// sloth.dev/core/metadata_rules/v1
struct SlothMetadataRules {
  bool operator==(const SlothMetadataRules&) const = default;
};

// sloth.dev/core/alert_rules/v1
struct SlothAlertRules {
  bool operator==(const SlothAlertRules&) const = default;
};

// sloth.dev/contrib/info_labels/v1
struct SlothInfoLabels {
  Labels labels;
  std::string metric;  // The recording that gets them.

  bool operator==(const SlothInfoLabels&) const = default;
};

// sloth.dev/contrib/rule_intervals/v1, of each group.
struct SlothRuleIntervals {
  absl::Duration sli;
  absl::Duration metadata;
  absl::Duration alerts;

  bool operator==(const SlothRuleIntervals&) const = default;
};

// sloth.dev/contrib/denominator_corrected_rules/v1
struct SlothCorrectedRules {
  bool disable_optimized = false;

  bool operator==(const SlothCorrectedRules&) const = default;
};

// sloth.dev/contrib/remove_labels/v1
struct SlothRemoveLabels {
  std::vector<std::string> preserve;
  std::vector<std::string> skip_metrics;  // Recordings that keep all.

  bool operator==(const SlothRemoveLabels&) const = default;
};

// sloth.dev/contrib/error_budget_exhausted_alert/v1
struct SlothExhaustedAlert {
  std::string name = "ErrorBudgetExhausted";
  double threshold = 0;  // Of the budget that is left, 1 for all of it.
  absl::Duration for_duration = absl::Minutes(5);
  Labels annotations;
  Labels selector_labels;
  Labels labels;

  bool operator==(const SlothExhaustedAlert&) const = default;
};

using SlothStep =
    std::variant<SlothSliRules, SlothMetadataRules, SlothAlertRules, SlothInfoLabels,
                 SlothRuleIntervals, SlothCorrectedRules, SlothRemoveLabels, SlothExhaustedAlert>;

// Sloth's own steps, as an SLO without plugins has them.
std::vector<SlothStep> DefaultSlothSteps();

}  // namespace slowburn
