// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/state_text.h"

#include <initializer_list>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "exporters/slo_json.h"
#include "exporters/text.h"

namespace slowburn {
namespace {

using nlohmann::json;

StateReport::Times TimesOf(const StateReport& report, const std::string& source) {
  const auto it = report.times.find(source);
  return it == report.times.end() ? StateReport::Times() : it->second;
}

std::string SizeText(std::int64_t bytes) {
  return bytes < 1'000'000 ? fmt::format("{:.1f} kB", static_cast<double>(bytes) / 1e3)
                           : fmt::format("{:.1f} MB", static_cast<double>(bytes) / 1e6);
}

std::string CountOf(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string SourceLine(const StateSummary::Source& source, const StateReport::Times& times) {
  std::string line = fmt::format("source {}: {}, {}", Printable(source.name),
                                 CountOf(source.slos, "SLO"), CountOf(source.columns, "column"));
  if (times.oldest) {
    line += fmt::format(" from {} to {}", UtcTime(*times.oldest), UtcTime(*times.newest));
  }
  if (times.saved) line += fmt::format(", saved at {}", UtcTime(*times.saved));
  return line + "\n";
}

// The words of a line, without those that are empty.
std::string Words(std::initializer_list<std::string_view> words) {
  std::string line;
  for (const std::string_view word : words) {
    if (word.empty()) continue;
    if (!line.empty()) line += ' ';
    line += Printable(word);
  }
  return line;
}

std::string EventLine(const SavedEvent& event) {
  const std::string change = event.to.empty() ? "" : fmt::format("{} -> {}", event.from, event.to);
  return fmt::format(
      "  {} {}\n", UtcTime(event.at),
      Words({event.kind, event.slo_id, event.group, event.alert_class, change, event.text}));
}

json SourceJson(const StateSummary::Source& source, const StateReport::Times& times) {
  return {{"name", source.name},
          {"slos", source.slos},
          {"columns", source.columns},
          {"oldest_slot", TimeJson(times.oldest)},
          {"newest_slot", TimeJson(times.newest)},
          {"saved_slot", TimeJson(times.saved)}};
}

json AlertJson(const SavedAlert& alert) {
  return {{"slo", alert.slo_id},
          {"group", alert.group},
          {"class", alert.alert_class},
          {"labels", alert.labels},
          {"starts_at", TimeJson(alert.starts_at)}};
}

json EventJson(const SavedEvent& event) {
  return {{"at", TimeJson(event.at)}, {"kind", event.kind},        {"slo", event.slo_id},
          {"group", event.group},     {"from", event.from},        {"to", event.to},
          {"text", event.text},       {"class", event.alert_class}};
}

}  // namespace

std::string StateText(const StateReport& report) {
  const StateSummary& summary = report.summary;
  std::string text = fmt::format("{}: {}, schema version {}\n", summary.path,
                                 SizeText(summary.bytes), summary.schema_version);
  text += report.integrity.ok()
              ? "integrity: good\n"
              : fmt::format("integrity: DAMAGED: {}\n", std::string(report.integrity.message()));
  for (const StateSummary::Source& source : summary.sources) {
    text += SourceLine(source, TimesOf(report, source.name));
  }
  text += fmt::format("kept: {}, {}, {}, {}\n", CountOf(summary.definitions, "definition"),
                      fmt::format("deliveries of {}", CountOf(summary.deliveries, "alert")),
                      CountOf(summary.events, "event"), CountOf(summary.rollups, "hour"));
  text += summary.firing.empty() ? "firing: nothing\n" : "firing:\n";
  for (const SavedAlert& alert : summary.firing) {
    text += fmt::format("  since {} {}\n", UtcTime(alert.starts_at),
                        Words({alert.slo_id, alert.group, alert.alert_class}));
  }
  if (!report.events.empty()) text += "latest events:\n";
  for (const SavedEvent& event : report.events) text += EventLine(event);
  return text;
}

std::string StateJson(const StateReport& report) {
  const StateSummary& summary = report.summary;
  json out = {{"path", summary.path},
              {"bytes", summary.bytes},
              {"schema_version", summary.schema_version},
              {"integrity", report.integrity.ok() ? "good" : "damaged"},
              {"definitions", summary.definitions},
              {"deliveries", summary.deliveries},
              {"event_count", summary.events},
              {"rollups", summary.rollups},
              {"sources", json::array()},
              {"firing", json::array()},
              {"events", json::array()}};
  if (!report.integrity.ok()) out["damage"] = std::string(report.integrity.message());
  for (const StateSummary::Source& source : summary.sources) {
    out["sources"].push_back(SourceJson(source, TimesOf(report, source.name)));
  }
  for (const SavedAlert& alert : summary.firing) out["firing"].push_back(AlertJson(alert));
  for (const SavedEvent& event : report.events) out["events"].push_back(EventJson(event));
  return JsonText(out);
}

}  // namespace slowburn
