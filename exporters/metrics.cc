// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/metrics.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "exporters/metrics_process.h"
#include "exporters/metrics_sloth.h"
#include "exporters/text.h"

namespace slowburn {
namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using prometheus::Registry;

using Buckets = Histogram::BucketBoundaries;

Buckets EvaluationBuckets() {
  return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
}

Buckets RequestBuckets() {
  return {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};
}

// One label name of the library's own type, with a value that may come from users.
prometheus::Labels Label(const char* name, std::string_view value) {
  return {{name, ValidUtf8(value)}};
}

Family<Counter>& Counters(Registry& registry, const char* name, const char* help) {
  return BuildCounter().Name(name).Help(help).Register(registry);
}

Family<Gauge>& Gauges(Registry& registry, const char* name, const char* help) {
  return BuildGauge().Name(name).Help(help).Register(registry);
}

Family<Histogram>& Histograms(Registry& registry, const char* name, const char* help) {
  return BuildHistogram().Name(name).Help(help).Register(registry);
}

void Add(Family<Counter>& family, const prometheus::Labels& labels, std::int64_t count) {
  family.Add(labels).Increment(static_cast<double>(std::max<std::int64_t>(count, 0)));
}

// A clock that steps back must not take a histogram's sum with it.
double Seconds(absl::Duration took) {
  const double seconds = absl::ToDoubleSeconds(took);
  return std::isfinite(seconds) ? std::max(seconds, 0.0) : 0;
}

bool LessMetric(const prometheus::ClientMetric& a, const prometheus::ClientMetric& b) {
  return std::lexicographical_compare(a.label.begin(), a.label.end(), b.label.begin(),
                                      b.label.end(), [](const auto& x, const auto& y) {
                                        return std::tie(x.name, x.value) <
                                               std::tie(y.name, y.value);
                                      });
}

}  // namespace

class Metrics::Impl {
 public:
  explicit Impl(const Options& options) {
    build_info.Add(Label("version", options.version)).Set(1);
    rules_loaded.Add({});
    rules_invalid.Add({});
    reload_successful.Add({});
    state_failures.Add({});
    state_damaged.Add({});
    for (const std::string& source : options.sources) InitSource(source);
    for (const std::string& url : options.alertmanagers) InitAlertmanager(url);
    if (!options.sloth) return;
    sloth = SlothMetricsOptions{options.version, options.sloth_prefix};
    sloth_allowed = !options.sloth_prefix.empty();
    sloth_served.Add({}).Set(sloth_allowed ? 1 : 0);
  }

