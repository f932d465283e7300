// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/native_slo.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rules/alert_settings.h"
#include "rules/bucket.h"
#include "rules/duration.h"
#include "rules/format_native.h"
#include "rules/lint.h"
#include "rules/promql.h"
#include "rules/template.h"

namespace slowburn {
namespace {

// The structured bindings below name every field of the model: who adds one is told by the
// compiler to write it here.

YamlValue Text(std::string_view text) {
  return YamlScalar(text);
}

YamlValue DurationYaml(absl::Duration duration) {
  return YamlPlain(DurationText(duration));
}

// The decimal that is exactly `ratio`, which the reader takes; nothing when there is none.
std::optional<std::string> Decimal(Ratio ratio) {
  for (std::int64_t den = 1, digits = 0; digits <= 15; den *= 10, ++digits) {
    if (den % ratio.den != 0) continue;
    const absl::StatusOr<Ratio> scaled = Multiply(ratio, {den, 1});
    if (!scaled.ok()) return std::nullopt;
    std::string text = fmt::format("{:0{}}", scaled->num, digits + 1);
    const std::string_view all = text;
    const std::size_t point = all.size() - static_cast<std::size_t>(digits);
    if (digits > 0) text = fmt::format("{}.{}", all.substr(0, point), all.substr(point));
    const absl::StatusOr<Ratio> read = ParseDecimal(text);
    if (!read.ok() || *read != ratio) return std::nullopt;
    return text;
  }
  return std::nullopt;
}

YamlValue PercentYaml(Ratio ratio) {
  const absl::StatusOr<Ratio> percent = Multiply(ratio, {100, 1});
  if (!percent.ok()) return YamlPlain(FormatRatio(ratio));
  const std::string text = Decimal(*percent).value_or(FormatRatio(*percent));
  // Without the sign, the reader asks whether as little as that is meant.
  return YamlPlain(Compare(*percent, {1, 1}) <= 0 ? text + "%" : text);
}

YamlValue FactorYaml(Ratio factor) {
  return YamlPlain(Decimal(factor).value_or(fmt::format("{}/{}", factor.num, factor.den)));
}

// What must be written so that `labels` come of it where `base` lies beneath: an empty value takes
// one away.
YamlValue LabelsYaml(const Labels& labels, const Labels& base) {
  YamlValue out;
  for (const auto& [name, value] : labels) {
    const auto beneath = base.find(name);
    if (beneath == base.end() || beneath->second != value) out.Set(name, Text(value));
  }
  for (const auto& [name, value] : base) {
    if (!labels.contains(name)) out.Set(name, Text(""));
  }
  return out;
}

YamlValue AnnotationsYaml(const Labels& annotations, const Labels& base) {
  Labels written;
  for (const auto& [name, value] : annotations) written.emplace(name, NativeAnnotation(value));
  return LabelsYaml(written, base);
}

// Whether none of `queries` needs a reader of MetricsQL.
bool ArePromQl(std::initializer_list<std::string_view> queries) {
  return std::none_of(queries.begin(), queries.end(), [](std::string_view query) {
    const std::vector<ExpressionProblem> problems = CheckExpression(query);
    return std::any_of(problems.begin(), problems.end(),
                       [](const ExpressionProblem& problem) { return problem.error; });
  });
}

struct SliWriter {
  YamlValue operator()(const EventsSli& sli) const {
    const auto& [total, bad, good] = sli;
    YamlValue keys;
    keys.Set("total", Text(ToString(total)));
    if (bad.has_value()) keys.Set("bad", Text(ToString(*bad)));
    if (good.has_value()) keys.Set("good", Text(ToString(*good)));
    return Kind("events", std::move(keys));
  }

  YamlValue operator()(const LatencySli& sli) const {
    const auto& [histogram, under, milliseconds] = sli;
    YamlValue keys;
    keys.Set("histogram", Text(ToString(histogram)));
    keys.Set("under", DurationYaml(under));
    if (milliseconds != CountsMilliseconds(MetricName(histogram))) {
      keys.Set("unit", Text(milliseconds ? "ms" : "s"));
    }
    return Kind("latency", std::move(keys));
  }

