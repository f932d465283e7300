// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/ratio.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

TEST_CASE("Ratio: reads decimals exactly", "[rules]") {
  const struct {
    const char* text;
    Ratio want;
  } cases[] = {
      {"99.9", {999, 10}}, {"14.4", {72, 5}}, {"0", {0, 1}},
      {"0.10", {1, 10}},   {".5", {1, 2}},    {"99.999999", {99999999, 1000000}},
      {"100", {100, 1}},   {"5.", {5, 1}},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.text) {
      const auto got = ParseDecimal(c.text);
      REQUIRE(got.ok());
      CHECK(*got == c.want);
    }
  }
  for (const char* text : {"", ".", "-1", "+1", "1e3", "1.2.3", "0x10", " 1", "1_0", "nan",
                           "1234567890123456", "0.0000000000000000000001"}) {
    DYNAMIC_SECTION("rejects '" << text << "'") {
      CHECK_FALSE(ParseDecimal(text).ok());
    }
  }
}

TEST_CASE("Ratio: arithmetic is exact or refused", "[rules]") {
  const Ratio big = {INT64_MAX, 1};
  const Ratio small = {1, INT64_MAX};
  CHECK(*Multiply({72, 5}, {1, 1000}) == Ratio{9, 625});
  CHECK(*Multiply(big, small) == Ratio{1, 1});
  CHECK_FALSE(Multiply(big, {2, 1}).ok());
  CHECK_FALSE(Multiply(small, {1, 2}).ok());
  CHECK(*Subtract({1, 1}, {999, 1000}) == Ratio{1, 1000});
  CHECK_FALSE(Subtract({1, 2}, {2, 3}).ok());
  CHECK(Compare({1, 1000}, *Subtract({1, 1}, {999, 1000})) == 0);
  CHECK(Compare({1, 3}, {1, 2}) < 0);
  CHECK(Compare(big, {INT64_MAX - 1, 1}) > 0);
  CHECK(FormatRatio({72, 5}) == "14.4");
  CHECK(FormatRatio({999, 1000}) == "0.999");
}

}  // namespace
}  // namespace slowburn
