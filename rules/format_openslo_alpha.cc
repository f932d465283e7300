// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_openslo_alpha.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/plan.h"
#include "rules/promql.h"
#include "rules/reader.h"
#include "rules/sloth_alerts.h"
#include "rules/sloth_keys.h"

namespace slowburn {
namespace {

constexpr MapReader::Options kLenient = {.unknown_keys = Severity::kWarning};
constexpr std::string_view kSlo = "SLO";
// The other kinds of the version.
constexpr std::string_view kOtherKinds[] = {"Service", "DataSource", "AlertPolicy",
                                            "AlertCondition", "AlertNotificationTarget"};

// False when the document holds no SLO, which is reported.
bool CheckKind(MapReader& map, Report& report) {
  const std::optional<std::string> kind = map.NeedText("kind");
  if (!kind.has_value() || *kind == kSlo) return kind.has_value();
  if (std::find(std::begin(kOtherKinds), std::end(kOtherKinds), *kind) != std::end(kOtherKinds)) {
    report.Warning(*map.Find("kind"),
                   fmt::format("a document of kind {} has no effect in openslo/v1alpha", *kind));
  } else {
    report.Error(*map.Find("kind"), fmt::format("the kind '{}' is not known", Shown(*kind)),
                 DidYouMean(*kind, {kSlo, "Service"}));
  }
  return false;
}

// The length of a unit of time; nothing for those that have none, which are reported.
std::optional<absl::Duration> ReadUnit(const YamlNode& node, Report& report) {
  const std::optional<std::string> text = ReadText(node, "unit", report);
  if (!text.has_value()) return std::nullopt;
  const auto is = [&](std::string_view unit) {
    return std::equal(text->begin(), text->end(), unit.begin(), unit.end(),
                      [](char a, char b) { return a == b || a == b - 'a' + 'A'; });
  };
  if (is("second")) return absl::Seconds(1);
  if (is("day")) return absl::Hours(24);
  if (is("week")) return absl::Hours(24 * 7);
  if (is("month") || is("quarter")) {
    report.Error(node, fmt::format("a window of the unit {} is not supported yet", *text),
                 "write it in days");
    return std::nullopt;
  }
  report.Error(node, fmt::format("the unit '{}' is not known", Shown(*text)),
               DidYouMean(*text, {"Day", "Week", "Month", "Quarter", "Second"}));
  return std::nullopt;
}

std::optional<absl::Duration> ReadTimeWindow(const YamlNode& node, Report& report) {
  constexpr std::int64_t kMostSeconds = std::int64_t{100} * 365 * 24 * 3600;
  MapReader map(node, "the time window", report, kLenient);
  std::optional<absl::Duration> unit;
  if (const YamlNode* at = map.Need("unit")) unit = ReadUnit(*at, report);
  std::optional<std::int64_t> count;
  if (const YamlNode* at = map.Need("count")) {
    const std::int64_t seconds = unit.has_value() ? absl::ToInt64Seconds(*unit) : 1;
    count = ReadInteger(*at, "count", 1, kMostSeconds / seconds, report);
  }
  const bool rolling = map.Bool("isRolling").value_or(true);
  const YamlNode* calendar = map.Find("calendar");
  if (!rolling || calendar != nullptr) {
    report.Error(calendar != nullptr ? *calendar : *map.Find("isRolling"),
                 "a calendar window is not supported yet", "set isRolling: true for a rolling one");
  }
  map.Finish();
  if (!unit.has_value() || !count.has_value()) return std::nullopt;
  return *unit * *count;
}

// Reports unless `key` says one of `known`.
void NeedOneOf(MapReader& map, std::string_view key, const std::vector<std::string_view>& known,
               Report& report) {
  const std::optional<std::string> text = map.NeedText(key);
  if (!text.has_value() || std::find(known.begin(), known.end(), *text) != known.end()) return;
  report.Error(*map.Find(key), fmt::format("the {} '{}' is not supported", key, Shown(*text)),
               DidYouMean(*text, known));
}

// Returns the query of `key`, `good` or `total`; null when something is wrong, which is reported.
const YamlNode* ReadQuery(MapReader& ratio, std::string_view key, Report& report) {
  const YamlNode* node = ratio.Need(key);
  if (node == nullptr) return nullptr;
  MapReader map(*node, key, report, kLenient);
  NeedOneOf(map, "source", {"prometheus", "sloth"}, report);
  NeedOneOf(map, "queryType", {"promql"}, report);
  const YamlNode* query = map.Need("query");
  map.Finish();
  if (query == nullptr || !ReadQuery(*query, key, report)) {
    return nullptr;
  }
  return query;
}

// The error ratio in the words, and with the spaces, of the rules that Sloth makes of it.
std::optional<std::string> ReadRatio(const YamlNode& node, Report& report) {
  MapReader map(node, "ratioMetrics", report, kLenient);
  const YamlNode* good = ReadQuery(map, "good", report);
  const YamlNode* total = ReadQuery(map, "total", report);
  map.Find("incremental");
  map.Finish();
  if (good == nullptr || total == nullptr) return std::nullopt;
  std::string error =
      fmt::format("\n  1 - (\n    (\n      {}\n    )\n    /\n    (\n      {}\n    )\n  )\n",
                  good->text, total->text);
  // One of the two may be a number, but not both.
  if (!HasWindow(error)) {
    ReadExpression(*good, "good", report);
    return std::nullopt;
  }
  for (const ExpressionProblem& problem : CheckExpression(error)) {
    if (!problem.error) continue;
    report.Error(node, fmt::format("1 - good / total: {}", Shown(problem.message)), problem.hint);
    return std::nullopt;
  }
  return error;
}

// The part of good events, 0.999 for one.
std::optional<Ratio> ReadTarget(const YamlNode& node, Report& report) {
  const std::optional<Ratio> target = ReadDecimal(node, "target", report);
  if (!target.has_value()) return std::nullopt;
  if (target->num == 0 || Compare(*target, {1, 1}) > 0) {
    report.Error(node,
                 fmt::format("target must be above 0 and at most 1, not {}", Shown(node.text)),
                 "0.999 is 99.9 %");
    return std::nullopt;
  }
  return target;
}

// What the objectives of a document share.
struct Shared {
  std::string service;
  std::string name;
  std::string description;
  absl::Duration window = kSlothWindow;
  Position window_at;
};

class AlphaReader {
 public:
  AlphaReader(const RuleDefaults& defaults, const SlothWindows& windows, Report& report)
      : defaults_(defaults), windows_(windows), report_(report) {}

