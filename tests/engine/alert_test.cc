// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/alert.h"

#include <string>
#include <utility>
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

TEST_CASE("StillBurning: what the tiers amount to", "[engine]") {
  const struct {
    std::vector<TierVerdict> verdicts;
    Truth want;
  } cases[] = {
      {{}, kF},
      {{{kT, kU}}, kT},
      {{{kF, kT}}, kT},
      {{{kU, kF}}, kF},
      {{{kF, kU}}, kU},
      {{{kU, kU}}, kU},
      {{{kF, kF}, {kU, kU}}, kU},
      {{{kT, kF}, {kU, kU}}, kT},
      {{{kF, kF}, {kF, kF}}, kF},
  };

  for (const auto& c : cases) CHECK(StillBurning(c.verdicts) == c.want);
}

TEST_CASE("Alert: what nobody can measure is released after the hold limit", "[engine]") {
  const std::vector<Tier> tiers(2);
  const HoldPolicy hold = {.limit = absl::Minutes(10)};
  AlertRecord record;
  const auto step = [&](TierVerdict a, TierVerdict b, int minute) {
    const TierVerdict verdicts[] = {a, b};
    record = Advance(record, tiers, verdicts, Minute(minute), hold);
    return record.state;
  };
  step({kT, kT}, {kF, kF}, 0);
  REQUIRE(step({kU, kU}, {kU, kU}, 1) == AlertState::kFiring);
  CHECK(record.unmeasured_since == Minute(1));
  SECTION("once it has run for so long without a break") {
    CHECK(step({kU, kU}, {kU, kU}, 10) == AlertState::kFiring);
    CHECK(step({kU, kU}, {kU, kU}, 11) == AlertState::kResolved);
    CHECK(record.resolution == Resolution::kUnmeasured);
    CHECK(record.resolved_at == Minute(11));
    CHECK(record.starts_at == Minute(0));
    CHECK_FALSE(record.unmeasured_since.has_value());
    CHECK(step({kU, kU}, {kU, kU}, 12) == AlertState::kResolved);
    CHECK(step({kT, kU}, {kU, kU}, 13) == AlertState::kFiring);
    CHECK(record.starts_at == Minute(13));
    CHECK(record.resolution == Resolution::kEvidence);
  }
  SECTION("counting what nobody evaluated in between") {
    CHECK(step({kU, kU}, {kU, kU}, 600) == AlertState::kResolved);
    CHECK(record.resolution == Resolution::kUnmeasured);
  }
  SECTION("and burning, even in sealed data alone, begins the count anew") {
    CHECK(step({kF, kT}, {kU, kU}, 9) == AlertState::kFiring);
    CHECK_FALSE(record.unmeasured_since.has_value());
    CHECK(step({kU, kU}, {kU, kU}, 12) == AlertState::kFiring);
    CHECK(step({kU, kU}, {kU, kU}, 21) == AlertState::kFiring);
    CHECK(step({kU, kU}, {kU, kU}, 22) == AlertState::kResolved);
  }
  SECTION("one tier that does not burn says nothing of the other") {
    CHECK(step({kF, kF}, {kU, kU}, 6) == AlertState::kFiring);
    CHECK(record.unmeasured_since == Minute(1));
    CHECK(step({kF, kF}, {kU, kU}, 11) == AlertState::kResolved);
  }
  SECTION("evidence resolves it as ever") {
    CHECK(step({kF, kF}, {kF, kF}, 30) == AlertState::kResolved);
    CHECK(record.resolution == Resolution::kEvidence);
  }
}

TEST_CASE("Alert: known to be over but kept for a while is measured", "[engine]") {
  std::vector<Tier> tiers(1);
  tiers[0].keep_firing_for = absl::Hours(1);
  const HoldPolicy hold = {.limit = absl::Minutes(10)};
  AlertRecord record;
  for (const auto& [verdict, minute] : std::vector<std::pair<TierVerdict, int>>{
           {{kT, kT}, 0}, {{kU, kU}, 1}, {{kF, kF}, 2}, {{kF, kF}, 30}}) {
    record = Advance(record, tiers, {&verdict, 1}, Minute(minute), hold);
    CHECK(record.state == AlertState::kFiring);
  }
  CHECK_FALSE(record.unmeasured_since.has_value());
}

TEST_CASE("Alert: vanishing needs that nobody can tell", "[engine]") {
  const std::vector<Tier> tiers(1);
  const HoldPolicy gone = {.vanished = true};
  const TierVerdict burning[] = {{kT, kT}};
  const TierVerdict unknown[] = {{kU, kU}};
  AlertRecord record = Advance({}, tiers, burning, Minute(0), gone);
  CHECK(record.state == AlertState::kFiring);
  record = Advance(record, tiers, burning, Minute(1), gone);
  CHECK(record.state == AlertState::kFiring);
  record = Advance(record, tiers, unknown, Minute(2), gone);
  CHECK(record.state == AlertState::kResolved);
  CHECK(record.resolution == Resolution::kVanished);
}

TEST_CASE("Alert: a class without tiers any more ends its alert, saying so", "[engine]") {
  const std::vector<Tier> tiers(1);
  const TierVerdict burning[] = {{kT, kT}};
  AlertRecord record = Advance({}, tiers, burning, Minute(0));
  record = Advance(record, {}, {}, Minute(1));
  CHECK(record.state == AlertState::kResolved);
  CHECK(record.resolution == Resolution::kRemoved);
}

}  // namespace
}  // namespace slowburn
