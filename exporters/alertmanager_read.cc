// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager_read.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/status_macros.h"
#include "engine/url.h"
#include "exporters/alertmanager_answer.h"
#include "exporters/alertmanager_pace.h"
#include "rules/label.h"

namespace slowburn {
namespace {

using nlohmann::json;

absl::Status Broken(std::string_view what) {
  return absl::DataLossError(fmt::format("not an answer of Alertmanager: {}", what));
}

const json* Member(const json& object, const char* name) {
  const auto it = object.find(name);
  return it == object.end() ? nullptr : &*it;
}

std::optional<absl::Time> TimeOf(const json& object, const char* name) {
  const json* const value = Member(object, name);
  if (value == nullptr || !value->is_string()) return std::nullopt;
  absl::Time time;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, value->get_ref<const std::string&>(), &time, &error)) {
    return std::nullopt;
  }
  // Words for infinity are times to abseil.
  if (time == absl::InfiniteFuture() || time == absl::InfinitePast()) return std::nullopt;
  return time;
}

std::optional<Labels> LabelsOf(const json& alert) {
  const json* const object = Member(alert, "labels");
  if (object == nullptr || !object->is_object()) return std::nullopt;
  Labels labels;
  for (const auto& [name, value] : object->items()) {
    if (!value.is_string()) return std::nullopt;
    if (!value.get_ref<const std::string&>().empty()) labels[name] = value.get<std::string>();
  }
  return labels;
}

absl::Status Check(const absl::StatusOr<HttpResponse>& response, const HttpClient& client) {
  if (!response.ok()) return response.status();
  if (response->status == 200) return absl::OkStatus();
  return absl::UnavailableError(
      fmt::format("{}: {}", client.display_url(), DescribeAnswer(response)));
}

}  // namespace

absl::StatusOr<ActiveAlerts> ParseActiveAlerts(std::string_view body) {
  const json array = json::parse(body, nullptr, false);
  if (!array.is_array()) return Broken("no list of alerts");
  ActiveAlerts alerts;
  for (const json& item : array) {
    if (!item.is_object()) return Broken("an alert is no object");
    const std::optional<Labels> labels = LabelsOf(item);
    const auto starts_at = TimeOf(item, "startsAt");
    const auto ends_at = TimeOf(item, "endsAt");
    const auto updated_at = TimeOf(item, "updatedAt");
    if (!labels || !starts_at || !ends_at || !updated_at) {
      return Broken("an alert without labels and times");
    }
    alerts[LabelsToString(*labels)] = {*starts_at, *ends_at, *updated_at};
  }
  return alerts;
}

absl::StatusOr<absl::Time> ParseUpSince(std::string_view body) {
  const json status = json::parse(body, nullptr, false);
  if (!status.is_object()) return Broken("no status");
  const auto up_since = TimeOf(status, "uptime");
  if (!up_since) return Broken("no time of its start");
  return *up_since;
}

absl::StatusOr<AlertmanagerReading> ReadAlertmanager(HttpClient& client, Clock& clock,
                                                     bool with_status) {
  AlertmanagerReading reading;
  reading.asked_at = clock.TimeNow();
  std::vector<HttpRequest> requests;
  requests.push_back({.path = "/api/v2/alerts?active=true&silenced=true&inhibited=true"
                              "&unprocessed=true&filter=" +
                              UrlEncode("slo_class=~\".+\"")});
  if (with_status) requests.push_back({.path = "/api/v2/status"});
  const auto responses = client.SendAll(requests, 2);
  const absl::Time now = clock.TimeNow();
  for (const auto& response : responses) SLOWBURN_RETURN_IF_ERROR(Check(response, client));
  SLOWBURN_ASSIGN_OR_RETURN(reading.alerts, ParseActiveAlerts(responses[0]->body));
  if (responses[0]->date) reading.offset = *responses[0]->date - now;
  if (with_status) {
    SLOWBURN_ASSIGN_OR_RETURN(reading.up_since, ParseUpSince(responses[1]->body));
  }
  return reading;
}

absl::StatusOr<std::map<std::string, absl::Time>> ReadActiveStarts(const HttpSettings& settings,
                                                                   Clock& clock) {
  HttpClient client(settings, kMaxReadingBytes);
  SLOWBURN_ASSIGN_OR_RETURN(const AlertmanagerReading reading,
                            ReadAlertmanager(client, clock, /*with_status=*/false));
  ClockDifference difference;  // As what was sent there was told.
  difference.Observe(reading.offset);
  std::map<std::string, absl::Time> starts;
  for (const auto& [id, alert] : reading.alerts) {
    starts[id] = std::min(alert.starts_at - difference.applied(), reading.asked_at);
  }
  return starts;
}

}  // namespace slowburn