  std::vector<Slo> Read(const YamlNode& document) {
    const int errors = report_.errors();
    shared_.window = defaults_.window.value_or(shared_.window);
    shared_.window_at = report_.At(document);
    MapReader map(document, "the document", report_, kLenient);
    map.Find("apiVersion");
    if (!CheckKind(map, report_)) return {};
    if (const YamlNode* metadata = map.Need("metadata")) ReadMetadata(*metadata);
    const YamlNode* spec = map.Need("spec");
    map.Finish();
    if (spec == nullptr) return {};
    const YamlNode* objectives = ReadSpec(*spec);
    const bool good = report_.errors() == errors;
    std::vector<Slo> out;
    if (objectives == nullptr) return out;
    const std::vector<const YamlNode*> items = ReadList(*objectives, "objectives", report_);
    if (items.empty() && objectives->kind == YamlNode::Kind::kList) {
      report_.Error(*objectives, "objectives is empty");
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
      std::optional<Slo> slo = ReadObjective(*items[i], i);
      if (slo.has_value() && good) out.push_back(*std::move(slo));
    }
    return out;
  }

 private:
  void ReadMetadata(const YamlNode& node) {
    MapReader map(node, "metadata", report_, kLenient);
    shared_.name = NeedName(map, "name", report_);
    shared_.description = map.Text("displayName").value_or("");
    map.Finish();
  }

