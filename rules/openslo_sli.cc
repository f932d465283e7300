// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_sli.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/openslo_query.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

constexpr std::array<std::string_view, 3> kQueryKeys = {"query", "expr", "promql"};

// A metricSource as it is written.
struct Source {
  const YamlNode* type = nullptr;
  const YamlNode* spec = nullptr;
};

// The query in the spec of a metricSource, which may hold anything; null, and reported, when it
// can't be asked.
const YamlNode* FindQuery(const Source& source, std::string_view what, Report& report) {
  if (source.type != nullptr) {
    const std::optional<std::string> type = ReadText(*source.type, "type", report);
    if (!type.has_value()) return nullptr;
    if (!IsPrometheus(*type)) {
      report.Error(*source.type,
                   fmt::format("metrics of the type '{}' can't be asked for", Shown(*type)),
                   "only those of the type Prometheus can");
      return nullptr;
    }
  }
  MapReader map(*source.spec, "the spec of the metricSource", report,
                {.unknown_keys = Severity::kWarning});
  std::vector<const YamlNode*> queries;
  for (const std::string_view key : kQueryKeys) {
    if (const YamlNode* query = map.Find(key)) queries.push_back(query);
  }
  if (const YamlNode* type = map.Find("queryType")) {
    ReadOpenSloWord(*type, "queryType", {"promql"}, report);
  }
  map.Finish();
  if (queries.size() == 1) return queries.front();
  if (map.is_map()) {
    report.Error(*source.spec, fmt::format("{} needs one PromQL query", what),
                 "under query, expr or promql");
  }
  return nullptr;
}

std::string Over(const Selector& selector, std::string_view function) {
  return fmt::format("{}({}[{{{{.window}}}}])", function, ToString(selector));
}

// Reads the metrics of an SLI, and makes of them what can be measured.
class SliReader {
 public:
  explicit SliReader(Report& report) : report_(report) {}

  OpenSloSli Read(const YamlNode& spec) {
    MapReader map(spec, "the spec of the SLI", report_);
    ReadOpenSloDescription(map, report_);
    const YamlNode* ratio = map.Find("ratioMetric");
    const YamlNode* threshold = map.Find("thresholdMetric");
    map.Finish();
    if (map.is_map() && (ratio == nullptr) == (threshold == nullptr)) {
      report_.Error(spec, "an SLI needs one of ratioMetric and thresholdMetric");
    } else if (ratio != nullptr) {
      out_.at = report_.At(*ratio);
      ReadRatio(*ratio);
    } else if (threshold != nullptr) {
      out_.threshold = true;
      out_.at = report_.At(*threshold);
      constexpr std::string_view kWhat = "thresholdMetric";
      ReadMetric(*threshold, kWhat,
                 [&](const YamlNode& query) { ReadQuery(query, kWhat, report_); });
    }
    return std::move(out_);
  }

 private:
  void ReadRatio(const YamlNode& node) {
    MapReader map(node, "ratioMetric", report_);
    const std::optional<bool> counter = map.Bool("counter");
    const YamlNode* good = map.Find("good");
    const YamlNode* bad = map.Find("bad");
    const YamlNode* total = map.Find("total");
    const YamlNode* raw = map.Find("raw");
    const YamlNode* raw_type = map.Find("rawType");
    map.Finish();
    if (!map.is_map()) return;
    if (raw != nullptr || raw_type != nullptr) {
      if (raw == nullptr || raw_type == nullptr || good != nullptr || bad != nullptr ||
          total != nullptr) {
        report_.Error(node, "a raw ratioMetric needs raw and rawType, and nothing beside them");
        return;
      }
      ReadRaw(*raw, *raw_type);
    } else if (total == nullptr || (good == nullptr) == (bad == nullptr)) {
      report_.Error(node, "ratioMetric needs total and one of good and bad, or raw and rawType");
    } else {
      ReadCounted(counter, good != nullptr ? *good : *bad, good != nullptr, *total);
    }
  }

  // Reads `node`, which holds a metricSource, and gives its query to `read`.
  template <typename Read>
  void ReadMetric(const YamlNode& node, std::string_view what, const Read& read) {
    MapReader map(node, what, report_);
    const YamlNode* found = map.Need("metricSource");
    map.Finish();
    if (found == nullptr) return;
    MapReader source_map(*found, "metricSource", report_);
    const auto reference = ReadOpenSloReference(source_map, "metricSourceRef", report_);
    const Source source = {source_map.Find("type"), source_map.Need("spec")};
    source_map.Finish();
    if (source_map.is_map() && source.type == nullptr && !reference.has_value()) {
      report_.Error(*found, "metricSource needs type or metricSourceRef", "as in type: Prometheus");
    }
    if (reference.has_value()) out_.sources.push_back(*reference);
    if (source.spec == nullptr) return;
    Hold([&] {
      if (const YamlNode* query = FindQuery(source, what, report_)) read(*query);
    });
  }

