// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/alert.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

constexpr Truth kF = Truth::kFalse;
constexpr Truth kT = Truth::kTrue;
constexpr Truth kU = Truth::kUnknown;

absl::Time Minute(int minute) {
  return absl::FromUnixSeconds(minute * 60);
}

// Runs a tier through one verdict a minute, written as `firing/resolving` letters: T, F, U.
std::string States(const Tier& tier, const std::vector<TierVerdict>& verdicts) {
  std::string states;
  TierState state;
  for (std::size_t i = 0; i < verdicts.size(); ++i) {
    state = Advance(state, tier, verdicts[i], Minute(static_cast<int>(i)));
    states += ToString(state.state).front();
  }
  return states;
}

TEST_CASE("Tier: its life, a minute a step", "[engine]") {
  Tier at_once;
  Tier patient;
  patient.for_duration = absl::Minutes(2);
  Tier sticky;
  sticky.keep_firing_for = absl::Minutes(2);

  const struct {
    const char* name;
    Tier tier;
    std::vector<TierVerdict> verdicts;
    const char* want;  // inactive, pending, firing, resolved.
  } cases[] = {
      {"fires at once without for", at_once, {{kF, kF}, {kT, kF}, {kT, kT}, {kF, kF}}, "iffr"},
      {"stays firing while sealed data still burns",
       at_once,
       {{kT, kF}, {kF, kT}, {kF, kF}},
       "ffr"},
      {"unknown begins nothing", at_once, {{kU, kU}, {kU, kU}}, "ii"},
      {"unknown holds what fires", at_once, {{kT, kT}, {kU, kU}, {kF, kU}, {kF, kF}}, "fffr"},
      {"new burning data hold it though sealed data are clear",
       at_once,
       {{kT, kF}, {kT, kF}},
       "ff"},
      {"fires when for has passed", patient, {{kT, kF}, {kT, kF}, {kT, kF}, {kT, kF}}, "ppff"},
      {"a false verdict ends pending", patient, {{kT, kF}, {kF, kF}, {kT, kF}, {kT, kF}}, "pipp"},
      {"for runs on through unknown", patient, {{kT, kF}, {kU, kU}, {kU, kU}, {kT, kT}}, "pppf"},
      {"unknown alone does not fire", patient, {{kT, kF}, {kU, kU}, {kU, kU}, {kU, kU}}, "pppp"},
      {"keeps firing for a while", sticky, {{kT, kT}, {kF, kF}, {kF, kF}, {kF, kF}}, "fffr"},
      {"burning anew restarts the keeping",
       sticky,
       {{kT, kT}, {kF, kF}, {kT, kF}, {kF, kF}, {kF, kF}, {kF, kF}},
       "fffffr"},
      {"unknown does not restart the keeping",
       sticky,
       {{kT, kT}, {kF, kF}, {kU, kU}, {kF, kF}},
       "fffr"},
      {"fires again after it resolved", at_once, {{kT, kT}, {kF, kF}, {kT, kF}}, "frf"},
      {"is inactive after it resolved", at_once, {{kT, kT}, {kF, kF}, {kF, kF}}, "fri"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(States(c.tier, c.verdicts) == c.want);
    }
  }
}

TEST_CASE("Alert: is the OR of its tiers", "[engine]") {
  const std::vector<Tier> tiers(2);
  AlertRecord record;
  const auto step = [&](TierVerdict a, TierVerdict b, int minute) {
    const TierVerdict verdicts[] = {a, b};
    record = Advance(record, tiers, verdicts, Minute(minute));
    return record.state;
  };
  CHECK(step({kF, kF}, {kF, kF}, 0) == AlertState::kInactive);
  CHECK(step({kT, kF}, {kF, kF}, 1) == AlertState::kFiring);
  CHECK(record.starts_at == Minute(1));
  SECTION("the second tier takes over without a new start") {
    CHECK(step({kT, kT}, {kT, kF}, 2) == AlertState::kFiring);
    CHECK(step({kF, kF}, {kT, kT}, 3) == AlertState::kFiring);
    CHECK(record.starts_at == Minute(1));
    CHECK(step({kF, kF}, {kF, kF}, 4) == AlertState::kResolved);
    CHECK(record.resolved_at == Minute(4));
  }
  SECTION("a tier that never fired holds it while unknown") {
    CHECK(step({kF, kF}, {kU, kU}, 2) == AlertState::kFiring);
    CHECK(step({kF, kF}, {kU, kU}, 3) == AlertState::kFiring);
    CHECK(step({kF, kF}, {kF, kF}, 4) == AlertState::kResolved);
  }
  SECTION("it stays resolved until it fires anew, with a new start") {
    CHECK(step({kF, kF}, {kF, kF}, 2) == AlertState::kResolved);
    CHECK(step({kF, kF}, {kF, kF}, 3) == AlertState::kResolved);
    CHECK(record.resolved_at == Minute(2));
    CHECK(step({kT, kF}, {kF, kF}, 4) == AlertState::kFiring);
    CHECK(record.starts_at == Minute(4));
    CHECK_FALSE(record.resolved_at.has_value());
  }
}

TEST_CASE("Alert: pending has its own start and leaves no trace", "[engine]") {
  std::vector<Tier> tiers(1);
  tiers[0].for_duration = absl::Minutes(5);
  AlertRecord record;
  const TierVerdict burning[] = {{kT, kF}};
  const TierVerdict quiet[] = {{kF, kF}};
  record = Advance(record, tiers, burning, Minute(1));
  CHECK(record.state == AlertState::kPending);
  CHECK(record.active_since == Minute(1));
  record = Advance(record, tiers, quiet, Minute(2));
  CHECK(record.state == AlertState::kInactive);
  CHECK_FALSE(record.active_since.has_value());
  record = Advance(record, tiers, burning, Minute(3));
  record = Advance(record, tiers, burning, Minute(8));
  CHECK(record.state == AlertState::kFiring);
  CHECK(record.active_since == Minute(3));
  CHECK(record.starts_at == Minute(8));
}

}  // namespace
}  // namespace slowburn
