// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/sloth_rules.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "exporters/go_number.h"
#include "exporters/sloth_alert_rules.h"
#include "exporters/sloth_slo.h"
#include "rules/alert_settings.h"
#include "rules/duration.h"
#include "rules/plan.h"

namespace slowburn {
namespace {

constexpr std::string_view kRatio = "slo:sli_error:ratio_rate";
constexpr std::string_view kCorrection = "slo:numerator_correction:ratio";
constexpr std::string_view kInfo = "sloth_slo_info";

// The mode that Sloth would name.
std::string ModeOf(Format format) {
  switch (format) {
    case Format::kNative:
    case Format::kSloth:
      return "cli-gen-prom";
    case Format::kSlothKubernetes:
    case Format::kPyrra:
      return "cli-gen-k8s";
    case Format::kOpenSlo:
    case Format::kOpenSloAlpha:
      return "cli-gen-openslo";
  }
  return "";
}

std::string RatioMetric(absl::Duration window) {
  return fmt::format("{}{}", kRatio, PrometheusDurationText(window));
}

// Whether the words of a label's name are those that every Prometheus takes.
bool HasNewNames(const Labels& labels) {
  return std::any_of(labels.begin(), labels.end(),
                     [](const auto& label) { return !IsLabelName(label.first); });
}

// Makes the rules of one SLO, step by step, as Sloth's plugins do.
class RuleMaker {
 public:
  RuleMaker(const SlothSlo& slo, const SlothRuleOptions& options) : slo_(slo), options_(options) {
    sli_.name = "sloth-slo-sli-recordings-" + slo.id;
    metadata_.name = "sloth-slo-meta-recordings-" + slo.id;
    alerts_.name = "sloth-slo-alerts-" + slo.id;
  }

  // Empty, or why it can't be done.
  std::string Take(const SlothStep& step) { return std::visit(*this, step); }

  std::vector<PrometheusRuleGroup> Groups() {
    std::vector<PrometheusRuleGroup> out;
    const auto keep = [&](PrometheusRuleGroup& group, bool wanted) {
      if (wanted && !group.rules.empty()) out.push_back(std::move(group));
    };
    keep(sli_, options_.recordings);
    keep(metadata_, options_.recordings);
    keep(alerts_, options_.alerts);
    return out;
  }

  void AddNoData() {
    if (auto rule = NoDataRule(slo_)) alerts_.rules.push_back(*std::move(rule));
  }

  std::string operator()(const SlothSliRules& step) {
    sli_.rules.clear();
    for (const absl::Duration window : WindowsAndPeriod()) {
      const bool average =
          window == slo_.slo.window && !step.disable_optimized && window != slo_.shortest;
      AddRatio(window, average ? AveragedRatio() : Ratio(window));
    }
    return "";
  }

  std::string operator()(const SlothMetadataRules&) {
    metadata_.rules.clear();
    const std::string objective = GoNumber(slo_.objective);
    AddMetadata("slo:objective:ratio", fmt::format("vector({})", objective));
    AddMetadata("slo:error_budget:ratio",
                IsSlothFormat(slo_.slo.format)
                    ? fmt::format("vector(1-{})", objective)
                    : fmt::format("vector({})", GoNumber(slo_.error_budget)));
    AddMetadata("slo:time_period:days",
                fmt::format("vector({})", GoNumber(absl::ToDoubleHours(slo_.slo.window) / 24)));
    AddMetadata("slo:current_burn_rate:ratio", BurnRate(slo_.shortest));
    AddMetadata("slo:period_burn_rate:ratio", BurnRate(slo_.slo.window));
    AddMetadata("slo:period_error_budget_remaining:ratio",
                fmt::format("1 - slo:period_burn_rate:ratio{}", slo_.filter));
    AddMetadata(std::string(kInfo), "vector(1)");
    metadata_.rules.back().labels = Merge(metadata_.rules.back().labels,
                                          {{"sloth_version", options_.version},
                                           {"sloth_mode", ModeOf(slo_.slo.format)},
                                           {"sloth_spec", std::string(SpecOf(slo_.slo.format))},
                                           {"sloth_objective", GoFixed(slo_.objective_percent)}});
    return "";
  }

  std::string operator()(const SlothAlertRules&) {
    alerts_.rules = BurnRules(slo_);
    return "";
  }

