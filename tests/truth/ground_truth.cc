// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/truth/ground_truth.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace slowburn {
namespace {

constexpr std::int64_t kDayMs = 24 * 3600'000;
constexpr std::int64_t kLongestBurstMs = 60'000;
constexpr double kIncidentRatio = 0.9;
constexpr std::int64_t kOldestCounter = 100'000;

bool Within(const std::vector<TruthSpan>& spans, std::int64_t at_ms) {
  return std::any_of(spans.begin(), spans.end(), [at_ms](const TruthSpan& span) {
    return at_ms > span.from_ms && at_ms <= span.to_ms;
  });
}

std::int64_t CountIn(const std::vector<std::int64_t>& times, std::int64_t from_ms,
                     std::int64_t to_ms) {
  return std::upper_bound(times.begin(), times.end(), to_ms) -
         std::upper_bound(times.begin(), times.end(), from_ms);
}

double Random(std::mt19937_64& generator, double below) {
  return std::uniform_real_distribution<double>(0, below)(generator);
}

std::int64_t RandomMs(std::mt19937_64& generator, std::int64_t below_ms) {
  return std::uniform_int_distribution<std::int64_t>(0, below_ms - 1)(generator);
}

std::int64_t Exponential(std::mt19937_64& generator, double mean_ms) {
  return 1 + std::llround(std::exponential_distribution<double>(1 / mean_ms)(generator));
}

}  // namespace

Labels GroundTruth::Series::labels() const {
  return {{"__name__", "requests_total"}, {"job", "shop"}, {"instance", instance}, {"code", code}};
}

std::string GroundTruth::Series::Text() const {
  return fmt::format(R"(requests_total{{code="{}",instance="{}",job="shop"}})", code, instance);
}

