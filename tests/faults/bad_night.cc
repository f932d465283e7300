// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/bad_night.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

namespace slowburn {

using nlohmann::json;

std::unique_ptr<BadNight> BadNight::Begin() {
  auto night = std::make_unique<BadNight>();
  night->prometheus = TestServer::StartPrometheus(
      {.config = fmt::format("global: {{scrape_interval: 1s, scrape_timeout: 1s}}\n"
                             "scrape_configs:\n"
                             "  - {{job_name: shop, static_configs: [{{targets: [\"{}\"]}}]}}\n",
                             night->service.address())});
  night->alertmanager =
      TestServer::StartAlertmanager({.config = night->webhook.AlertmanagerConfig()});
  if (night->prometheus == nullptr || night->alertmanager == nullptr) return nullptr;
  if (!WaitUntil([&] { return night->service.scrapes() > 0; })) return nullptr;
  night->Mend();
  return night;
}

std::unique_ptr<SlowburnProcess> BadNight::NewSlowburn(const Watch& watch) const {
  std::string config = fmt::format(
      "evaluation: {{interval: {}, settle: 2s}}\n"
      "sources: {{default: {{prometheus: {{url: \"{}\", scrape_timeout: 1s, timeout: {}}}}}}}\n"
      "external_labels: {{by: {}}}\n"
      "alerting: {{resend_delay: 1s}}\n"
      "defaults: {{window: 1h, alerts: {{no_data: {{after: {}}}}}}}\n",
      watch.interval, watch.source.empty() ? prometheus->url() : watch.source, watch.timeout,
      watch.name, watch.no_data);
  if (!watch.alertmanagers.empty()) config += "alertmanagers:\n";
  for (const std::string& url : watch.alertmanagers) {
    config += fmt::format("  - {{url: \"{}\", timeout: {}}}\n", url, watch.timeout);
  }
  return std::make_unique<SlowburnProcess>(
      SlowburnProcess::Options{.config = config + watch.more,
                               .rules = watch.rules.empty() ? Rules() : watch.rules,
                               .state = watch.state});
}

std::string BadNight::Rules(const std::string& objective, const std::string& labels) {
  return fmt::format(
      "version: slowburn/v1\n"
      "service: shop\n"
      "labels: {}\n"
      "slos:\n"
      "  - name: checkout\n"
      "    objective: {}\n"
      "    sli:\n"
      "      events:\n"
      "        total: http_requests_total{{job=\"shop\"}}\n"
      "        bad: http_requests_total{{job=\"shop\",code=\"500\"}}\n"
      "    alerts:\n"
      "      tiers: [{{class: page, burn_rate: 10, long: 10s, short: 4s}}]\n",
      labels, objective);
}

void BadNight::Break() {
  service.SetTraffic(200, 0.5);
}

void BadNight::Mend() {
  service.SetTraffic(200, 0);
}

Labels PageBy(const std::string& name) {
  return {{"by", name}, {"service", "shop"}, {"slo", "checkout"}, {"slo_class", "page"}};
}

std::string StateOf(const SlowburnProcess& slowburn) {
  const json answer = slowburn.Json("/api/v1/slos/shop/checkout");
  return answer.is_object() ? answer["data"].value("state", "") : "";
}

bool Fires(const SlowburnProcess& slowburn) {
  return WaitUntil([&] {
    const json page = PageOf(slowburn);
    return page.is_object() && page["state"] == "firing";
  });
}

namespace {

// The sum over Alertmanagers of a metric of ours.
double SumOf(const SlowburnProcess& slowburn, std::string_view metric) {
  std::istringstream lines(slowburn.Get("/metrics").value_or(""));
  double sum = 0;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(metric)) sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

}  // namespace

double SentBy(const SlowburnProcess& slowburn) {
  return SumOf(slowburn, "slowburn_notifications_sent_total");
}

double FailedBy(const SlowburnProcess& slowburn) {
  return SumOf(slowburn, "slowburn_notifications_failed_total") +
         SumOf(slowburn, "slowburn_notifications_rejected_total");
}

bool IsHealthy(const SlowburnProcess& slowburn) {
  return WaitUntil([&] { return StateOf(slowburn) == "ok"; });
}

json PageOf(const SlowburnProcess& slowburn) {
  const json answer = slowburn.Json("/api/v1/slos/shop/checkout");
  if (!answer.is_object()) return {};
  for (const json& alert : answer["data"]["alerts"]) {
    if (alert["class"] == "page") return alert;
  }
  return {};
}

std::optional<CountedService::Counts> CountsOf(const SlowburnProcess& slowburn) {
  const json answer = slowburn.Json("/api/v1/slos/shop/checkout");
  if (!answer.is_object() || answer["data"]["groups"].empty()) return std::nullopt;
  for (const json& window : answer["data"]["groups"][0]["windows"]) {
    if (window["window"] != "1h" || !window["total"].is_number()) continue;
    return CountedService::Counts{.total = window["total"].get<std::int64_t>(),
                                  .bad = window["bad"].get<std::int64_t>()};
  }
  return std::nullopt;
}

std::vector<json> AlertsIn(const TestServer& alertmanager, const Labels& labels) {
  std::vector<json> found;
  for (const json& alert : json::parse(alertmanager.Get("/api/v2/alerts").value_or("[]"))) {
    const Labels has = alert["labels"];
    if (std::includes(has.begin(), has.end(), labels.begin(), labels.end())) {
      found.push_back(alert);
    }
  }
  return found;
}

}  // namespace slowburn
