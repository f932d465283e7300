// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/reader.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

TEST_CASE("ClosestWord: finds what was meant", "[rules]") {
  const std::vector<std::string_view> known = {"objective", "page_alert", "labels", "by", "sli"};
  CHECK(ClosestWord("objektive", known) == "objective");
  CHECK(ClosestWord("obejctive", known) == "objective");
  CHECK(ClosestWord("pageAlert", known) == "page_alert");
  CHECK(ClosestWord("yb", known) == "by");
  CHECK(ClosestWord("lables", known) == "labels");
  CHECK(ClosestWord("label", known) == "labels");
  CHECK(ClosestWord("SLI", known) == "sli");
  CHECK(ClosestWord("xx", known).empty());
  CHECK(ClosestWord("something", known).empty());
  CHECK(ClosestWord("", known).empty());
  CHECK(ClosestWord(std::string(1 << 20, 'a'), known).empty());
}

TEST_CASE("DidYouMean: names the closest, else all", "[rules]") {
  CHECK(DidYouMean("pag", {"page", "ticket"}) == "did you mean page?");
  CHECK(DidYouMean("zzzz", {"page", "ticket"}) == "known: page, ticket");
  CHECK(DidYouMean("zzzz", {}).empty());
}

}  // namespace
}  // namespace slowburn
