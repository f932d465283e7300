// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/metrics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/fakes/golden.h"
#include "tests/fakes/promtool.h"
#include "tests/fakes/sample_snapshot.h"

namespace slowburn {
namespace {

using Catch::Contains;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// The names of the families, in order.
std::vector<std::string> Families(const std::string& text) {
  std::vector<std::string> names;
  for (const std::string& line : Lines(text)) {
    if (line.starts_with("# TYPE ")) names.push_back(line.substr(7, line.find(' ', 7) - 7));
  }
  return names;
}

Metrics NewMetrics() {
  return Metrics({"1.2.3", {"default", "backup"}, {"http://am-1:9093"}});
}

// A snapshot of one SLO, changed by `change`.
template <typename Change>
Snapshot OneSlo(Change change) {
  SourceSnapshot source = *ManySlos(1).sources[0];
  Slo slo = *source.slos[0].slo;
  change(slo, source.slos[0]);
  source.slos[0].slo = std::make_shared<const Slo>(std::move(slo));
  Snapshot snapshot = ManySlos(0);
  snapshot.sources = {std::make_shared<const SourceSnapshot>(std::move(source))};
  return snapshot;
}

TEST_CASE("SloMetrics: every kind of SLO as text", "[exporters]") {
  const std::string text = SloMetrics(SampleSnapshot());
  CHECK(text == SloMetrics(SampleSnapshot()));
  CheckGolden("tests/golden/slo_metrics.txt", text);
}

TEST_CASE("SloMetrics: families are sorted and each stands once", "[exporters]") {
  const std::vector<std::string> families = Families(SloMetrics(SampleSnapshot()));
  CHECK(std::is_sorted(families.begin(), families.end()));
  CHECK(std::adjacent_find(families.begin(), families.end()) == families.end());
  CHECK(families.size() == 21);
}

TEST_CASE("SloMetrics: no series comes twice", "[exporters]") {
  std::vector<std::string> series;
  for (const std::string& line : Lines(SloMetrics(SampleSnapshot()))) {
    if (!line.starts_with('#')) series.push_back(line.substr(0, line.rfind(' ')));
  }
  std::sort(series.begin(), series.end());
  CHECK(std::adjacent_find(series.begin(), series.end()) == series.end());
}

TEST_CASE("SloMetrics: a tier said twice gives one series", "[exporters]") {
  const auto snapshot = OneSlo([](Slo&, SloStatus& status) {
    TierStatus again = status.groups[0].tiers[0];
    again.tier.factor = MakeRatio(20, 1);
    status.groups[0].tiers.push_back(again);
  });
  const std::string text = SloMetrics(snapshot);
  CHECK_THAT(text, Contains("class=\"page\",long=\"1h\",short=\"5m\"} 14.4\n"));
  CHECK_THAT(text, !Contains("long=\"1h\",short=\"5m\"} 20\n"));
}

TEST_CASE("SloMetrics: what is unknown is absent, never NaN or infinite", "[exporters]") {
  const auto snapshot = OneSlo([](Slo&, SloStatus& status) {
    GroupStatus& group = status.groups[0];
    group.windows[0].error_ratio = std::numeric_limits<double>::quiet_NaN();
    group.windows[0].burn_rate = std::numeric_limits<double>::infinity();
    group.budget_remaining.reset();
    group.time_to_exhaustion = absl::InfiniteDuration();
    group.data_age.reset();
  });
  const std::string text = SloMetrics(snapshot);
  for (const std::string& line : Lines(text)) {
    if (line.starts_with('#')) continue;
    INFO(line);
    CHECK(std::isfinite(std::stod(line.substr(line.rfind(' ')))));
  }
  CHECK_THAT(text, !Contains("slowburn_slo_error_budget_remaining_ratio"));
  CHECK_THAT(text, !Contains("slowburn_slo_time_to_exhaustion_seconds"));
  CHECK_THAT(text, !Contains("slowburn_slo_data_age_seconds"));
  CHECK_THAT(text, !Contains("slowburn_slo_burn_rate{slo_service=\"service-00000\","
                             "slo=\"latency\",slo_group=\"\",window=\"5m\"}"));
  CHECK_THAT(text, Contains("slo_group=\"\",window=\"30m\"}"));
}

TEST_CASE("SloMetrics: `by` labels never take the place of ours", "[exporters]") {
  const auto label_text = [](Labels labels) {
    const std::string text = SloMetrics(OneSlo([&](Slo&, SloStatus& status) {
      status.groups[0].labels = std::move(labels);
      status.groups[0].key = "k";
    }));
    const std::size_t begin = text.find("slowburn_slo_objective_ratio{");
    const std::size_t group = text.find("slo_group=\"k\"", begin) + 13;
    return text.substr(group, text.find('}', group) - group);
  };

  const struct {
    Labels labels;
    const char* want;
  } cases[] = {
      {{{"region", "eu"}}, ",region=\"eu\""},
      {{{"slo", "x"}}, ",by_slo=\"x\""},
      {{{"slo", "x"}, {"by_slo", "y"}}, ",by_slo=\"y\",by_by_slo=\"x\""},
      {{{"le", "1"}, {"window", "w"}}, ",by_le=\"1\",by_window=\"w\""},
      {{{"__name__", "n"}}, ",by___name__=\"n\""},
      {{{"a-b", "1"}, {"a_b", "2"}}, ",by_a_b=\"1\",a_b=\"2\""},
      {{{"service", "s"}, {"instance", "i"}}, ",instance=\"i\",service=\"s\""},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.want) {
      CHECK(label_text(c.labels) == c.want);
    }
  }
}

TEST_CASE("SloMetrics: alerts that may come are there at 0", "[exporters]") {
  const std::string text = SloMetrics(ManySlos(3));
  for (const char* alert : {"alertname=\"ErrorBudgetBurn\",class=\"page\"",
                            "alertname=\"ErrorBudgetBurn\",class=\"ticket\"",
                            "alertname=\"SLONoData\",class=\"no_data\""}) {
    for (const char* state : {"pending", "firing"}) {
      CHECK_THAT(text, Contains(std::string("slowburn_alerts{") + alert + ",alertstate=\"" + state +
                                "\",mode=\"live\"} 0\n"));
    }
  }
}

TEST_CASE("SloMetrics: an SLO without groups is there and not measured", "[exporters]") {
  const std::string text = SloMetrics(SampleSnapshot());
  const std::string labels = "{slo_service=\"payments\",slo=\"refunds\",slo_group=\"\"} ";
  CHECK_THAT(text, Contains("slowburn_slo_series" + labels + "0\n"));
  CHECK_THAT(text, Contains("slowburn_slo_measured" + labels + "0\n"));
  CHECK_THAT(text, Contains("slowburn_slo_objective_ratio" + labels + "0.999\n"));
  CHECK_THAT(text, !Contains("slowburn_slo_events_total{slo_service=\"payments\",slo=\"refunds\""));
}

TEST_CASE("SloMetrics: an opaque ratio has no events", "[exporters]") {
  const std::string text = SloMetrics(SampleSnapshot());
  CHECK_THAT(text, !Contains("slowburn_slo_events_total{slo_service=\"search\""));
  CHECK_THAT(text, Contains("slowburn_slo_error_ratio{slo_service=\"search\""));
  CHECK_THAT(text, Contains("plan=\"opaque\",mode=\"shadow\""));
}

TEST_CASE("Metrics: the whole exposition passes promtool's linter", "[exporters]") {
  Metrics metrics = NewMetrics();
  metrics.OnSourceRequest("default", "503", absl::Milliseconds(20));
  metrics.OnSourceClockOffset("default", absl::Milliseconds(-1500));
  const auto result = RunPromtool("check metrics", metrics.Expose(SampleSnapshot()));
  if (!result) {
    WARN("SKIPPED: promtool is not installed");
    return;
  }
  CHECK(result->output == "");
  CHECK(result->exit_code == 0);
}

TEST_CASE("Metrics: promtool's linter is seen to complain", "[exporters]") {
  const auto result = RunPromtool("check metrics", "# TYPE x_total gauge\nx_total 1\n");
  if (result) CHECK(result->exit_code != 0);
}

TEST_CASE("Metrics: our own series are there at 0 from the start", "[exporters]") {
  Snapshot nothing;
  nothing.rules = std::make_shared<const RulesStatus>();
  const std::string text = NewMetrics().Expose(nothing);
  for (const char* series : {
           "slowburn_build_info{version=\"1.2.3\"} 1\n",
           "slowburn_evaluation_duration_seconds_count{source=\"backup\"} 0\n",
           "slowburn_evaluations_total{source=\"default\"} 0\n",
           "slowburn_evaluations_missed_total{source=\"default\"} 0\n",
           "slowburn_source_requests_total{code=\"200\",source=\"default\"} 0\n",
           "slowburn_source_requests_total{code=\"error\",source=\"default\"} 0\n",
           "slowburn_source_request_duration_seconds_count{source=\"default\"} 0\n",
           "slowburn_samples_total{source=\"default\"} 0\n",
           "slowburn_series_resets_total{source=\"default\"} 0\n",
           "slowburn_late_samples_total{source=\"default\"} 0\n",
           "slowburn_clamped_total{source=\"default\"} 0\n",
           "slowburn_invalid_samples_total{source=\"default\"} 0\n",
           "slowburn_notifications_sent_total{alertmanager=\"http://am-1:9093\"} 0\n",
           "slowburn_notifications_failed_total{alertmanager=\"http://am-1:9093\"} 0\n",
           "slowburn_notifications_rejected_total{alertmanager=\"http://am-1:9093\"} 0\n",
           "slowburn_notification_latency_seconds_count{alertmanager=\"http://am-1:9093\"} 0\n",
           "slowburn_notifications_pending{alertmanager=\"http://am-1:9093\"} 0\n",
           "slowburn_rules_loaded 0\n",
           "slowburn_rules_invalid 0\n",
           "slowburn_config_last_reload_successful 0\n",
           "slowburn_state_write_failures_total 0\n",
           "slowburn_state_damaged_total 0\n",
       }) {
    CHECK_THAT(text, Contains(series));
  }
  // Nothing was measured or loaded yet.
  CHECK_THAT(text, !Contains("slowburn_source_clock_offset_seconds"));
  CHECK_THAT(text, !Contains("slowburn_config_last_reload_success_timestamp_seconds"));
  CHECK_THAT(text, !Contains("slowburn_notifications_last_success_timestamp_seconds"));
  CHECK_THAT(text, !Contains("slowburn_alertmanager_clock_offset_seconds"));
  CHECK_THAT(text, !Contains("slowburn_watchdog_sent"));   // It may be off.
  CHECK_THAT(text, !Contains("slowburn_state_writable"));  // There may be no state.
}

TEST_CASE("Metrics: an Alertmanager that goes takes its series along", "[exporters]") {
  Metrics metrics = NewMetrics();
  metrics.OnAlertmanager("http://am-2:9093", true);
  metrics.OnDelivery("http://am-2:9093", {.pending = 7,
                                          .last_success = absl::FromUnixSeconds(1000),
                                          .clock_offset = absl::Seconds(-2)});
  metrics.OnWatchdog(true);
  std::string text = metrics.Expose(SampleSnapshot());
  for (const char* series : {
           "slowburn_notifications_sent_total{alertmanager=\"http://am-2:9093\"} 0\n",
           "slowburn_notifications_pending{alertmanager=\"http://am-2:9093\"} 7\n",
           "slowburn_notifications_last_success_timestamp_seconds{alertmanager="
           "\"http://am-2:9093\"} 1000\n",
           "slowburn_alertmanager_clock_offset_seconds{alertmanager=\"http://am-2:9093\"} -2\n",
           "slowburn_watchdog_sent 1\n",
       }) {
    CHECK_THAT(text, Contains(series));
  }
  metrics.OnAlertmanager("http://am-2:9093", false);
  metrics.OnWatchdog(false);
  text = metrics.Expose(SampleSnapshot());
  CHECK_THAT(text, !Contains("am-2"));
  CHECK_THAT(text, Contains("am-1"));
  CHECK_THAT(text, Contains("slowburn_watchdog_sent 0\n"));
}

TEST_CASE("Metrics: telemetry arrives under its labels", "[exporters]") {
  Metrics metrics = NewMetrics();
  metrics.OnEvaluation("default", absl::Milliseconds(30), 2);
  metrics.OnEvaluation("default", absl::Seconds(-5), 0);  // The clock stepped back.
  metrics.OnSourceRequest("default", "503", absl::Seconds(1));
  metrics.OnSourceClockOffset("default", absl::Milliseconds(-1500));
  metrics.OnCounted("default", {.samples = 10, .resets = 1, .late = 2, .clamped = 3, .invalid = 4});
  metrics.OnCounted("default", {.samples = 5});
  metrics.OnNotificationsSent("http://am-1:9093", 3, absl::Milliseconds(7));
  metrics.OnNotificationsFailed("http://am-1:9093", 2);
  metrics.OnNotificationsRejected("http://am-1:9093", 1);
  metrics.OnRulesLoaded(true, 12, 1);
  const std::string text = metrics.Expose(SampleSnapshot());
  for (const char* series : {
           "slowburn_evaluation_duration_seconds_sum{source=\"default\"} 0.03\n",
           "slowburn_evaluation_duration_seconds_bucket{source=\"default\",le=\"0.05\"} 2\n",
           "slowburn_evaluations_total{source=\"default\"} 2\n",
           "slowburn_evaluations_missed_total{source=\"default\"} 2\n",
           "slowburn_source_requests_total{code=\"503\",source=\"default\"} 1\n",
           "slowburn_source_clock_offset_seconds{source=\"default\"} -1.5\n",
           "slowburn_samples_total{source=\"default\"} 15\n",
           "slowburn_series_resets_total{source=\"default\"} 1\n",
           "slowburn_late_samples_total{source=\"default\"} 2\n",
           "slowburn_clamped_total{source=\"default\"} 3\n",
           "slowburn_invalid_samples_total{source=\"default\"} 4\n",
           "slowburn_notifications_sent_total{alertmanager=\"http://am-1:9093\"} 3\n",
           "slowburn_notifications_failed_total{alertmanager=\"http://am-1:9093\"} 2\n",
           "slowburn_notifications_rejected_total{alertmanager=\"http://am-1:9093\"} 1\n",
           "slowburn_rules_loaded 12\n",
           "slowburn_rules_invalid 1\n",
           "slowburn_config_last_reload_successful 1\n",
           "slowburn_config_last_reload_success_timestamp_seconds 1772324790\n",
       }) {
    CHECK_THAT(text, Contains(series));
  }
}

TEST_CASE("Metrics: the state says whether it can be written", "[exporters]") {
  Metrics metrics = NewMetrics();
  metrics.OnStateWrite(true, absl::Milliseconds(20), 4096);
  std::string text = metrics.Expose(SampleSnapshot());
  CHECK_THAT(text, Contains("slowburn_state_writable 1\n"));
  CHECK_THAT(text, Contains("slowburn_state_bytes 4096\n"));
  CHECK_THAT(text, Contains("slowburn_state_write_failures_total 0\n"));
  metrics.OnStateWrite(false, absl::Seconds(2), 8192);
  metrics.OnStateDamaged();
  text = metrics.Expose(SampleSnapshot());
  CHECK_THAT(text, Contains("slowburn_state_writable 0\n"));
  CHECK_THAT(text, Contains("slowburn_state_bytes 8192\n"));
  CHECK_THAT(text, Contains("slowburn_state_write_failures_total 1\n"));
  CHECK_THAT(text, Contains("slowburn_state_damaged_total 1\n"));
  CHECK_THAT(text, Contains("slowburn_state_write_duration_seconds_bucket{le=\"0.025\"} 1\n"));
  CHECK_THAT(text, Contains("slowburn_state_write_duration_seconds_count 2\n"));
}

TEST_CASE("Metrics: a failed load keeps the time of the last good one", "[exporters]") {
  const Metrics metrics = NewMetrics();
  Snapshot snapshot = SampleSnapshot();
  metrics.Expose(snapshot);
  RulesStatus failed;
  failed.last_load = SampleTime();
  snapshot.rules = std::make_shared<const RulesStatus>(failed);
  CHECK_THAT(metrics.Expose(snapshot),
             Contains("slowburn_config_last_reload_success_timestamp_seconds 1772324790\n"));
}

TEST_CASE("Metrics: the process describes itself", "[exporters]") {
  const std::string text = NewMetrics().Expose(SampleSnapshot());
  const auto value = [&](const std::string& name) {
    const std::size_t at = text.find("\n" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stod(text.substr(at + name.size() + 2));
  };
  CHECK(value("process_resident_memory_bytes") > 1e6);
  CHECK(value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"));
  CHECK(value("process_open_fds") >= 3);
  CHECK(value("process_open_fds") < value("process_max_fds"));
  CHECK(value("process_cpu_seconds_total") >= 0);
  CHECK(value("process_start_time_seconds") > 1.6e9);
}

TEST_CASE("Metrics: our own families are sorted, before those of the SLOs", "[exporters]") {
  const std::string text = NewMetrics().Expose(SampleSnapshot());
  const std::string slos = SloMetrics(SampleSnapshot());
  REQUIRE(text.ends_with(slos));
  const auto families = Families(text.substr(0, text.size() - slos.size()));
  CHECK(std::is_sorted(families.begin(), families.end()));
  CHECK(families.size() > 20);
}

}  // namespace
}  // namespace slowburn