  std::string operator()(const SlothInfoLabels& step) {
    for (PrometheusRule& rule : metadata_.rules) {
      if (rule.record != step.metric) continue;
      rule.labels = Merge(rule.labels, step.labels);
      break;
    }
    return "";
  }

  std::string operator()(const SlothRuleIntervals& step) {
    sli_.interval = step.sli;
    metadata_.interval = step.metadata;
    alerts_.interval = step.alerts;
    return "";
  }

  std::string operator()(const SlothCorrectedRules& step) {
    if (slo_.queries.total.empty()) {
      return "the plugin denominator_corrected_rules needs sli.events";
    }
    sli_.rules.clear();
    for (const absl::Duration window : slo_.windows) AddRatio(window, CorrectedRatio(window));
    const absl::Duration period = slo_.slo.window;
    if (!Recorded(period)) {
      AddRatio(period, step.disable_optimized ? Ratio(period) : AveragedRatio());
    }
    for (const absl::Duration window : slo_.windows) {
      AddMetadata(fmt::format("{}{}", kCorrection, PrometheusDurationText(window)),
                  fmt::format("({})/({})", Over(slo_.queries.total, window),
                              Over(slo_.queries.total, period)));
    }
    return "";
  }

  std::string operator()(const SlothRemoveLabels& step) {
    std::set<std::string> keep(step.preserve.begin(), step.preserve.end());
    for (const auto& [name, value] : slo_.id_labels) keep.insert(name);
    const std::set<std::string> skip(step.skip_metrics.begin(), step.skip_metrics.end());
    const auto strip = [&](PrometheusRuleGroup& group) {
      for (PrometheusRule& rule : group.rules) {
        if (rule.record == kInfo || skip.contains(rule.record)) continue;
        std::erase_if(rule.labels, [&](const auto& label) { return !keep.contains(label.first); });
      }
    };
    strip(metadata_);
    keep.insert("sloth_window");
    strip(sli_);
    return "";
  }

  std::string operator()(const SlothExhaustedAlert& step) {
    alerts_.rules.push_back(ExhaustedRule(slo_, step));
    return "";
  }

 private:
  bool Recorded(absl::Duration window) const {
    return std::find(slo_.windows.begin(), slo_.windows.end(), window) != slo_.windows.end();
  }

  std::vector<absl::Duration> WindowsAndPeriod() const {
    std::vector<absl::Duration> out = slo_.windows;
    if (!Recorded(slo_.slo.window)) out.push_back(slo_.slo.window);
    return out;
  }

  static std::string Over(const std::string& query, absl::Duration window) {
    return WithWindow(query, PrometheusDurationText(window));
  }

  std::string Ratio(absl::Duration window) const {
    const std::string error = Over(slo_.queries.error, window);
    if (slo_.queries.total.empty()) return fmt::format("({})", error);
    return fmt::format("({})\n/\n({})\n", error, Over(slo_.queries.total, window));
  }

  std::string CorrectedRatio(absl::Duration window) const {
    return fmt::format("(\n{}{}{}\n* on()\n{}\n)\n/\n({})\n", kCorrection,
                       PrometheusDurationText(window), slo_.filter,
                       Over(slo_.queries.error, window), Over(slo_.queries.total, window));
  }

  // The mean of what was recorded over the shortest window.
  std::string AveragedRatio() const {
    const std::string range = fmt::format("{}{}[{}]", RatioMetric(slo_.shortest), slo_.filter,
                                          PrometheusDurationText(slo_.slo.window));
    return fmt::format("sum_over_time({})\n/ ignoring (sloth_window)\ncount_over_time({})\n", range,
                       range);
  }

  std::string BurnRate(absl::Duration window) const {
    return fmt::format(
        "{}{}\n/ on(sloth_id, sloth_slo, sloth_service) group_left\nslo:error_budget:ratio{}\n",
        RatioMetric(window), slo_.filter, slo_.filter);
  }

  void AddRatio(absl::Duration window, std::string expr) {
    Labels labels = slo_.id_labels;
    labels["sloth_window"] = PrometheusDurationText(window);
    sli_.rules.push_back({.record = RatioMetric(window),
                          .alert = {},
                          .expr = std::move(expr),
                          .for_duration = {},
                          .keep_firing_for = {},
                          .labels = Merge(std::move(labels), slo_.labels),
                          .annotations = {}});
  }

