// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/state_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/engine/state_bench.h"

namespace slowburn {
namespace {

StateReport SampleReport() {
  StateReport report;
  report.summary.path = "/var/lib/slowburn/slowburn.db";
  report.summary.bytes = 12'345'678;
  report.summary.schema_version = 1;
  report.summary.sources = {{"default", 2, 304, 5, 9}, {"eu\n", 1, 1}};
  report.times["default"] = {StateTime(), StateTime() - absl::Hours(1), StateTime()};
  report.summary.firing = SampleDelta().alerts;
  report.summary.firing.pop_back();
  report.summary.definitions = 3;
  report.summary.deliveries = 1;
  report.summary.events = 2;
  report.events = SampleDelta().events;
  report.events.push_back({StateTime(), "load", "", "", "", "", "", "two\nlines"});
  return report;
}

TEST_CASE("StateText: says what is kept and what fires", "[exporters]") {
  CHECK(StateText(SampleReport()) ==
        "/var/lib/slowburn/slowburn.db: 12.3 MB, schema version 1\n"
        "integrity: good\n"
        "source default: 2 SLOs, 304 columns from 2026-03-01T01:26:30Z to 2026-03-01T02:26:30Z, "
        "saved at 2026-03-01T02:26:30Z\n"
        "source eu\\n: 1 SLO, 1 column\n"
        "kept: 3 definitions, deliveries of 1 alert, 2 events, 0 hours\n"
        "firing:\n"
        "  since 2026-03-01T02:26:30Z shop/availability region=eu page\n"
        "latest events:\n"
        "  2026-03-01T02:26:30Z alert shop/availability region=eu page pending -> firing "
        "burn(1h)=25.1\n"
        "  2026-03-01T02:26:30Z load two\\nlines\n");
}

TEST_CASE("StateText: an empty and damaged state", "[exporters]") {
  StateReport report;
  report.summary.path = "s/slowburn.db";
  report.summary.bytes = 4096;
  report.integrity = absl::DataLossError("a row is missing");
  CHECK(StateText(report) ==
        "s/slowburn.db: 4.1 kB, schema version 0\n"
        "integrity: DAMAGED: a row is missing\n"
        "kept: 0 definitions, deliveries of 0 alerts, 0 events, 0 hours\n"
        "firing: nothing\n");
  const auto json = nlohmann::json::parse(StateJson(report));
  CHECK(json["integrity"] == "damaged");
  CHECK(json["damage"] == "a row is missing");
}

TEST_CASE("StateJson: the same for machines", "[exporters]") {
  const auto json = nlohmann::json::parse(StateJson(SampleReport()));
  CHECK(json["bytes"] == 12'345'678);
  CHECK(json["integrity"] == "good");
  CHECK(json["sources"][0]["columns"] == 304);
  CHECK(json["sources"][0]["saved_slot"] == "2026-03-01T02:26:30.000Z");
  CHECK(json["sources"][1]["saved_slot"].is_null());
  CHECK(json["firing"][0]["starts_at"] == "2026-03-01T02:26:30.000Z");
  CHECK(json["firing"][0]["class"] == "page");
  CHECK(json["events"][0]["to"] == "firing");
  CHECK(json["event_count"] == 2);
}

}  // namespace
}  // namespace slowburn
