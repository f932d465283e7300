// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/prometheus_source.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/prometheus_json.h"
#include "tests/fakes/fake_http_server.h"

namespace slowburn {
namespace {

using absl::StatusCode;
using Answer = FakeHttpServer::Answer;
using Request = FakeHttpServer::Request;

constexpr std::int64_t kNow = 1795246200;
constexpr char kEmpty[] = R"({"status":"success","data":{"resultType":"matrix","result":[]}})";

// Remembers what it is told.
class RecordingTelemetry : public Telemetry {
 public:
  void OnSourceRequest(std::string_view source, std::string_view code,
                       absl::Duration took) override {
    const std::lock_guard lock(mutex_);
    requests.push_back(fmt::format("{} {}", source, code));
    if (took <= absl::ZeroDuration()) requests.push_back("took no time");
  }

  void OnSourceClockOffset(std::string_view, absl::Duration offset) override {
    const std::lock_guard lock(mutex_);
    offsets.push_back(offset);
  }

  std::vector<std::string> requests;
  std::vector<absl::Duration> offsets;

 private:
  std::mutex mutex_;
};

// A source that reads from a fake server.
struct Fixture {
  explicit Fixture(FakeHttpServer::Handler handler, const std::string& prefix = "")
      : server(std::move(handler)),
        source(NewPrometheusSource(
            "main", {.http = {.url = server.url() + prefix, .timeout = absl::Seconds(2)}}, clock,
            telemetry)) {}

  SimulatedClock clock{absl::FromUnixSeconds(kNow)};
  RecordingTelemetry telemetry;
  FakeHttpServer server;
  std::unique_ptr<Source> source;
};

std::vector<absl::StatusOr<QueryResult>> RunOne(Source& source, const std::string& expr,
                                                absl::Time at) {
  const Query query = {.expr = expr, .at = at};
  return source.Run({&query, 1});
}

TEST_CASE("PrometheusSource: asks for whole answers by POST", "[engine]") {
  Fixture f([](const Request&) { return Answer{.body = kEmpty}; }, "/prefix/");
  const auto results = RunOne(*f.source, "m{a=\"b+c\"}[5m]", absl::FromUnixMillis(kNow * 1000 + 7));
  REQUIRE(results.size() == 1);
  CHECK(results[0].ok());
  const auto requests = f.server.requests();
  REQUIRE(requests.size() == 1);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target == "/prefix/api/v1/query");
  CHECK(requests[0].Header("content-type") == "application/x-www-form-urlencoded");
  CHECK(requests[0].Parameter("query") == "m{a=\"b+c\"}[5m]");
  CHECK(requests[0].Parameter("time") == "1795246200.007");
  CHECK(requests[0].Parameter("timeout") == "1.800");
  CHECK(requests[0].Parameter("partial_response") == "false");
  CHECK(requests[0].Parameter("deny_partial_response") == "1");
  CHECK(requests[0].Parameter("nocache") == "1");
  CHECK(f.telemetry.requests == std::vector<std::string>{"main 200"});
}

TEST_CASE("PrometheusSource: answers in the order of the queries", "[engine]") {
  Fixture f([](const Request& request) {
    const std::string name = request.Parameter("query").value_or("");
    if (name == "q3") return Answer{.status = 503, .body = "Service Unavailable"};
    return Answer{.body = fmt::format(R"({{"status":"success","data":{{"resultType":"vector",)"
                                      R"("result":[{{"metric":{{"q":"{}"}},"value":[1,"2"]}}]}}}})",
                                      name)};
  });
  std::vector<Query> queries;
  for (int i = 0; i < 20; ++i) queries.push_back({.expr = fmt::format("q{}", i), .at = {}});
  const auto results = f.source->Run(queries);
  REQUIRE(results.size() == 20);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (i == 3) {
      CHECK(results[i].status().code() == StatusCode::kUnavailable);
      continue;
    }
    REQUIRE(results[i].ok());
    CHECK(results[i]->series.at(0).labels_json == fmt::format(R"({{"q":"q{}"}})", i));
  }
  CHECK(f.telemetry.requests.size() == 21);  // The one that failed, twice.
  CHECK(f.source->Run({}).empty());
}