  std::optional<OpenSloQuery> ReadRatioQuery(const YamlNode& node, std::string_view what) {
    std::optional<OpenSloQuery> out;
    ReadMetric(node, what,
               [&](const YamlNode& query) { out = ReadOpenSloQuery(query, what, report_); });
    return out;
  }

  // Does `read`, what it finds being on the queries.
  template <typename Read>
  void Hold(const Read& read) {
    for (Diagnostic& finding : report_.Held(read)) out_.findings.push_back(std::move(finding));
  }

  void ReadCounted(std::optional<bool> counter, const YamlNode& part_at, bool good,
                   const YamlNode& total_at) {
    const std::string_view name = good ? "good" : "bad";
    const std::optional<OpenSloQuery> part = ReadRatioQuery(part_at, name);
    const std::optional<OpenSloQuery> total = ReadRatioQuery(total_at, "total");
    if (!part.has_value() || !total.has_value()) return;
    Hold([&] {
      if (part->selector == total->selector && part->expression == total->expression) {
        report_.Error(part_at, fmt::format("{} is the same query as total", name));
      } else if (part->selector.has_value() != total->selector.has_value()) {
        report_.Error(part_at,
                      fmt::format("one of {} and total is a selector, the other a rate", name),
                      "write both as selectors, or both as rates over {{.window}}");
      } else if (part->selector.has_value()) {
        Samples(counter, part_at, good, *part->selector, *total->selector);
      } else if (part->range != total->range && !part->range.empty() && !total->range.empty()) {
        report_.Error(part_at, fmt::format("{} is asked over {}, total over {}", name, part->range,
                                           total->range));
      } else {
        Rates(good, part->expression, total->expression);
      }
    });
  }

  // Two selectors: of counters, or of gauges each sample of which is a number of events.
  void Samples(std::optional<bool> counter, const YamlNode& at, bool good, const Selector& part,
               const Selector& total) {
    if (!counter.has_value()) {
      report_.Error(at, "ratioMetric needs `counter`, as its queries are selectors",
                    "true for counters; false, as OpenSLO has it where it is not there, if each "
                    "sample is a number of its own");
    } else if (*counter) {
      EventsSli events{.total = total, .bad = std::nullopt, .good = std::nullopt};
      (good ? events.good : events.bad) = part;
      out_.ratio = std::move(events);
    } else {
      WarnOfCounter(at, part);
      Rates(good, fmt::format("sum({})", Over(part, "sum_over_time")),
            fmt::format("sum({})", Over(total, "sum_over_time")));
    }
  }

  void WarnOfCounter(const YamlNode& at, const Selector& selector) {
    const std::string name = MetricName(selector);
    for (const std::string_view end : {"_total", "_count", "_bucket"}) {
      if (!name.ends_with(end)) continue;
      report_.Warning(
          at,
          fmt::format("{} looks like a counter, whose samples must not be added up", Shown(name)),
          "write counter: true if it is one");
    }
  }

  void Rates(bool good, const std::string& part, const std::string& total) {
    if (good) {
      out_.ratio = RatioSli{fmt::format("1 - ({}) / ({})", part, total)};
    } else {
      out_.ratio = ExpressionSli{part, total};
    }
  }

  void ReadRaw(const YamlNode& raw, const YamlNode& raw_type) {
    const auto type = ReadOpenSloWord(raw_type, "rawType", {"success", "failure"}, report_);
    const std::optional<OpenSloQuery> query = ReadRatioQuery(raw, "raw");
    if (!type.has_value() || !query.has_value()) return;
    std::string ratio = query->expression;
    if (query->selector.has_value()) {
      ratio = Over(*query->selector, "avg_over_time");
      Hold([&] {
        report_.Warning(raw,
                        "a ratio that is recorded is averaged over time, quiet times as much as "
                        "busy ones",
                        "good or bad, and total, would be counted");
      });
    }
    out_.ratio = RatioSli{*type == "failure" ? ratio : fmt::format("1 - ({})", ratio)};
  }

  Report& report_;
  OpenSloSli out_;
};

}  // namespace

bool IsPrometheus(std::string_view type) {
  constexpr std::string_view kPrometheus = "prometheus";
  if (type.size() != kPrometheus.size()) return false;
  for (std::size_t i = 0; i < type.size(); ++i) {
    if ((type[i] | 0x20) != kPrometheus[i]) return false;
  }
  return true;
}

OpenSloSli ReadOpenSloSli(const YamlNode& spec, Report& report) {
  return SliReader(report).Read(spec);
}

}  // namespace slowburn
