// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

std::string File(std::string_view service, std::string_view slos) {
  return fmt::format("version: slowburn/v1\nservice: {}\nslos:\n{}", service, slos);
}

std::string Good(std::string_view name) {
  return fmt::format("  - {{name: {}, objective: 99, sli: {{probe: up}}}}\n", name);
}

std::string Bad(std::string_view name) {
  return fmt::format("  - {{name: {}, objective: 999, sli: {{probe: up}}}}\n", name);
}

std::vector<std::string> Ids(const LoadResult& result) {
  std::vector<std::string> out;
  for (const Slo& slo : result.slos) out.push_back(slo.Id());
  return out;
}

using Strings = std::vector<std::string>;

TEST_CASE("LoadRules: one bad SLO never hides another", "[rules]") {
  const LoadResult result =
      LoadRules({{"1.yaml", File("one", Bad("a") + Good("b") + Bad("c") + Good("d")) +
                                "---\n[\n---\n" + File("two", Good("a"))},
                 {"2.yaml", "nonsense: true\n"},
                 {"3.yaml", File("three", Good("a"))}},
                {});
  CHECK(Ids(result) == Strings{"one/b", "one/d", "two/a", "three/a"});
  CHECK(result.bad_files == Strings{"1.yaml", "2.yaml"});
  CHECK(result.diagnostics.size() == 4);
}

TEST_CASE("LoadRules: of two SLOs of one name the first stays", "[rules]") {
  const LoadResult result = LoadRules({{"1.yaml", File("one", Good("a") + Good("a"))},
                                       {"2.yaml", File("one", Good("b") + Good("a"))},
                                       {"3.yaml", File("two", Good("a"))}},
                                      {});
  CHECK(Ids(result) == Strings{"one/a", "one/b", "two/a"});
  CHECK(testing::AsText(result.diagnostics) ==
        "1.yaml:5:5: error: the SLO one/a is defined twice (first at 1.yaml:4:5)\n"
        "2.yaml:5:5: error: the SLO one/a is defined twice (first at 1.yaml:4:5)\n");
  CHECK(result.bad_files == Strings{"1.yaml", "2.yaml"});
}

TEST_CASE("LoadRules: a bad SLO does not take the name of a good one", "[rules]") {
  const LoadResult result = LoadRules({{"1.yaml", File("one", Bad("a") + Good("a"))}}, {});
  CHECK(Ids(result) == Strings{"one/a"});
  CHECK(result.diagnostics.size() == 1);
}

TEST_CASE("LoadRules: a file without a document is a warning", "[rules]") {
  for (const std::string text : {"", "\n", "# only\n", "---\n---\n", "\xEF\xBB\xBF"}) {
    const LoadResult result = LoadRules({{"a.yaml", text}}, {});
    CHECK(testing::AsText(result.diagnostics) == "a.yaml: warning: the file is empty\n");
    CHECK(result.bad_files.empty());
  }
}

TEST_CASE("LoadRules: a finding on shared defaults is told once", "[rules]") {
  const ConfigResult config = LoadConfig("slowburn.yaml", R"(
defaults: {alerts: {tiers: [{class: page, burn_rate: 0.9, long: 1h, short: 5m}]}}
)");
  std::string slos;
  for (int i = 0; i < 1500; ++i) slos += Good(fmt::format("a{}", i));
  const LoadResult result = LoadRules(
      {{"1.yaml", File("one", slos)}, {"2.yaml", File("two", Good("a"))}}, config.config.defaults);
  REQUIRE(result.diagnostics.size() == 1);
  CHECK(result.diagnostics[0].at == Position{"slowburn.yaml", 2, 29});
  CHECK(result.slos.size() == 1501);
}

TEST_CASE("LoadRules: findings are in the order of the file and bounded", "[rules]") {
  std::string slos;
  for (int i = 0; i < 3000; ++i) slos += Bad(fmt::format("a{}", i));
  const LoadResult result = LoadRules({{"a.yaml", File("one", slos)}}, {});
  REQUIRE(result.diagnostics.size() == 1001);
  for (std::size_t i = 1; i < 1000; ++i) {
    CHECK(result.diagnostics[i - 1].at.line < result.diagnostics[i].at.line);
  }
  CHECK(ToString(result.diagnostics.back()) == "a.yaml: error: 2000 more findings are left out");
}