TEST_CASE("PrometheusSource: classifies failures", "[engine]") {
  struct Case {
    const char* name;
    Answer answer;
    StatusCode want;
    const char* telemetry;
    std::size_t attempts = 1;
  };

  const Case cases[] = {
      {"an error said to be a success",
       {.body = R"({"status":"error","errorType":"bad_data","error":"x"})"},
       StatusCode::kInvalidArgument,
       "main 200"},
      {"a server that stops",
       {.status = 503, .body = "Service Unavailable"},
       StatusCode::kUnavailable,
       "main 503",
       2},
      {"a parse error of VictoriaMetrics",
       {.status = 422,
        .body = R"({"status":"error","errorType":"422","error":"unparsed data: \"x\""})"},
       StatusCode::kInvalidArgument,
       "main 422"},
      {"a body that is cut off, honestly",
       {.body = std::string(kEmpty).substr(0, 40)},
       StatusCode::kDataLoss,
       "main 200"},
      {"a body that is cut off",
       {.body = kEmpty, .cut_after = 40},
       StatusCode::kUnavailable,
       "main error",
       2},
      {"HTML",
       {.body = "<html>Log in</html>", .content_type = "text/html"},
       StatusCode::kDataLoss,
       "main 200"},
      {"a hang-up", {.hang_up = true}, StatusCode::kUnavailable, "main error", 2},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Fixture f([&](const Request&) { return c.answer; });
      const auto results = RunOne(*f.source, "up", absl::FromUnixSeconds(kNow));
      CHECK(results[0].status().code() == c.want);
      CHECK(f.telemetry.requests == std::vector<std::string>(c.attempts, c.telemetry));
      CHECK(f.source->LabelNames("up", absl::UnixEpoch()).status().code() == c.want);
    }
  }
}

TEST_CASE("PrometheusSource: knows the clock of its server", "[engine]") {
  Fixture f([](const Request& request) {
    Answer answer{.body = kEmpty};
    if (request.Parameter("query") != "dateless") answer.date = absl::FromUnixSeconds(kNow + 90);
    return answer;
  });
  CHECK(f.source->ClockOffset() == std::nullopt);
  RunOne(*f.source, "dateless", absl::FromUnixSeconds(kNow));
  CHECK(f.source->ClockOffset() == std::nullopt);
  RunOne(*f.source, "up", absl::FromUnixSeconds(kNow));
  // The simulated clock stands, so that what is off is what the body took.
  CHECK(f.source->ClockOffset().value() >= absl::Seconds(90));
  CHECK(f.source->ClockOffset().value() < absl::Seconds(91));
  REQUIRE(f.telemetry.offsets.size() == 1);
  CHECK(f.telemetry.offsets[0] >= absl::Seconds(90));
}

TEST_CASE("PrometheusSource: asks for labels", "[engine]") {
  Fixture f([](const Request&) { return Answer{.body = R"({"status":"success","data":["a"]})"}; });
  CHECK(f.source->LabelNames("m{x=\"y\"}", absl::FromUnixSeconds(kNow)).value() ==
        std::vector<std::string>{"a"});
  CHECK(f.source->LabelValues("job", "m{x=\"y\"}", absl::FromUnixSeconds(kNow)).value() ==
        std::vector<std::string>{"a"});
  const auto requests = f.server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[0].method == "POST");
  CHECK(requests[0].target == "/api/v1/labels");
  CHECK(requests[0].Parameter("match[]") == "m{x=\"y\"}");
  CHECK(requests[0].Parameter("start") == "1795246200.000");
  CHECK(requests[1].method == "GET");
  CHECK(requests[1].target.starts_with("/api/v1/label/job/values?"));
  CHECK(requests[1].Parameter("match[]") == "m{x=\"y\"}");
  CHECK(requests[1].Parameter("start") == "1795246200.000");
}

TEST_CASE("PrometheusSource: cancel ends what is in progress", "[engine]") {
  Fixture f([](const Request&) { return Answer{.delay = absl::Minutes(5)}; });
  std::vector<absl::StatusOr<QueryResult>> results;
  std::thread reader([&] { results = RunOne(*f.source, "up", absl::FromUnixSeconds(kNow)); });
  REQUIRE(f.server.WaitForRequests(1));
  f.source->Cancel();
  reader.join();
  CHECK(results.at(0).status().code() == StatusCode::kCancelled);
  CHECK(f.telemetry.requests.empty());
}

// What a server answers to `name`, so that it can be told who said it.
Answer Named(const std::string& name) {
  return {.body = fmt::format(R"({{"status":"success","data":{{"resultType":"vector","result":[{{)"
                              R"("metric":{{"server":"{}"}},"value":[1,"2"]}}]}}}})",
                              name)};
}

// A source with two replicas; what each answers may change.
struct Pair {
  using Handler = std::function<Answer(const Request&)>;

  Pair() {
    settings.http = {.url = a.url(), .timeout = absl::Seconds(1)};
    settings.replicas = {b.url()};
    source = NewPrometheusSource("main", settings, clock, telemetry);
  }

  void Set(int server, Handler handler) {
    const std::lock_guard lock(mutex);
    handlers[server] = std::move(handler);
  }

  Answer Handle(int server, const Request& request) {
    Handler handler;
    {
      const std::lock_guard lock(mutex);
      handler = handlers[server];
    }
    return handler ? handler(request) : Named(server == 0 ? "a" : "b");
  }

