// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <fstream>
#include <map>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/conformance.h"
#include "tests/engine/bench.h"

namespace slowburn {
namespace {

constexpr std::int64_t kScrapeMs = 10'000;
constexpr double kTick = 30;
constexpr double kScrape = 10;
constexpr double kEdge = 1.0 / 60;  // Of a window, at most, by which its edge may be off.

struct TierTimes {
  std::optional<double> fired;    // Seconds from the incident's start.
  std::optional<double> cleared;  // Seconds from its end, of sealed data.
};

// Runs one step incident from a clean history, and times each tier by its letter, A to D.
std::map<char, TierTimes> RunIncident(double error_ratio, std::int64_t duration_ms,
                                      std::int64_t until_ms) {
  EvaluatorBench bench(absl::Hours(80));
  bench.Run(TestSlo());
  constexpr double kEvents = 10'000'000;  // Each scrape: enough for exact ratios.
  bench.fed_ms = kStart - 82 * 3600'000;
  bench.Traffic(kStart + 600'000, kEvents, 0, kScrapeMs);
  bench.StepUntil(kStart + 600'000);
  const std::int64_t begin_ms = bench.fed_ms;
  const std::int64_t end_ms = begin_ms + duration_ms;
  bench.Traffic(end_ms, kEvents, kEvents * error_ratio, kScrapeMs);
  bench.Traffic(end_ms + until_ms, kEvents, 0, kScrapeMs);

  std::map<char, TierTimes> times;
  while (kGrid.TimeOf(bench.slot) <= end_ms + until_ms) {
    const SourceSnapshot& snapshot = bench.Step();
    const double now = static_cast<double>(absl::ToUnixMillis(snapshot.at) - begin_ms) / 1000;
    const double sealed =
        static_cast<double>(absl::ToUnixMillis(snapshot.sealed_until) - end_ms) / 1000;
    for (std::size_t i = 0; i < 4; ++i) {
      TierTimes& tier = times[static_cast<char>('A' + i)];
      const AlertState state = snapshot.slos[0].groups[0].tiers[i].state.state;
      if (state == AlertState::kFiring && !tier.fired) tier.fired = now;
      if (state == AlertState::kResolved && !tier.cleared) tier.cleared = sealed;
    }
  }
  return times;
}

TEST_CASE("Burn vectors: tiers fire and clear when the mathematics says", "[engine]") {
  const auto folder = ConformanceFolder();
  if (!folder) {
    WARN("skipped: the conformance folder is not here");
    return;
  }
  std::ifstream file(*folder / "burn-vectors.json");
  const nlohmann::json vectors = nlohmann::json::parse(file);
  REQUIRE(vectors.size() > 10);
  const std::vector<Tier> tiers = DefaultTiers(absl::Hours(30 * 24));
  for (const nlohmann::json& vector : vectors) {
    const double ratio = vector["error_ratio"];
    const double duration = vector["duration_s"];
    DYNAMIC_SECTION(ratio * 100 << " % for " << duration << " s") {
      std::string want_fired;
      double longest_reset = 0;
      for (const char* severity : {"page", "ticket"}) {
        if (vector[severity].is_null()) continue;
        want_fired += vector[severity]["tiers_fired"].get<std::string>();
        longest_reset =
            std::max(longest_reset, vector[severity]["reset_after_end_s"].get<double>());
      }
      const auto until_ms = static_cast<std::int64_t>(std::ceil(longest_reset / 30 + 40)) * 30'000;
      const auto times = RunIncident(ratio, static_cast<std::int64_t>(duration * 1000), until_ms);
      const double burn = ratio / 0.001;
      std::string fired;
      bool marginal = false;
      for (std::size_t i = 0; i < tiers.size(); ++i) {
        const char letter = static_cast<char>('A' + i);
        INFO("tier " << letter);
        const double factor = tiers[i].factor.AsDouble();
        const double long_s = absl::ToDoubleSeconds(tiers[i].long_window);
        const double short_s = absl::ToDoubleSeconds(tiers[i].short_window);
        const double peak = burn * std::min(1.0, duration / long_s);
        const TierTimes& got = times.at(letter);
        const bool wanted = want_fired.find(letter) != std::string::npos;
        if (got.fired) fired += letter;
        // What peaks within the windows' edge of a factor may meet it later, or miss it.
        const bool may_miss = wanted && peak < factor * (1 + kEdge) * (1 + 2 * kTick / duration);
        if (may_miss) {
          marginal = true;
          continue;
        }
        CHECK(got.fired.has_value() == wanted);
        if (!got.fired || !wanted) continue;
        const double detect = long_s * factor / burn;
        CHECK(*got.fired >= detect);
        CHECK(*got.fired <= detect * (1 + kEdge) + kTick + kScrape);
        REQUIRE(got.cleared.has_value());
        const double reset = short_s * (1 - factor / burn);
        CHECK(*got.cleared >= reset - kScrape);
        CHECK(*got.cleared <= reset + short_s * kEdge + kTick + kScrape);
      }
      if (!marginal) CHECK(fired == want_fired);
    }
  }
}

}  // namespace
}  // namespace slowburn