  std::string OwnText(const Snapshot& snapshot) {
    NoteReload(*snapshot.rules);
    std::vector<prometheus::MetricFamily> families = registry.Collect();
    for (prometheus::MetricFamily& family : ProcessMetrics()) families.push_back(std::move(family));
    // The library keeps them in the order of their hashes.
    std::sort(families.begin(), families.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    for (prometheus::MetricFamily& family : families) {
      for (auto& metric : family.metric) std::sort(metric.label.begin(), metric.label.end());
      std::sort(family.metric.begin(), family.metric.end(), LessMetric);
    }
    std::erase_if(families, [](const auto& family) { return family.metric.empty(); });
    return prometheus::TextSerializer().Serialize(families);
  }

  void InitAlertmanager(std::string_view url) {
    const prometheus::Labels labels = Label("alertmanager", url);
    notification_latency.Add(labels, RequestBuckets());
    for (Family<Counter>* family : {&sent, &failed, &rejected}) family->Add(labels);
    pending.Add(labels);
  }

  // Series of an Alertmanager that is there no more would tell of it for good.
  void RemoveAlertmanager(std::string_view url) {
    const prometheus::Labels labels = Label("alertmanager", url);
    notification_latency.Remove(&notification_latency.Add(labels, RequestBuckets()));
    for (Family<Counter>* family : {&sent, &failed, &rejected}) {
      family->Remove(&family->Add(labels));
    }
    for (Family<Gauge>* family : {&pending, &last_success, &alertmanager_clock_offset}) {
      family->Remove(&family->Add(labels));
    }
  }

 private:
  void InitSource(const std::string& source) {
    const prometheus::Labels labels = Label("source", source);
    evaluation_duration.Add(labels, EvaluationBuckets());
    request_duration.Add(labels, RequestBuckets());
    for (Family<Counter>* family :
         {&evaluations, &missed, &samples, &resets, &late, &clamped, &invalid, &tiny_drops}) {
      family->Add(labels);
    }
    for (const char* code : {"200", "error"}) {
      requests.Add({{"source", ValidUtf8(source)}, {"code", code}});
    }
  }

  // The board says when the last load was, telemetry only that there was one.
  void NoteReload(const RulesStatus& rules) {
    if (!rules.last_load_successful) return;
    reload_timestamp.Add({}).Set(absl::ToDoubleSeconds(rules.last_load - absl::UnixEpoch()));
  }

 public:
  Registry registry;
  Family<Gauge>& build_info =
      Gauges(registry, "slowburn_build_info", "Version of this process, as a label.");
  Family<Histogram>& evaluation_duration = Histograms(
      registry, "slowburn_evaluation_duration_seconds", "How long evaluations of a source took.");
  Family<Counter>& evaluations =
      Counters(registry, "slowburn_evaluations_total", "Evaluations that ended.");
  Family<Counter>& missed = Counters(registry, "slowburn_evaluations_missed_total",
                                     "Slots that passed without being evaluated in time.");
  Family<Counter>& requests = Counters(registry, "slowburn_source_requests_total",
                                       "Requests to a source, by HTTP status or error.");
  Family<Histogram>& request_duration = Histograms(
      registry, "slowburn_source_request_duration_seconds", "How long requests to a source took.");
  Family<Gauge>& clock_offset =
      Gauges(registry, "slowburn_source_clock_offset_seconds", "Clock of the source minus ours.");
  Family<Counter>& samples =
      Counters(registry, "slowburn_samples_total", "Samples that were read and used.");
  // Not counter_resets: the linter takes the word for a type in the name.
  Family<Counter>& resets = Counters(registry, "slowburn_series_resets_total",
                                     "Resets of the source's counters that were seen.");
  Family<Counter>& late = Counters(registry, "slowburn_late_samples_total",
                                   "Samples that came after their time was sealed.");
  Family<Counter>& clamped =
      Counters(registry, "slowburn_clamped_total",
               "Counts cut to their bound, as good was above total or below nothing.");
  Family<Counter>& invalid =
      Counters(registry, "slowburn_invalid_samples_total", "Samples that were no usable number.");
  Family<Counter>& tiny_drops =
      Counters(registry, "slowburn_tiny_drops_total",
               "Small drops of counters of merged replicas, which were not taken for resets.");
  Family<Counter>& sent = Counters(registry, "slowburn_notifications_sent_total",
                                   "Alerts that an Alertmanager accepted.");
  Family<Counter>& failed = Counters(registry, "slowburn_notifications_failed_total",
                                     "Alerts that an Alertmanager failed to take, to be retried.");
  Family<Counter>& rejected = Counters(registry, "slowburn_notifications_rejected_total",
                                       "Alerts that an Alertmanager refused for good.");
  Family<Histogram>& notification_latency =
      Histograms(registry, "slowburn_notification_latency_seconds",
                 "How long an Alertmanager took to accept alerts.");
  Family<Gauge>& pending =
      Gauges(registry, "slowburn_notifications_pending",
             "Alerts that an Alertmanager has not acknowledged as they are now.");
  Family<Gauge>& last_success =
      Gauges(registry, "slowburn_notifications_last_success_timestamp_seconds",
             "When an Alertmanager last accepted any alert.");
  Family<Gauge>& alertmanager_clock_offset =
      Gauges(registry, "slowburn_alertmanager_clock_offset_seconds",
             "Clock of the Alertmanager minus ours.");
  Family<Gauge>& watchdog =
      Gauges(registry, "slowburn_watchdog_sent",
             "1 while the alert that always fires is sent, 0 while evaluations fail.");
  Family<Gauge>& state_writable = Gauges(registry, "slowburn_state_writable",
                                         "1 when the last write of the state went through.");
  Family<Histogram>& state_duration =
      Histograms(registry, "slowburn_state_write_duration_seconds",
                 "How long writes of the state took, those that failed too.");
  Family<Counter>& state_failures =
      Counters(registry, "slowburn_state_write_failures_total", "Writes of the state that failed.");
  Family<Counter>& state_damaged =
      Counters(registry, "slowburn_state_damaged_total",
               "States that were found to be damaged, and were set aside.");
  Family<Gauge>& state_bytes =
      Gauges(registry, "slowburn_state_bytes", "What the state takes on disk.");
  Family<Gauge>& rules_loaded =
      Gauges(registry, "slowburn_rules_loaded", "SLOs that the last load found valid.");
  Family<Gauge>& rules_invalid =
      Gauges(registry, "slowburn_rules_invalid", "Rule files with errors in the last load.");
  Family<Gauge>& reload_successful =
      Gauges(registry, "slowburn_config_last_reload_successful",
             "1 when the last load of configuration and rules went through.");
  Family<Gauge>& sloth_served =
      Gauges(registry, "slowburn_sloth_series_served",
             "1 while the series of Sloth are served, 0 while a source has them from elsewhere.");
  Family<Gauge>& reload_timestamp =
      Gauges(registry, "slowburn_config_last_reload_success_timestamp_seconds",
             "When a load of configuration and rules last went through.");
  std::optional<SlothMetricsOptions> sloth;  // None: they are not asked for.
  std::atomic<bool> sloth_allowed = false;
};

Metrics::Metrics(Options options) : impl_(std::make_unique<Impl>(options)) {}

Metrics::~Metrics() = default;

void Metrics::OnEvaluation(std::string_view source, absl::Duration took, std::int64_t missed) {
  const prometheus::Labels labels = Label("source", source);
  impl_->evaluation_duration.Add(labels, EvaluationBuckets()).Observe(Seconds(took));
  Add(impl_->evaluations, labels, 1);
  Add(impl_->missed, labels, missed);
}

void Metrics::OnSourceRequest(std::string_view source, std::string_view code, absl::Duration took) {
  impl_->request_duration.Add(Label("source", source), RequestBuckets()).Observe(Seconds(took));
  Add(impl_->requests, {{"source", ValidUtf8(source)}, {"code", ValidUtf8(code)}}, 1);
}

void Metrics::OnSourceClockOffset(std::string_view source, absl::Duration offset) {
  const double seconds = absl::ToDoubleSeconds(offset);
  if (std::isfinite(seconds)) impl_->clock_offset.Add(Label("source", source)).Set(seconds);
}

void Metrics::OnCounted(std::string_view source, const Counted& counted) {
  const prometheus::Labels labels = Label("source", source);
  Add(impl_->samples, labels, counted.samples);
  Add(impl_->resets, labels, counted.resets);
  Add(impl_->late, labels, counted.late);
  Add(impl_->clamped, labels, counted.clamped);
  Add(impl_->invalid, labels, counted.invalid);
  Add(impl_->tiny_drops, labels, counted.tiny_drops);
}

void Metrics::OnNotificationsSent(std::string_view alertmanager, std::int64_t alerts,
                                  absl::Duration took) {
  const prometheus::Labels labels = Label("alertmanager", alertmanager);
  Add(impl_->sent, labels, alerts);
  impl_->notification_latency.Add(labels, RequestBuckets()).Observe(Seconds(took));
}

void Metrics::OnNotificationsFailed(std::string_view alertmanager, std::int64_t alerts) {
  Add(impl_->failed, Label("alertmanager", alertmanager), alerts);
}

void Metrics::OnNotificationsRejected(std::string_view alertmanager, std::int64_t alerts) {
  Add(impl_->rejected, Label("alertmanager", alertmanager), alerts);
}

void Metrics::OnDelivery(std::string_view alertmanager, const Delivery& delivery) {
  const prometheus::Labels labels = Label("alertmanager", alertmanager);
  impl_->pending.Add(labels).Set(static_cast<double>(delivery.pending));
  if (delivery.last_success) {
    impl_->last_success.Add(labels).Set(
        absl::ToDoubleSeconds(*delivery.last_success - absl::UnixEpoch()));
  }
  if (delivery.clock_offset) {
    impl_->alertmanager_clock_offset.Add(labels).Set(absl::ToDoubleSeconds(*delivery.clock_offset));
  }
}

void Metrics::OnAlertmanager(std::string_view alertmanager, bool there) {
  if (there) {
    impl_->InitAlertmanager(alertmanager);
  } else {
    impl_->RemoveAlertmanager(alertmanager);
  }
}

void Metrics::OnWatchdog(bool sent) {
  impl_->watchdog.Add({}).Set(sent ? 1 : 0);
}

void Metrics::OnRulesLoaded(bool successful, std::int64_t loaded, std::int64_t invalid) {
  impl_->rules_loaded.Add({}).Set(static_cast<double>(loaded));
  impl_->rules_invalid.Add({}).Set(static_cast<double>(invalid));
  impl_->reload_successful.Add({}).Set(successful ? 1 : 0);
}

void Metrics::OnStateWrite(bool successful, absl::Duration took, std::int64_t bytes) {
  impl_->state_writable.Add({}).Set(successful ? 1 : 0);
  impl_->state_duration.Add({}, RequestBuckets()).Observe(Seconds(took));
  Add(impl_->state_failures, {}, successful ? 0 : 1);
  impl_->state_bytes.Add({}).Set(static_cast<double>(bytes));
}

void Metrics::OnStateDamaged() {
  Add(impl_->state_damaged, {}, 1);
}

void Metrics::AllowSloth(bool allowed) {
  impl_->sloth_served.Add({}).Set(allowed ? 1 : 0);
  impl_->sloth_allowed = allowed;
}

std::string Metrics::Expose(const Snapshot& snapshot) const {
  std::string text = impl_->OwnText(snapshot) + SloMetrics(snapshot);
  if (impl_->sloth && impl_->sloth_allowed) text += SlothMetrics(snapshot, *impl_->sloth);
  return text;
}

}  // namespace slowburn
