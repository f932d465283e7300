// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/slo_diff.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/series_key.h"
#include "rules/duration.h"
#include "rules/ratio.h"

namespace slowburn {
namespace {

// What was found, in the order of an SLO's file.
class Changes {
 public:
  void Add(std::string change) { changes_.push_back(std::move(change)); }

  // For what is short.
  void Compare(std::string_view what, std::string_view before, std::string_view after) {
    if (before == after) return;
    Add(fmt::format("{} {} -> {}", what, before.empty() ? "none" : before,
                    after.empty() ? "none" : after));
  }

  void Compare(std::string_view what, absl::Duration before, absl::Duration after) {
    if (before != after) Compare(what, DurationText(before), DurationText(after));
  }

  // For what is too long to be read in a line.
  template <typename Value>
  void Note(std::string_view what, const Value& before, const Value& after) {
    if (before != after) Add(fmt::format("{} changed", what));
  }

  void CompareLabels(std::string_view what, const Labels& before, const Labels& after) {
    for (const auto& [name, value] : before) {
      const auto now = after.find(name);
      if (now == after.end()) {
        Add(fmt::format("{} {} removed", what, name));
      } else if (now->second != value) {
        Add(fmt::format("{} {} {} -> {}", what, name, value, now->second));
      }
    }
    for (const auto& [name, value] : after) {
      if (!before.contains(name)) Add(fmt::format("{} {} {} added", what, name, value));
    }
  }

  // Their values may be pages of text.
  void CompareAnnotations(std::string_view what, const Labels& before, const Labels& after) {
    for (const auto& [name, value] : before) {
      const auto now = after.find(name);
      if (now == after.end() || now->second != value) {
        Add(fmt::format("{} {} {}", what, name, now == after.end() ? "removed" : "changed"));
      }
    }
    for (const auto& [name, value] : after) {
      if (!before.contains(name)) Add(fmt::format("{} {} added", what, name));
    }
  }

  std::string Text() const { return fmt::format("{}", fmt::join(changes_, ", ")); }

 private:
  std::vector<std::string> changes_;
};

std::string Percent(Ratio ratio) {
  const absl::StatusOr<Ratio> percent = Multiply(ratio, {100, 1});
  return percent.ok() ? FormatRatio(*percent) : fmt::format("{}/{}", ratio.num, ratio.den);
}

// What tells a tier from the others of its SLO.
std::string TierName(const Tier& tier) {
  return fmt::format("tier {} {}/{}", ToString(tier.Key()), DurationText(tier.long_window),
                     DurationText(tier.short_window));
}

void CompareTier(const Tier& before, const Tier& after, Changes& changes) {
  const std::string name = TierName(before);
  if (before.factor != after.factor) {
    changes.Add(fmt::format("{} burn rate {} -> {}", name, FormatRatio(before.factor),
                            FormatRatio(after.factor)));
  }
  changes.Compare(name + " for", before.for_duration, after.for_duration);
  changes.Compare(name + " keep_firing_for", before.keep_firing_for, after.keep_firing_for);
}

void CompareTiers(const std::vector<Tier>& before, std::vector<Tier> after, Changes& changes) {
  for (const Tier& tier : before) {
    const auto now = std::find_if(after.begin(), after.end(), [&tier](const Tier& other) {
      return TierName(other) == TierName(tier);
    });
    if (now == after.end()) {
      changes.Add(TierName(tier) + " removed");
      continue;
    }
    CompareTier(tier, *now, changes);
    after.erase(now);
  }
  for (const Tier& tier : after) {
    changes.Add(fmt::format("{} burn rate {} added", TierName(tier), FormatRatio(tier.factor)));
  }
}

std::string Text(const std::optional<NoDataPolicy>& policy) {
  if (!policy) return "disabled";
  const std::string name = policy->name.empty() ? "" : policy->name + " ";
  return fmt::format("{}{} after {}", name, ToString(policy->alert_class),
                     DurationText(policy->after));
}

std::string_view Text(AlertMode mode) {
  return mode == AlertMode::kShadow ? "shadow" : "live";
}

// Compares what the alerts that have a name carry; those that come or go are told by their tiers.
void CompareNamed(const AlertPolicy& before, const AlertPolicy& after, Changes& changes) {
  for (const auto& [name, was] : before.named) {
    const auto now = after.named.find(name);
    if (now == after.named.end()) continue;
    changes.CompareLabels(name + " label", was.labels, now->second.labels);
    changes.CompareAnnotations(name + " annotation", was.annotations, now->second.annotations);
  }
}

void ComparePolicies(const AlertPolicy& before, const AlertPolicy& after, Changes& changes) {
  changes.Compare("alert name", before.name, after.name);
  changes.CompareLabels("alert label", before.labels, after.labels);
  changes.CompareAnnotations("alert annotation", before.annotations, after.annotations);
  changes.CompareLabels("page label", before.page.labels, after.page.labels);
  changes.CompareAnnotations("page annotation", before.page.annotations, after.page.annotations);
  changes.CompareLabels("ticket label", before.ticket.labels, after.ticket.labels);
  changes.CompareAnnotations("ticket annotation", before.ticket.annotations,
                             after.ticket.annotations);
  CompareNamed(before, after, changes);
  CompareTiers(before.tiers, after.tiers, changes);
  changes.Compare("no_data", Text(before.no_data), Text(after.no_data));
  if (before.no_data && after.no_data) {
    changes.CompareLabels("no_data label", before.no_data->labels, after.no_data->labels);
  }
  changes.Compare("mode", Text(before.mode), Text(after.mode));
}

}  // namespace

std::string DescribeChange(const Slo& before, const Slo& after) {
  Changes changes;
  changes.Compare("service", before.service, after.service);
  changes.Compare("name", before.name, after.name);
  if (before.objective != after.objective) {
    changes.Add(
        fmt::format("objective {} -> {}", Percent(before.objective), Percent(after.objective)));
  }
  changes.Compare("window", before.window, after.window);
  ComparePolicies(before.alerts, after.alerts, changes);
  changes.CompareLabels("label", before.labels, after.labels);
  changes.Compare("by", fmt::format("{}", fmt::join(before.by, " ")),
                  fmt::format("{}", fmt::join(after.by, " ")));
  changes.Compare("source", before.source, after.source);
  changes.Compare("owner", before.owner, after.owner);
  changes.Note("description", before.description, after.description);
  changes.Note("sli", before.sli, after.sli);
  changes.Compare("format", ToString(before.format), ToString(after.format));
  return changes.Text();
}

std::string ConfigurationHash(const std::vector<RuleFile>& files) {
  std::string all;
  for (const RuleFile& file : files) {
    // Lengths first, so that no two lists of files read alike.
    all += fmt::format("{} {} ", file.path.size(), file.text.size());
    all += file.path;
    all += file.text;
  }
  return ToHex(SeriesKeyOf(all));
}

}  // namespace slowburn
