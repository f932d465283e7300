// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/truth/ground_truth.h"

#include <cmath>

#include <catch2/catch.hpp>

#include "tests/truth/replay.h"
#include "tests/truth/scenarios.h"

namespace slowburn {
namespace {

constexpr std::int64_t kHour = 3600'000;

TruthOptions Hours(std::int64_t hours) {
  return {.from_ms = kStart, .to_ms = kStart + hours * kHour};
}

TEST_CASE("GroundTruth: the same options give the same service", "[truth]") {
  const TruthOptions options = AllFaults(3, kStart + kHour).options;
  const std::string text = GroundTruth(options).ImportLines();
  CHECK(text == GroundTruth(options).ImportLines());
  TruthOptions other = options;
  other.seed = 4;
  CHECK(text != GroundTruth(other).ImportLines());
}

TEST_CASE("GroundTruth: traffic and errors are what was asked for", "[truth]") {
  TruthOptions options = Hours(24);
  options.burst_ms = 100 * kHour;
  options.error_ratio = 0.01;
  const GroundTruth truth(options);
  const EventOracle::Sum day = truth.Events(options.from_ms, options.to_ms);
  const double expected = 3 * 2 * 24 * 3600;
  CHECK(static_cast<double>(day.total) == Approx(expected).epsilon(0.01));
  CHECK(static_cast<double>(day.bad) == Approx(expected / 100).epsilon(0.1));
  const auto in_hour_to = [&](std::int64_t hour) {
    // Traffic is highest at six and lowest at eighteen, UTC.
    const std::int64_t midnight = (kStart / (24 * kHour) + 1) * 24 * kHour;
    return truth.Events(midnight + (hour - 1) * kHour, midnight + hour * kHour).total;
  };
  CHECK(in_hour_to(7) > 2 * in_hour_to(19));
}

TEST_CASE("GroundTruth: where nothing fails the samples show every event", "[truth]") {
  TruthOptions options = Hours(3);
  options.scrape_ms = 1000;
  const GroundTruth truth(options);
  const SlotGrid grid;
  EventOracle oracle(grid, kStart + kHour, 2000);
  truth.Fill(oracle, kStart);
  // At the edges of scrapes; each target's are within a second.
  const std::int64_t until = kStart + 2 * kHour;
  const EventOracle::Sum shown = oracle.Count(0, INT64_MAX, until);
  CHECK(shown.total >= truth.Events(kStart + kHour, until - 1000).total);
  CHECK(shown.total <= truth.Events(kStart + kHour - 1000, until).total);
  CHECK(shown.bad >= truth.Events(kStart + kHour, until - 1000).bad);
  CHECK(shown.bad <= truth.Events(kStart + kHour - 1000, until).bad);
}

TEST_CASE("GroundTruth: faults are there", "[truth]") {
  const GroundTruth steady(Hours(3));
  const auto with = [](auto change) {
    TruthOptions options = Hours(3);
    change(options);
    return GroundTruth(options);
  };
  const std::size_t samples = steady.sample_count();
  const double half = static_cast<double>(samples) / 2;
  CHECK(samples == 2 * 3 * 3 * 240);
  CHECK(steady.series_count() == 6);

  const auto failing = with([](TruthOptions& o) { o.failed_scrapes = 0.5; });
  CHECK(static_cast<double>(failing.sample_count()) == Approx(half).epsilon(0.05));
  const auto gap = with([](TruthOptions& o) { o.gaps = {{kStart, kStart + kHour}}; });
  CHECK(gap.sample_count() == samples * 2 / 3);
  const auto born = with([](TruthOptions& o) {
    o.births = true;
    o.restart_ms = 600'000;
  });
  CHECK(born.sample_count() < samples);
  const auto churn = with([](TruthOptions& o) { o.life_ms = 600'000; });
  CHECK(churn.series_count() > 60);

  const auto values = [](const GroundTruth& truth) {
    FakePrometheus store;
    truth.Fill(store);
    return store.Range(*ParseSelector("requests_total"), kStart, kStart + 4 * kHour);
  };
  std::size_t resets = 0;
  const QueryResult restarted = values(with([](TruthOptions& o) { o.restart_ms = 600'000; }));
  for (const QueryResult::Series& series : restarted.series) {
    for (std::size_t i = 1; i < series.samples.size(); ++i) {
      if (series.samples[i].value < series.samples[i - 1].value) ++resets;
    }
  }
  CHECK(resets > 50);
  std::size_t fractions = 0;
  std::size_t doubled = 0;
  const QueryResult odd = values(with([](TruthOptions& o) {
    o.weight = 0.375;
    o.duplicates = 0.5;
  }));
  for (const QueryResult::Series& series : odd.series) {
    for (std::size_t i = 1; i < series.samples.size(); ++i) {
      if (series.samples[i].value != std::floor(series.samples[i].value)) ++fractions;
      if (series.samples[i] == series.samples[i - 1]) ++doubled;
    }
  }
  CHECK(fractions > samples / 2);
  CHECK(static_cast<double>(doubled) == Approx(half).epsilon(0.1));
}

}  // namespace
}  // namespace slowburn
