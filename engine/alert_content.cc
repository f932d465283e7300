// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/alert_content.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "engine/url.h"
#include "rules/duration.h"
#include "rules/template.h"

namespace slowburn {
namespace {

// Below this share, a reader should know how much of a window the numbers rest on.
constexpr double kPoorCoverage = 0.95;

std::string Number(double value) {
  return fmt::format("{:.4g}", value);
}

std::string Percent(double ratio) {
  return fmt::format("{:.4g} %", ratio * 100);
}

// The tier to speak of: one that fires, else the one that is closest to.
const TierStatus* Deciding(const GroupStatus& group, const AlertKey& key) {
  const TierStatus* best = nullptr;
  double best_score = -1;
  for (const TierStatus& tier : group.tiers) {
    if (tier.tier.Key() != key) continue;
    double score = 0;
    if (tier.state.state == AlertState::kFiring) score += 1e12;
    if (tier.verdict.firing == Truth::kTrue) score += 1e9;
    if (tier.long_window.burn_rate && tier.tier.factor.num > 0) {
      score += std::min(1e8, *tier.long_window.burn_rate / tier.tier.factor.AsDouble());
    }
    if (score > best_score) {
      best = &tier;
      best_score = score;
    }
  }
  return best;
}

std::string OfTotal(const WindowStatus& window) {
  if (!window.error_ratio) return "no events";
  std::string out;
  if (window.bad && window.total) {
    out = fmt::format("{} of {} bad, ", Number(*window.bad), Number(*window.total));
  }
  out += Percent(*window.error_ratio);
  if (window.burn_rate) out += fmt::format(", burn rate {}", Number(*window.burn_rate));
  return out;
}

std::string Subject(const Slo& slo, const GroupStatus& group) {
  return group.key.empty() ? slo.Id() : fmt::format("{} [{}]", slo.Id(), group.key);
}

std::string Age(absl::Duration age) {
  return DurationText(absl::Trunc(age, absl::Seconds(1)));
}

std::string BudgetLine(const Slo& slo, const GroupStatus& group) {
  if (!group.budget_remaining) return "Error budget left: unknown.";
  std::string line = fmt::format("Error budget left: {} of {}", Percent(*group.budget_remaining),
                                 DurationText(slo.window));
  if (*group.budget_remaining <= 0) return line + "; it is overspent.";
  if (group.time_to_exhaustion) {
    line += fmt::format("; at this burn rate it ends in {}",
                        Age(absl::Trunc(*group.time_to_exhaustion, absl::Minutes(1))));
  }
  return line + ".";
}

std::string DataLine(const GroupStatus& group, const TierStatus& tier, absl::Time at) {
  std::string line = fmt::format("As of {}", FormatUtc(at));
  if (group.data_age) line += fmt::format(", newest sample {} old", Age(*group.data_age));
  const double coverage = std::min(tier.long_window.coverage, tier.short_window.coverage);
  if (coverage < kPoorCoverage) {
    line += fmt::format("; known: {} of {}", Percent(tier.long_window.coverage),
                        DurationText(tier.tier.long_window));
    if (!tier.tier.HasOneWindow()) {
      line += fmt::format(", {} of {}", Percent(tier.short_window.coverage),
                          DurationText(tier.tier.short_window));
    }
  }
  return line + ".";
}

// Why it can't be known whether an alert is over.
std::string WhyHeld(const SloStatus& status, const GroupStatus& group, const AlertKey& key) {
  if (!status.problem.empty()) return status.problem;
  for (const TierStatus& tier : group.tiers) {
    if (tier.tier.Key() != key) continue;
    if (StillBurning({&tier.verdict, 1}) != Truth::kUnknown) continue;
    if (tier.verdict.firing == Truth::kUnknown) return ReasonText(tier);
    return fmt::format("data of the last {} do not tell", DurationText(tier.tier.short_window));
  }
  return "its data do not tell";
}

std::string ClearsLine(const SloStatus& status, const GroupStatus& group, const TierStatus& tier,
                       const AlertRecord& record) {
  std::string line;
  if (record.state == AlertState::kFiring && record.unmeasured_since) {
    line = fmt::format("Held since {}: {}.  ", FormatUtc(*record.unmeasured_since),
                       WhyHeld(status, group, tier.tier.Key()));
  }
  std::string windows = DurationText(tier.tier.short_window);
  if (!tier.tier.HasOneWindow()) windows += " or " + DurationText(tier.tier.long_window);
  return line + fmt::format("Clears when the burn rate over {} is known to be at most {}.\n",
                            windows, FormatRatio(tier.tier.factor));
}

std::string BurnDescription(const SloStatus& status, const GroupStatus& group,
                            const TierStatus& tier, const AlertRecord& record, absl::Time at) {
  const Slo& slo = *status.slo;
  const std::string long_name = DurationText(tier.tier.long_window);
  const std::string short_name = DurationText(tier.tier.short_window);
  std::string text =
      fmt::format("Objective {:.10g} % over {}: {}.\n", slo.objective.AsDouble() * 100,
                  DurationText(slo.window), Subject(slo, group));
  text += fmt::format("Last {}: {}.\n", long_name, OfTotal(tier.long_window));
  if (!tier.tier.HasOneWindow()) {
    text += fmt::format("Last {}: {}.\n", short_name, OfTotal(tier.short_window));
  }
  text += BudgetLine(slo, group) + "\n";
  text += ClearsLine(status, group, tier, record);
  text += DataLine(group, tier, at);
  return text;
}

std::string NoDataDescription(const SloStatus& status, const GroupStatus& group, absl::Time at) {
  std::string text = fmt::format("{} can't be measured: ", Subject(*status.slo, group));
  if (!status.problem.empty()) {
    text += status.problem;
  } else if (group.data_age) {
    text += fmt::format("the newest sample of its total is {} old", Age(*group.data_age));
  } else {
    text += "no sample of its total has been seen";
  }
  text += fmt::format(".\nWhile that lasts, this SLO can't page.\nAs of {}.", FormatUtc(at));
  return text;
}

// The class whose labels an alert carries.
AlertClass LabelledAs(const Slo& slo, AlertClass alert_class) {
  const bool no_data = alert_class == AlertClass::kNoData && slo.alerts.no_data;
  return no_data ? slo.alerts.no_data->alert_class : alert_class;
}

Labels AlertLabels(const Slo& slo, const GroupStatus& group, const AlertKey& key,
                   const AlertSurroundings& around) {
  const AlertClass labelled = LabelledAs(slo, key.alert_class);
  Labels labels = around.external_labels;
  const auto overlay = [&labels](const Labels& more) {
    for (const auto& [name, value] : more) labels.insert_or_assign(name, value);
  };
  if (!slo.owner.empty()) labels.insert_or_assign("owner", slo.owner);
  overlay(slo.labels);
  overlay(slo.alerts.labels);
  overlay(labelled == AlertClass::kPage ? slo.alerts.page.labels : slo.alerts.ticket.labels);
  overlay(LabelsOfName(slo.alerts, key.name).labels);
  if (key.alert_class == AlertClass::kNoData && slo.alerts.no_data) {
    overlay(slo.alerts.no_data->labels);
  }
  // Where a group's label is one of the identity, under the name that a scrape would give it.
  for (const auto& [name, value] : group.labels) {
    std::string shown = name;
    if (name == "service" || name == "slo") {
      // As a scrape does, until it is free: groups that differ are alerts that differ.
      do shown.insert(0, "exported_");
      while (group.labels.contains(shown));
    }
    labels.insert_or_assign(std::move(shown), value);
  }
  labels.insert_or_assign("alertname", AlertName(slo, key.alert_class));
  labels.insert_or_assign("service", slo.service);
  labels.insert_or_assign("slo", slo.name);
  labels.insert_or_assign("slo_class", std::string(ToString(key.alert_class)));
  TemplateData data;
  data.labels = labels;
  data.external_labels = around.external_labels;
  data.external_url = around.external_url;
  for (auto& [name, value] : labels) value = ExpandTemplate(value, data);
  std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
  return labels;
}

}  // namespace

std::string FormatUtc(absl::Time at) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", at, absl::UTCTimeZone());
}

