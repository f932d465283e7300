// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager.h"

#include <atomic>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "tests/exporters/alertmanager_bench.h"
#include "tests/fakes/fake_http_server.h"

namespace slowburn {
namespace {

using Answer = FakeHttpServer::Answer;
using Request = FakeHttpServer::Request;
using nlohmann::json;

TEST_CASE("ToPostable: a firing alert ends when four resends failed", "[exporters]") {
  const absl::Time at = kStart + absl::Minutes(10);
  const auto ends = [&](absl::Duration interval, absl::Duration resend_delay) {
    return ToPostable(Firing("a"), at, interval, resend_delay, absl::ZeroDuration()).ends_at - at;
  };
  CHECK(ends(absl::Seconds(30), absl::Minutes(1)) == absl::Minutes(5));
  CHECK(ends(absl::Seconds(30), absl::Minutes(2)) == absl::Minutes(8));
  CHECK(ends(absl::Minutes(3), absl::Minutes(2)) == absl::Minutes(12));
}

TEST_CASE("ToPostable: dates", "[exporters]") {
  struct Case {
    const char* name;
    Alert alert;
    absl::Duration offset;
    absl::Duration starts;  // After kStart.
    absl::Duration ends;
  };

  constexpr absl::Duration kMinute = absl::Minutes(1);
  const Case cases[] = {
      {"a resolved alert with its resolution",
       Resolved("a", kStart + 5 * kMinute),
       {},
       {},
       5 * kMinute},
      {"none after now",
       Resolved("a", kStart + 50 * kMinute, kStart + 20 * kMinute),
       {},
       10 * kMinute,
       10 * kMinute},
      {"no end before the start", Resolved("a", kStart - kMinute), {}, {}, {}},
      {"both in the receiver's clock", Resolved("a", kStart + 5 * kMinute), -kMinute, -kMinute,
       4 * kMinute},
      {"a firing alert in the receiver's clock", Firing("a"), kMinute, kMinute, 16 * kMinute},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const PostableAlert posted =
          ToPostable(c.alert, kStart + 10 * kMinute, absl::Seconds(30), kMinute, c.offset);
      CHECK(posted.starts_at == kStart + c.starts);
      CHECK(posted.ends_at == kStart + c.ends);
      CHECK(posted.labels == c.alert.labels);
      CHECK(posted.annotations == c.alert.annotations);
    }
  }
}

TEST_CASE("AlertsJson: writes what Alertmanager takes", "[exporters]") {
  const std::string text = AlertsJson({{.labels = {{"alertname", "A"}, {"empty", ""}},
                                        .annotations = {{"summary", "\"x\"\n"}},
                                        .starts_at = kStart + absl::Milliseconds(7),
                                        .ends_at = kStart + absl::Minutes(1),
                                        .generator_url = "http://p/graph?g0.expr=up"}});
  CHECK(json::parse(text) == json::parse(R"([{
    "labels": {"alertname": "A"}, "annotations": {"summary": "\"x\"\n"},
    "startsAt": "2026-11-21T07:30:00.007Z", "endsAt": "2026-11-21T07:31:00.000Z",
    "generatorURL": "http://p/graph?g0.expr=up"}])"));
  CHECK(AlertsJson({}) == "[]");
}

TEST_CASE("AlertsJson: replaces what is no UTF-8", "[exporters]") {
  const std::string text = AlertsJson({{.labels = {{"alertname", "a\xff"}}}});
  CHECK(json::parse(text)[0]["labels"]["alertname"] == "a\xef\xbf\xbd");
}

TEST_CASE("AlertsJson: makes names that Alertmanager takes", "[exporters]") {
  const std::string text = AlertsJson({{.labels = {{"a-b", "1"}, {"9", "2"}, {"\xff", "3"}},
                                        .annotations = {{"run book", "x"}, {"", "y"}},
                                        .starts_at = absl::InfinitePast(),
                                        .ends_at = absl::InfiniteFuture()}});
  CHECK(json::parse(text) == json::parse(R"([{
    "labels": {"a_b": "1", "_9": "2", "_": "3"}, "annotations": {"run_book": "x", "_": "y"},
    "startsAt": "1970-01-01T00:00:00.000Z", "endsAt": "9999-12-31T23:59:59.000Z"}])"));
}

