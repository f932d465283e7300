// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_set.h"

#include <catch2/catch.hpp>

namespace slowburn {
namespace {

Slo Defined(const std::string& name, const std::string& file) {
  Slo slo;
  slo.service = "shop";
  slo.name = name;
  slo.defined_at.file = file;
  return slo;
}

std::vector<ActiveSlo> Running(const std::vector<Slo>& slos) {
  std::vector<ActiveSlo> running;
  for (const Slo& slo : slos) running.push_back({std::make_shared<const Slo>(slo), false});
  return running;
}

std::string Names(const MergedRules& merged) {
  std::string names;
  for (const ActiveSlo& active : merged.slos) {
    if (!names.empty()) names += ' ';
    names += active.slo->name;
    if (active.stale) names += "(stale)";
  }
  return names;
}

TEST_CASE("Rule set: bad input never stops the good", "[engine]") {
  const Slo a = Defined("a", "slos/one.yaml");
  const Slo b = Defined("b", "slos/one.yaml");
  const Slo c = Defined("c", "slos/two.yaml");

  const struct {
    const char* name;
    std::vector<Slo> running;
    LoadResult loaded;
    std::vector<std::string> unreadable;
    bool allow_shrink;
    const char* want;
    const char* refused;
  } cases[] = {
      {"a first load", {}, {{a, b}, {}, {}}, {}, false, "a b", ""},
      {"a file that broke keeps what it declared",
       {a, b, c},
       {{c}, {}, {"slos/one.yaml"}},
       {},
       false,
       "c a(stale) b(stale)",
       ""},
      {"a file of which one SLO broke keeps that one",
       {a, b, c},
       {{a, c}, {}, {"slos/one.yaml"}},
       {},
       false,
       "a c b(stale)",
       ""},
      {"a file that can't be read",
       {a, b, c},
       {{c}, {}, {}},
       {"slos/one.yaml"},
       false,
       "c a(stale) b(stale)",
       ""},
      {"a folder that can't be read",
       {a, b, c},
       {{}, {}, {}},
       {"slos"},
       false,
       "a(stale) b(stale) c(stale)",
       ""},
      {"a folder of a similar name", {a, b, c}, {{a, b}, {}, {}}, {"slo"}, false, "a b", ""},
      {"one that was removed", {a, b, c}, {{a, b}, {}, {}}, {}, false, "a b", ""},
      {"more than half removed",
       {a, b, c},
       {{a}, {}, {}},
       {},
       false,
       "a b c",
       "2 of the 3 SLOs that run would be dropped"},
      {"more than half removed on purpose", {a, b, c}, {{a}, {}, {}}, {}, true, "a", ""},
      {"an empty mount", {a}, {{}, {}, {}}, {}, false, "a", "no SLO was found"},
      {"nothing at all", {}, {{}, {}, {}}, {}, false, "", "no SLO was found"},
      {"nothing on purpose", {a}, {{}, {}, {}}, {}, true, "", ""},
  };

  for (const auto& c_ : cases) {
    DYNAMIC_SECTION(c_.name) {
      const MergedRules merged =
          MergeRules(Running(c_.running), c_.loaded, c_.unreadable, c_.allow_shrink);
      CHECK(Names(merged) == c_.want);
      CHECK(merged.refused == c_.refused);
    }
  }
}

}  // namespace
}  // namespace slowburn
