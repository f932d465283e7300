// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/native_yaml.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <catch2/catch.hpp>

#include "exporters/native_slo.h"
#include "rules/alert_settings.h"
#include "rules/template.h"
#include "tests/conformance.h"
#include "tests/rules/testdata.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

std::vector<RuleFile> YamlBelow(const fs::path& folder) {
  std::vector<RuleFile> out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (path.extension() != ".yaml" && path.extension() != ".yml") continue;
    out.push_back({path.string(), testing::ReadWhole(path)});
  }
  std::sort(out.begin(), out.end(),
            [](const RuleFile& a, const RuleFile& b) { return a.path < b.path; });
  return out;
}

// `slo` without what a format decides, its annotations as slowburn/v1 has them.
Slo Comparable(Slo slo) {
  slo.defined_at = {};
  slo.format = Format::kNative;
  slo.rules = {};
  for (Labels* annotations :
       {&slo.alerts.annotations, &slo.alerts.page.annotations, &slo.alerts.ticket.annotations}) {
    for (auto& [name, text] : *annotations) text = NativeAnnotation(text);
  }
  return slo;
}

std::vector<Slo> Sorted(std::vector<Slo> slos) {
  for (Slo& slo : slos) slo = Comparable(std::move(slo));
  std::sort(slos.begin(), slos.end(), [](const Slo& a, const Slo& b) { return a.Id() < b.Id(); });
  return slos;
}

NativeYaml Write(const LoadResult& loaded, const RuleDefaults& defaults) {
  return WriteNative(loaded.slos, loaded.diagnostics, defaults);
}

// Writes and reads back: the SLOs must be what they were.  Returns the text.
std::string CheckSame(const LoadResult& loaded, const RuleDefaults& defaults) {
  const NativeYaml written = Write(loaded, defaults);
  INFO(written.text);
  CHECK(testing::AsText(written.inexact) == "");
  const LoadResult again = LoadRules({{"again", written.text}}, defaults);
  INFO(testing::AsText(again.diagnostics));
  CHECK_FALSE(HasErrors(again.diagnostics));
  const std::vector<Slo> before = Sorted(loaded.slos);
  const std::vector<Slo> after = Sorted(again.slos);
  REQUIRE(before.size() == after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    INFO(before[i].Id());
    CHECK(Difference(before[i], after[i]) == "");
    CHECK(before[i] == after[i]);
  }
  CHECK(Write(again, defaults).text ==
        Write(LoadRules({{"again", Write(again, defaults).text}}, defaults), defaults).text);
  return written.text;
}

LoadResult Load(std::string text, const RuleDefaults& defaults = {}) {
  return LoadRules({{"a.yaml", std::move(text)}}, defaults);
}

RuleDefaults OddDefaults() {
  RuleDefaults out;
  out.window = absl::Hours(24 * 7);
  out.alerts.name = "Odd";
  out.alerts.labels = {{"cluster", "one"}, {"severity", "all"}};
  out.alerts.annotations = {{"runbook_url", "https://example.org"}};
  out.alerts.page.labels = {{"pager", "first"}};
  out.alerts.ticket.disabled = true;
  out.alerts.no_data.disabled = true;
  out.alerts.mode = AlertMode::kShadow;
  return out;
}

TEST_CASE("WriteNative: every file that loads gives the same SLOs when it is written",
          "[exporters]") {
  std::vector<RuleFile> files;
  std::vector<fs::path> folders = {fs::path(SLOWBURN_SOURCE_DIR) / "tests" / "testdata",
                                   fs::path(SLOWBURN_SOURCE_DIR) / "examples"};
  const auto peers = ConformanceFolder();
  if (peers) {
    folders.push_back(*peers);
  } else {
    WARN("SKIP: peers' own files are not there");
  }
  for (const fs::path& folder : folders) {
    for (RuleFile& file : YamlBelow(folder)) files.push_back(std::move(file));
  }
  // Files that refer to each other stand in one folder.
  std::map<fs::path, std::vector<RuleFile>> together;
  for (const RuleFile& file : files) together[fs::path(file.path).parent_path()].push_back(file);
  std::map<Format, std::size_t> slos;
  const auto check = [&slos](const std::vector<RuleFile>& of) {
    INFO(of.front().path);
    for (const RuleDefaults& defaults : {RuleDefaults{}, OddDefaults()}) {
      const LoadResult loaded = LoadRules(of, defaults);
      for (const Slo& slo : loaded.slos) ++slos[slo.format];
      if (!loaded.slos.empty()) CheckSame(loaded, defaults);
    }
  };
  for (const RuleFile& file : files) check({file});
  for (const auto& [folder, of] : together) check(of);
  CHECK(slos[Format::kNative] > 100);
  CHECK(slos[Format::kSloth] >= (peers ? 60 : 20));
  CHECK(slos[Format::kSlothKubernetes] > 10);
  CHECK(slos[Format::kPyrra] >= (peers ? 60 : 20));
  CHECK(slos[Format::kOpenSlo] > 20);
  CHECK(slos[Format::kOpenSloAlpha] > 10);
  for (const auto& [format, count] : slos) UNSCOPED_INFO(ToString(format) << " " << count);
}

