// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager_read.h"

#include <string>

#include <catch2/catch.hpp>

#include "engine/io/real_clock.h"
#include "tests/exporters/alertmanager_bench.h"
#include "tests/fakes/test_server.h"

namespace slowburn {
namespace {

using Answer = FakeHttpServer::Answer;
using Request = FakeHttpServer::Request;

constexpr const char* kOne = R"([{
  "annotations": {"summary": "x"}, "endsAt": "2026-11-21T07:36:00.123Z", "fingerprint": "ab",
  "receivers": [{"name": "none"}], "startsAt": "2026-11-21T07:30:00.000Z",
  "status": {"inhibitedBy": [], "silencedBy": [], "state": "active"},
  "updatedAt": "2026-11-21T07:31:00.5+01:00", "generatorURL": "",
  "labels": {"alertname": "A", "slo_class": "page", "empty": ""}}])";

TEST_CASE("ParseActiveAlerts: reads what Alertmanager has", "[exporters]") {
  const auto alerts = ParseActiveAlerts(kOne);
  REQUIRE(alerts.ok());
  CHECK(*alerts == ActiveAlerts{{R"({alertname="A", slo_class="page"})",
                                 {kStart, kStart + absl::Seconds(360) + absl::Milliseconds(123),
                                  kStart + absl::Milliseconds(60500) - absl::Hours(1)}}});
  CHECK(ParseActiveAlerts("[]")->empty());
}

TEST_CASE("ParseActiveAlerts: an answer that is not whole is none", "[exporters]") {
  const auto with = [](const std::string& from, const std::string& to) {
    std::string text = kOne;
    return text.replace(text.find(from), from.size(), to);
  };
  const std::string bodies[] = {
      "",
      "null",
      "{}",
      "[",
      "[1]",
      "[null]",
      "<html>",
      "[{}]",
      std::string(100'000, '['),
      std::string(kOne).substr(0, 200),
      with("\"labels\"", "\"label\""),
      with("\"empty\": \"\"", "\"empty\": 1"),
      with("\"startsAt\": \"2026-11-21T07:30:00.000Z\"", "\"startsAt\": 5"),
      with("2026-11-21T07:36:00.123Z", "soon"),
      with("2026-11-21T07:36:00.123Z", "infinite-future"),
      with("\"updatedAt\"", "\"updated\""),
      with("\"summary\": \"x\"", "\"summary\": \"\xff\""),
  };
  for (const std::string& body : bodies) {
    INFO(body.substr(0, 300));
    CHECK(ParseActiveAlerts(body).status().code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("ParseUpSince: reads the start of Alertmanager and nothing else", "[exporters]") {
  CHECK(*ParseUpSince(R"({"uptime": "2026-11-21T07:30:00.000Z", "cluster": {}})") == kStart);
  for (const char* body : {"", "[]", "{}", R"({"uptime": 5})", R"({"uptime": "x"})"}) {
    INFO(body);
    CHECK(ParseUpSince(body).status().code() == absl::StatusCode::kDataLoss);
  }
}

TEST_CASE("ReadActiveStarts: tells starts in our clock, none after now", "[exporters]") {
  struct Case {
    const char* name;
    absl::Duration offset;  // Of Alertmanager's clock.
    absl::Duration now;     // After kStart.
    absl::Duration want;    // Likewise.
  };

  const Case cases[] = {
      {"as they are", {}, absl::Minutes(5), {}},
      {"with clocks that nearly agree", absl::Seconds(3), absl::Minutes(5), {}},
      {"of a clock that is ahead", absl::Minutes(2), absl::Minutes(5), -absl::Minutes(2)},
      {"none after now", {}, -absl::Minutes(1), -absl::Minutes(1)},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      SimulatedClock clock(kStart + c.now);
      FakeHttpServer server(
          [&](const Request&) { return Answer{.body = kOne, .date = clock.TimeNow() + c.offset}; });
      const auto starts = ReadActiveStarts({.url = server.url()}, clock);
      REQUIRE(starts.ok());
      REQUIRE(starts->size() == 1);
      CHECK(starts->begin()->second == kStart + c.want);
      CHECK(server.requests()[0].Parameter("filter") == "slo_class=~\".+\"");
    }
  }
}

TEST_CASE("ReadActiveStarts: tells what is wrong", "[exporters]") {
  SimulatedClock clock(kStart);
  FakeHttpServer server([](const Request&) { return Answer{.status = 401, .body = "no"}; });
  const auto refused = ReadActiveStarts({.url = server.url()}, clock);
  CHECK(refused.status().code() == absl::StatusCode::kUnavailable);
  CHECK(refused.status().message().find("401") != std::string::npos);
  FakeHttpServer page([](const Request&) { return Answer{.body = "<html>"}; });
  CHECK(ReadActiveStarts({.url = page.url()}, clock).status().code() ==
        absl::StatusCode::kDataLoss);
}

TEST_CASE("ReadActiveStarts: reads a real Alertmanager", "[exporters]") {
  const auto server = TestServer::StartAlertmanager({});
  if (server == nullptr) {
    WARN("skipped: prometheus-alertmanager is not installed");
    return;
  }
  const absl::Time now = absl::FromUnixMillis(absl::ToUnixMillis(RealClock().TimeNow()));
  Alert alert = Ours(Firing("ours", now - absl::Minutes(3)));
  alert.labels["quoted"] = "a \"b\" \\c \xc3\xa9\n";
  const Alert foreign = Firing("foreign", now - absl::Minutes(3));
  std::vector<PostableAlert> posted;
  for (const Alert& each : {alert, foreign}) {
    posted.push_back(ToPostable(each, now, absl::Seconds(30), absl::Minutes(1), {}));
  }
  HttpClient client({.url = server->url()});
  const auto answer = client.Send({.method = "POST",
                                   .path = "/api/v2/alerts",
                                   .content_type = "application/json",
                                   .body = AlertsJson(posted)});
  REQUIRE(answer.ok());
  REQUIRE(answer->status == 200);
  const auto starts = ReadActiveStarts({.url = server->url()}, RealClock());
  REQUIRE(starts.ok());
  CHECK(*starts == std::map<std::string, absl::Time>{{alert.Id(), now - absl::Minutes(3)}});

  const auto reading = ReadAlertmanager(client, RealClock(), /*with_status=*/true);
  REQUIRE(reading.ok());
  CHECK(absl::AbsDuration(reading->offset) < absl::Seconds(5));
  REQUIRE(reading->up_since.has_value());
  CHECK(*reading->up_since <= reading->asked_at + absl::Seconds(5));
  CHECK(*reading->up_since > reading->asked_at - absl::Minutes(10));
  CHECK(reading->alerts.at(alert.Id()).updated_at >= now - absl::Seconds(5));
}

}  // namespace
}  // namespace slowburn
