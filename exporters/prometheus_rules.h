// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <absl/time/time.h>

#include "rules/label.h"
#include "rules/rule_hints.h"

namespace slowburn {

// Rules as Prometheus reads them, and the files that they stand in.

// A recording rule, or an alerting rule: exactly one of `record` and `alert` is set.
struct PrometheusRule {
  std::string record;
  std::string alert;
  std::string expr;
  absl::Duration for_duration;  // Zero, here and below: not written.
  absl::Duration keep_firing_for;
  Labels labels;
  Labels annotations;
};

struct PrometheusRuleGroup {
  std::string name;
  absl::Duration interval;
  std::vector<PrometheusRule> rules;
};

// Groups that belong together, and what names them for those that ask for a name.
struct PrometheusRuleSet {
  std::string name_space;  // Of Mimir's ruler.
  ObjectMeta object;       // Of the PrometheusRule.
  std::vector<PrometheusRuleGroup> groups;
};

// A rule file: the groups of all sets in one document, as Prometheus reads no more than the first.
std::string PrometheusRulesYaml(const std::vector<PrometheusRuleSet>& sets);

// A document with a PrometheusRule of the Prometheus operator for each set.
std::string OperatorRulesYaml(const std::vector<PrometheusRuleSet>& sets);

// A document with the rules of a namespace for each set, as mimirtool loads them.
std::string MimirRulesYaml(const std::vector<PrometheusRuleSet>& sets);

// `text` as a value in YAML: plain where it can't be read as anything else, several lines as a
// block, whose lines begin with `indent` spaces, else in double quotes.  Ends without a line end.
std::string YamlScalar(std::string_view text, int indent);

}  // namespace slowburn