// An SLO whose every field is not its default.
Slo FullSlo() {
  return Load(R"yaml(version: slowburn/v1
service: shop
slos:
  - name: a
    description: About it.
    owner: us
    labels: {tier: "1"}
    objective: 99.9
    window: 14d
    sli: {events: {total: t, bad: b}}
    by: [region]
    alerts:
      name: Burn
      labels: {x: "1"}
      annotations: {summary: one}
      page: {labels: {p: "1"}, annotations: {page: one}}
      ticket: {labels: {t: "1"}, annotations: {ticket: one}}
      named: {fast: {labels: {n: "1"}, annotations: {named: one}}}
      tiers:
        - {class: page, burn_rate: 5, long: 1h, short: 5m, for: 1m, keep_firing_for: 2m, alert: fast}
      no_data: {after: 20m, class: page, name: Gone, labels: {g: "1"}}
      mode: shadow
)yaml")
      .slos.at(0);
}

struct Change {
  std::string_view field;
  std::function<void(Slo&)> make;
};

// The parts of an SLO that a change is needed for below.  The compiler sends whoever adds a field
// to the model here.
std::size_t CountFields(const Slo& slo) {
  [[maybe_unused]] const auto& [s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, alerts, defined_at, format,
                                rules] = slo;
  [[maybe_unused]] const auto& [a1, a2, a3, page, ticket, named, tiers, no_data, a4] = alerts;
  [[maybe_unused]] const auto& [p1, p2] = page;
  [[maybe_unused]] const auto& [o1, o2] = named.at("fast");
  [[maybe_unused]] const auto& [t1, t2, t3, t4, t5, t6, t7] = tiers.at(0);
  [[maybe_unused]] const auto& [n1, n2, n3, n4] = no_data.value();
  return 10 + 4 + 3 * 2 + 7 + 4;
}

TEST_CASE("WriteNative: every field of an SLO is written", "[exporters]") {
  const std::vector<Change> changes = {
      {"service", [](Slo& slo) { slo.service = "other"; }},
      {"name", [](Slo& slo) { slo.name = "other"; }},
      {"description", [](Slo& slo) { slo.description = "Other."; }},
      {"owner", [](Slo& slo) { slo.owner = "them"; }},
      {"labels", [](Slo& slo) { slo.labels["tier"] = "2"; }},
      {"source", [](Slo& slo) { slo.source = "other"; }},
      {"objective",
       [](Slo& slo) {
         slo.objective = {99, 100};
       }},
      {"window", [](Slo& slo) { slo.window = absl::Hours(24 * 15); }},
      {"sli", [](Slo& slo) { slo.sli = ProbeSli{ParseSelector("up").value()}; }},
      {"by",
       [](Slo& slo) {
         slo.by = {"region", "zone"};
       }},
      {"alerts.name", [](Slo& slo) { slo.alerts.name = "Other"; }},
      {"alerts.labels", [](Slo& slo) { slo.alerts.labels["x"] = "2"; }},
      {"alerts.annotations", [](Slo& slo) { slo.alerts.annotations["summary"] = "two"; }},
      {"page.labels", [](Slo& slo) { slo.alerts.page.labels.clear(); }},
      {"page.annotations", [](Slo& slo) { slo.alerts.page.annotations["page"] = "two"; }},
      {"ticket.labels", [](Slo& slo) { slo.alerts.ticket.labels.erase("severity"); }},
      {"ticket.annotations", [](Slo& slo) { slo.alerts.ticket.annotations.clear(); }},
      {"named.labels", [](Slo& slo) { slo.alerts.named["fast"].labels["n"] = "2"; }},
      {"named.annotations", [](Slo& slo) { slo.alerts.named["fast"].annotations.clear(); }},
      {"tier.class", [](Slo& slo) { slo.alerts.tiers[0].alert_class = AlertClass::kTicket; }},
      {"tier.factor",
       [](Slo& slo) {
         slo.alerts.tiers[0].factor = {10, 3};
       }},
      {"tier.long", [](Slo& slo) { slo.alerts.tiers[0].long_window = absl::Hours(2); }},
      {"tier.short", [](Slo& slo) { slo.alerts.tiers[0].short_window = absl::Minutes(6); }},
      {"tier.for", [](Slo& slo) { slo.alerts.tiers[0].for_duration = absl::Minutes(3); }},
      {"tier.keep", [](Slo& slo) { slo.alerts.tiers[0].keep_firing_for = absl::Minutes(3); }},
      {"tier.alert",
       [](Slo& slo) {
         slo.alerts.tiers[0].alert = "slow";
         slo.alerts.named["slow"] = slo.alerts.named["fast"];
         slo.alerts.named.erase("fast");
       }},
      {"no_data.name", [](Slo& slo) { slo.alerts.no_data->name = "Lost"; }},
      {"no_data.labels", [](Slo& slo) { slo.alerts.no_data->labels["g"] = "2"; }},
      {"no_data.after", [](Slo& slo) { slo.alerts.no_data->after = absl::Minutes(30); }},
      {"no_data.class", [](Slo& slo) { slo.alerts.no_data->alert_class = AlertClass::kTicket; }},
      {"mode", [](Slo& slo) { slo.alerts.mode = AlertMode::kLive; }},
  };
  CHECK(changes.size() == CountFields(FullSlo()));
  RuleDefaults defaults;
  defaults.sources = {"default", "other"};
  LoadResult before;
  before.slos = {FullSlo()};
  const std::string text = CheckSame(before, defaults);
  for (const Change& change : changes) {
    INFO(change.field);
    LoadResult changed = before;
    change.make(changed.slos[0]);
    CHECK(Difference(before.slos[0], changed.slos[0]) != "");
    CHECK(CheckSame(changed, defaults) != text);
  }
}

