// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/sample_snapshot.h"

#include <cassert>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "rules/duration.h"

namespace slowburn {
namespace {

constexpr absl::Duration kMonth = absl::Hours(720);

Selector Select(const std::string& metric, std::vector<Matcher> matchers = {}) {
  matchers.insert(matchers.begin(), {"__name__", Matcher::Op::kEqual, metric});
  return {std::move(matchers)};
}

Slo NewSlo(const std::string& service, const std::string& name) {
  Slo slo;
  slo.service = service;
  slo.name = name;
  slo.source = "default";
  slo.objective = MakeRatio(999, 1000);
  slo.window = kMonth;
  slo.sli = EventsSli{Select("requests_total"), Select("errors_total"), std::nullopt};
  slo.alerts.tiers = WorkbookTiers();
  slo.defined_at = {"slos/" + service + ".yaml", 8, 5};
  return slo;
}

std::shared_ptr<const Plan> ExactPlan(std::vector<std::string> by = {}) {
  CounterPlan plan;
  plan.terms = {
      {.selector = Select("requests_total"), .total = 1},
      {.selector = Select("errors_total", {{"code", Matcher::Op::kRegex, "5.."}}), .bad = 1}};
  plan.by = std::move(by);
  return std::make_shared<const Plan>(std::move(plan));
}

const WindowStatus& Find(const GroupStatus& group, absl::Duration window) {
  for (const WindowStatus& each : group.windows) {
    if (each.window == window) return each;
  }
  assert(false);
  return group.windows.front();
}

struct Volume {
  absl::Duration window;
  double bad = 0;
  double total = 0;
};

// A group whose tiers follow from the counts of its windows.
GroupStatus CountedGroup(const Slo& slo, Labels labels, const std::vector<Volume>& volumes) {
  GroupStatus group;
  for (const auto& [name, value] : labels) {
    group.key += fmt::format("{}{}={}", group.key.empty() ? "" : ",", name, value);
  }
  group.labels = std::move(labels);
  for (const Volume& volume : volumes) {
    group.windows.push_back(CountedWindow(slo, volume.window, volume.bad, volume.total));
  }
  for (const Tier& tier : slo.alerts.tiers) group.tiers.push_back(TierBetween(group, tier));
  const WindowStatus& whole = group.windows.back();
  const double budget = slo.ErrorBudget().AsDouble();
  if (whole.error_ratio && budget > 0) group.budget_remaining = 1 - *whole.error_ratio / budget;
  group.bad_events = *group.windows.back().bad / 4;
  group.good_events = (*group.windows.back().total - *group.windows.back().bad) / 4;
  group.data_age = absl::Seconds(14);
  group.series = 12;
  group.no_data = {Truth::kFalse, Truth::kFalse};
  return group;
}

// Nothing of any window is known.
GroupStatus UnknownGroup(const Slo& slo, Labels labels, TierReason reason) {
  GroupStatus group;
  for (const auto& [name, value] : labels) {
    group.key += fmt::format("{}{}={}", group.key.empty() ? "" : ",", name, value);
  }
  group.labels = std::move(labels);
  for (const auto width : {absl::Minutes(5), absl::Minutes(30), absl::Hours(1), absl::Hours(2),
                           absl::Hours(6), absl::Hours(24), absl::Hours(72), kMonth}) {
    WindowStatus window;
    window.window = width;
    window.bad = 0;
    window.total = 0;
    group.windows.push_back(window);
  }
  for (const Tier& tier : slo.alerts.tiers) {
    group.tiers.push_back(
        {tier, Find(group, tier.long_window), Find(group, tier.short_window), {}, {}, reason});
  }
  return group;
}

Alert NewAlert(const SloStatus& slo, const GroupStatus& group, AlertClass alert_class,
               AlertState state, absl::Duration ago) {
  Alert alert;
  alert.labels = group.labels;
  alert.labels["alertname"] =
      alert_class == AlertClass::kNoData ? "SLONoData" : slo.slo->alerts.name;
  alert.labels["service"] = slo.slo->service;
  alert.labels["slo"] = slo.slo->name;
  alert.labels["slo_class"] = std::string(ToString(alert_class));
  alert.labels["severity"] = alert_class == AlertClass::kPage ? "critical" : "warning";
  alert.annotations["summary"] = "burning";
  alert.state = state;
  alert.mode = slo.slo->alerts.mode;
  alert.alert_class = alert_class;
  alert.slo_id = slo.slo->Id();
  alert.group_key = group.key;
  alert.active_since = SampleTime() - ago - absl::Seconds(30);
  if (state == AlertState::kFiring || state == AlertState::kResolved) {
    alert.starts_at = SampleTime() - ago;
  }
  alert.generator_url = "https://prometheus.example.org/graph?g0.expr=up";
  return alert;
}

void SetTierStates(GroupStatus& group, AlertClass alert_class, AlertState state,
                   absl::Duration ago) {
  for (TierStatus& tier : group.tiers) {
    if (tier.tier.alert_class != alert_class || tier.verdict.firing != Truth::kTrue) continue;
    tier.state.state = state;
    tier.state.active_since = SampleTime() - ago;
    if (state == AlertState::kFiring) tier.state.fired_at = SampleTime() - ago;
  }
}

void AddAvailability(SourceSnapshot& source) {
  Slo slo = NewSlo("checkout", "availability");
  slo.description = "Requests answered without a server error.";
  slo.owner = "payments";
  slo.labels = {{"tier", "1"}};
  slo.by = {"region"};
  slo.alerts.name = "CheckoutErrorBudgetBurn";
  slo.alerts.tiers[3].for_duration = absl::Minutes(5);
  SloStatus status;
  status.slo = std::make_shared<const Slo>(slo);
  status.plan = ExactPlan({"region"});
  status.series = 36;

  GroupStatus ap = CountedGroup(slo, {{"region", "ap"}},
                                {{absl::Minutes(5), 0, 400},
                                 {absl::Minutes(30), 2, 2400},
                                 {absl::Hours(1), 5, 4800},
                                 {absl::Hours(2), 10, 9600},
                                 {absl::Hours(6), 45, 28800},
                                 {absl::Hours(24), 190, 115200},
                                 {absl::Hours(72), 420, 345600},
                                 {kMonth, 1000, 3456000}});
  SetTierStates(ap, AlertClass::kTicket, AlertState::kPending, absl::Seconds(90));
  ap.time_to_exhaustion = absl::Hours(480);

  GroupStatus eu = CountedGroup(slo, {{"region", "eu"}},
                                {{absl::Minutes(5), 89, 420},
                                 {absl::Minutes(30), 205, 2480},
                                 {absl::Hours(1), 312, 12440},
                                 {absl::Hours(2), 340, 24800},
                                 {absl::Hours(6), 360, 74640},
                                 {absl::Hours(24), 420, 298560},
                                 {absl::Hours(72), 560, 895680},
                                 {kMonth, 5270, 8956800}});
  SetTierStates(eu, AlertClass::kPage, AlertState::kFiring, absl::Minutes(12));
  eu.time_to_exhaustion = absl::Hours(11) + absl::Minutes(48);

  GroupStatus us = CountedGroup(slo, {{"region", "us"}},
                                {{absl::Minutes(5), 0, 410},
                                 {absl::Minutes(30), 1, 2500},
                                 {absl::Hours(1), 1, 4900},
                                 {absl::Hours(2), 3, 10000},
                                 {absl::Hours(6), 14, 30000},
                                 {absl::Hours(24), 40, 120000},
                                 {absl::Hours(72), 75, 360000},
                                 {kMonth, 900, 3600000}});
  us.time_to_exhaustion = absl::Hours(2400);

  source.alerts.push_back(
      NewAlert(status, eu, AlertClass::kPage, AlertState::kFiring, absl::Minutes(12)));
  source.alerts.push_back(
      NewAlert(status, eu, AlertClass::kTicket, AlertState::kFiring, absl::Hours(3)));
  source.alerts.push_back(
      NewAlert(status, ap, AlertClass::kTicket, AlertState::kPending, absl::Seconds(60)));
  source.alerts.push_back(
      NewAlert(status, us, AlertClass::kTicket, AlertState::kResolved, absl::Hours(5)));
  source.alerts.back().resolved_at = SampleTime() - absl::Minutes(4);
  status.groups = {ap, eu, us};
  source.slos.push_back(std::move(status));
}

void AddLatency(SourceSnapshot& source) {
  Slo slo = NewSlo("checkout", "latency");
  slo.description = "Requests answered within 300 ms.";
  slo.owner = "payments";
  slo.objective = MakeRatio(99, 100);
  SloStatus status;
  status.slo = std::make_shared<const Slo>(slo);
  status.plan = ExactPlan();
  status.series = 4;
  GroupStatus group = CountedGroup(slo, {},
                                   {{absl::Minutes(5), 2, 800},
                                    {absl::Minutes(30), 30, 4800},
                                    {absl::Hours(1), 110, 9600},
                                    {absl::Hours(2), 200, 19200},
                                    {absl::Hours(6), 700, 57600},
                                    {absl::Hours(24), 2100, 230400},
                                    {absl::Hours(72), 4400, 691200},
                                    {kMonth, 34560, 6912000}});
  group.time_to_exhaustion = absl::Hours(300);
  group.series = 4;
  status.groups = {group};
  source.slos.push_back(std::move(status));
}

void AddFreshness(SourceSnapshot& source) {
  Slo slo = NewSlo("search", "freshness");
  slo.description = "Documents that are indexed within a minute.";
  slo.objective = MakeRatio(95, 100);
  slo.sli = RatioSli{"1 - index_fresh:ratio_rate{{.window}}"};
  slo.alerts.mode = AlertMode::kShadow;
  SloStatus status;
  status.slo = std::make_shared<const Slo>(slo);
  status.plan = std::make_shared<const Plan>(
      OpaquePlan{"1 - index_fresh:ratio_rate{{.window}}",
                 "a recording rule holds a ratio, not counts of events"});
  GroupStatus group = CountedGroup(slo, {},
                                   {{absl::Minutes(5), 6, 100},
                                    {absl::Minutes(30), 7, 100},
                                    {absl::Hours(1), 8, 100},
                                    {absl::Hours(2), 16, 100},
                                    {absl::Hours(6), 15, 100},
                                    {absl::Hours(24), 16, 100},
                                    {absl::Hours(72), 6, 100},
                                    {kMonth, 7, 100}});
  const auto forget_counts = [](WindowStatus& window) {
    window.bad.reset();
    window.total.reset();
    window.coverage = 0.9995;
  };
  for (WindowStatus& window : group.windows) forget_counts(window);
  for (TierStatus& tier : group.tiers) {
    forget_counts(tier.long_window);
    forget_counts(tier.short_window);
  }
  group.bad_events = 0;
  group.good_events = 0;
  group.series = 1;
  SetTierStates(group, AlertClass::kTicket, AlertState::kFiring, absl::Hours(26));
  source.alerts.push_back(
      NewAlert(status, group, AlertClass::kTicket, AlertState::kFiring, absl::Hours(26)));
  status.series = 1;
  status.groups = {group};
  source.slos.push_back(std::move(status));
}

void AddSettlement(SourceSnapshot& source) {
  Slo slo = NewSlo("payments", "settlement");
  SloStatus status;
  status.slo = std::make_shared<const Slo>(slo);
  status.plan = ExactPlan();
  GroupStatus group = UnknownGroup(slo, {}, TierReason::kLongUnknown);
  group.data_age = absl::Minutes(22) + absl::Seconds(14);
  group.no_data = {Truth::kTrue, Truth::kTrue};
  group.no_data_state = {AlertState::kFiring, SampleTime() - absl::Minutes(7),
                         SampleTime() - absl::Minutes(7), std::nullopt};
  source.alerts.push_back(
      NewAlert(status, group, AlertClass::kNoData, AlertState::kFiring, absl::Minutes(7)));
  status.groups = {group};
  source.slos.push_back(std::move(status));
}

void AddRefunds(SourceSnapshot& source) {
  Slo slo = NewSlo("payments", "refunds");
  slo.by = {"currency"};
  SloStatus status;
  status.slo = std::make_shared<const Slo>(slo);
  status.plan = ExactPlan({"currency"});
  status.problem = "the selector refunds_total{job=\"refnuds\"} has never matched a series";
  source.slos.push_back(std::move(status));
}

void AddIntegrity(SourceSnapshot& source) {
  Slo slo = NewSlo("vault", "integrity");
  slo.objective = MakeRatio(1, 1);
  slo.alerts.tiers.clear();
  slo.alerts.no_data.reset();
  SloStatus status;
  status.slo = std::make_shared<const Slo>(slo);
  status.plan = ExactPlan();
  status.series = 2;
  GroupStatus group = CountedGroup(slo, {}, {{kMonth, 0, 86400}});
  group.budget_remaining = 1;
  group.series = 2;
  status.groups = {group};
  source.slos.push_back(std::move(status));
}

Slo HostileSlo() {
  Slo slo = NewSlo("a\\b <c>&'\xC3\xA9", "quo\"te\nline \xE6\xBC\xA2");
  slo.description = "First line\nsecond \"line\" \\ with a \x01 and a \xFF byte.";
  slo.owner = "<script>alert(1)</script>";
  slo.labels = {{"owner", "not the owner"}, {"note", "a\"b\\c\nd"}, {"window", "mine"}};
  slo.by = {"by_class", "class", "slo"};
  slo.source = "backup";
  slo.alerts.name = "Na\"me";
  return slo;
}

Labels HostileGroup() {
  return {{"by_class", "x"}, {"class", "pa\"ge\n"}, {"slo", "<b>\xE6\xBC\xA2</b>\\"}};
}

void AddHostile(SourceSnapshot& source) {
  const Slo slo = HostileSlo();
  SloStatus status;
  status.slo = std::make_shared<const Slo>(slo);
  status.plan = ExactPlan(slo.by);
  status.stale_definition = true;
  status.summed_at_source = true;
  status.series = 3;
  GroupStatus group = UnknownGroup(slo, HostileGroup(), TierReason::kReadFailed);
  group.data_age = absl::Minutes(3);
  group.series = 3;
  Alert page = NewAlert(status, group, AlertClass::kPage, AlertState::kFiring, absl::Hours(25));
  page.held = true;
  source.alerts.push_back(std::move(page));
  status.groups = {group};
  source.slos.push_back(std::move(status));
}

SourceSnapshot NewSource(const std::string& name) {
  SourceSnapshot source;
  source.source = name;
  source.at = SampleTime();
  source.sealed_until = SampleTime() - absl::Seconds(15);
  source.readable = true;
  return source;
}

Snapshot Whole(std::vector<SourceSnapshot> sources) {
  Snapshot snapshot;
  for (SourceSnapshot& source : sources) {
    snapshot.sources.push_back(std::make_shared<const SourceSnapshot>(std::move(source)));
  }
  RulesStatus rules;
  rules.loaded = 7;
  rules.invalid = 1;
  rules.last_load_successful = true;
  rules.last_load = SampleTime() - absl::Hours(2);
  snapshot.rules = std::make_shared<const RulesStatus>(std::move(rules));
  return snapshot;
}

}  // namespace

absl::Time SampleTime() {
  return absl::FromUnixSeconds(1772331990);
}

std::vector<Tier> WorkbookTiers() {
  const auto tier = [](AlertClass alert_class, Ratio factor, absl::Duration long_window,
                       absl::Duration short_window) {
    Tier made;
    made.alert_class = alert_class;
    made.factor = factor;
    made.long_window = long_window;
    made.short_window = short_window;
    return made;
  };
  return {tier(AlertClass::kPage, MakeRatio(144, 10), absl::Hours(1), absl::Minutes(5)),
          tier(AlertClass::kPage, MakeRatio(6, 1), absl::Hours(6), absl::Minutes(30)),
          tier(AlertClass::kTicket, MakeRatio(3, 1), absl::Hours(24), absl::Hours(2)),
          tier(AlertClass::kTicket, MakeRatio(1, 1), absl::Hours(72), absl::Hours(6))};
}

WindowStatus CountedWindow(const Slo& slo, absl::Duration window, double bad, double total,
                           double coverage) {
  WindowStatus status;
  status.window = window;
  status.bad = bad;
  status.total = total;
  status.coverage = coverage;
  if (total > 0) status.error_ratio = bad / total;
  const double budget = slo.ErrorBudget().AsDouble();
  if (status.error_ratio && budget > 0) status.burn_rate = *status.error_ratio / budget;
  return status;
}

TierStatus TierBetween(const GroupStatus& group, const Tier& tier) {
  TierStatus status;
  status.tier = tier;
  status.long_window = Find(group, tier.long_window);
  status.short_window = Find(group, tier.short_window);
  const auto above = [&](const WindowStatus& window) {
    return window.burn_rate && *window.burn_rate > tier.factor.AsDouble();
  };
  const bool both = above(status.long_window) && above(status.short_window);
  const Truth truth = both ? Truth::kTrue : Truth::kFalse;
  status.verdict = {truth, truth};
  if (both) {
    status.reason = TierReason::kBothExceed;
  } else {
    status.reason = above(status.long_window) ? TierReason::kShortBelow : TierReason::kLongBelow;
  }
  return status;
}

std::string HostileSloId() {
  return HostileSlo().Id();
}

std::string HostileGroupKey() {
  return UnknownGroup(HostileSlo(), HostileGroup(), TierReason::kNone).key;
}

Snapshot SampleSnapshot() {
  SourceSnapshot main = NewSource("default");
  AddLatency(main);
  AddAvailability(main);
  AddFreshness(main);
  AddSettlement(main);
  AddRefunds(main);
  AddIntegrity(main);
  SourceSnapshot backup = NewSource("backup");
  backup.readable = false;
  backup.problem = "connection refused: http://backup.example.org:9090";
  AddHostile(backup);
  return Whole({std::move(backup), std::move(main)});
}

Snapshot ManySlos(int count) {
  SourceSnapshot source = NewSource("default");
  for (int i = 0; i < count; ++i) {
    AddLatency(source);
    SloStatus& status = source.slos.back();
    Slo slo = *status.slo;
    slo.service = fmt::format("service-{:05}", i);
    status.slo = std::make_shared<const Slo>(std::move(slo));
  }
  return Whole({std::move(source)});
}

}  // namespace slowburn
