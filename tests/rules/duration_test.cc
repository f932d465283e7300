// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/duration.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

TEST_CASE("Duration: reads and writes", "[rules]") {
  const struct {
    const char* text;
    absl::Duration want;
    const char* printed;
  } cases[] = {
      {"30d", absl::Hours(720), "30d"},    {"28d", absl::Hours(672), "28d"},
      {"4w", absl::Hours(672), "28d"},     {"1h30m", absl::Minutes(90), "1h30m"},
      {"90m", absl::Minutes(90), "1h30m"}, {"500ms", absl::Milliseconds(500), "500ms"},
      {"1y", absl::Hours(8760), "365d"},   {"0", absl::ZeroDuration(), "0s"},
      {"1d0h", absl::Hours(24), "1d"},     {"100y", absl::Hours(876000), "36500d"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.text) {
      const auto got = ParseDuration(c.text);
      REQUIRE(got.ok());
      CHECK(*got == c.want);
      CHECK(DurationText(*got) == c.printed);
    }
  }
  CHECK(DurationText(-absl::Minutes(5)) == "-5m");
}

TEST_CASE("Duration: rejects", "[rules]") {
  for (const char* text : {"", "5", "m", "5x", "-5m", "+5m", "5 m", "1m1h", "1m1m", "1.5h", "1h ",
                           "00", "101y", "99999999999999999999999d", "5M", "1ms1s"}) {
    DYNAMIC_SECTION("'" << text << "'") {
      CHECK_FALSE(ParseDuration(text).ok());
    }
  }
}

TEST_CASE("Duration: as Prometheus prints it", "[rules]") {
  struct Case {
    const char* given;
    const char* printed;
  };

  const Case cases[] = {{"0", "0s"},    {"5m", "5m"},  {"90m", "1h30m"}, {"1d", "1d"},
                        {"7d", "1w"},   {"14d", "2w"}, {"28d", "4w"},    {"30d", "30d"},
                        {"365d", "1y"}, {"8d", "8d"},  {"7d1h", "7d1h"}, {"730d", "2y"}};
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.given) {
      CHECK(PrometheusDurationText(*ParseDuration(c.given)) == c.printed);
    }
  }
}

}  // namespace
}  // namespace slowburn