GroundTruth::GroundTruth(const TruthOptions& options)
    : options_(options), service_(options.seed), scraper_(options.seed * 1000 + options.scraper) {
  for (int i = 0; i < options.targets; ++i) {
    std::int64_t from = options.from_ms;
    for (int life = 0; from < options.to_ms; ++life) {
      std::int64_t to = options.to_ms;
      if (options.life_ms > 0) {
        to = std::min(to, from + Exponential(service_, static_cast<double>(options.life_ms)));
      }
      Live(fmt::format("pod{}-{}", i, life), from, to);
      if (to == options.to_ms) break;
      // The next one comes up while this one ends, or a while after.
      from = std::max(from + 1, to + RandomMs(service_, 90'000) - 30'000);
    }
  }
  std::sort(good_.begin(), good_.end());
  std::sort(bad_.begin(), bad_.end());
}

// Arrivals at the peak's rate, of which those are kept that fall into the rate of their time.
std::vector<GroundTruth::Event> GroundTruth::Serve(std::int64_t from_ms, std::int64_t to_ms) {
  std::vector<Event> events;
  const double peak = options_.requests_per_second * (1 + options_.diurnal) / 1000;
  std::int64_t burst_from = from_ms + Exponential(service_, static_cast<double>(options_.burst_ms));
  std::int64_t burst_to = burst_from + 1 + RandomMs(service_, kLongestBurstMs);
  double burst_ratio = 0.2 + Random(service_, 0.7);
  double at = static_cast<double>(from_ms);
  while (true) {
    at += std::exponential_distribution<double>(peak)(service_);
    const std::int64_t at_ms = static_cast<std::int64_t>(std::ceil(at));
    if (at_ms > to_ms) return events;
    const double of_day = static_cast<double>(at_ms % kDayMs) / kDayMs;
    const double swing = 1 + options_.diurnal * std::sin(2 * std::numbers::pi * of_day);
    if (Random(service_, 1 + options_.diurnal) > swing) continue;
    while (at_ms > burst_to) {
      burst_from = burst_to + Exponential(service_, static_cast<double>(options_.burst_ms));
      burst_to = burst_from + 1 + RandomMs(service_, kLongestBurstMs);
      burst_ratio = 0.2 + Random(service_, 0.7);
    }
    double ratio = at_ms > burst_from ? burst_ratio : options_.error_ratio;
    if (Within(options_.incidents, at_ms)) ratio = kIncidentRatio;
    events.push_back({at_ms, Random(service_, 1) < ratio});
  }
}

std::vector<std::int64_t> GroundTruth::Restarts(std::int64_t from_ms, std::int64_t to_ms) {
  std::vector<std::int64_t> restarts;
  if (options_.restart_ms == 0) return restarts;
  std::int64_t at = from_ms;
  while (true) {
    at += Exponential(service_, static_cast<double>(options_.restart_ms));
    if (at > to_ms) return restarts;
    // The edges of slots, of their horizons and of many scrapes are multiples of 15 s.
    if (Random(service_, 3) < 1) {
      at = std::max(at / 15'000 * 15'000 + RandomMs(service_, 3) - 1, from_ms + 1);
    }
    restarts.push_back(at);
    if (Random(service_, 4) < 1) at += 1 + RandomMs(service_, options_.scrape_ms);
    if (at > restarts.back() && at <= to_ms) restarts.push_back(at);
  }
}

std::vector<std::int64_t> GroundTruth::Scrapes(std::int64_t from_ms, std::int64_t to_ms) {
  std::vector<std::int64_t> scrapes;
  // Some are scraped on the edges of slots.
  const std::int64_t phase = Random(scraper_, 4) < 1 ? 0 : RandomMs(scraper_, options_.scrape_ms);
  std::int64_t due = from_ms / options_.scrape_ms * options_.scrape_ms + phase;
  for (; due <= to_ms; due += options_.scrape_ms) {
    std::int64_t at = due;
    if (options_.jitter_ms > 0) {
      at += RandomMs(scraper_, 2 * options_.jitter_ms + 1) - options_.jitter_ms;
    }
    if (at <= from_ms || at > to_ms || Random(scraper_, 1) < options_.failed_scrapes) continue;
    if (!Within(options_.gaps, at)) scrapes.push_back(at);
  }
  return scrapes;
}

GroundTruth::Scraped GroundTruth::Scrape(std::int64_t at_ms, std::int64_t events) {
  std::int64_t visible = at_ms + options_.scrape_takes_ms + options_.lag_ms;
  if (options_.late_ms > 0) visible += RandomMs(scraper_, options_.late_ms + 1);
  return {at_ms, visible, events, Random(scraper_, 1) < options_.duplicates};
}

// One target, from its first process to the end of its last.
void GroundTruth::Live(const std::string& instance, std::int64_t from_ms, std::int64_t to_ms) {
  const std::vector<Event> events = Serve(from_ms, to_ms);
  for (const Event& event : events) (event.bad ? bad_ : good_).push_back(event.at_ms);
  std::vector<std::int64_t> restarts = Restarts(from_ms, to_ms);
  restarts.push_back(INT64_MAX);

  Series good = {instance, "200", {}};
  Series bad = {instance, "500", {}};
  const bool was_there = from_ms == options_.from_ms;
  std::int64_t good_events = was_there ? RandomMs(service_, kOldestCounter) : 0;
  std::int64_t bad_events =
      was_there && !options_.births ? RandomMs(service_, kOldestCounter / 100) : 0;
  std::size_t next = 0;
  std::size_t restart = 0;
  // Whatever happened until `at`, in the order in which it did.
  const auto pass = [&](std::int64_t at) {
    for (; next < events.size() && events[next].at_ms <= at; ++next) {
      ++(events[next].bad ? bad_events : good_events);
    }
  };
  for (const std::int64_t at : Scrapes(from_ms, to_ms)) {
    for (; restarts[restart] <= at; ++restart) {
      pass(restarts[restart]);
      good_events = bad_events = 0;
    }
    pass(at);
    good.samples.push_back(Scrape(at, good_events));
    if (!options_.births || bad_events > 0) bad.samples.push_back(Scrape(at, bad_events));
  }
  for (Series* series : {&good, &bad}) {
    if (!series->samples.empty()) series_.push_back(std::move(*series));
  }
}

EventOracle::Sum GroundTruth::Events(std::int64_t from_ms, std::int64_t to_ms) const {
  const std::int64_t bad = CountIn(bad_, from_ms, to_ms);
  return {bad, bad + CountIn(good_, from_ms, to_ms)};
}

std::size_t GroundTruth::sample_count() const {
  std::size_t count = 0;
  for (const Series& series : series_) count += series.samples.size();
  return count;
}

std::string GroundTruth::OpenMetrics() const {
  std::string text = "# TYPE requests counter\n";
  for (const Series& series : series_) {
    const std::string name = series.Text();
    for (const Scraped& sample : series.samples) {
      text += fmt::format("{} {} {}.{:03}\n", name,
                          static_cast<double>(sample.events) * options_.weight, sample.at_ms / 1000,
                          sample.at_ms % 1000);
    }
  }
  return text + "# EOF\n";
}

std::string GroundTruth::ImportLines() const {
  std::string text;
  for (const Series& series : series_) {
    const std::string name = series.Text();
    for (const Scraped& sample : series.samples) {
      const std::string line = fmt::format(
          "{} {} {}\n", name, static_cast<double>(sample.events) * options_.weight, sample.at_ms);
      text += line;
      if (sample.twice) text += line;
    }
  }
  return text;
}

void GroundTruth::Fill(FakePrometheus& store) const {
  for (const Series& series : series_) {
    const Labels labels = series.labels();
    for (const Scraped& sample : series.samples) {
      const double value = static_cast<double>(sample.events) * options_.weight;
      store.Add(labels, sample.at_ms, value, sample.visible_ms);
      if (sample.twice) store.Add(labels, sample.at_ms, value, sample.visible_ms);
    }
  }
}

void GroundTruth::Fill(EventOracle& oracle, std::int64_t from_ms) const {
  for (const Series& series : series_) {
    const std::string name = series.Text();
    for (const Scraped& sample : series.samples) {
      if (sample.at_ms <= from_ms) continue;
      oracle.Add(series.instance, name, series.code == "500", sample.at_ms, sample.events);
    }
  }
}

}  // namespace slowburn
