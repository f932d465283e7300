// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/sloth_guard.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/io/prometheus_source.h"
#include "tests/fakes/fake_prometheus.h"
#include "tests/fakes/test_server.h"
#include "tests/fakes/wait_until.h"

namespace slowburn {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

// A guard over sources that a test changes, and all that it said.
struct Bench {
  explicit Bench(std::vector<std::string> names) {
    std::map<std::string, std::unique_ptr<Source>> sources;
    for (const std::string& name : names) {
      auto fake = std::make_unique<FakePrometheus>();
      fakes[name] = fake.get();
      sources[name] = std::move(fake);
    }
    guard = std::make_unique<SlothGuard>(std::move(sources), "slowburn", clock,
                                         [this](bool allowed) { said.push_back(allowed); });
  }

  void SetForeign(const std::string& name, bool foreign) {
    fakes[name]->evaluate = [foreign](const std::string&, absl::Time) {
      return foreign ? std::optional<double>(3) : std::nullopt;
    };
  }

  SimulatedClock clock{kNow};
  std::map<std::string, FakePrometheus*> fakes;
  std::vector<bool> said;
  std::unique_ptr<SlothGuard> guard;
};

using Said = std::vector<bool>;

TEST_CASE("SlothGuard: allows what no source has from elsewhere", "[engine]") {
  Bench bench({"a", "b"});
  CHECK(bench.guard->Ask() == absl::Hours(1));
  CHECK(bench.said == Said{true});
  CHECK(bench.fakes["a"]->asked.size() == 1);
  CHECK(bench.fakes["b"]->asked.size() == 1);
}

TEST_CASE("SlothGuard: follows what comes and goes", "[engine]") {
  Bench bench({"a", "b"});
  bench.SetForeign("b", true);
  bench.guard->Ask();
  CHECK(bench.said.empty());  // It was not allowed before either.
  bench.SetForeign("b", false);
  bench.guard->Ask();
  CHECK(bench.said == Said{true});
  bench.SetForeign("a", true);
  bench.guard->Ask();
  CHECK(bench.said == Said{true, false});
}

TEST_CASE("SlothGuard: allows nothing before each source has answered", "[engine]") {
  Bench bench({"a", "b"});
  bench.fakes["b"]->failure = absl::UnavailableError("down");
  CHECK(bench.guard->Ask() == absl::Minutes(1));
  CHECK(bench.said.empty());
  bench.fakes["b"]->failure = absl::OkStatus();
  CHECK(bench.guard->Ask() == absl::Hours(1));
  CHECK(bench.said == Said{true});
}

TEST_CASE("SlothGuard: an outage of a source changes nothing", "[engine]") {
  Bench bench({"a"});
  const bool foreign = GENERATE(false, true);
  bench.SetForeign("a", foreign);
  bench.guard->Ask();
  const Said before = bench.said;
  bench.fakes["a"]->failure = absl::UnavailableError("down");
  CHECK(bench.guard->Ask() == absl::Minutes(1));
  CHECK(bench.said == before);
}

TEST_CASE("SlothGuard: stops at once", "[engine]") {
  Bench bench({"a"});
  bench.guard->Start();
  bench.guard->Stop();
  bench.guard->Stop();
}

TEST_CASE("SlothGuard: tells our own series in a real Prometheus from those of others",
          "[engine]") {
  const std::string ours =
      "sloth_slo_info{sloth_id=\"a-b\",sloth_mode=\"slowburn\",job=\"s\",instance=\"i\"} 1 {0}\n";
  const std::string our_ratio =
      "slo:sli_error:ratio_rate5m{sloth_id=\"a-b\",job=\"s\",instance=\"i\"} 0.5 {0}\n";
  const std::string foreign =
      "sloth_slo_info{sloth_id=\"a-b\",sloth_mode=\"cli-gen-prom\"} 1 {0}\n";
  const std::string foreign_ratio = "slo:sli_error:ratio_rate5m{sloth_id=\"a-b\"} 0.5 {0}\n";

  struct Case {
    const char* name;
    std::string info;
    std::string ratio;
    bool want;
  };

  const Case cases[] = {
      {"nothing", "up 1 {0}\n", "", false},
      {"ours", ours, our_ratio, false},
      {"Sloth's", foreign, foreign_ratio, true},
      {"Sloth's without its metadata", "", foreign_ratio, true},
      {"both", ours + foreign, our_ratio + foreign_ratio, true},
      {"ours, and ratios of rules without metadata", ours, our_ratio + foreign_ratio, true},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      std::string text;
      const auto add = [&](std::string samples) {
        const std::string when = fmt::format("{}", absl::ToUnixSeconds(kNow));
        for (std::size_t at; (at = samples.find("{0}")) != std::string::npos;) {
          samples.replace(at, 3, when);
        }
        text += samples;
      };
      if (!c.info.empty()) add("# TYPE sloth_slo_info gauge\n" + c.info);
      if (!c.ratio.empty()) add("# TYPE slo:sli_error:ratio_rate5m gauge\n" + c.ratio);
      if (c.info.starts_with("up")) text = text.substr(text.find('\n') + 1);
      const auto server = TestServer::StartPrometheus({.openmetrics = text + "# EOF\n"});
      if (server == nullptr) {
        WARN("skipped: prometheus is not installed");
        return;
      }
      SimulatedClock clock(kNow);
      Telemetry telemetry;
      const auto source =
          NewPrometheusSource("main", {.http = {.url = server->url()}}, clock, telemetry);
      const absl::StatusOr<bool> has = HasSlothSeriesOfOthers(*source, "slowburn", kNow);
      REQUIRE(has.ok());
      CHECK(*has == c.want);
    }
  }
}

}  // namespace
}  // namespace slowburn