const ClassLabels& LabelsOfName(const AlertPolicy& policy, const std::string& name) {
  static const ClassLabels none;
  const auto named = policy.named.find(name);
  return named == policy.named.end() ? none : named->second;
}

std::string AlertName(const Slo& slo, AlertClass alert_class) {
  if (alert_class != AlertClass::kNoData) return slo.alerts.name;
  const bool own = slo.alerts.no_data && !slo.alerts.no_data->name.empty();
  return own ? slo.alerts.no_data->name : std::string(kNoDataAlertName);
}

std::string ErrorRatioQuery(const Plan& plan, absl::Duration window) {
  if (const auto* opaque = std::get_if<OpaquePlan>(&plan)) {
    return WithWindow(opaque->query, window);
  }
  const auto& counter = std::get<CounterPlan>(plan);
  const std::string range = DurationText(window);
  std::string by;
  for (const std::string& name : counter.by) by += (by.empty() ? "" : ", ") + name;
  const std::string sum = by.empty() ? "sum" : fmt::format("sum by ({}) ", by);
  // The weighted sum of rates; `weigh` gives a term's weight.
  const auto rates = [&](auto weigh) {
    std::string text;
    int count = 0;
    for (const Term& term : counter.terms) {
      const std::int64_t weight = weigh(term);
      if (weight == 0) continue;
      if (count++ > 0) text += weight < 0 ? " - " : " + ";
      if (count == 1 && weight < 0) text += "-";
      if (std::abs(weight) != 1) text += fmt::format("{} * ", std::abs(weight));
      text += fmt::format("{}(rate({}[{}]))", sum, ToString(term.selector), range);
    }
    return count > 1 ? "(" + text + ")" : text;
  };
  if (counter.probe) {
    const std::string avg = by.empty() ? "avg" : fmt::format("avg by ({}) ", by);
    return fmt::format("1 - {}(avg_over_time({}[{}]))", avg,
                       ToString(counter.terms.front().selector), range);
  }
  const std::string total = rates([](const Term& term) { return term.total; });
  const bool by_good = std::all_of(
      counter.terms.begin(), counter.terms.end(),
      [](const Term& term) { return term.total != 0 ? term.bad == term.total : term.bad < 0; });
  if (by_good) {
    const auto good = [](const Term& term) { return term.total - term.bad; };
    return fmt::format("1 - {} / {}", rates(good), total);
  }
  return fmt::format("{} / {}", rates([](const Term& term) { return term.bad; }), total);
}

