// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/merge.h"

#include <random>
#include <set>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "engine/series_matcher.h"

namespace slowburn {
namespace {

std::vector<std::string> Merged(const std::vector<std::string>& texts, MergeLimits limits = {}) {
  std::vector<Selector> selectors;
  for (const std::string& text : texts) selectors.push_back(*ParseSelector(text));
  std::vector<std::string> out;
  for (const MergedSelector& merged : MergeSelectors(selectors, limits)) {
    out.push_back(ToString(merged.selector));
  }
  std::sort(out.begin(), out.end());
  return out;
}

using Texts = std::vector<std::string>;

TEST_CASE("Merge: few selectors ask for what many asked for", "[rules]") {
  struct Case {
    const char* name;
    Texts given;
    Texts want;
  };

  const Case cases[] = {
      {"one alone", {"a{x=\"1\"}"}, {"a{x=\"1\"}"}},
      {"the same twice", {"a{x=\"1\"}", "a{x=\"1\"}"}, {"a{x=\"1\"}"}},
      {"errors go with their total", {"a{x=\"1\"}", "a{x=\"1\",code=~\"5..\"}"}, {"a{x=\"1\"}"}},
      {"values of a label", {"a{x=\"1\"}", "a{x=\"2\"}"}, {"a{x=~\"1|2\"}"}},
      {"covered ones do not count as values",
       {"a{x=\"1\"}", "a{x=\"1\",c=\"5\"}", "a{x=\"2\"}", "a{x=\"2\",c=\"5\"}"},
       {"a{x=~\"1|2\"}"}},
      {"names", {"a{x=\"1\"}", "b{x=\"1\"}"}, {"{__name__=~\"a|b\",x=\"1\"}"}},
      {"the label that brings most together",
       {"a{x=\"1\"}", "b{x=\"1\"}", "a{x=\"2\"}", "a{x=\"3\"}"},
       {"a{x=~\"1|2|3\"}", "b{x=\"1\"}"}},
      {"what differs in two labels stays apart",
       {"a{x=\"1\",y=\"1\"}", "a{x=\"2\",y=\"2\"}"},
       {"a{x=\"1\",y=\"1\"}", "a{x=\"2\",y=\"2\"}"}},
      {"only equality has values", {"a{x!=\"1\"}", "a{x!=\"2\"}"}, {"a{x!=\"1\"}", "a{x!=\"2\"}"}},
      {"two conditions on one label are no value",
       {"a{x=\"1\",x!=\"3\"}", "a{x=\"2\",x!=\"3\"}"},
       {"a{x=\"1\",x!=\"3\"}", "a{x=\"2\",x!=\"3\"}"}},
      {"buckets of one histogram, then jobs",
       {"h{job=\"a\",le=\"+Inf\"}", "h{job=\"a\",le=~\"0[.]3\"}", "h{job=\"b\",le=\"+Inf\"}",
        "h{job=\"b\",le=~\"0[.]3\"}"},
       {R"_(h{job=~"a|b",le=~"\\+Inf|(?:0[.]3)"})_"}},
      {"what has a meaning in expressions is escaped",
       {"a{x=\"1.5\"}", "a{x=\"a|b\"}", "a{x=\"c-d\"}"},
       {R"_(a{x=~"1\\.5|a\\|b|c-d"})_"}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      CHECK(Merged(c.given) == c.want);
    }
  }
}

TEST_CASE("Merge: keeps within its limits", "[rules]") {
  Texts texts;
  for (int i = 0; i < 100; ++i) texts.push_back(fmt::format("a{{x=\"{:03}\"}}", i));
  CHECK(Merged(texts).size() == 1);
  CHECK(Merged(texts, {.values = 30}).size() == 4);
  CHECK(Merged(texts, {.value_bytes = 100}).size() == 4);
}

// Every series that a member matches is matched by its merged selector, and every series that a
// merged selector matches by one of its members, found by the value of its label.
TEST_CASE("Merge: asks for no series more and none less", "[rules]") {
  std::mt19937 generator(5);
  const auto random = [&](std::uint32_t below) { return static_cast<int>(generator() % below); };
  for (int round = 0; round < 300; ++round) {
    std::vector<Selector> selectors;
    for (int i = 0; i <= random(12); ++i) {
      std::string text = fmt::format("__name__=\"{}\"", "abc"[random(3)]);
      for (const char* label : {"x", "y", "le"}) {
        if (random(2) == 0) continue;
        constexpr std::string_view kOps[] = {"=", "=", "=", "!=", "=~"};
        text += fmt::format(",{}{}\"{}\"", label, kOps[random(5)], "1+2"[random(3)]);
      }
      const auto selector = ParseSelector("{" + text + "}");
      if (selector.ok()) selectors.push_back(*selector);
    }
    const auto merged = MergeSelectors(selectors, {.values = 3});
    std::set<std::size_t> served;
    for (const MergedSelector& one : merged) served.insert(one.members.begin(), one.members.end());
    REQUIRE(served.size() == selectors.size());
    for (int i = 0; i < 30; ++i) {
      Labels labels = {{"__name__", std::string(1, "abc"[random(3)])}};
      for (const char* label : {"x", "y", "le"}) {
        if (random(3) != 0) labels[label] = std::string(1, "1+2"[random(3)]);
      }
      for (const MergedSelector& one : merged) {
        bool wanted = false;
        for (const std::size_t member : one.members) {
          if (!SeriesMatcher({.selector = selectors[member]}).Matches(labels)) continue;
          wanted = true;
          if (!one.label.empty()) {
            REQUIRE(labels[one.label] == ValueOf(selectors[member], one.label));
          }
        }
        INFO(ToString(one.selector) << " of " << one.members.size());
        REQUIRE(SeriesMatcher({.selector = one.selector}).Matches(labels) == wanted);
      }
    }
  }
}

}  // namespace
}  // namespace slowburn
