// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/alert_codec.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

absl::Time Minute(int minute) {
  return absl::FromUnixSeconds(minute * 60);
}

TEST_CASE("Alert bytes: every field of a record comes back", "[engine]") {
  AlertRecord record;
  record.state = AlertState::kFiring;
  record.active_since = Minute(1);
  record.starts_at = Minute(2);
  record.resolved_at = Minute(3);
  record.unmeasured_since = Minute(4);
  record.resolution = Resolution::kReleased;
  record.tiers = {{AlertState::kPending, Minute(5), std::nullopt, std::nullopt},
                  {AlertState::kFiring, Minute(6), Minute(7), Minute(8)}};
  const std::string bytes = EncodeRecord(record);
  CHECK(DecodeRecord(bytes) == record);
  CHECK(DecodeRecord(EncodeRecord({})) == AlertRecord());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(DecodeRecord(bytes.substr(0, size)).has_value());
  }
}

TEST_CASE("Alert bytes: every field of an alert comes back", "[engine]") {
  Alert alert;
  alert.labels = {{"alertname", "SlowburnSourceDown"}};
  alert.annotations = {{"summary", "down"}};
  alert.state = AlertState::kResolved;
  alert.mode = AlertMode::kShadow;
  alert.alert_class = AlertClass::kSource;
  alert.slo_id = "shop/availability";
  alert.group_key = "region=eu";
  alert.active_since = Minute(1);
  alert.starts_at = Minute(2);
  alert.resolved_at = Minute(3);
  alert.generator_url = "https://prometheus.example.org/graph";
  alert.value = 14.5;
  alert.held = true;
  const std::string bytes = EncodeAlert(alert);
  const std::optional<Alert> back = DecodeAlert(bytes);
  REQUIRE(back.has_value());
  CHECK(EncodeAlert(*back) == bytes);
  CHECK(back->alert_class == AlertClass::kSource);
  CHECK(back->annotations == alert.annotations);
  CHECK(back->resolved_at == alert.resolved_at);
  CHECK(back->held);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK_FALSE(DecodeAlert(bytes.substr(0, size)).has_value());
  }
}

}  // namespace
}  // namespace slowburn
