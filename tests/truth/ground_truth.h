// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "rules/label.h"
#include "tests/fakes/fake_prometheus.h"
#include "tests/reference/event_oracle.h"

namespace slowburn {

// The time in (from, to].
struct TruthSpan {
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;
};

// What to make up.  Rates and shares are of each target; 0 leaves a fault out.
struct TruthOptions {
  std::uint64_t seed = 1;
  std::int64_t from_ms = 0;  // Events and scrapes are in (from, to].
  std::int64_t to_ms = 0;
  int targets = 3;  // At a time.

  double requests_per_second = 2;     // Mean over a day, Poisson.
  double diurnal = 0.5;               // How far traffic swings about its mean in a day.
  double error_ratio = 0.0005;        // Outside of bursts.
  std::int64_t burst_ms = 1'200'000;  // Mean time between bursts, which last up to a minute.
  std::vector<TruthSpan> incidents;   // Nine of ten requests fail.

  std::uint64_t scraper = 0;  // Another one scrapes the same service at other times.
  std::int64_t scrape_ms = 15'000;
  std::int64_t scrape_takes_ms = 200;  // A sample is visible when its scrape has ended...
  std::int64_t lag_ms = 0;             // ...and it has been sent on.
  std::int64_t late_ms = 0;            // At most so much later still, each on its own.
  std::int64_t jitter_ms = 0;          // How far a scrape may be off its time.
  double failed_scrapes = 0;
  double duplicates = 0;        // Samples that the store has twice.
  std::vector<TruthSpan> gaps;  // Nobody scraped: Prometheus was down.

  std::int64_t restart_ms = 0;  // Mean time between restarts: on a slot's edge at times, or twice
                                // between two scrapes.
  std::int64_t life_ms = 0;     // Mean life of a target, which another then replaces.
  bool births = false;          // The series of errors begins with the first error of a process.
  double weight = 1;            // What one event adds to its counter.
};

// A service that knows every event it served, and every sample that was scraped of it.
//
// The same options give the same service.  Its counters are `requests_total{code="200|500"}` of job
// `shop`, which begins some time before `from_ms`.
class GroundTruth {
 public:
  explicit GroundTruth(const TruthOptions& options);

  const TruthOptions& options() const { return options_; }

  // The number of events in (from, to].
  EventOracle::Sum Events(std::int64_t from_ms, std::int64_t to_ms) const;

  std::size_t series_count() const { return series_.size(); }

  std::size_t sample_count() const;

  // All samples, for promtool; the duplicates, which it refuses, aside.
  std::string OpenMetrics() const;

  // All samples, for VictoriaMetrics: `name{labels} value ms` lines.
  std::string ImportLines() const;

  // All samples, each visible from its own time on.
  void Fill(FakePrometheus& store) const;

  // The samples after `from_ms`, duplicates aside; events count as 1, whatever their weight.
  void Fill(EventOracle& oracle, std::int64_t from_ms) const;

 private:
  struct Event {
    std::int64_t at_ms = 0;
    bool bad = false;
  };

  struct Scraped {
    std::int64_t at_ms = 0;
    std::int64_t visible_ms = 0;
    std::int64_t events = 0;
    bool twice = false;
  };

  struct Series {
    std::string instance;
    std::string code;
    std::vector<Scraped> samples;

    Labels labels() const;
    std::string Text() const;  // As in an exposition.
  };

  void Live(const std::string& instance, std::int64_t from_ms, std::int64_t to_ms);
  std::vector<Event> Serve(std::int64_t from_ms, std::int64_t to_ms);
  std::vector<std::int64_t> Restarts(std::int64_t from_ms, std::int64_t to_ms);
  std::vector<std::int64_t> Scrapes(std::int64_t from_ms, std::int64_t to_ms);
  Scraped Scrape(std::int64_t at_ms, std::int64_t events);

  TruthOptions options_;
  std::mt19937_64 service_;         // What happens.
  std::mt19937_64 scraper_;         // When it is looked at.
  std::vector<std::int64_t> good_;  // Times of events, ascending.
  std::vector<std::int64_t> bad_;
  std::vector<Series> series_;
};

}  // namespace slowburn
