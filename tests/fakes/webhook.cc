// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/webhook.h"

#include <algorithm>
#include <utility>

#include <absl/time/clock.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace slowburn {
namespace {

// Alertmanager leaves out milliseconds of zero, which slowburn sends.
std::string WithoutMillis(std::string time) {
  const std::size_t at = time.find(".000Z");
  if (at != std::string::npos) time.erase(at, 4);
  return time;
}

using nlohmann::json;

// Keeps each alert of the array `alerts`.
void Keep(const json& alerts, Notices& notices) {
  for (const json& alert : alerts) {
    absl::Time ends_at;
    absl::ParseTime(absl::RFC3339_full, alert.value("endsAt", ""), &ends_at, nullptr);
    notices.Add({.status = alert.value("status", ""),
                 .labels = alert.value("labels", Labels()),
                 .annotations = alert.value("annotations", Labels()),
                 .starts_at = WithoutMillis(alert.value("startsAt", "")),
                 .ends_at = ends_at,
                 .at = absl::Now()});
  }
}

}  // namespace

void Notices::Add(Notice notice) {
  const std::lock_guard lock(mutex_);
  all_.push_back(std::move(notice));
}

std::vector<Notice> Notices::Of(const Labels& labels) const {
  const std::lock_guard lock(mutex_);
  std::vector<Notice> found;
  std::copy_if(all_.begin(), all_.end(), std::back_inserter(found), [&](const Notice& notice) {
    return std::includes(notice.labels.begin(), notice.labels.end(), labels.begin(), labels.end());
  });
  return found;
}

std::string Notices::StoryOf(const Labels& labels) const {
  std::string story;
  std::string last;
  for (const Notice& notice : Of(labels)) {
    if (notice.status == last) continue;
    last = notice.status;
    story += (story.empty() ? "" : " ") + last;
  }
  return story;
}

Webhook::Webhook()
    : server_([this](const FakeHttpServer::Request& request) -> FakeHttpServer::Answer {
        Keep(json::parse(request.body).at("alerts"), notices_);
        return {.body = "{}"};
      }) {}

std::string Webhook::AlertmanagerConfig() const {
  return fmt::format(
      "route:\n"
      "  receiver: webhook\n"
      "  group_by: ['...']\n"
      "  group_wait: 0s\n"
      "  group_interval: 1s\n"
      "receivers:\n"
      "  - name: webhook\n"
      "    webhook_configs: [{{url: \"{}\"}}]\n",
      url());
}

PostCollector::PostCollector()
    : server_([this](const FakeHttpServer::Request& request) -> FakeHttpServer::Answer {
        if (request.method == "POST") Keep(json::parse(request.body), posts_);
        return {.body = "[]"};
      }) {}

}  // namespace slowburn
