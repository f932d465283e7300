// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_policies.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/reader.h"

namespace slowburn {
namespace {

// On alerts, so that routes can send them to where the policies say.
constexpr std::string_view kTargetsLabel = "openslo_targets";

// Puts the policies of an SLO together.
class Policies {
 public:
  Policies(const OpenSloObjects& objects, Report& report) : objects_(objects), report_(report) {
    out_.tiers.emplace();
  }

  void Add(const YamlNode& node) {
    const int errors = report_.errors();
    const OpenSloUse<OpenSloPolicy> use = ReadOpenSloPolicyUse(node, report_);
    if (report_.errors() > errors) return;
    const auto* reference = std::get_if<OpenSloReference>(&use);
    const Position at = reference != nullptr ? reference->at : report_.At(node);
    if (const OpenSloPolicy* policy = Resolve(use, objects_, report_)) Add(*policy, at);
  }

  AlertSettings Take() {
    for (const auto& [alert_class, targets] : targets_) {
      Of(alert_class).labels.emplace(kTargetsLabel, fmt::format("{}", fmt::join(targets, ",")));
    }
    return std::move(out_);
  }

 private:
  void Add(const OpenSloPolicy& policy, const Position& at) {
    const OpenSloCondition* condition = Resolve(policy.condition, objects_, report_);
    std::vector<std::string> targets;
    for (const OpenSloUse<std::string>& target : policy.targets) {
      targets.push_back(Resolve(target, objects_, report_));
    }
    const bool when_no_data = policy.when_no_data.value_or(false);
    if (policy.when_no_data.has_value() && !when_no_data) {
      out_.no_data.disabled = out_.no_data.disabled.value_or(true);
    }
    if (condition == nullptr || (!policy.when_breaching && !when_no_data)) return;
    const AlertClass alert_class = condition->alert_class;
    SetSeverity(*condition, at);
    for (const std::string& target : targets) AddTarget(alert_class, target);
    if (when_no_data) {
      out_.no_data.disabled = false;
      if (out_.no_data.alert_class != AlertClass::kPage) out_.no_data.alert_class = alert_class;
    }
    if (!policy.when_breaching || !condition->tier.has_value()) return;
    out_.tiers->push_back(*condition->tier);
    out_.tiers->back().at = at;
  }

  void SetSeverity(const OpenSloCondition& condition, const Position& at) {
    const auto [label, is_new] =
        Of(condition.alert_class).labels.emplace("severity", condition.severity);
    if (is_new || label->second == condition.severity) return;
    report_.Add({at, Severity::kWarning,
                 fmt::format("the severity {} has no effect: the {} alerts of an SLO have one, {}",
                             Shown(condition.severity), ToString(condition.alert_class),
                             Shown(label->second)),
                 "of conditions with the severity page or critical, and of all others"});
  }

  void AddTarget(AlertClass alert_class, const std::string& target) {
    std::vector<std::string>& targets = targets_[alert_class];
    if (std::find(targets.begin(), targets.end(), target) == targets.end()) {
      targets.push_back(target);
    }
  }

  ClassSettings& Of(AlertClass alert_class) {
    return alert_class == AlertClass::kPage ? out_.page : out_.ticket;
  }

  const OpenSloObjects& objects_;
  Report& report_;
  AlertSettings out_;
  std::map<AlertClass, std::vector<std::string>> targets_;
};

}  // namespace

AlertSettings ReadOpenSloPolicies(const YamlNode& node, const OpenSloObjects& objects,
                                  Report& report) {
  Policies policies(objects, report);
  for (const YamlNode* item : ReadList(node, "alertPolicies", report)) policies.Add(*item);
  return policies.Take();
}

}  // namespace slowburn