  void AddMetadata(std::string record, std::string expr) {
    metadata_.rules.push_back({.record = std::move(record),
                               .alert = {},
                               .expr = std::move(expr),
                               .for_duration = {},
                               .keep_firing_for = {},
                               .labels = Merge(slo_.id_labels, slo_.labels),
                               .annotations = {}});
  }

  const SlothSlo& slo_;
  const SlothRuleOptions& options_;
  PrometheusRuleGroup sli_;
  PrometheusRuleGroup metadata_;
  PrometheusRuleGroup alerts_;
};

// A name that Kubernetes takes.
std::string ObjectName(std::string_view service) {
  std::string out = "slo-";
  for (const char c : service) {
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c + 32);
    } else {
      out += c == '_' ? '-' : c;
    }
  }
  return out;
}

ObjectMeta ObjectOf(const Slo& slo) {
  ObjectMeta out = slo.rules.object.value_or(ObjectMeta{ObjectName(slo.service), {}, {}, {}});
  out.labels["app.kubernetes.io/component"] = "SLO";
  out.labels["app.kubernetes.io/managed-by"] = "sloth";
  // What kubectl keeps of the SLO's own object is not about the rules.
  out.annotations.erase("kubectl.kubernetes.io/last-applied-configuration");
  return out;
}

class SetMaker {
 public:
  explicit SetMaker(const SlothRuleOptions& options) : options_(options) {}

  void Add(const Slo& slo) {
    const auto made = MakeSlothSlo(slo, options_.labels);
    if (!made.ok()) return Refuse(slo, std::string(made.status().message()));
    const auto [first, is_new] = ids_.emplace(made->id, slo.Id());
    if (!is_new) {
      return Refuse(slo,
                    fmt::format("its sloth_id, {}, is that of {} too", made->id, first->second));
    }
    const bool shadow = slo.alerts.mode == AlertMode::kShadow;
    if (shadow && options_.alerts) {
      Find(slo, Severity::kWarning, "the alerts are left out, as they are in mode shadow");
    }
    RuleMaker maker(*made, options_);
    for (const SlothStep& step : slo.rules.steps) {
      if (shadow && std::holds_alternative<SlothAlertRules>(step)) continue;
      const std::string problem = maker.Take(step);
      if (!problem.empty()) return Refuse(slo, problem);
    }
    if (!shadow) maker.AddNoData();
    Keep(slo, maker.Groups());
  }

  SlothRules Finish() {
    std::erase_if(out_.sets, [](const PrometheusRuleSet& set) { return set.groups.empty(); });
    return std::move(out_);
  }

 private:
  void Find(const Slo& slo, Severity severity, std::string_view what) {
    out_.diagnostics.push_back(
        {slo.defined_at, severity, fmt::format("{}: {}", slo.Id(), what), ""});
  }

  void Refuse(const Slo& slo, std::string_view why) { Find(slo, Severity::kError, why); }

  void Keep(const Slo& slo, std::vector<PrometheusRuleGroup> groups) {
    PrometheusRuleSet& set = SetOf(slo);
    bool new_names = false;
    for (PrometheusRuleGroup& group : groups) {
      for (const PrometheusRule& rule : group.rules) {
        new_names = new_names || HasNewNames(rule.labels);
      }
      set.groups.push_back(std::move(group));
    }
    if (!new_names) return;
    Find(slo, Severity::kWarning, "has names of labels that only Prometheus 3 takes");
  }

  PrometheusRuleSet& SetOf(const Slo& slo) {
    ObjectMeta object = ObjectOf(slo);
    const auto [at, is_new] =
        set_of_.emplace(std::pair(object.name_space, object.name), out_.sets.size());
    if (is_new) out_.sets.push_back({slo.service, std::move(object), {}});
    return out_.sets[at->second];
  }

  const SlothRuleOptions& options_;
  SlothRules out_;
  std::map<std::string, std::string> ids_;  // The SLO that each sloth_id is of.
  std::map<std::pair<std::string, std::string>, std::size_t> set_of_;
};

}  // namespace

SlothRules MakeSlothRules(const std::vector<Slo>& slos, const SlothRuleOptions& options) {
  SetMaker maker(options);
  for (const Slo& slo : slos) maker.Add(slo);
  return maker.Finish();
}

}  // namespace slowburn
