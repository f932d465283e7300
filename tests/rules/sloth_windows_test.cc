// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/sloth_windows.h"

#include <array>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/alert_window.h"
#include "rules/load.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);

// One condition, as it is written.
struct Condition {
  std::string percent;
  std::string shorter;
  std::string longer;
};

using Conditions = std::array<Condition, 4>;  // Page quick and slow, ticket quick and slow.

constexpr std::string_view kTimes[] = {"5m/1h", "30m/6h", "2h/1d", "6h/3d"};

// Google's windows, with shares of the budget of their own.
Conditions Google(const std::array<std::string, 4>& percents) {
  Conditions out;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::string_view times = kTimes[i];
    const std::size_t slash = times.find('/');
    out[i] = {percents[i], std::string(times.substr(0, slash)),
              std::string(times.substr(slash + 1))};
  }
  return out;
}

std::string Windows(std::string_view period, const Conditions& all) {
  const auto one = [](const Condition& c) {
    return fmt::format("{{errorBudgetPercent: {}, shortWindow: {}, longWindow: {}}}", c.percent,
                       c.shorter, c.longer);
  };
  return fmt::format(
      "apiVersion: sloth.slok.dev/v1\nkind: AlertWindows\nspec:\n  sloPeriod: {}\n"
      "  page:\n    quick: {}\n    slow: {}\n  ticket:\n    quick: {}\n    slow: {}\n",
      period, one(all[0]), one(all[1]), one(all[2]), one(all[3]));
}

const std::string kWeek = Windows("7d", Google({"8", "12.5", "20", "42"}));

std::string Sloth(std::string_view service = "shop") {
  return fmt::format(
      "version: prometheus/v1\nservice: {}\nslos:\n  - name: up\n    objective: 99.9\n"
      "    sli: {{raw: {{error_ratio_query: '1 - avg_over_time(up[{{{{.window}}}}])'}}}}\n"
      "    alerting: {{name: Up}}\n",
      service);
}

RuleDefaults Window(absl::Duration window) {
  RuleDefaults defaults;
  defaults.window = window;
  return defaults;
}

std::vector<Ratio> Factors(const Slo& slo) {
  std::vector<Ratio> out;
  for (const Tier& tier : slo.alerts.tiers) out.push_back(tier.factor);
  return out;
}

using Factored = std::vector<Ratio>;

// A factor in doubles, in the order in which Sloth computes it.
double AsSloth(const SlothPeriod& period, const SlothWindow& window) {
  return window.percent.AsDouble() * absl::ToDoubleHours(period.period) / 100 /
         absl::ToDoubleHours(window.long_window);
}

TEST_CASE("SlothWindows: factors are exact, and in doubles those that Sloth prints", "[rules]") {
  struct Case {
    const char* name;
    std::string windows;  // Empty: Sloth's own.
    absl::Duration period;
    Factored exact;
    std::array<const char*, 4> printed;
  };

  const Case cases[] = {
      {"google 30d", "", 30 * kDay, {{72, 5}, {6, 1}, {3, 1}, {1, 1}}, {"14.4", "6", "3", "1"}},
      {"google 28d",
       "",
       28 * kDay,
       {{336, 25}, {28, 5}, {14, 5}, {14, 15}},
       {"13.44", "5.6000000000000005", "2.8000000000000003", "0.9333333333333333"}},
      {"7d",
       kWeek,
       7 * kDay,
       {{336, 25}, {7, 2}, {7, 5}, {49, 50}},
       {"13.44", "3.5", "1.4000000000000001", "0.98"}},
      {"custom 30d",
       Windows("30d",
               {{{"1", "2m", "30m"}, {"2", "15m", "3h"}, {"5", "1h", "12h"}, {"5", "3h", "36h"}}}),
       30 * kDay,
       {{72, 5}, {24, 5}, {3, 1}, {1, 1}},
       {"14.4", "4.8", "3", "1"}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      std::vector<RuleFile> files = {{"slo.yaml", Sloth()}};
      if (!c.windows.empty()) files.push_back({"windows.yaml", c.windows});
      const LoadResult loaded = LoadRules(files, Window(c.period));
      INFO(testing::AsText(loaded.diagnostics));
      CHECK_FALSE(HasErrors(loaded.diagnostics));
      REQUIRE(loaded.slos.size() == 1);
      CHECK(Factors(loaded.slos[0]) == c.exact);
      CHECK(loaded.sloth_windows.given() == !c.windows.empty());
      const SlothPeriod* period = loaded.sloth_windows.Find(c.period);
      REQUIRE(period != nullptr);
      const SlothWindow* windows[] = {&period->page_quick, &period->page_slow,
                                      &period->ticket_quick, &period->ticket_slow};
      for (std::size_t i = 0; i < 4; ++i) {
        CHECK(fmt::format("{}", AsSloth(*period, *windows[i])) == c.printed[i]);
        const Tier& tier = loaded.slos[0].alerts.tiers.at(i);
        CHECK(tier.long_window == windows[i]->long_window);
        CHECK(tier.short_window == windows[i]->short_window);
      }
    }
  }
}