  YamlValue operator()(const ProbeSli& sli) const {
    const auto& [gauge] = sli;
    return Kind("probe", Text(ToString(gauge)));
  }

  YamlValue operator()(const RatioSli& sli) const {
    const auto& [error] = sli;
    YamlValue keys;
    keys.Set("error", Text(error));
    if (!ArePromQl({error})) keys.Set("language", Text("metricsql"));
    return Kind("ratio", std::move(keys));
  }

  YamlValue operator()(const ExpressionSli& sli) const {
    const auto& [error_query, total_query] = sli;
    YamlValue keys;
    keys.Set("error_query", Text(error_query));
    keys.Set("total_query", Text(total_query));
    if (!ArePromQl({error_query, total_query})) keys.Set("language", Text("metricsql"));
    return Kind("expression", std::move(keys));
  }

  static YamlValue Kind(std::string name, YamlValue keys) {
    YamlValue out;
    out.Set(std::move(name), std::move(keys));
    return out;
  }
};

YamlValue TierYaml(const Tier& tier) {
  const auto& [alert_class, factor, long_window, short_window, for_duration, keep_firing_for,
               alert] = tier;
  YamlValue out;
  out.flow = true;
  out.Set("class", Text(ToString(alert_class)));
  out.Set("burn_rate", FactorYaml(factor));
  out.Set("long", DurationYaml(long_window));
  out.Set("short", tier.HasOneWindow() ? Text("none") : DurationYaml(short_window));
  if (for_duration != absl::ZeroDuration()) out.Set("for", DurationYaml(for_duration));
  if (keep_firing_for != absl::ZeroDuration()) {
    out.Set("keep_firing_for", DurationYaml(keep_firing_for));
  }
  if (!alert.empty()) out.Set("alert", Text(alert));
  return out;
}

class AlertsWriter {
 public:
  AlertsWriter(const Slo& slo, const RuleDefaults& defaults)
      : slo_(slo), defaults_(defaults), base_(defaults.alerts) {
    AddOwner(base_, slo.owner, slo.labels);
  }

  YamlValue Write() {
    const auto& [name, labels, annotations, page, ticket, named, tiers, no_data, mode] =
        slo_.alerts;
    YamlValue out;
    AlertPolicy beneath = MakePolicy(base_, defaults_.severities, true);
    if (name != beneath.name) out.Set("name", Text(name));
    out.Set("labels", LabelsYaml(labels, beneath.labels));
    out.Set("annotations", AnnotationsYaml(annotations, beneath.annotations));
    // With a severity on all alerts, though it be empty, the classes get none.
    for (auto& [label, value] : base_.labels) value.clear();
    base_.labels = Merge(std::move(base_.labels), labels);
    beneath = MakePolicy(base_, defaults_.severities, true);
    const Switches switches = ChooseSwitches();
    out.Set("page", ClassYaml(page, beneath.page, switches.page));
    out.Set("ticket", ClassYaml(ticket, beneath.ticket, switches.ticket));
    out.Set("named", NamedYaml(named, beneath.named));
    if (switches.tiers) out.Set("tiers", TiersYaml(tiers));
    out.Set("no_data", NoDataYaml(no_data, beneath.no_data));
    if (mode != beneath.mode) out.Set("mode", Text(mode == AlertMode::kShadow ? "shadow" : "live"));
    return out;
  }

 private:
  // What is to be written of `disable` in each class, and whether the tiers are.
  struct Switches {
    std::optional<bool> page;
    std::optional<bool> ticket;
    bool tiers = false;
  };

  // The least that gives the tiers.
  Switches ChooseSwitches() const {
    constexpr std::optional<bool> kOff = true;
    for (const Switches& switches :
         {Switches{}, Switches{kOff, {}}, Switches{{}, kOff}, Switches{kOff, kOff}}) {
      if (TiersWith(switches) == slo_.alerts.tiers) return switches;
    }
    Switches out{.tiers = true};
    if (base_.page.disabled.value_or(false)) out.page = false;
    if (base_.ticket.disabled.value_or(false)) out.ticket = false;
    return out;
  }

