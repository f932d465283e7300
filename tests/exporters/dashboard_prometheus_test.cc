// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
//
// The shipped panels against a real Prometheus that scrapes two replicas under labels that collide
// with those of the SLOs: each panel must show what the snapshot holds, once.
#include <atomic>
#include <map>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/url.h"
#include "exporters/dashboard.h"
#include "exporters/metrics.h"
#include "exporters/slo_state.h"
#include "rules/duration.h"
#include "tests/fakes/fake_http_server.h"
#include "tests/fakes/sample_snapshot.h"
#include "tests/fakes/test_server.h"

namespace slowburn {
namespace {

using nlohmann::json;
using Vector = std::map<Labels, double>;

// The sample after `scrapes` scrapes of a replica that began with `base` events: counters move, so
// that there is a rate.
Snapshot SampleAfter(int scrapes, double base) {
  Snapshot snapshot = SampleSnapshot();
  for (auto& source : snapshot.sources) {
    SourceSnapshot copy = *source;
    for (SloStatus& status : copy.slos) {
      for (GroupStatus& group : status.groups) {
        group.bad_events = base + 3 * scrapes;
        group.good_events = base + 100 * scrapes;
      }
    }
    source = std::make_shared<const SourceSnapshot>(std::move(copy));
  }
  return snapshot;
}

// One slowburn, as far as a scrape can tell.
class Replica {
 public:
  explicit Replica(double base)
      : server_([this, base](const FakeHttpServer::Request&) {
          FakeHttpServer::Answer answer;
          answer.content_type = "text/plain; version=0.0.4; charset=utf-8";
          answer.body = SloMetrics(SampleAfter(++scrapes_, base));
          return answer;
        }) {}

  int port() const { return server_.port(); }

  bool WaitForScrapes(std::size_t count) const { return server_.WaitForRequests(count); }

 private:
  std::atomic<int> scrapes_ = 0;
  FakeHttpServer server_;
};

// Labels of the targets that collide with a sample's `by` labels, with labels of the info metric,
// and with what alerts carry.
std::string Config(const Replica& a, const Replica& b) {
  std::string text =
      "global: {scrape_interval: 500ms, scrape_timeout: 500ms}\n"
      "scrape_configs:\n- job_name: slowburn\n  honor_labels: false\n  static_configs:\n";
  int number = 0;
  for (const Replica* replica : {&a, &b}) {
    text += fmt::format(
        "  - targets: ['127.0.0.1:{}']\n"
        "    labels: {{service: y, region: z, severity: s, tier: t, owner: o, team: m, env: e, "
        "cluster: c, namespace: n, source: u, mode: v, pod: slowburn-{}}}\n",
        replica->port(), number++);
  }
  return text;
}

// The result of an instant query at `at`, label sets without the metric name.
Vector Query(const TestServer& prometheus, const std::string& expr, double at) {
  const auto body =
      prometheus.Get(fmt::format("/api/v1/query?query={}&time={:.3f}", UrlEncode(expr), at));
  INFO(expr);
  REQUIRE(body);
  const json answer = json::parse(*body);
  REQUIRE(answer["status"] == "success");
  Vector vector;
  for (const json& series : answer["data"]["result"]) {
    Labels labels;
    for (const auto& [name, value] : series["metric"].items()) {
      if (name != "__name__") labels[name] = value.get<std::string>();
    }
    CHECK(vector.emplace(labels, std::stod(series["value"][1].get<std::string>())).second);
  }
  return vector;
}

// What panels should show, computed from the snapshot alone.
class Expectation {
 public:
  Expectation() : snapshot_(SampleSnapshot()), slos_(AllSlos(snapshot_)) {}

  template <typename Value>
  Vector Groups(Value value) const {
    Vector vector;
    ForEachGroup([&](const SloRef& ref, const GroupStatus& group) {
      const std::optional<double> v = value(ref, group);
      if (v) vector[Base(ref, group)] = *v;
    });
    return vector;
  }

