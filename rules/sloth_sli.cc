// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/sloth_sli.h"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/reader.h"

namespace slowburn {
namespace {

// Reads a query, and into `written` what stands there.
std::optional<std::string> NeedQuery(MapReader& map, std::string_view key, QueryLanguage language,
                                     std::string& written, Report& report) {
  const YamlNode* node = map.Need(key);
  if (node == nullptr) return std::nullopt;
  written = node->text;
  return ReadExpression(*node, key, report, language);
}

std::optional<Sli> ReadEvents(const YamlNode& node, const SlothKeys& keys, QueryLanguage language,
                              RuleHints& hints, Report& report) {
  MapReader map(node, "events", report, keys.lenient);
  auto error = NeedQuery(map, keys.error_query, language, hints.error_query, report);
  auto total = NeedQuery(map, keys.total_query, language, hints.total_query, report);
  map.Finish();
  if (!error.has_value() || !total.has_value()) return std::nullopt;
  if (*error == *total) {
    report.Error(*map.Find(keys.error_query),
                 fmt::format("{} is the same as {}", keys.error_query, keys.total_query));
    return std::nullopt;
  }
  return ExpressionSli{*std::move(error), *std::move(total)};
}

std::optional<Sli> ReadRaw(const YamlNode& node, const SlothKeys& keys, QueryLanguage language,
                           RuleHints& hints, Report& report) {
  MapReader map(node, "raw", report, keys.lenient);
  auto error = NeedQuery(map, keys.error_ratio_query, language, hints.error_query, report);
  map.Finish();
  if (!error.has_value()) return std::nullopt;
  return RatioSli{*std::move(error)};
}

void RefusePlugin(const YamlNode& node, const SlothKeys& keys, Report& report) {
  MapReader map(node, "plugin", report, keys.lenient);
  const YamlNode* id = map.Need("id");
  map.Find("options");
  map.Finish();
  if (id == nullptr) return;
  report.Error(*id,
               fmt::format("the SLI plugin '{}' is Go code, which slowburn does not run",
                           Shown(ReadText(*id, "id", report).value_or(""))),
               "write the queries that it makes under sli.events or sli.raw");
}

}  // namespace

std::optional<Sli> ReadSlothSli(const YamlNode& node, const SlothKeys& keys, QueryLanguage language,
                                RuleHints& hints, Report& report) {
  MapReader map(node, "sli", report, keys.lenient);
  const YamlNode* events = map.Find("events");
  const YamlNode* raw = map.Find("raw");
  const YamlNode* plugin = map.Find("plugin");
  map.Finish();
  if ((events != nullptr) + (raw != nullptr) + (plugin != nullptr) != 1) {
    report.Error(node, "sli needs exactly one of events, raw and plugin");
    return std::nullopt;
  }
  if (events != nullptr) return ReadEvents(*events, keys, language, hints, report);
  if (raw != nullptr) return ReadRaw(*raw, keys, language, hints, report);
  RefusePlugin(*plugin, keys, report);
  return std::nullopt;
}

}  // namespace slowburn