  // The tiers that a reader keeps when none are written.
  std::vector<Tier> TiersWith(const Switches& switches) const {
    AlertSettings settings = base_;
    if (switches.page.has_value()) settings.page.disabled = switches.page;
    if (switches.ticket.has_value()) settings.ticket.disabled = switches.ticket;
    Slo slo = slo_;
    slo.by.clear();
    return Lint({.slo = slo,
                 .tiers = ResolveTiers(settings, slo.window),
                 .places = {},
                 .by = {},
                 .interval = defaults_.interval})
        .tiers;
  }

  static YamlValue ClassYaml(const ClassLabels& of, const ClassLabels& base,
                             std::optional<bool> disable) {
    const auto& [labels, annotations] = of;
    YamlValue out;
    if (disable.has_value()) out.Set("disable", YamlPlain(*disable ? "true" : "false"));
    out.Set("labels", LabelsYaml(labels, base.labels));
    out.Set("annotations", AnnotationsYaml(annotations, base.annotations));
    return out;
  }

  static YamlValue NamedYaml(const std::map<std::string, ClassLabels>& named,
                             const std::map<std::string, ClassLabels>& base) {
    YamlValue out;
    for (const auto& [name, of] : named) {
      const auto beneath = base.find(name);
      out.Set(name, ClassYaml(of, beneath == base.end() ? ClassLabels() : beneath->second, {}));
    }
    return out;
  }

  static YamlValue TiersYaml(const std::vector<Tier>& tiers) {
    YamlValue out;
    out.kind = YamlValue::Kind::kList;
    for (const Tier& tier : tiers) out.items.push_back(TierYaml(tier));
    return out;
  }

  static YamlValue NoDataYaml(const std::optional<NoDataPolicy>& no_data,
                              const std::optional<NoDataPolicy>& base) {
    YamlValue out;
    if (no_data == base) return out;
    if (!no_data.has_value()) {
      out.Set("class", Text("none"));
      return out;
    }
    const auto& [after, alert_class, name, labels] = *no_data;
    const NoDataPolicy beneath = base.value_or(NoDataPolicy{});
    if (!base.has_value() || after != beneath.after) out.Set("after", DurationYaml(after));
    if (!base.has_value() || alert_class != beneath.alert_class) {
      out.Set("class", Text(ToString(alert_class)));
    }
    if (name != beneath.name) out.Set("name", Text(name));
    out.Set("labels", LabelsYaml(labels, beneath.labels));
    return out;
  }

  const Slo& slo_;
  const RuleDefaults& defaults_;
  AlertSettings base_;  // What lies beneath.
};

}  // namespace

std::string NativeAnnotation(std::string_view text) {
  if (Template::Parse(text).ok()) return std::string(text);
  return fmt::format("{{{{ {} }}}}", Quote(text));
}

YamlValue NativeSlo(const Slo& slo, const RuleDefaults& defaults) {
  // The service is the document's.
  const auto& [service, name, description, owner, labels, source, objective, window, sli, by,
               alerts, defined_at, format, rules] = slo;
  YamlValue out;
  out.Set("name", Text(name));
  if (!description.empty()) out.Set("description", Text(description));
  if (!owner.empty()) out.Set("owner", Text(owner));
  out.Set("labels", LabelsYaml(labels, {}));
  if (source != defaults.source) out.Set("source", Text(source));
  out.Set("objective", PercentYaml(objective));
  if (window != defaults.window.value_or(absl::Hours(24 * 30))) {
    out.Set("window", DurationYaml(window));
  }
  out.Set("sli", std::visit(SliWriter(), sli));
  if (!by.empty()) {
    std::vector<YamlValue> names;
    for (const std::string& label : by) names.push_back(Text(label));
    out.Set("by", YamlFlowList(std::move(names)));
  }
  out.Set("alerts", AlertsWriter(slo, defaults).Write());
  return out;
}

}  // namespace slowburn
