// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/alert_settings.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "rules/alert_window.h"

namespace slowburn {
namespace {

template <typename T>
void Replace(std::optional<T>& base, const std::optional<T>& over) {
  if (over.has_value()) base = over;
}

void MergeClass(ClassSettings& base, const ClassSettings& over) {
  Replace(base.disabled, over.disabled);
  base.labels = Merge(std::move(base.labels), over.labels);
  base.annotations = Merge(std::move(base.annotations), over.annotations);
}

ClassLabels MakeClass(const AlertSettings& settings, const ClassSettings& of, std::string_view name,
                      const Labels& severities) {
  ClassLabels out{of.labels, of.annotations};
  const auto severity = severities.find(name);
  if (severity != severities.end() && !settings.labels.contains("severity")) {
    out.labels.emplace("severity", severity->second);
  }
  DropEmpty(out.labels);
  DropEmpty(out.annotations);
  return out;
}

absl::StatusOr<Ratio> Factor(const TierSettings& tier, absl::Duration window) {
  if (tier.burn_rate.has_value()) return *tier.burn_rate;
  return FactorFromBudget(*tier.budget, window, tier.long_window);
}

}  // namespace

bool IsDisabled(const AlertSettings& settings, AlertClass alert_class) {
  const ClassSettings& of = alert_class == AlertClass::kPage ? settings.page : settings.ticket;
  return of.disabled.value_or(false);
}

Labels Merge(Labels base, const Labels& over) {
  for (const auto& [name, value] : over) base.insert_or_assign(name, value);
  return base;
}

AlertSettings Merge(AlertSettings base, const AlertSettings& over) {
  Replace(base.name, over.name);
  base.labels = Merge(std::move(base.labels), over.labels);
  base.annotations = Merge(std::move(base.annotations), over.annotations);
  MergeClass(base.page, over.page);
  MergeClass(base.ticket, over.ticket);
  for (const auto& [name, labels] : over.named) {
    ClassLabels& of = base.named[name];
    of.labels = Merge(std::move(of.labels), labels.labels);
    of.annotations = Merge(std::move(of.annotations), labels.annotations);
  }
  Replace(base.tiers, over.tiers);
  Replace(base.no_data.disabled, over.no_data.disabled);
  Replace(base.no_data.after, over.no_data.after);
  Replace(base.no_data.alert_class, over.no_data.alert_class);
  Replace(base.no_data.name, over.no_data.name);
  base.no_data.labels = Merge(std::move(base.no_data.labels), over.no_data.labels);
  Replace(base.mode, over.mode);
  return base;
}

void DropEmpty(Labels& labels) {
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
}

AlertPolicy MakePolicy(const AlertSettings& settings, const Labels& severities,
                       bool no_data_default) {
  AlertPolicy policy;
  if (settings.name.has_value()) policy.name = *settings.name;
  policy.labels = settings.labels;
  policy.annotations = settings.annotations;
  DropEmpty(policy.labels);
  DropEmpty(policy.annotations);
  policy.page = MakeClass(settings, settings.page, "page", severities);
  policy.ticket = MakeClass(settings, settings.ticket, "ticket", severities);
  policy.named = settings.named;
  for (auto& [name, of] : policy.named) {
    DropEmpty(of.labels);
    DropEmpty(of.annotations);
  }
  policy.mode = settings.mode.value_or(AlertMode::kLive);
  const NoDataSettings& no_data = settings.no_data;
  const bool asked = no_data.after.has_value() || no_data.alert_class.has_value();
  if (no_data.disabled.value_or(!asked && !no_data_default)) {
    policy.no_data = std::nullopt;
  } else {
    if (no_data.after.has_value()) policy.no_data->after = *no_data.after;
    if (no_data.alert_class.has_value()) policy.no_data->alert_class = *no_data.alert_class;
    policy.no_data->name = no_data.name.value_or("");
    policy.no_data->labels = no_data.labels;
    DropEmpty(policy.no_data->labels);
  }
  return policy;
}

void SetTiers(AlertPolicy& policy, std::vector<Tier> tiers) {
  policy.tiers = std::move(tiers);
  std::erase_if(policy.named, [&policy](const auto& named) {
    return std::none_of(policy.tiers.begin(), policy.tiers.end(),
                        [&named](const Tier& tier) { return tier.alert == named.first; });
  });
}

ResolvedTiers ResolveTiers(const AlertSettings& settings, absl::Duration window) {
  ResolvedTiers out;
  out.defaults = !settings.tiers.has_value();
  if (out.defaults) {
    for (const Tier& tier : DefaultTiers(window)) {
      if (!IsDisabled(settings, tier.alert_class)) out.tiers.push_back(tier);
    }
    return out;
  }
  for (const TierSettings& tier : *settings.tiers) {
    if (IsDisabled(settings, tier.alert_class)) continue;
    const absl::StatusOr<Ratio> factor = Factor(tier, window);
    if (!factor.ok()) {
      out.diagnostics.push_back(
          {tier.at, Severity::kError,
           fmt::format("the tier's burn rate: {}", std::string(factor.status().message())), ""});
      continue;
    }
    out.tiers.push_back({.alert_class = tier.alert_class,
                         .factor = *factor,
                         .long_window = tier.long_window,
                         .short_window = tier.short_window,
                         .for_duration = tier.for_duration,
                         .keep_firing_for = tier.keep_firing_for,
                         .alert = tier.alert});
    out.at.push_back(tier.at);
  }
  return out;
}

}  // namespace slowburn