TEST_CASE("WriteNative: every kind of SLI and its fields", "[exporters]") {
  const auto select = [](std::string_view text) { return ParseSelector(text).value(); };
  const Sli slis[] = {
      EventsSli{select("t"), select("b{x=~\"it's \\\"a\\\"\"}"), std::nullopt},
      EventsSli{select("{__name__=~\"t.*\"}"), std::nullopt, select("g")},
      LatencySli{select("a_bucket"), absl::Milliseconds(1500), false},
      LatencySli{select("a_bucket"), absl::Seconds(1), true},
      LatencySli{select("a_ms_bucket"), absl::Seconds(1), true},
      LatencySli{select("a_ms_bucket{x!=\"\"}"), absl::Seconds(1), false},
      LatencySli{select("a_sum_bucket"), absl::Seconds(1), false},
      ProbeSli{select("up")},
      RatioSli{"a / b * 0 + x{w=\"{{.window}}\"}"},
      RatioSli{"sum(rate(b[{{.window}}]))\n/\n  sum(rate(t[{{.window}}]))  # all\n"},
      ExpressionSli{"rate(a[{{.window}}])", "rate(b[{{.window}}]) # it's: \"b\""},
  };
  std::string last;
  for (const Sli& sli : slis) {
    LoadResult loaded;
    loaded.slos = {FullSlo()};
    loaded.slos[0].sli = sli;
    if (auto* ratio = std::get_if<RatioSli>(&loaded.slos[0].sli); ratio != nullptr) {
      while (ratio->error.ends_with('\n')) ratio->error.pop_back();
    }
    const std::string text = CheckSame(loaded, {});
    CHECK(text != last);
    last = text;
  }
}

