// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "exporters/prometheus_rules.h"
#include "rules/diagnostic.h"
#include "rules/slo.h"

namespace slowburn {

struct SlothRuleOptions {
  Labels labels;  // More of them, on every recording, above those of the SLOs.
  bool recordings = true;
  bool alerts = true;
  std::string version;  // The label `sloth_version` of sloth_slo_info.
};

struct SlothRules {
  std::vector<PrometheusRuleSet> sets;  // One for each object of Kubernetes, else each service.
  Diagnostics diagnostics;  // With an error the rules are not whole and must not be used.
};

// The rules that measure `slos` and alert on them in Prometheus, with Sloth's groups, names and
// labels.
//
// SLOs of Sloth's own formats, which must have been read with RuleDefaults::for_rules, give the
// very rules that Sloth makes of them; those of other formats their own tiers, and a no-data alert
// where they ask for one.
SlothRules MakeSlothRules(const std::vector<Slo>& slos, const SlothRuleOptions& options);

}  // namespace slowburn
