// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "rules/diagnostic.h"
#include "rules/label.h"
#include "rules/ratio.h"
#include "rules/slo.h"

namespace slowburn {

// The `alerts` block as it is written, in an SLO, in the defaults of a file or in those of
// slowburn.yaml.  What is absent comes from the block beneath.

// A tier before its factor is known, which may follow from the SLO's window.
struct TierSettings {
  AlertClass alert_class = AlertClass::kPage;
  std::optional<Ratio> budget;  // A share: 0.02 for 2 %.  Else burn_rate is set.
  std::optional<Ratio> burn_rate;
  absl::Duration long_window;
  absl::Duration short_window;  // As of a Tier.
  absl::Duration for_duration;
  absl::Duration keep_firing_for;
  std::string alert;  // As of a Tier.
  Position at;

  bool operator==(const TierSettings&) const = default;
};

struct ClassSettings {
  std::optional<bool> disabled;
  Labels labels;
  Labels annotations;

  bool operator==(const ClassSettings&) const = default;
};

struct NoDataSettings {
  std::optional<bool> disabled;
  std::optional<absl::Duration> after;
  std::optional<AlertClass> alert_class;
  std::optional<std::string> name;
  Labels labels;

  bool operator==(const NoDataSettings&) const = default;
};

struct AlertSettings {
  std::optional<std::string> name;
  Labels labels;
  Labels annotations;
  ClassSettings page;
  ClassSettings ticket;
  std::map<std::string, ClassLabels> named;  // As of an AlertPolicy.
  std::optional<std::vector<TierSettings>> tiers;
  NoDataSettings no_data;
  std::optional<AlertMode> mode;

  bool operator==(const AlertSettings&) const = default;
};

// `over` upon `base`: maps merge key by key, all else is replaced where `over` has it.
AlertSettings Merge(AlertSettings base, const AlertSettings& over);
Labels Merge(Labels base, const Labels& over);

// Whether alerts of a class, page or ticket, are switched off.
bool IsDisabled(const AlertSettings& settings, AlertClass alert_class);

// Takes out those without a value: so one block takes away what another beneath it gives.
void DropEmpty(Labels& labels);

// The policy that `settings` ask for, its tiers aside, without empty labels and annotations.
// `no_data_default` says whether an SLO without a no_data block has one.  Page and ticket get the
// label `severity` from `severities` where no label of theirs says otherwise.
AlertPolicy MakePolicy(const AlertSettings& settings, const Labels& severities,
                       bool no_data_default);

// Gives `policy` its tiers, and takes from it what stands for alerts that none of them names.
void SetTiers(AlertPolicy& policy, std::vector<Tier> tiers);

// The tiers of an SLO, each with where it stands.
struct ResolvedTiers {
  std::vector<Tier> tiers;
  std::vector<Position> at;  // As many; empty for the default tiers.
  bool defaults = false;
  bool below_one = false;  // Default tiers may fire while the objective is met.
  Diagnostics diagnostics;
};

// The tiers that `settings` ask for in an SLO of `window`; those of disabled classes left out.
ResolvedTiers ResolveTiers(const AlertSettings& settings, absl::Duration window);

}  // namespace slowburn