  template <typename Value>
  Vector Windows(Value value) const {
    Vector vector;
    ForEachGroup([&](const SloRef& ref, const GroupStatus& group) {
      for (const WindowStatus& window : group.windows) {
        Labels labels = Base(ref, group);
        labels["window"] = DurationText(window.window);
        if (const std::optional<double> v = value(window)) vector[labels] = *v;
      }
    });
    return vector;
  }

  Vector Burn(absl::Duration width) const {
    return Groups([&](const SloRef&, const GroupStatus& group) {
      std::optional<double> burn;
      for (const WindowStatus& window : group.windows) {
        if (window.window == width) burn = window.burn_rate;
      }
      return burn;
    });
  }

  Vector States() const {
    const std::map<SloState, double> numbers = {
        {SloState::kOk, 0},     {SloState::kUnknown, 1},      {SloState::kPending, 2},
        {SloState::kNoData, 3}, {SloState::kFiringTicket, 4}, {SloState::kFiringPage, 5}};
    return Groups([&](const SloRef& ref, const GroupStatus& group) -> std::optional<double> {
      if (ref.status->groups.empty()) return numbers.at(SloState::kUnknown);
      return numbers.at(StateOf(*ref.status, group, AlertIndex(*ref.source)));
    });
  }

  Vector Thresholds() const {
    Vector vector;
    ForEachTier([&](const SloRef& ref, const GroupStatus&, const TierStatus& tier) {
      Labels labels = TierLabels(tier);
      labels["slo_service"] = ref.slo().service;
      labels["slo"] = ref.slo().name;
      vector[labels] = tier.tier.factor.AsDouble();
    });
    return vector;
  }

  Vector TierStates() const {
    Vector vector;
    ForEachTier([&](const SloRef& ref, const GroupStatus& group, const TierStatus& tier) {
      Labels labels = TierLabels(tier);
      labels.merge(Base(ref, group));
      const Truth truth = tier.verdict.firing;
      vector[labels] = truth == Truth::kTrue ? 3 : (truth == Truth::kUnknown ? 1 : 0);
    });
    return vector;
  }

  Vector AlertStates() const {
    Vector vector;
    ForEachGroup([&](const SloRef& ref, const GroupStatus& group) {
      if (ref.status->groups.empty()) return;
      const AlertIndex alerts(*ref.source);
      for (const AlertClass alert_class : AlertClassesOf(ref.slo())) {
        Labels labels = Base(ref, group);
        labels["class"] = std::string(ToString(alert_class));
        const AlertState state = alerts.StateOf(ref.slo().Id(), group.key, alert_class);
        vector[labels] = state == AlertState::kFiring ? 2 : (state == AlertState::kPending ? 1 : 0);
      }
    });
    return vector;
  }

  double CountFiring(AlertClass alert_class) const {
    double count = 0;
    for (const auto& [labels, state] : AlertStates()) {
      if (state == 2 && labels.at("class") == ToString(alert_class)) ++count;
    }
    return count;
  }

  double slo_count() const { return static_cast<double>(slos_.size()); }

 private:
  template <typename Visit>
  void ForEachGroup(Visit visit) const {
    const GroupStatus none;
    for (const SloRef& ref : slos_) {
      for (const GroupStatus& group : ref.status->groups) visit(ref, group);
      if (ref.status->groups.empty()) visit(ref, none);
    }
  }

  template <typename Visit>
  void ForEachTier(Visit visit) const {
    ForEachGroup([&](const SloRef& ref, const GroupStatus& group) {
      for (const TierStatus& tier : group.tiers) visit(ref, group, tier);
    });
  }

  static Labels Base(const SloRef& ref, const GroupStatus& group) {
    Labels labels = {{"slo_service", ref.slo().service}, {"slo", ref.slo().name}};
    if (!group.key.empty()) labels["slo_group"] = group.key;
    return labels;
  }

  static Labels TierLabels(const TierStatus& tier) {
    return {{"class", std::string(ToString(tier.tier.alert_class))},
            {"long", DurationText(tier.tier.long_window)},
            {"short", DurationText(tier.tier.short_window)}};
  }