TEST_CASE("AlertsJson: leaves out a url that a strict parser refuses", "[exporters]") {
  struct Case {
    const char* url;
    bool kept;
  };

  const Case cases[] = {
      {"http://prometheus.example/graph?g0.expr=rate%28x%5B5m%5D%29&g0.tab=1", true},
      {"https://10.0.0.1:9090/", true},
      {"http://[::1]:9090/graph", true},
      {"http://host", true},
      {"http://host?a=b#c", true},
      {"", false},
      {"/graph", false},
      {"not a url", false},
      {"ftp://host/", false},
      {"javascript:alert(1)", false},
      {"http://", false},
      {"http:///graph", false},
      {"http://host/a b", false},
      {"http://host/?q=\"x\"", false},
      {"http://host/?q=a{b}", false},
      {"http://host/[5m]", false},
      {"http://host/%zz", false},
      {"http://host/%4", false},
      {"http://host/\xc3\xa9", false},
      {"http://host/#a#b", false},
      {"http://ho st/", false},
      {"http://host:port/", false},
      {"http://host:123456/", false},
      {"http://user:secret@host/", false},
      {"http://[::1/", false},
      {"http://host/\n", false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION("'" << c.url << "'") {
      const json posted = json::parse(AlertsJson({{.generator_url = c.url}}));
      CHECK(posted[0].contains("generatorURL") == c.kept);
    }
  }
}

TEST_CASE("AlertmanagerWorker: posts what fires and what is resolved", "[exporters]") {
  Bench bench(Fine);
  Alert pending = Firing("pending");
  pending.state = AlertState::kPending;
  Alert shadow = Firing("shadow");
  shadow.mode = AlertMode::kShadow;
  bench.clock.AdvanceTime(absl::Minutes(2));
  bench.Settle({Firing("firing"), pending, shadow, Resolved("over", kStart + absl::Minutes(1))});
  REQUIRE(bench.posts() == 1);
  const Request request = bench.server.requests()[0];
  CHECK(request.method == "POST");
  CHECK(request.target == "/api/v2/alerts");
  CHECK(request.Header("content-type") == "application/json");
  CHECK(json::parse(request.body) == json::parse(R"([
    {"labels": {"alertname": "firing", "severity": "critical"},
     "annotations": {"summary": "it burns"},
     "startsAt": "2026-11-21T07:30:00.000Z", "endsAt": "2026-11-21T07:37:00.000Z"},
    {"labels": {"alertname": "over", "severity": "critical"},
     "annotations": {"summary": "it burns"},
     "startsAt": "2026-11-21T07:30:00.000Z", "endsAt": "2026-11-21T07:31:00.000Z"}])"));
  CHECK(bench.telemetry.sent == 2);
  CHECK(bench.worker.AcknowledgedAt(Firing("firing").Id()) == kStart + absl::Minutes(2));
  CHECK(bench.worker.AcknowledgedAt(shadow.Id()) == std::nullopt);
  CHECK(bench.worker.name() == bench.server.url());
}

TEST_CASE("AlertmanagerWorker: any 2xx is an acknowledgement", "[exporters]") {
  Bench bench([](const Request&) { return Answer{.status = 202}; });
  bench.Settle({Firing("a")});
  CHECK(bench.posts() == 1);
  CHECK(bench.telemetry.sent == 1);
}

TEST_CASE("AlertmanagerWorker: resends from the acknowledgement on", "[exporters]") {
  Bench bench(Fine);
  bench.Settle({Firing("a")});
  CHECK(bench.posts() == 1);
  bench.Step(absl::Seconds(59));
  CHECK(bench.posts() == 1);
  bench.Step(absl::Seconds(1));
  CHECK(bench.posts() == 2);
  bench.Step(absl::Seconds(59));
  CHECK(bench.posts() == 2);
  bench.Step(absl::Seconds(1));
  CHECK(bench.posts() == 3);
}

TEST_CASE("AlertmanagerWorker: resends the newest annotations, but not for their sake",
          "[exporters]") {
  Bench bench(Fine);
  bench.Settle({Firing("a")});
  Alert newer = Firing("a");
  newer.annotations["summary"] = "it burns more";
  bench.Settle({newer});
  CHECK(bench.posts() == 1);
  bench.Step(absl::Minutes(1));
  REQUIRE(bench.posts() == 2);
  CHECK(bench.Post(1)[0]["annotations"]["summary"] == "it burns more");
}

TEST_CASE("AlertmanagerWorker: tells a resolution and a new fire at once", "[exporters]") {
  Bench bench(Fine);
  bench.Settle({Firing("a")});
  bench.clock.AdvanceTime(absl::Seconds(30));
  bench.Settle({Resolved("a", kStart + absl::Seconds(30))});
  REQUIRE(bench.posts() == 2);
  CHECK(bench.Post(1)[0]["endsAt"] == "2026-11-21T07:30:30.000Z");
  bench.clock.AdvanceTime(absl::Seconds(10));
  bench.Settle({Firing("a", kStart + absl::Seconds(40))});
  REQUIRE(bench.posts() == 3);
  CHECK(bench.Post(2)[0]["startsAt"] == "2026-11-21T07:30:40.000Z");
}

TEST_CASE("AlertmanagerWorker: repeats a resolution while it is on the board", "[exporters]") {
  Bench bench(Fine);
  bench.Settle({Resolved("a", kStart)});
  bench.Step(absl::Minutes(1));
  CHECK(bench.posts() == 2);
  CHECK(bench.Post(1)[0]["endsAt"] == "2026-11-21T07:30:00.000Z");
  bench.clock.AdvanceTime(absl::Minutes(1));
  bench.Settle({});
  CHECK(bench.posts() == 2);
  CHECK(bench.worker.AcknowledgedAt(Resolved("a", kStart).Id()) == std::nullopt);
}

TEST_CASE("AlertmanagerWorker: forgets a firing alert that is off the board", "[exporters]") {
  Bench bench(Fine);
  bench.Settle({Firing("a")});
  bench.Settle({});
  bench.Step(absl::Minutes(2));
  CHECK(bench.posts() == 1);
}

TEST_CASE("AlertmanagerWorker: keeps telling a resolution that nobody heard", "[exporters]") {
  std::atomic<bool> up = true;
  Bench bench([&](const Request&) { return Answer{.status = up ? 200 : 503}; });
  bench.Settle({Firing("a")});
  up = false;
  bench.Settle({Resolved("a", kStart)});
  bench.Settle({});
  bench.Step(absl::Hours(5));
  CHECK(bench.telemetry.sent == 1);
  const std::size_t before = bench.posts();
  up = true;
  bench.Step(absl::Minutes(1));
  REQUIRE(bench.posts() == before + 1);
  CHECK(bench.Post(before)[0]["endsAt"] == "2026-11-21T07:30:00.000Z");
  bench.Step(absl::Minutes(10));
  CHECK(bench.posts() == before + 1);
}

TEST_CASE("AlertmanagerWorker: gives a resolution up after a day", "[exporters]") {
  Bench bench([](const Request&) { return Answer{.status = 503}; });
  bench.Settle({Resolved("a", kStart)});
  bench.Settle({});
  bench.Step(absl::Hours(24));
  const std::size_t before = bench.posts();
  bench.Step(absl::Hours(1));
  CHECK(bench.posts() == before);
}

TEST_CASE("AlertmanagerWorker: tries on after", "[exporters]") {
  struct Case {
    const char* name;
    Answer answer;
  };

  const Case cases[] = {
      {"no content type allowed", {.status = 415}},
      {"a wrong path", {.status = 404, .body = "404 page not found", .content_type = "text/plain"}},
      {"no credentials", {.status = 401}},
      {"wrong credentials", {.status = 403}},
      {"a server error", {.status = 500, .body = "\"oops\""}},
      {"a server that starts", {.status = 503}},
      {"too many requests", {.status = 429}},
      {"a redirect", {.status = 301}},
      {"a proxy's bad request",
       {.status = 400, .body = "<html>400 Bad Request</html>", .content_type = "text/html"}},
      {"a hang-up", {.hang_up = true}},
      {"a timeout", {.delay = absl::Minutes(1)}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      std::atomic<bool> good = false;
      Bench bench([&](const Request&) { return good ? Answer{} : c.answer; },
                  absl::Milliseconds(200));
      bench.Settle({Firing("a"), Firing("b")});
      CHECK(bench.telemetry.failed == 2);
      CHECK(bench.telemetry.rejected == 0);
      CHECK(bench.worker.AcknowledgedAt(Firing("a").Id()) == std::nullopt);
      good = true;
      bench.Step(absl::Seconds(1));
      CHECK(bench.telemetry.sent == 2);
      CHECK(bench.worker.AcknowledgedAt(Firing("a").Id()) == kStart + absl::Seconds(1));
    }
  }
}

TEST_CASE("AlertmanagerWorker: backs off from 1 s to 30 s", "[exporters]") {
  Bench bench([](const Request&) { return Answer{.status = 503}; });
  bench.Settle({Firing("a")});
  std::vector<int> waits;
  for (int attempt = 0; attempt < 8; ++attempt) {
    const std::size_t before = bench.posts();
    int seconds = 0;
    for (; bench.posts() == before; ++seconds) bench.Step(absl::Seconds(1));
    waits.push_back(seconds);
  }
  const std::vector<int> longest = {1, 2, 4, 8, 16, 30, 30, 30};
  for (std::size_t i = 0; i < waits.size(); ++i) {
    INFO("wait " << i);
    CHECK(waits[i] <= longest[i]);
    CHECK(waits[i] >= longest[i] * 3 / 4);
  }
}

TEST_CASE("AlertmanagerWorker: news does not wait for a backoff", "[exporters]") {
  Bench bench([](const Request&) { return Answer{.status = 503}; });
  bench.Settle({Firing("a")});
  bench.Step(absl::Seconds(1));
  bench.Step(absl::Seconds(2));
  const std::size_t before = bench.posts();
  bench.Settle({Firing("a")});
  CHECK(bench.posts() == before);
  bench.Settle({Firing("a"), Firing("b")});
  CHECK(bench.posts() == before + 1);
  bench.Settle();
  CHECK(bench.posts() == before + 1);
}

// Answers as Alertmanager does when a batch has an alert of the name `poison`.
FakeHttpServer::Handler RefusingPoison(int status, std::string body) {
  return [status, body = std::move(body)](const Request& request) {
    const bool poisoned = request.body.find("\"poison") != std::string::npos;
    return poisoned ? Answer{.status = status, .body = body} : Answer{};
  };
}

TEST_CASE("AlertmanagerWorker: an alert that is refused harms no other", "[exporters]") {
  struct Case {
    const char* name;
    int status;
    std::string body;
  };

  const Case cases[] = {
      {"a partial accept", 400, R"("\"poison\" is not a valid label name")"},
      {"an unprocessable batch", 422,
       R"({"code":601,"message":"generatorURL must be of type uri"})"},
      {"a parse error", 400, R"({"code":400,"message":"parsing alerts body failed"})"},
      {"a batch too large", 413, "too large"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Bench bench(RefusingPoison(c.status, c.body));
      std::vector<Alert> alerts;
      for (int i = 0; i < 20; ++i) alerts.push_back(Firing(fmt::format("good{}", i)));
      alerts.push_back(Firing("poison1"));
      alerts.push_back(Firing("poison2"));
      bench.Settle(alerts);
      CHECK(bench.telemetry.sent == 20);
      CHECK(bench.telemetry.rejected == 2);
      CHECK(bench.telemetry.failed == 0);
      CHECK(bench.posts() < 25);
      for (int i = 0; i < 20; ++i) {
        CHECK(bench.worker.AcknowledgedAt(alerts[static_cast<std::size_t>(i)].Id()).has_value());
      }
      CHECK(bench.worker.AcknowledgedAt(Firing("poison1").Id()) == std::nullopt);

      const std::size_t tries = bench.PostsOf("poison1");
      const std::size_t posts = bench.posts();
      bench.Step(absl::Minutes(1));
      CHECK(bench.posts() == posts + 1);  // The good ones, in one batch again.
      CHECK(bench.PostsOf("poison1") == tries);
    }
  }
}

TEST_CASE("AlertmanagerWorker: tries a refused alert again, alone, when it changes",
          "[exporters]") {
  std::atomic<bool> strict = true;
  const auto refuse = RefusingPoison(400, R"("bad")");
  Bench bench([&](const Request& request) { return strict ? refuse(request) : Answer{}; });
  Alert poison = Firing("poison");
  bench.Settle({Firing("a"), poison});
  const std::size_t tries = bench.PostsOf("poison");
  poison.annotations["summary"] = "changed";
  bench.Settle({Firing("a"), poison});
  CHECK(bench.PostsOf("poison") == tries);  // Not more often than the good are sent.
  bench.Step(absl::Minutes(1));
  CHECK(bench.PostsOf("poison") == tries + 1);
  CHECK(bench.Post(bench.posts() - 1).size() == 1);
  CHECK(bench.telemetry.rejected == 2);
  strict = false;
  bench.Step(absl::Minutes(1));
  CHECK(bench.PostsOf("poison") == tries + 1);
  poison.annotations["summary"] = "changed again";
  bench.Settle({Firing("a"), poison});
  CHECK(bench.worker.AcknowledgedAt(poison.Id()).has_value());
}

TEST_CASE("AlertmanagerWorker: sends batches of at most 256, pages first", "[exporters]") {
  Bench bench(Fine);
  std::vector<Alert> alerts;
  for (int i = 0; i < 600; ++i) {
    alerts.push_back(Firing(fmt::format("alert{:03}", i)));
    alerts.back().alert_class = i >= 500 ? AlertClass::kPage : AlertClass::kTicket;
  }
  bench.Settle(alerts);
  REQUIRE(bench.posts() == 3);
  CHECK(bench.Post(0).size() == 256);
  CHECK(bench.Post(1).size() == 256);
  CHECK(bench.Post(2).size() == 88);
  CHECK(bench.Post(0)[0]["labels"]["alertname"] == "alert500");
  CHECK(bench.telemetry.sent == 600);
}

TEST_CASE("AlertmanagerWorker: a failure keeps many alerts from being tried one batch at a time",
          "[exporters]") {
  Bench bench([](const Request&) { return Answer{.status = 503}; });
  std::vector<Alert> alerts;
  for (int i = 0; i < 600; ++i) alerts.push_back(Firing(fmt::format("alert{:03}", i)));
  bench.Settle(alerts);
  CHECK(bench.posts() == 1);
}

TEST_CASE("AlertmanagerWorker: tells times in the receiver's clock", "[exporters]") {
  struct Case {
    const char* name;
    absl::Duration difference;
    std::size_t posts;
    const char* starts;
    const char* ends;
  };

  const Case cases[] = {
      {"that is right", {}, 1, "2026-11-21T07:30:00.000Z", "2026-11-21T07:36:00.000Z"},
      {"that is nearly right", absl::Seconds(4), 1, "2026-11-21T07:30:00.000Z",
       "2026-11-21T07:36:00.000Z"},
      {"that is an hour ahead", absl::Hours(1), 2, "2026-11-21T08:30:0", "2026-11-21T08:36:0"},
      {"that is an hour behind", -absl::Hours(1), 2, "2026-11-21T06:30:0", "2026-11-21T06:36:0"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Bench* self = nullptr;
      Bench bench([&](const Request&) {
        return Answer{.date = self->clock.SimulatedClock::TimeNow() + c.difference};
      });
      self = &bench;
      bench.clock.AdvanceTime(absl::Minutes(1));
      bench.Settle({Firing("a")});
      REQUIRE(bench.posts() == c.posts);
      const json alert = bench.Post(c.posts - 1)[0];
      CHECK(alert["startsAt"].get<std::string>().starts_with(c.starts));
      CHECK(alert["endsAt"].get<std::string>().starts_with(c.ends));
      bench.Settle();
      CHECK(bench.posts() == c.posts);
    }
  }
}

TEST_CASE("AlertmanagerWorker: no resolution is ahead of the receiver", "[exporters]") {
  Bench* self = nullptr;
  Bench bench([&](const Request&) {
    return Answer{.date = self->clock.SimulatedClock::TimeNow() - absl::Seconds(4)};
  });
  self = &bench;
  bench.Settle({Firing("a")});
  bench.clock.AdvanceTime(absl::Seconds(30));
  bench.Settle({Resolved("a", kStart + absl::Seconds(30))});
  REQUIRE(bench.posts() == 2);
  const std::string ends = bench.Post(1)[0]["endsAt"];
  CHECK(ends <= "2026-11-21T07:30:26.000Z");
  CHECK(ends > "2026-11-21T07:30:24.000Z");
}

TEST_CASE("AlertmanagerWorker: stopping sends what is due once more", "[exporters]") {
  std::atomic<bool> up = false;
  Bench bench([&](const Request&) { return Answer{.status = up ? 200 : 503}; });
  bench.Settle({Firing("a")});
  up = true;
  bench.worker.Stop(absl::Seconds(10));
  CHECK(bench.telemetry.sent == 1);
  const std::size_t posts = bench.posts();
  bench.worker.Stop(absl::Seconds(10));
  bench.Publish({Firing("b")});
  CHECK(bench.posts() == posts);
}

TEST_CASE("AlertmanagerWorker: stopping is bounded", "[exporters]") {
  Bench bench([](const Request&) { return Answer{.delay = absl::Minutes(5)}; }, absl::Minutes(5));
  bench.Publish({Firing("a")});
  REQUIRE(bench.server.WaitForRequests(1));
  bench.worker.Stop(absl::Milliseconds(50));  // Returning at all is what is tested.
  CHECK(bench.telemetry.sent == 0);
}

TEST_CASE("AlertmanagerWorker: a dead Alertmanager does not delay another", "[exporters]") {
  FakeHttpServer dead([](const Request&) { return Answer{.delay = absl::Minutes(5)}; });
  FakeHttpServer alive(Fine);
  WatchedClock clock(kStart);
  CountingTelemetry telemetry;
  Board board;
  AlertmanagerWorker to_dead(Bench::OptionsFor(dead.url(), absl::Minutes(5)), board, clock,
                             telemetry);
  AlertmanagerWorker to_alive(Bench::OptionsFor(alive.url(), absl::Minutes(5)), board, clock,
                              telemetry);
  board.AddListener([&] {
    to_dead.Wake();
    to_alive.Wake();
  });
  to_dead.Start();
  to_alive.Start();
  for (std::size_t i = 1; i <= 3; ++i) {
    PublishAlerts(board, {Firing(fmt::format("a{}", i))});
    CHECK(alive.WaitForRequests(i));
  }
  CHECK(dead.requests().size() <= 1);
}

}  // namespace
}  // namespace slowburn
