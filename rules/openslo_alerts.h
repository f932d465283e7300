// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "rules/alert_settings.h"
#include "rules/openslo_object.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// When an alert fires.
struct OpenSloCondition {
  std::string severity;
  AlertClass alert_class = AlertClass::kTicket;  // As the severity has it.
  std::optional<TierSettings> tier;              // Nothing where the condition can't be one.
};

// An object, or the name of one.
template <typename Object>
using OpenSloUse = std::variant<OpenSloReference, Object>;

// Which alerts an SLO has.
struct OpenSloPolicy {
  bool when_breaching = false;
  std::optional<bool> when_no_data;
  OpenSloUse<OpenSloCondition> condition;
  std::vector<OpenSloUse<std::string>> targets;  // By name, inline or not.
};

// Each reads the spec of an object, or all of one that stands within another; reports what is not
// as OpenSLO has it.
OpenSloCondition ReadOpenSloCondition(const YamlNode& spec, Report& report);
OpenSloPolicy ReadOpenSloPolicy(const YamlNode& spec, Report& report);
void ReadOpenSloTarget(const YamlNode& spec, Report& report);

// Reads one of `alertPolicies` of an SLO.
OpenSloUse<OpenSloPolicy> ReadOpenSloPolicyUse(const YamlNode& node, Report& report);

}  // namespace slowburn