  const Snapshot snapshot_;
  const std::vector<SloRef> slos_;
};

Vector One(double value) {
  return {{Labels{}, value}};
}

Vector Least(const Vector& vector) {
  double least = vector.begin()->second;
  for (const auto& [labels, value] : vector) least = std::min(least, value);
  return One(least);
}

Vector Most(const Vector& vector) {
  double most = vector.begin()->second;
  for (const auto& [labels, value] : vector) most = std::max(most, value);
  return One(most);
}

// What is left of `vector` where the values hold `keep`, counted.
template <typename Keep>
Vector CountWhere(const Vector& vector, Keep keep) {
  double count = 0;
  for (const auto& [labels, value] : vector) count += keep(value) ? 1 : 0;
  return One(count);
}

// Everything that panels should show, by dashboard, kind, title and query.
std::map<std::string, Vector> Expected() {
  const Expectation e;
  const auto seconds = [](std::optional<absl::Duration> d) {
    return d ? std::optional<double>(absl::ToDoubleSeconds(*d)) : std::nullopt;
  };
  const Vector objective = e.Groups([](const SloRef& ref, const GroupStatus&) {
    return std::optional<double>(ref.slo().objective.AsDouble());
  });
  const Vector budget =
      e.Groups([](const SloRef&, const GroupStatus& group) { return group.budget_remaining; });
  const Vector age =
      e.Groups([&](const SloRef&, const GroupStatus& group) { return seconds(group.data_age); });
  const Vector ends = e.Groups(
      [&](const SloRef&, const GroupStatus& group) { return seconds(group.time_to_exhaustion); });
  const Vector measured = e.Groups([](const SloRef& ref, const GroupStatus& group) {
    return std::optional<double>(!ref.status->groups.empty() && IsMeasured(*ref.status, group) ? 1
                                                                                               : 0);
  });
  Vector burning;
  for (const auto& [labels, state] : e.TierStates()) {
    Labels group = labels;
    for (const char* name : {"class", "long", "short"}) group.erase(name);
    burning[group] = std::max(burning[group], state);
  }

  std::map<std::string, Vector> all;
  const auto overview = [&](const std::string& panel) -> Vector& {
    return all["slowburn-overview/" + panel];
  };
  overview("stat/SLOs/A") = One(e.slo_count());
  overview("stat/Burning now/A") = CountWhere(burning, [](double v) { return v == 3; });
  overview("stat/Pages firing/A") = One(e.CountFiring(AlertClass::kPage));
  overview("stat/Tickets firing/A") = One(e.CountFiring(AlertClass::kTicket));
  overview("stat/Not measured/A") = CountWhere(measured, [](double v) { return v == 0; });
  overview("stat/Budget overspent/A") = CountWhere(budget, [](double v) { return v < 0; });
  overview("stat/Stale definitions/A") = One(1);
  overview("stat/Sources unreadable/A") = One(1);
  overview("table/SLOs/A") = e.States();
  overview("table/SLOs/B") = objective;
  overview("table/SLOs/C") = budget;
  overview("table/SLOs/D") = e.Burn(absl::Hours(1));
  overview("table/SLOs/E") = e.Burn(absl::Hours(6));
  overview("table/SLOs/F") = age;
  overview("state-timeline/State/A") = e.States();
  overview("timeseries/Burn rate over 1h, the ten highest/A") = e.Burn(absl::Hours(1));
  overview("timeseries/Budget left, the ten lowest/A") = budget;

  const auto slo = [&](const std::string& panel) -> Vector& {
    return all["slowburn-slo/" + panel];
  };
  slo("stat/State/A") = Most(e.States());
  slo("stat/Objective/A") = Most(objective);
  slo("stat/Budget left/A") = Least(budget);
  slo("stat/Budget ends in/A") = Least(ends);
  slo("stat/Data age/A") = Most(age);
  slo("stat/Groups/A") = One(static_cast<double>(objective.size()));
  slo("timeseries/Budget left/A") = budget;
  slo("timeseries/Burn rate by window, with the thresholds of the tiers/A") =
      e.Windows([](const WindowStatus& window) { return window.burn_rate; });
  slo("timeseries/Burn rate by window, with the thresholds of the tiers/B") = e.Thresholds();
  slo("timeseries/Error ratio by window/A") =
      e.Windows([](const WindowStatus& window) { return window.error_ratio; });
  slo("state-timeline/Alerts/A") = e.AlertStates();
  slo("state-timeline/Tiers/A") = e.TierStates();
  slo("timeseries/Coverage by window/A") =
      e.Windows([](const WindowStatus& window) { return std::optional<double>(window.coverage); });
  slo("timeseries/Data age/A") = age;
  return all;
}

// The rates of events, as the larger of what each replica alone gives.
Vector ExpectedEvents(const TestServer& prometheus, double at) {
  Vector expected;
  for (const int replica : {0, 1}) {
    const Vector rates = Query(
        prometheus,
        fmt::format("rate(slowburn_slo_events_total{{pod=\"slowburn-{}\"}}[5m])", replica), at);
    for (const auto& [labels, rate] : rates) {
      Labels kept;
      for (const char* name : {"slo_service", "slo", "slo_group", "result"}) {
        if (const auto it = labels.find(name); it != labels.end()) kept.insert(*it);
      }
      expected[kept] = std::max(expected[kept], rate);
    }
  }
  return expected;
}

void CheckEqual(const Vector& got, const Vector& want) {
  CHECK(got.size() == want.size());
  for (const auto& [labels, value] : want) {
    INFO(LabelsToString(labels));
    REQUIRE(got.contains(labels));
    CHECK(got.at(labels) == Approx(value).epsilon(1e-9));
  }
}

TEST_CASE("Dashboard: with two replicas every panel shows each value once", "[exporters]") {
  const Replica a(1000);
  const Replica b(50);  // Started later: it counted less, at the same rate.
  const auto prometheus = TestServer::StartPrometheus({.config = Config(a, b)});
  if (!prometheus) {
    WARN("SKIPPED: prometheus is not installed");
    return;
  }
  REQUIRE(a.WaitForScrapes(10));
  REQUIRE(b.WaitForScrapes(10));
  const auto now = prometheus->Get("/api/v1/query?query=time()");
  REQUIRE(now);
  // A little ago, so that no scrape can still add to it.
  const double at = json::parse(*now)["data"]["result"][0].get<double>() - 1.5;

  // The scene is what it should be: two replicas, and labels that the scrape renamed.
  const double raw = 2 * static_cast<double>(Expected()["slowburn-overview/table/SLOs/B"].size());
  CHECK(Query(*prometheus, "count(slowburn_slo_objective_ratio)", at) == One(raw));
  CHECK(Query(*prometheus, "count(slowburn_slo_objective_ratio{exported_region=\"eu\"})", at) ==
        One(2));

  std::map<std::string, Vector> expected = Expected();
  expected["slowburn-slo/timeseries/Events/A"] = ExpectedEvents(*prometheus, at);
  CHECK(expected["slowburn-slo/timeseries/Events/A"].size() == 14);
  for (const auto& [labels, rate] : expected["slowburn-slo/timeseries/Events/A"]) CHECK(rate > 0);

  for (const std::string& text : {OverviewDashboard(), SloDashboard()}) {
    const std::vector<std::string> queries = DashboardQueries(text);
    for (std::size_t i = 0; i < 3; ++i) CHECK(!Query(*prometheus, queries[i], at).empty());
    std::size_t next = 3;
    const json dashboard = json::parse(text);
    for (const json& panel : dashboard["panels"]) {
      for (const json& target : panel["targets"]) {
        const std::string key = fmt::format(
            "{}/{}/{}/{}", dashboard["uid"].get<std::string>(), panel["type"].get<std::string>(),
            panel["title"].get<std::string>(), target["refId"].get<std::string>());
        INFO(key);
        REQUIRE(expected.contains(key));
        CheckEqual(Query(*prometheus, queries[next++], at), expected[key]);
        expected.erase(key);
      }
    }
  }
  for (const auto& [key, vector] : expected) FAIL_CHECK("no panel " << key);
}

}  // namespace
}  // namespace slowburn