// Text that someone could give us by mistake or on purpose.  None of it may crash, throw or take
// more than a moment, and none may pass as good.
TEST_CASE("LoadRules: survives", "[rules]") {
  struct Case {
    const char* name;
    std::string text;
  };

  const std::string head = "version: slowburn/v1\nservice: a\nslos:\n";
  std::string one_line = "{version: slowburn/v1, service: a, slos: [";
  for (int i = 0; i < 20'000; ++i) one_line += "{name: a, objective: 999, sli: {probe: up}},";
  std::string aliases = head + "  - &a {name: a, objective: 99, sli: {probe: up}}\n";
  for (int i = 0; i < 20'000; ++i) aliases += "  - *a\n";
  std::string keys = head + "  - name: a\n";
  for (int i = 0; i < 50'000; ++i) keys += fmt::format("    k{}: 1\n", i);
  const Case cases[] = {
      {"binary junk", std::string("\x7F"
                                  "ELF\x02\x01\x00\x00\xFF\xFE",
                                  10)},
      {"a long key", std::string(1 << 20, 'k') + ": 1\n"},
      {"a long value", head + "  - name: " + std::string(1 << 20, 'x') + "\n"},
      {"a long objective", head + "  - {name: a, objective: " + std::string(1 << 20, '9') + "}\n"},
      {"a long selector",
       head + "  - {name: a, objective: 99, sli: {probe: '" + std::string(1 << 20, '(') + "'}}\n"},
      {"a nested query", head + "  - {name: a, objective: 99, sli: {ratio: {error: '" +
                             std::string(60'000, '(') + "[{{.window}}]'}}}\n"},
      {"many keys", keys},
      {"many aliases of one SLO", aliases},
      {"one line that is the whole file", one_line + "]}"},
      {"control characters", head + "  - {name: \"\\e[31m\\a\", objective: 99}\n"},
      {"16 MiB of brackets", std::string(1 << 24, '{')},
      {"many dashes", std::string(1 << 22, '-')},
      {"one long word", std::string(1 << 22, 'a')},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const LoadResult result = LoadRules({{"a.yaml", c.text}}, {});
      CHECK(HasErrors(result.diagnostics));
      CHECK(result.slos.size() <= 1);
      for (const Diagnostic& diagnostic : result.diagnostics) {
        const std::string line = ToString(diagnostic);
        CHECK(line.size() < 2000);
        CHECK(line.find_first_of("\n\x1B\a") == std::string::npos);
      }
    }
  }
}

TEST_CASE("LoadRules: survives each cut and each changed byte of a good file", "[rules]") {
  const std::string text =
      testing::ReadWhole(testing::TestdataFolder("native") / "every-key.good.yaml");
  for (std::size_t i = 0; i < text.size(); i += 3) {
    LoadRules({{"a.yaml", text.substr(0, i)}}, {});
    for (const char c : {'{', '"', '\t', ':', '\n', '&', '*', '\x80'}) {
      std::string changed = text;
      changed[i] = c;
      LoadRules({{"a.yaml", changed}}, {});
    }
  }
}

TEST_CASE("LoadRules: survives what fuzzing found", "[rules]") {
  const auto folder = std::filesystem::path(SLOWBURN_SOURCE_DIR) / "tests/fuzz/corpus/load";
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string text = testing::ReadWhole(entry.path());
    LoadRules({{"a.yaml", text}}, {});
    LoadConfig("slowburn.yaml", text);
    ++files;
  }
  CHECK(files > 0);
}

constexpr std::string_view kSlothFile = R"yaml(service: shop
slos:
  - name: a
    objective: 99
    sli: {raw: {error_ratio_query: "avg_over_time(bad[{{.window}}])"}}
    alerting: {page_alert: {disable: true}, ticket_alert: {disable: true}}
)yaml";

TEST_CASE("LoadRules: a format that is asked for is that of documents that do not say theirs",
          "[rules]") {
  const std::string unversioned(kSlothFile);
  CHECK(Ids(LoadRules({{"1.yaml", unversioned}}, {})).empty());
  const LoadResult loaded = LoadRules({{"1.yaml", unversioned}}, {}, {.format = Format::kSloth});
  REQUIRE(Ids(loaded) == Strings{"shop/a"});
  CHECK(loaded.slos[0].format == Format::kSloth);
}

TEST_CASE("LoadRules: a document of another format than the one asked for is refused, in a word",
          "[rules]") {
  struct Case {
    const char* name;
    std::string text;
    Format wanted;
    const char* error;
  };

  const Case cases[] = {
      {"our own", File("one", Good("a")), Format::kSloth,
       "1.yaml:1:10: error: the document is of the format slowburn, and sloth is asked for"},
      {"Sloth's", "version: prometheus/v1\n" + std::string(kSlothFile), Format::kNative,
       "1.yaml:1:10: error: the document is of the format sloth, and slowburn is asked for"},
      {"a resource", "kind: ServiceLevelObjective\napiVersion: pyrra.dev/v1alpha1\n",
       Format::kOpenSlo,
       "1.yaml:2:13: error: the document is of the format pyrra, and openslo is asked for"},
      {"an object that SLOs refer to", "apiVersion: openslo/v1\nkind: Service\n", Format::kPyrra,
       "1.yaml:1:13: error: the document is of the format openslo, and pyrra is asked for"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const LoadResult loaded = LoadRules({{"1.yaml", c.text + "---\n" + File("two", Good("b"))},
                                           {"2.yaml", File("three", Good("c"))}},
                                          {}, {.format = c.wanted});
      REQUIRE(!loaded.diagnostics.empty());
      CHECK(ToString(loaded.diagnostics[0]) == c.error);
      CHECK(Ids(loaded) == (c.wanted == Format::kNative ? Strings{"two/b", "three/c"} : Strings{}));
    }
  }
}

}  // namespace
}  // namespace slowburn