TEST_CASE("WriteNative: numbers that few digits can't say stay exact", "[exporters]") {
  LoadResult loaded;
  loaded.slos = {FullSlo()};
  Slo& slo = loaded.slos[0];
  const auto check = [&](std::string_view want) {
    CHECK_THAT(CheckSame(loaded, {}), Catch::Contains(std::string(want)));
  };
  slo.objective = ParseDecimal("0.999999999999999").value();
  SetTiers(slo.alerts, {});
  check("objective: 99.9999999999999\n");
  slo = FullSlo();
  slo.objective = ParseDecimal("0.005").value();
  SetTiers(slo.alerts, {});
  check("objective: 0.5%\n");
  for (const auto& [factor, text] : std::vector<std::pair<Ratio, std::string>>{
           {{10, 3}, "burn_rate: 10/3,"},
           {{72, 5}, "burn_rate: 14.4,"},
           {{1'000'000'007, 999'999'937}, "burn_rate: 1000000007/999999937,"}}) {
    slo = FullSlo();
    slo.alerts.tiers[0].factor = factor;
    check(text);
  }
}

TEST_CASE("WriteNative: a document for each service, what SLOs share said once", "[exporters]") {
  const std::string text = R"yaml(version: prometheus/v1
service: shop
labels: {owner: us, area: web}
slos:
  - name: a
    objective: 99.9
    sli: {events: {error_query: "rate(e[{{.window}}])", total_query: "rate(t[{{.window}}])"}}
    alerting: {name: Burn, page_alert: {labels: {severity: page}}, ticket_alert: {disable: true}}
  - name: b
    objective: 99
    labels: {more: "1"}
    sli: {raw: {error_ratio_query: "rate(x[{{.window}}])"}}
    alerting:
      name: Burn
      annotations: {summary: '{{ nonsense }}'}
      page_alert: {labels: {severity: page}}
)yaml";
  const std::string written = CheckSame(Load(text), {});
  CHECK(written == R"yaml(version: slowburn/v1
service: shop
owner: us
labels:
  area: web
  owner: us
defaults:
  alerts:
    name: Burn
    labels:
      sloth_service: shop
    page:
      labels:
        severity: page
        sloth_severity: page
      annotations:
        title: '(page) {{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is too fast.'
    ticket:
      labels:
        sloth_severity: ticket
      annotations:
        title: '(ticket) {{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is too fast.'
    no_data:
      class: none
slos:
  # From a.yaml:5, as sloth: what its alerts carried there stands under alerts.
  - name: a
    objective: 99.9
    sli:
      expression:
        error_query: 'rate(e[{{.window}}])'
        total_query: 'rate(t[{{.window}}])'
    alerts:
      labels:
        sloth_id: shop-a
        sloth_slo: a
      page:
        annotations:
          summary: '{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is over expected.'
      ticket:
        disable: true
        annotations:
          summary: '{{$labels.sloth_service}} {{$labels.sloth_slo}} SLO error budget burn rate is over expected.'
  # From a.yaml:9, as sloth: what its alerts carried there stands under alerts.
  # a.yaml:15:31: warning: summary: {{ nonsense }}: there is no function `nonsense` (it will be sent as it is written)
  - name: b
    labels:
      more: '1'
    objective: 99
    sli:
      ratio:
        error: 'rate(x[{{.window}}])'
    alerts:
      labels:
        sloth_id: shop-b
        sloth_slo: b
      annotations:
        summary: '{{ "{{ nonsense }}" }}'
)yaml");
}

TEST_CASE("WriteNative: what was found in the files is said beside the SLO", "[exporters]") {
  const std::string text = R"yaml(version: prometheus/v1
service: shop
slos:
  - name: a
    objective: 99.9
    sli: {raw: {error_ratio_query: "rate(e[{{.window}}])"}}
    plugins: {chain: [{id: example.org/mine/v1}]}
    alerting: {name: Burn}
  - name: b
    objective: 999
    sli: {raw: {error_ratio_query: "rate(e[{{.window}}])"}}
    alerting: {name: Burn}
)yaml";
  const NativeYaml written = Write(Load(text), {});
  CHECK(written.inexact.empty());
  CHECK(written.text.starts_with("# Left out: a.yaml:10:16: error: objective must be above 0"));
  CHECK_THAT(
      written.text,
      Catch::Contains("  # From a.yaml:4, as sloth") &&
          Catch::Contains("  # a.yaml:7:28: warning: the plugin example.org/mine/v1 has no"));
}

TEST_CASE("WriteNative: says what slowburn/v1 can't say", "[exporters]") {
  LoadResult loaded;
  loaded.slos = {FullSlo()};
  loaded.slos[0].objective = {2, 3};
  const NativeYaml written = Write(loaded, {});
  REQUIRE(written.inexact.size() == 1);
  CHECK_THAT(written.inexact[0].message,
             Catch::Contains("shop/a: ") && Catch::Contains("objective"));
  CHECK_THAT(written.text, Catch::Contains("# a.yaml:4:5: error: shop/a: "));
}

TEST_CASE("NativeAnnotation: a template that does not parse is sent as it was written",
          "[exporters]") {
  for (const std::string text : {"{{ nonsense }}", "{{", "\"{{\n\\x", "fine {{ $value }}"}) {
    const auto written = Template::Parse(NativeAnnotation(text));
    REQUIRE(written.ok());
    if (!Template::Parse(text).ok()) CHECK(written->Expand({}) == text);
  }
  CHECK(NativeAnnotation("{{ $value }}") == "{{ $value }}");
}

}  // namespace
}  // namespace slowburn
