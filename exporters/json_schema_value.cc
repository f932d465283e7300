// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/json_schema_value.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rules/checks.h"

namespace slowburn {
namespace {

using Json = nlohmann::ordered_json;

// Regular expressions of ECMA-262 that say the same elsewhere, for whole texts; see Whole().
constexpr std::string_view kFalse = "([fF][aA][lL][sS][eE]|[nN][oO]|[oO][fF][fF])";
constexpr std::string_view kBool =
    "([tT][rR][uU][eE]|[yY][eE][sS]|[oO][nN]|[fF][aA][lL][sS][eE]|[nN][oO]|[oO][fF][fF])";
constexpr std::string_view kName = "[0-9A-Za-z]([0-9A-Za-z_.-]*[0-9A-Za-z])?";
constexpr std::string_view kLabelName = "[A-Za-z_][A-Za-z0-9_]*";
// No name that begins with `__`.
constexpr std::string_view kOpenLabelName = "(?!__)[A-Za-z_][A-Za-z0-9_]*";
constexpr std::string_view kMetricPrefix = "([A-Za-z_:][A-Za-z0-9_:]*)?";
constexpr std::string_view kDuration =
    "(0|(?=[0-9])([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)";
constexpr std::string_view kPositiveDuration =
    "(?=.*[1-9])([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?";
// Above 0, at most 100; at most 15 digits that count, which no regular expression counts well.
constexpr std::string_view kPercent =
    "(?=.*[1-9])(0*(100(\\.0*)?|[0-9]{1,2}(\\.[0-9]*)?)|0*\\.[0-9]+) *%?";
constexpr std::string_view kShare =
    "(?=.*[1-9])(0*(100(\\.0*)?|[0-9]{1,2}(\\.[0-9]*)?)|0*\\.[0-9]+) *%";
constexpr std::string_view kFactor =
    "(?=[0-9.]*[1-9])([0-9]+(\\.[0-9]*)?|\\.[0-9]+|[0-9]+/0*[1-9][0-9]*)";
constexpr std::string_view kInteger = "-?[0-9]+";
constexpr std::string_view kWindow = "\\{\\{[ \\t\\n\\r]*\\.window[ \\t\\n\\r]*\\}\\}";
constexpr std::string_view kUrl = "https?://[^/ \\t\\r\\n][^ \\t\\r\\n]*";
constexpr std::string_view kHeaderName = "[-!#$%&'*+.^_`|~0-9A-Za-z]+";
constexpr std::string_view kOneLine = "[^\\r\\n]*";
constexpr std::string_view kHostPort = "([^\\[\\]: /]*|\\[[\\s\\S]*\\]):[0-9]+";

// A pattern for the whole text.  `$` also matches before a last line end in some languages.
std::string Whole(std::string_view pattern) {
  return fmt::format("^({})(?![\\s\\S])", pattern);
}

// Any single value is a text, numbers and booleans too.
Json Scalar() {
  return {{"type", {"string", "number", "boolean"}}};
}

Json Text(std::string_view pattern) {
  return {{"type", "string"}, {"pattern", Whole(pattern)}};
}

Json AnyOf(Json a, Json b) {
  return {{"anyOf", {std::move(a), std::move(b)}}};
}

Json Name() {
  return {{"type", {"string", "number", "boolean"}},
          {"pattern", Whole(kName)},
          {"maxLength", 253},
          {"minimum", 0}};
}

Json LabelMap(LabelUse use) {
  Json names = {{"pattern", Whole(use == LabelUse::kAnnotation ? kLabelName : kOpenLabelName)}};
  if (const auto reserved = ReservedLabels(use); !reserved.empty()) {
    names["not"] = {{"enum", reserved}};
  }
  return {
      {"type", "object"}, {"propertyNames", std::move(names)}, {"additionalProperties", Scalar()}};
}

Json ByLabels() {
  Json item = {{"type", {"string", "boolean"}},
               {"pattern", Whole(kOpenLabelName)},
               {"not", {{"enum", ReservedByLabels()}}}};
  return {{"type", "array"}, {"items", std::move(item)}, {"uniqueItems", true}};
}

Json Headers() {
  Json value = Scalar();
  value["pattern"] = Whole(kOneLine);
  return {{"type", "object"},
          {"propertyNames", {{"pattern", Whole(kHeaderName)}}},
          {"additionalProperties", std::move(value)}};
}

}  // namespace

Json ValueSchema(const Key& key, ValueKind kind) {
  switch (kind) {
    case ValueKind::kText:
      return Scalar();
    case ValueKind::kFilledText: {
      Json out = Scalar();
      out["minLength"] = 1;
      return out;
    }
    case ValueKind::kName:
      return Name();
    case ValueKind::kMetricPrefix:
      return {{"type", {"string", "boolean"}}, {"pattern", Whole(kMetricPrefix)}};
    case ValueKind::kChoice:
      return {{"enum", std::vector<std::string>(key.choices.begin(), key.choices.end())}};
    case ValueKind::kBool:
      return AnyOf({{"type", "boolean"}}, Text(kBool));
    case ValueKind::kOff:
      return AnyOf({{"const", false}}, Text(kFalse));
    case ValueKind::kInteger:
      return {{"type", {"integer", "string"}},
              {"minimum", key.least},
              {"maximum", key.most},
              {"pattern", Whole(kInteger)}};
    case ValueKind::kDuration:
      return AnyOf(Text(kDuration), {{"const", 0}});
    case ValueKind::kPositiveDuration:
      return Text(kPositiveDuration);
    case ValueKind::kNoWindow:
      return {{"const", "none"}};
    case ValueKind::kObjective:
      return {{"type", {"number", "string"}},
              {"exclusiveMinimum", 0},
              {"maximum", 100},
              {"pattern", Whole(kPercent)}};
    case ValueKind::kShare:
      return Text(kShare);
    case ValueKind::kFactor:
      return {{"type", {"number", "string"}}, {"exclusiveMinimum", 0}, {"pattern", Whole(kFactor)}};
    case ValueKind::kSelector:
      return {{"type", {"string", "boolean"}}, {"minLength", 1}};
    case ValueKind::kExpression:
      return {{"type", "string"}, {"pattern", kWindow}};
    case ValueKind::kSloLabels:
      return LabelMap(LabelUse::kSlo);
    case ValueKind::kAlertLabels:
      return LabelMap(LabelUse::kAlert);
    case ValueKind::kAnnotations:
      return LabelMap(LabelUse::kAnnotation);
    case ValueKind::kByLabels:
      return ByLabels();
    case ValueKind::kTextList: {
      Json item = Scalar();
      item["minLength"] = 1;
      return {{"type", "array"}, {"items", std::move(item)}};
    }
    case ValueKind::kUrl:
      return Text(kUrl);
    case ValueKind::kUrlList:
      return {{"type", "array"}, {"items", Text(kUrl)}, {"minItems", 1}, {"uniqueItems", true}};
    case ValueKind::kHostPort:
      return Text(kHostPort);
    case ValueKind::kHeaders:
      return Headers();
    case ValueKind::kNone:
    case ValueKind::kTable:
    case ValueKind::kTableList:
    case ValueKind::kTableMap:
      break;
  }
  return false;
}

}  // namespace slowburn