  // Runs `queries` queries, q0 and so on: who answered each, `?` for an error.
  std::string Run(int queries) {
    std::vector<Query> all;
    for (int i = 0; i < queries; ++i) all.push_back({.expr = fmt::format("q{}", i), .at = {}});
    std::string out;
    for (const auto& result : source->Run(all)) {
      if (!result.ok()) {
        out += '?';
        continue;
      }
      const std::string server = ParseLabels(result->series.at(0).labels_json)->at("server");
      CHECK(server == (result->replica == 0 ? "a" : "b"));
      out += server;
    }
    return out;
  }

  std::mutex mutex;
  Handler handlers[2];
  FakeHttpServer a{[this](const Request& request) { return Handle(0, request); }};
  FakeHttpServer b{[this](const Request& request) { return Handle(1, request); }};
  SimulatedClock clock{absl::FromUnixSeconds(kNow)};
  RecordingTelemetry telemetry;
  SourceSettings settings;
  std::unique_ptr<Source> source;
};

Pair::Handler Fails(Answer answer) {
  return [answer = std::move(answer)](const Request&) { return answer; };
}

// Only the query `q1` gives `answer`.
Pair::Handler FailsOne(const std::string& server, Answer answer) {
  return [server, answer = std::move(answer)](const Request& request) {
    return request.Parameter("query") == "q1" ? answer : Named(server);
  };
}

TEST_CASE("PrometheusSource: what failed is asked once more", "[engine]") {
  for (const Answer& first :
       {Answer{.hang_up = true}, Answer{.status = 503}, Answer{.status = 429}}) {
    Pair pair;
    std::atomic<int> failures = 1;
    pair.Set(0, [&](const Request& request) {
      const bool fail = request.Parameter("query") == "q1" && failures-- > 0;
      return fail ? first : Named("a");
    });
    CHECK(pair.Run(3) == "aaa");
    CHECK(pair.a.requests().size() == 4);
    CHECK(pair.b.requests().empty());
  }
}

TEST_CASE("PrometheusSource: fails over to the next replica and stays there", "[engine]") {
  struct Case {
    const char* name;
    Pair::Handler first;
  };

  const Case cases[] = {
      {"a server that hangs up", Fails({.hang_up = true})},
      {"a server that stops", Fails({.status = 503, .body = "Service Unavailable"})},
      {"a server that hangs", Fails({.delay = absl::Minutes(5)})},
      {"one failure amid successes", FailsOne("a", {.status = 500})},
      {"an answer cut off", FailsOne("a", {.body = kEmpty, .cut_after = 30})},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Pair pair;
      CHECK(pair.Run(3) == "aaa");
      CHECK(pair.b.requests().empty());
      pair.Set(0, c.first);
      CHECK(pair.Run(3) == "bbb");
      const std::size_t asked = pair.a.requests().size();
      pair.Set(0, nullptr);
      CHECK(pair.Run(3) == "bbb");
      CHECK(pair.a.requests().size() == asked);
      pair.Set(1, Fails({.status = 500}));
      CHECK(pair.Run(3) == "aaa");
    }
  }
}

TEST_CASE("PrometheusSource: a query's own fault is no reason to fail over", "[engine]") {
  for (const Answer& answer :
       {Answer{.status = 400}, Answer{.status = 422}, Answer{.status = 429}, Answer{.status = 403},
        Answer{.status = 503, .body = R"({"status":"error","errorType":"timeout","error":"x"})"},
        Answer{.body = "<html>"}, Answer{.delay = absl::Minutes(5)}}) {
    Pair pair;
    pair.Set(0, FailsOne("a", answer));
    CHECK(pair.Run(3) == "a?a");
    CHECK(pair.b.requests().empty());
  }
}

TEST_CASE("PrometheusSource: when all replicas fail the most complete answers count", "[engine]") {
  Pair pair;
  pair.Set(0, FailsOne("a", {.status = 500}));
  pair.Set(1, FailsOne("b", {.status = 500}));
  CHECK(pair.Run(3) == "a?a");
  pair.Set(0, Fails({.hang_up = true}));
  CHECK(pair.Run(3) == "b?b");
  pair.Set(0, FailsOne("a", {.status = 500}));
  CHECK(pair.Run(3) == "b?b");  // No better than the one that is read.
}

TEST_CASE("PrometheusSource: labels are asked of the replica that works", "[engine]") {
  Pair pair;
  pair.Set(0, Fails({.status = 503}));
  pair.Set(1, Fails({.body = R"({"status":"success","data":["a"]})"}));
  CHECK(pair.source->LabelNames("m", absl::UnixEpoch()).value() == std::vector<std::string>{"a"});
  CHECK(pair.source->LabelValues("job", "m", absl::UnixEpoch()).ok());
  CHECK(pair.a.requests().size() == 2);
}

}  // namespace
}  // namespace slowburn
