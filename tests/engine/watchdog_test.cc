// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/watchdog.h"

#include <memory>
#include <string>

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

const absl::Time kBegan = absl::FromUnixSeconds(1795246200);
constexpr absl::Duration kInterval = absl::Seconds(30);

Watchdog NewWatchdog() {
  return Watchdog({.external_labels = {{"cluster", "eu"}, {"severity", "page"}},
                   .interval = kInterval,
                   .sources = {"a", "b"},
                   .began = kBegan});
}

// What a source has published for `slot`.
std::shared_ptr<const SourceSnapshot> Published(const std::string& source, absl::Time slot,
                                                bool readable, int bad_slos = 0,
                                                int good_slos = 0) {
  auto snapshot = std::make_shared<SourceSnapshot>();
  snapshot->source = source;
  snapshot->at = slot;
  snapshot->readable = readable;
  snapshot->slos.resize(static_cast<std::size_t>(bad_slos + good_slos));
  for (int i = 0; i < bad_slos; ++i) {
    snapshot->slos[static_cast<std::size_t>(i)].problem = "unreachable";
  }
  return snapshot;
}

Snapshot Of(std::vector<std::shared_ptr<const SourceSnapshot>> sources) {
  Snapshot snapshot;
  snapshot.sources = std::move(sources);
  return snapshot;
}

TEST_CASE("Watchdog: the alert has the identity that receivers route by", "[engine]") {
  const auto alert = NewWatchdog().AlertAt(kBegan);
  REQUIRE(alert.has_value());
  CHECK(alert->labels == Labels{{"alertname", "SlowburnWatchdog"},
                                {"cluster", "eu"},
                                {"severity", "none"},
                                {"slo_class", "watchdog"}});
  CHECK(alert->state == AlertState::kFiring);
  CHECK(alert->starts_at == kBegan);
}

TEST_CASE("Watchdog: ends when a source has had no success for three intervals", "[engine]") {
  struct Case {
    const char* name;
    std::shared_ptr<const SourceSnapshot> a;  // Published at kBegan + 60 s.
    bool alive;                               // Three and a half intervals after kBegan.
  };

  const absl::Time slot = kBegan + absl::Minutes(1);
  const Case cases[] = {
      {"after a whole evaluation", Published("a", slot, true), true},
      {"after one that read some SLOs", Published("a", slot, false, 2, 1), true},
      {"after one that read none", Published("a", slot, false, 2), false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Watchdog watchdog = NewWatchdog();
      watchdog.OnPublished(Of({c.a, Published("b", slot, true)}), slot);
      CHECK(watchdog.AlertAt(kBegan + 3 * kInterval).has_value());
      CHECK(watchdog.AlertAt(kBegan + 3.5 * kInterval).has_value() == c.alive);
      CHECK_FALSE(watchdog.AlertAt(slot + 3.5 * kInterval).has_value());
    }
  }
}

TEST_CASE("Watchdog: one source that stands still is enough, and its return ends that",
          "[engine]") {
  Watchdog watchdog = NewWatchdog();
  const auto still = Published("b", kBegan, true);
  absl::Time now = kBegan;
  for (int i = 1; i <= 6; ++i) {
    now = kBegan + i * kInterval;
    // The board shows what b published once over and over.
    watchdog.OnPublished(Of({Published("a", now, true), still}), now);
    CHECK(watchdog.AlertAt(now).has_value() == (i <= 4));  // b was first seen at 1.
  }
  watchdog.OnPublished(Of({Published("b", now, true)}), now);
  CHECK(watchdog.AlertAt(now).has_value());
}

TEST_CASE("Watchdog: a clock that was set back ends nothing", "[engine]") {
  CHECK(NewWatchdog().AlertAt(kBegan - absl::Hours(1)).has_value());
}

}  // namespace
}  // namespace slowburn