std::string DecidingNumbers(const GroupStatus& group, const AlertKey& key) {
  const TierStatus* tier = Deciding(group, key);
  if (tier == nullptr) {
    return group.data_age ? fmt::format("data_age={}", Age(*group.data_age)) : "data_age=never";
  }
  std::string text;
  for (const WindowStatus* window : {&tier->long_window, &tier->short_window}) {
    if (window == &tier->short_window && tier->tier.HasOneWindow()) continue;
    const std::string name = DurationText(window->window);
    if (!text.empty()) text += ' ';
    text += window->burn_rate ? fmt::format("burn({})={}", name, Number(*window->burn_rate))
                              : fmt::format("burn({})=unknown", name);
  }
  text += fmt::format(" threshold={}", FormatRatio(tier->tier.factor));
  if (tier->long_window.bad && tier->long_window.total) {
    text += fmt::format(" bad={} total={}", Number(*tier->long_window.bad),
                        Number(*tier->long_window.total));
  }
  return text + fmt::format(" coverage={:.3g}", tier->long_window.coverage);
}

std::string AlertHandle(const Alert& alert) {
  if (alert.alert_class == AlertClass::kSource) {
    const auto source = alert.labels.find("source");
    return fmt::format("source/{}", source == alert.labels.end() ? "" : source->second);
  }
  std::string handle = alert.slo_id;
  if (!alert.group_key.empty()) handle += "/" + alert.group_key;
  return fmt::format("{}/{}", handle, ToString(alert.Key()));
}

