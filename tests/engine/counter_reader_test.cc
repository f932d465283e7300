// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/counter_reader.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/engine/bench.h"

namespace slowburn {
namespace {

// Refuses queries that name more than `most` jobs.
class LimitedStore : public FakePrometheus {
 public:
  std::vector<absl::StatusOr<QueryResult>> Run(std::span<const Query> queries) override {
    std::vector<absl::StatusOr<QueryResult>> results = FakePrometheus::Run(queries);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      const auto bars = std::count(queries[i].expr.begin(), queries[i].expr.end(), '|');
      if (bars >= most) results[i] = refusal;
    }
    return results;
  }

  std::int64_t most = INT64_MAX;
  absl::Status refusal = absl::ResourceExhaustedError("too many samples");
};

// Many SLOs, each of its own job, with total and errors.
class ReaderBench {
 public:
  explicit ReaderBench(int jobs) : reader({"default", kGrid, {}}, store, telemetry) {
    for (std::int64_t k = slot - 20; k < slot; ++k) columns.Append(k);
    for (int i = 0; i < jobs; ++i) {
      const Selector total = *ParseSelector(fmt::format(R"(requests_total{{job="{:02}"}})", i));
      CounterPlan plan;
      plan.terms = {{.selector = total, .total = 1},
                    {.selector = With(total, {"code", Matcher::Op::kEqual, "500"}), .bad = 1}};
      meters.push_back(std::make_unique<CounterMeter>(plan, kGrid, columns));
      meters.back()->Begin(kGrid.Horizon(slot - 20));
      for (const char* code : {"200", "500"}) {
        for (std::int64_t at = kStart - 900'000; at <= kStart + 900'000; at += 15'000) {
          store.Add({{"__name__", "requests_total"},
                     {"job", fmt::format("{:02}", i)},
                     {"instance", "a"},
                     {"code", code}},
                    at, static_cast<double>(at / 15'000 % 1'000'000 * (i + 1)));
        }
      }
    }
    std::vector<CounterMeter*> pointers;
    for (const auto& meter : meters) pointers.push_back(meter.get());
    reader.SetMeters(pointers);
  }

  std::vector<absl::Status> Read(const std::vector<std::size_t>& which) {
    columns.Append(slot);
    store.asked.clear();
    std::vector<absl::Status> statuses = reader.Read(slot, which);
    for (const auto& meter : meters) meter->MoveTo(slot);
    ++slot;
    return statuses;
  }

  std::vector<std::size_t> All() const {
    std::vector<std::size_t> all(meters.size());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    return all;
  }

  WindowCounts Counts(std::size_t meter) const {
    return meters[meter]->Read(0, absl::Minutes(5), WindowEnd::kSealed).counts;
  }

  LimitedStore store;
  Telemetry telemetry;
  Columns columns{{10, 60}};
  std::int64_t slot = kStart / kGrid.step_ms;
  std::vector<std::unique_ptr<CounterMeter>> meters;
  CounterReader reader;
};

TEST_CASE("CounterReader: one query brings each meter its own", "[engine]") {
  ReaderBench bench(7);
  for (int i = 0; i < 3; ++i) {
    for (const absl::Status& status : bench.Read(bench.All())) REQUIRE(status.ok());
    CHECK(bench.store.asked.size() == 1);
  }
  for (std::size_t i = 0; i < 7; ++i) {
    const auto step = static_cast<std::int64_t>(i + 1);
    CHECK(bench.Counts(i).total == 20 * 2 * step);
    CHECK(bench.Counts(i).bad == 20 * step);
  }
}

TEST_CASE("CounterReader: who is far behind is read for apart", "[engine]") {
  ReaderBench bench(5);
  REQUIRE(bench.Read({0, 1, 2, 3})[0].ok());
  for (int i = 0; i < 10; ++i) bench.Read({0, 1, 2, 3});
  CHECK(bench.store.asked.size() == 1);
  CHECK(bench.store.asked[0].expr.find("04") == std::string::npos);
  REQUIRE(bench.Read(bench.All())[4].ok());
  REQUIRE(bench.store.asked.size() == 2);
  CHECK(bench.store.asked[0].expr.find("00|01|02|03") != std::string::npos);
  CHECK(bench.store.asked[1].expr.find("job=\"04\"") != std::string::npos);
  CHECK(bench.Counts(4).total == 20 * 2 * 5);
}

TEST_CASE("CounterReader: what is refused is asked in halves", "[engine]") {
  ReaderBench bench(8);
  bench.store.most = 2;  // Two jobs at a time.
  for (const absl::Status& status : bench.Read(bench.All())) REQUIRE(status.ok());
  CHECK(bench.store.asked.size() == 1 + 2 + 4);
  CHECK(bench.reader.query_count() == 4);
  // The size that works is kept.
  for (const absl::Status& status : bench.Read(bench.All())) REQUIRE(status.ok());
  CHECK(bench.store.asked.size() == 4);
  for (std::size_t i = 0; i < 8; ++i) {
    CHECK(bench.Counts(i).total == 20 * 2 * static_cast<std::int64_t>(i + 1));
  }
}

TEST_CASE("CounterReader: a time-out is asked in halves the next time", "[engine]") {
  ReaderBench bench(4);
  bench.store.most = 2;
  bench.store.refusal = absl::DeadlineExceededError("timed out");
  for (const absl::Status& status : bench.Read(bench.All())) REQUIRE_FALSE(status.ok());
  CHECK(bench.store.asked.size() == 1);
  for (const absl::Status& status : bench.Read(bench.All())) REQUIRE(status.ok());
  CHECK(bench.Counts(3).total == 20 * 2 * 4);
}

TEST_CASE("CounterReader: what can't be halved fails alone", "[engine]") {
  ReaderBench bench(4);
  bench.store.most = 0;
  for (const absl::Status& status : bench.Read(bench.All())) {
    CHECK(absl::IsResourceExhausted(status));
  }
  CHECK(bench.reader.query_count() == 4);
  bench.store.most = 1;
  for (const absl::Status& status : bench.Read(bench.All())) REQUIRE(status.ok());
  CHECK(bench.Counts(3).total == 20 * 2 * 4);
}

TEST_CASE("CounterReader: another meter takes a place", "[engine]") {
  ReaderBench bench(3);
  bench.Read(bench.All());
  auto other = std::make_unique<CounterMeter>(bench.meters[1]->plan(), kGrid, bench.columns);
  other->Begin(kGrid.Horizon(bench.slot - 5));
  bench.meters[1] = std::move(other);
  bench.reader.Replace(1, bench.meters[1].get());
  REQUIRE(bench.Read(bench.All())[1].ok());
  const auto counted = bench.meters[1]->group(0).total_events;
  CHECK(counted == 5 * 2 * 2 * 2);
}

TEST_CASE("CounterReader: a new target counts from zero when its process began lately",
          "[engine]") {
  struct Case {
    const char* name;
    std::int64_t started;  // 0: the target does not tell.
    std::int64_t want;
  };

  const std::int64_t appears = kStart - 30'000;
  const Case cases[] = {
      {"no start time", 0, 20},
      {"long before", kStart - 86'400'000, 20},
      {"just before its first scrape", appears - 4'000, 520},
      {"two scrapes before", appears - 28'000, 520},
      {"after its first scrape, so another process", appears + 4'000, 20},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      ReaderBench bench(1);
      for (int i = 0; i < 3; ++i) {
        const std::int64_t at = appears + i * 15'000;
        bench.store.Add(
            {{"__name__", "requests_total"}, {"job", "00"}, {"instance", "pod"}, {"code", "500"}},
            at, 500 + i * 10);
        if (c.started == 0) continue;
        bench.store.Add(
            {{"__name__", "process_start_time_seconds"}, {"job", "00"}, {"instance", "pod"}}, at,
            static_cast<double>(c.started) / 1000);
      }
      ReaderBench without(1);
      for (ReaderBench* each : {&bench, &without}) {
        REQUIRE(each->Read({0})[0].ok());
        REQUIRE(each->Read({0})[0].ok());
      }
      CHECK(bench.Counts(0).bad - without.Counts(0).bad == c.want);
      CHECK(bench.Counts(0).total - without.Counts(0).total == c.want);
      CHECK(without.store.asked.size() == 1);
    }
  }
}

}  // namespace
}  // namespace slowburn
