// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_sloth_kubernetes.h"

#include <catch2/catch.hpp>

#include "rules/load.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

LoadResult LoadEveryKey() {
  const auto path = testing::TestdataFolder("sloth-kubernetes") / "every-key.good.yaml";
  LoadResult loaded = LoadRules({{"every-key.good.yaml", testing::ReadWhole(path)}}, {});
  REQUIRE(loaded.slos.size() == 5);
  return loaded;
}

std::string Replaced(std::string text, std::string_view from, std::string_view to) {
  std::size_t at = 0;
  while ((at = text.find(from, at)) != std::string::npos) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
  return text;
}

// Each line two columns further right.
std::string Indented(const std::string& text) {
  return "  " + Replaced(text.substr(0, text.size() - 1), "\n", "\n  ") + "\n";
}

TEST_CASE("ReadSlothKubernetes: reads resources, alone and in lists", "[rules]") {
  const LoadResult loaded = LoadEveryKey();
  std::vector<std::string> ids;
  for (const Slo& slo : loaded.slos) {
    ids.push_back(slo.Id());
    CHECK(slo.format == Format::kSlothKubernetes);
  }
  CHECK(ids == std::vector<std::string>{"shop/requests", "shop/raw", "shop/wrong-case", "listed/up",
                                        "its-own-list/up"});
}

TEST_CASE("ReadSlothKubernetes: labels of the resource are none of the SLO's", "[rules]") {
  const LoadResult loaded = LoadEveryKey();
  CHECK(loaded.slos[0].labels ==
        Labels{{"category", "web"}, {"generated", "true"}, {"owner", "myteam"}});
  CHECK(loaded.slos[0].owner == "myteam");
}

TEST_CASE("ReadSlothKubernetes: a key in another case has no effect, as in Kubernetes", "[rules]") {
  const LoadResult loaded = LoadEveryKey();
  CHECK(loaded.slos[1].alerts.tiers.size() == 2);
  CHECK(loaded.slos[2].alerts.tiers.size() == 4);
}

// Whatever Sloth's own format says means the same as a resource.
TEST_CASE("ReadSlothKubernetes: gives the SLOs that prometheus/v1 gives", "[rules]") {
  const std::string snake =
      testing::ReadWhole(testing::TestdataFolder("sloth") / "every-key.good.yaml");
  std::string camel = snake.substr(snake.find('\n') + 1);
  // What is written in a wrong case there has an effect in one of the two only.
  camel = Replaced(camel, "pageAlert", "nothing");
  camel = Replaced(camel, "SLI:", "sli:");
  for (const auto& [from, to] :
       {std::pair("slo_plugins:", "sloPlugins:"), std::pair("error_query:", "errorQuery:"),
        std::pair("total_query:", "totalQuery:"),
        std::pair("error_ratio_query:", "errorRatioQuery:"), std::pair("page_alert:", "pageAlert:"),
        std::pair("ticket_alert:", "ticketAlert:")}) {
    REQUIRE(camel.find(from) != std::string::npos);
    camel = Replaced(camel, from, to);
  }
  camel =
      "apiVersion: sloth.slok.dev/v1\nkind: PrometheusServiceLevel\n"
      "metadata: {name: shop}\nspec:\n" +
      Indented(camel);
  const LoadResult want = LoadRules({{"snake.yaml", snake}}, {});
  LoadResult got = LoadRules({{"camel.yaml", camel}}, {});
  INFO(testing::AsText(got.diagnostics));
  CHECK(got.diagnostics.size() == want.diagnostics.size());
  REQUIRE(want.slos.size() == 4);
  REQUIRE(got.slos.size() == want.slos.size());
  for (std::size_t i = 0; i < got.slos.size(); ++i) {
    REQUIRE(got.slos[i].rules.object);
    CHECK(got.slos[i].rules.object->name == "shop");
    got.slos[i].rules.object.reset();
    got.slos[i].format = want.slos[i].format;
    got.slos[i].defined_at = want.slos[i].defined_at;
    CHECK(got.slos[i] == want.slos[i]);
  }
}

}  // namespace
}  // namespace slowburn