Alert MakeAlert(const SloStatus& status, const GroupStatus& group, const AlertKey& key,
                const AlertRecord& record, const AlertSurroundings& around, absl::Time at) {
  const Slo& slo = *status.slo;
  Alert alert;
  alert.labels = AlertLabels(slo, group, key, around);
  alert.state = record.state;
  alert.mode = around.mode == AlertMode::kShadow ? AlertMode::kShadow : slo.alerts.mode;
  alert.alert_class = key.alert_class;
  alert.name = key.name;
  alert.slo_id = slo.Id();
  alert.group_key = group.key;
  alert.active_since = record.active_since.value_or(at);
  alert.starts_at = record.starts_at;
  alert.resolved_at = record.resolved_at;
  alert.held = record.state == AlertState::kFiring && record.unmeasured_since.has_value();

  const TierStatus* tier = Deciding(group, key);
  absl::Duration shown = slo.window;
  if (tier != nullptr) {
    shown = tier->tier.long_window;
    alert.value = tier->long_window.burn_rate.value_or(0);
    alert.annotations["summary"] =
        fmt::format("{}: error budget burns at {} times the sustainable rate", Subject(slo, group),
                    Number(alert.value));
    alert.annotations["description"] = BurnDescription(status, group, *tier, record, at);
    std::string windows = DurationText(tier->tier.long_window);
    if (!tier->tier.HasOneWindow()) windows += "/" + DurationText(tier->tier.short_window);
    alert.annotations["tier"] = fmt::format("{} above {}", windows, FormatRatio(tier->tier.factor));
  } else {
    alert.annotations["summary"] = fmt::format("{}: no data", Subject(slo, group));
    alert.annotations["description"] = NoDataDescription(status, group, at);
  }
  if (alert.held) {
    alert.annotations["data_age"] =
        group.data_age ? Age(*group.data_age) : std::string("no sample has been seen");
  }
  if (!around.external_url.empty()) {
    std::string url = fmt::format("{}/api/v1/slos/{}/{}/explain", TrimSlash(around.external_url),
                                  UrlEncode(slo.service), UrlEncode(slo.name));
    if (!group.key.empty()) url += "?group=" + UrlEncode(group.key);
    alert.annotations["explain_url"] = url;
  }
  if (!around.browse_url.empty()) {
    alert.generator_url = fmt::format("{}/graph?g0.expr={}&g0.tab=0", TrimSlash(around.browse_url),
                                      UrlEncode(ErrorRatioQuery(*status.plan, shown)));
    alert.annotations["query_url"] = alert.generator_url;
  }

  TemplateData data;
  data.labels = alert.labels;
  data.external_labels = around.external_labels;
  data.external_url = around.external_url;
  data.value = alert.value;
  const auto overlay = [&](const Labels& more) {
    for (const auto& [name, text] : more) {
      alert.annotations.insert_or_assign(name, ExpandTemplate(text, data));
    }
  };
  overlay(slo.alerts.annotations);
  if (key.alert_class == AlertClass::kPage) overlay(slo.alerts.page.annotations);
  if (key.alert_class == AlertClass::kTicket) overlay(slo.alerts.ticket.annotations);
  overlay(LabelsOfName(slo.alerts, key.name).annotations);
  return alert;
}

}  // namespace slowburn