  // Returns the objectives.
  const YamlNode* ReadSpec(const YamlNode& node) {
    MapReader map(node, "spec", report_, kLenient);
    shared_.service = NeedName(map, "service", report_);
    shared_.description = map.Text("description").value_or(shared_.description);
    if (const auto method = map.Text("budgetingMethod"); method && *method != "Occurrences") {
      report_.Warning(*map.Find("budgetingMethod"),
                      fmt::format("budgetingMethod {} has no effect: events are counted, as by "
                                  "Sloth",
                                  Shown(*method)));
    }
    if (const YamlNode* windows = map.Find("timeWindows")) ReadTimeWindows(*windows);
    if (const YamlNode* indicator = map.Find("indicator")) {
      report_.Error(*indicator, "indicator is not supported in openslo/v1alpha, as by Sloth",
                    "write ratioMetrics in each objective, or openslo/v1");
    }
    const YamlNode* objectives = map.Need("objectives");
    map.Finish();
    return objectives;
  }

  void ReadTimeWindows(const YamlNode& node) {
    const std::vector<const YamlNode*> items = ReadList(node, "timeWindows", report_);
    if (items.empty()) return;
    if (items.size() > 1) report_.Error(*items[1], "there can be only one time window");
    shared_.window_at = report_.At(*items[0]);
    shared_.window = ReadTimeWindow(*items[0], report_).value_or(shared_.window);
  }

  std::optional<Slo> ReadObjective(const YamlNode& node, std::size_t index) {
    const int errors = report_.errors();
    MapReader map(node, "the objective", report_, kLenient);
    Slo slo;
    slo.format = Format::kOpenSloAlpha;
    slo.defined_at = report_.At(node);
    slo.service = shared_.service;
    slo.name = fmt::format("{}-{}", shared_.name, index);
    slo.description = shared_.description;
    slo.source = defaults_.source;
    slo.window = shared_.window;
    SloPlaces places{slo.defined_at, shared_.window_at, slo.defined_at, {}};
    if (const YamlNode* target = map.Need("target")) {
      slo.objective = ReadTarget(*target, report_).value_or(Ratio{1, 1});
      places.objective = report_.At(*target);
    }
    if (const YamlNode* ratio = map.Need("ratioMetrics")) {
      if (std::optional<std::string> error = ReadRatio(*ratio, report_)) {
        slo.sli = RatioSli{std::string(absl::StripAsciiWhitespace(*error))};
        slo.rules.error_query = *std::move(error);
      }
    }
    map.Find("displayName");
    map.Find("value");
    for (const std::string_view key : {"op", "timeSliceTarget"}) {
      if (const YamlNode* no_use = map.Find(key)) {
        report_.Warning(*no_use, fmt::format("{} has no effect on a ratio of events", key));
      }
    }
    map.Finish();
    if (report_.errors() > errors) return std::nullopt;
    // No alerts on the burn rate, as by Sloth: the format has none.
    AlertSettings alerts = defaults_.alerts;
    alerts.labels = Merge(std::move(alerts.labels), SlothIdentity(slo));
    alerts.page.disabled = alerts.ticket.disabled = true;
    if (!CompleteSlothSlo(slo, node, std::move(alerts), defaults_, windows_, places, report_)) {
      return std::nullopt;
    }
    return slo;
  }

  const RuleDefaults& defaults_;
  const SlothWindows& windows_;
  Report& report_;
  Shared shared_;
};

}  // namespace

std::vector<Slo> ReadOpenSloAlpha(const YamlNode& document, const RuleDefaults& defaults,
                                  const SharedDocuments& shared, Report& report) {
  return AlphaReader(defaults, shared.sloth_windows, report).Read(document);
}

}  // namespace slowburn