TEST_CASE("SlothWindows: Sloth's own are no more than defaults", "[rules]") {
  SECTION("they give no warning of their own") {
    for (const int days : {28, 30}) {
      CHECK(LoadRules({{"a.yaml", Sloth()}}, Window(days * kDay)).diagnostics.empty());
    }
  }
  SECTION("other windows have the default tiers") {
    const LoadResult loaded = LoadRules({{"a.yaml", Sloth()}}, Window(29 * kDay));
    REQUIRE(loaded.slos.size() == 1);
    CHECK(loaded.slos[0].alerts.tiers == DefaultTiers(29 * kDay));
  }
  SECTION("slowburn.yaml comes before them, and a catalogue that is given before that") {
    RuleDefaults defaults = Window(28 * kDay);
    TierSettings tier;
    tier.burn_rate = Ratio{7, 1};
    tier.long_window = absl::Hours(1);
    tier.short_window = absl::Minutes(5);
    defaults.alerts.tiers = {tier};
    const LoadResult own = LoadRules({{"a.yaml", Sloth()}}, defaults);
    CHECK(Factors(own.slos.at(0)) == Factored{{7, 1}});
    defaults.window = 7 * kDay;
    const LoadResult given = LoadRules({{"a.yaml", Sloth()}, {"b.yaml", kWeek}}, defaults);
    CHECK(Factors(given.slos.at(0)).size() == 4);
  }
}

TEST_CASE("SlothWindows: those that are given replace Sloth's own", "[rules]") {
  const std::string native =
      "version: slowburn/v1\nservice: n\nslos: [{name: a, objective: 99, sli: {probe: up}}]\n";
  const LoadResult loaded =
      LoadRules({{"a.yaml", Sloth()}, {"n.yaml", native}, {"w.yaml", kWeek}}, {});
  CHECK(testing::AsText(loaded.diagnostics) ==
        "a.yaml:4:5: error: no AlertWindows are for SLOs of 30d (there are those for 7d)\n");
  CHECK(loaded.bad_files == std::vector<std::string>{"a.yaml"});
  // Other formats have their own tiers.
  REQUIRE(loaded.slos.size() == 1);
  CHECK(loaded.slos[0].alerts.tiers == DefaultTiers(30 * kDay));
}

TEST_CASE("SlothWindows: what can't be read makes no SLO fall back to others", "[rules]") {
  struct Case {
    const char* name;
    std::string windows;
  };

  const Case cases[] = {
      {"a wrong value", Windows("30d", Google({"2", "5", "no", "10"}))},
      {"no period", Windows("", Google({"2", "5", "10", "10"}))},
      {"no YAML", Windows("30d", Google({"2", "5", "10", "10"})) + "  ]\n"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const LoadResult loaded = LoadRules({{"a.yaml", Sloth()}, {"w.yaml", c.windows}}, {});
      CHECK(loaded.slos.empty());
      CHECK(loaded.bad_files == std::vector<std::string>{"a.yaml", "w.yaml"});
      CHECK_THAT(testing::AsText(loaded.diagnostics),
                 Catch::Contains("no AlertWindows are for SLOs of 30d (none could be read)"));
    }
  }
}

TEST_CASE("SlothWindows: of two of a period the first stays", "[rules]") {
  const auto load = [](const std::string& second) {
    return LoadRules({{"1.yaml", kWeek}, {"2.yaml", second}, {"a.yaml", Sloth()}},
                     Window(7 * kDay));
  };
  SECTION("equal ones are a warning") {
    const LoadResult loaded = load(Windows("168h", Google({"8.0", "12.50", "20", "42"})));
    CHECK_FALSE(HasErrors(loaded.diagnostics));
    CHECK_THAT(
        testing::AsText(loaded.diagnostics),
        Catch::Contains(
            "2.yaml:1:1: warning: AlertWindows of 7d are there twice (first at 1.yaml:1:1)\n"));
    CHECK(loaded.slos.size() == 1);
  }
  SECTION("others are an error") {
    for (const Conditions& other :
         {Google({"9", "12.5", "20", "42"}), Google({"8", "12.5", "20", "41"})}) {
      const LoadResult loaded = load(Windows("7d", other));
      CHECK_THAT(testing::AsText(loaded.diagnostics),
                 Catch::Contains("2.yaml:1:1: error: AlertWindows of 7d are there already, and "
                                 "differ from these (first at 1.yaml:1:1)\n"));
      REQUIRE(loaded.slos.size() == 1);
      CHECK(Factors(loaded.slos[0]).at(0) == Ratio{336, 25});
    }
  }
}

TEST_CASE("SlothWindows: files of their own replace those among the rules", "[rules]") {
  const std::vector<RuleFile> rules = {{"a.yaml", Sloth()}, {"w.yaml", kWeek}};
  const auto load = [&](std::vector<RuleFile> windows, absl::Duration window) {
    LoadOptions options;
    options.windows = std::move(windows);
    return LoadRules(rules, Window(window), options);
  };
  const std::string month = Windows("30d", Google({"3", "5", "10", "10"}));
  SECTION("one") {
    const LoadResult loaded = load({{"m.yaml", month}}, 30 * kDay);
    CHECK(Factors(loaded.slos.at(0)).at(0) == Ratio{108, 5});
    CHECK(loaded.sloth_windows.Periods() == std::vector<absl::Duration>{30 * kDay});
    CHECK(load({{"m.yaml", month}}, 7 * kDay).slos.empty());
  }
  SECTION("none is none, and not Sloth's own") {
    CHECK(load({}, 30 * kDay).slos.empty());
    CHECK(load({}, 7 * kDay).slos.empty());
  }
  SECTION("what is none there is an error") {
    const LoadResult loaded =
        load({{"m.yaml", month + "---\n" + Sloth("other")}, {"e.yaml", ""}}, 30 * kDay);
    CHECK_THAT(testing::AsText(loaded.diagnostics),
               Catch::StartsWith("m.yaml:") &&
                   Catch::Contains("error: this is no document of AlertWindows") &&
                   Catch::Contains("e.yaml: warning: the file is empty\n"));
    CHECK(loaded.slos.size() == 1);
    CHECK(loaded.bad_files == std::vector<std::string>{"m.yaml"});
  }
}

}  // namespace
}  // namespace slowburn
