// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/fault_proxy.h"

#include <thread>

#include <catch2/catch.hpp>
#include <httplib.h>
#include <nlohmann/json.hpp>

#include "tests/fakes/bad_answers.h"
#include "tests/fakes/fake_http_server.h"
#include "tests/fakes/wait_until.h"

// The proxy does what the tests of faults believe that it does.

namespace slowburn {
namespace {

using httplib::Error;

constexpr char kBody[] =
    R"({"status":"success","data":{"result":[{"value":[1,"2"]},{"values":[[1,"2"]]}]}})";

// A client of a proxy before a server.
struct Line {
  Line() : client(proxy.url()) {
    client.set_keep_alive(true);
    client.set_url_encode(false);
  }

  httplib::Result Get(const Fault& fault) {
    proxy.Set(fault);
    return client.Get("/api?q=a%20b+c");
  }

  FakeHttpServer server{[](const FakeHttpServer::Request& request) -> FakeHttpServer::Answer {
    return {.body = request.method == "POST" ? request.body : kBody,
            .date = absl::FromUnixSeconds(1'795'246'200)};
  }};
  FaultProxy proxy{server.url()};
  httplib::Client client;
};

TEST_CASE("FaultProxy: without a fault it passes on what it gets", "[faults]") {
  Line line;
  const httplib::Result got = line.Get({});
  REQUIRE(got);
  CHECK(got->status == 200);
  CHECK(got->body == kBody);
  CHECK(got->get_header_value("Content-Type") == "application/json");
  CHECK(got->get_header_value("Date") == "Sat, 21 Nov 2026 07:30:00 GMT");
  const std::string large(200'000, 'x');
  const httplib::Result posted = line.client.Post("/", large, "text/plain");
  REQUIRE(posted);
  CHECK(posted->body == large);
  CHECK(line.server.requests()[0].target == "/api?q=a%20b+c");
  CHECK(line.server.requests()[1].Header("content-type") == "text/plain");
  CHECK(line.proxy.requests() == 2);
}

TEST_CASE("FaultProxy: answers in the place of the server", "[faults]") {
  Line line;
  const httplib::Result got = line.Get({.answer = Fault::Answer{503, "<html>", "text/html"}});
  REQUIRE(got);
  CHECK(got->status == 503);
  CHECK(got->body == "<html>");
  CHECK(got->get_header_value("Content-Type") == "text/html");
  CHECK(line.server.requests().empty());
}

TEST_CASE("FaultProxy: changes what the server answers", "[faults]") {
  Line line;
  CHECK(line.Get({.content_type = "text/html"})->get_header_value("Content-Type") == "text/html");
  CHECK(line.Get({.date_offset = -absl::Hours(1)})->get_header_value("Date") ==
        "Sat, 21 Nov 2026 06:30:00 GMT");
  CHECK(line.Get({.body_twice = true})->body == std::string(kBody) + kBody);
  CHECK(line.Get({.rewrite = [](const std::string& body) { return body.substr(0, 3); }})->body ==
        std::string(kBody, 3));
  CHECK(line.Get({.drip = Fault::Drip{30, absl::Milliseconds(1)}})->body == kBody);
  line.proxy.Set({.forward_twice = true});
  const std::size_t before = line.server.requests().size();
  CHECK(line.client.Get("/"));
  CHECK(line.server.requests().size() == before + 2);
}

TEST_CASE("FaultProxy: breaks connections, and is well again after each fault", "[faults]") {
  Line line;
  CHECK(line.Get({.cut = 10}).error() == Error::Read);
  CHECK(line.Get({.reset = true}).error() == Error::Read);
  CHECK(line.Get({.refuse = true}).error() == Error::Connection);
  const httplib::Result got = line.Get({});
  REQUIRE(got);
  CHECK(got->body == kBody);
}

TEST_CASE("FaultProxy: a client that hangs is let go with the fault", "[faults]") {
  Line line;
  line.proxy.Set({.hang = true});
  Error error = Error::Success;
  std::thread asking([&] { error = line.client.Get("/").error(); });
  CHECK(WaitUntil([&] { return line.proxy.requests() == 1; }));
  line.proxy.Set({});
  asking.join();
  CHECK(error == Error::Read);
  CHECK(line.server.requests().empty());
}

TEST_CASE("FaultProxy: a wait ends with the fault", "[faults]") {
  for (const Fault& fault :
       {Fault{.delay = absl::Hours(1)}, Fault{.drip = Fault::Drip{1, absl::Hours(1)}}}) {
    Line line;
    line.proxy.Set(fault);
    std::string body;
    std::thread asking([&] { body = line.client.Get("/")->body; });
    CHECK(WaitUntil([&] { return line.server.requests().size() == 1; }));
    line.proxy.Set({});
    asking.join();
    CHECK(body == kBody);
  }
}

TEST_CASE("FaultProxy: a server that is gone looks gone", "[faults]") {
  FaultProxy proxy("http://127.0.0.1:1");
  CHECK_FALSE(httplib::Client(proxy.url()).Get("/"));
}

TEST_CASE("BadAnswers: what Prometheus says is spoilt, and nothing else", "[faults]") {
  using nlohmann::json;
  const json warned = json::parse(WithWarning(kBody));
  CHECK(warned["warnings"].size() == 1);
  CHECK(warned["data"]["result"].size() == 1);
  const json partial = json::parse(WithPartial(kBody));
  CHECK(partial["isPartial"] == true);
  CHECK(partial["data"]["result"].size() == 1);
  CHECK(json::parse(WithoutSeries(kBody))["data"]["result"] == json::array());
  const json nan = json::parse(WithNaN(kBody))["data"]["result"];
  CHECK(nan[0]["value"] == json({1, "NaN"}));
  CHECK(nan[1]["values"] == json({{1, "NaN"}}));
  for (const char* other : {"<html>", "[]", R"({"status":"error"})", ""}) {
    CHECK(WithWarning(other) == other);
  }
}

}  // namespace
}  // namespace slowburn
