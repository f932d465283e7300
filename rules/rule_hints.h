// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "rules/label.h"
#include "rules/sloth_steps.h"

namespace slowburn {

// The windows of one of Sloth's conditions, and the share of the error budget, in percent, whose
// use within the long one makes it true.
struct SlothBurnWindow {
  double budget_percent = 0;
  absl::Duration short_window;
  absl::Duration long_window;

  bool operator==(const SlothBurnWindow&) const = default;
};

// The four conditions that Sloth alerts on, two of each alert.
struct SlothAlertWindows {
  SlothBurnWindow page_quick;
  SlothBurnWindow page_slow;
  SlothBurnWindow ticket_quick;
  SlothBurnWindow ticket_slow;

  bool operator==(const SlothAlertWindows&) const = default;
};

// What names an object of Kubernetes.
struct ObjectMeta {
  std::string name;
  std::string name_space;
  Labels labels;
  Labels annotations;

  bool operator==(const ObjectMeta&) const = default;
};

// What a file says of the rules that its own tool would make.  The engine takes no notice of it:
// `generate` does.
struct RuleHints {
  bool page = true;  // Whether there is such an alert.
  bool ticket = true;
  std::optional<SlothAlertWindows> windows;  // Of Sloth's formats; none: not known for the window.
  std::vector<SlothStep> steps = DefaultSlothSteps();
  std::optional<ObjectMeta> object;  // Of the object of Kubernetes that the SLO stood in.
  // Sloth's queries as written, with the space at their ends.  A ratio is in `error_query`.
  std::string error_query;
  std::string total_query;

  bool operator==(const RuleHints&) const = default;
};

}  // namespace slowburn
