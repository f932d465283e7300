// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/template_functions.h"

#include <algorithm>
#include <iterator>
#include <string>

#include <fmt/format.h>

#include "rules/duration.h"
#include "rules/humanize.h"
#include "rules/regex.h"
#include "rules/template_printf.h"
#include "rules/template_text.h"

namespace slowburn {
namespace {

using Values = std::span<const TemplateValue>;
constexpr int kAnyNumber = TemplateFunction::kAnyNumber;

// Calls `format` with the number; what is no number stays as it is, for a page says more with the
// raw text than with none.
template <std::string (*format)(double)>
TemplateValue OnNumber(Values values, const TemplateData&) {
  const auto number = NumberOf(values[0]);
  return number ? format(*number) : PrintValue(values[0]);
}

template <std::string (*change)(std::string_view)>
TemplateValue OnText(Values values, const TemplateData&) {
  return change(PrintValue(values[0]));
}

TemplateValue Same(Values values, const TemplateData&) {
  return PrintValue(values[0]);
}

TemplateValue CallPrintf(Values values, const TemplateData&) {
  return Printf(PrintValue(values[0]), values.subspan(1));
}

TemplateValue CallPrint(Values values, const TemplateData&) {
  return Print(values);
}

TemplateValue CallPrintLine(Values values, const TemplateData&) {
  return PrintLine(values);
}

TemplateValue ReplaceAll(Values values, const TemplateData&) {
  const auto regex = Regex::Compile(PrintValue(values[0]));
  const std::string text = PrintValue(values[2]);
  return regex.ok() ? regex->ReplaceAll(text, PrintValue(values[1])) : text;
}

TemplateValue Match(Values values, const TemplateData&) {
  const auto regex = Regex::Compile(PrintValue(values[0]));
  return regex.ok() && regex->MatchesWithin(PrintValue(values[1]));
}

TemplateValue Seconds(Values values, const TemplateData&) {
  const std::string text = PrintValue(values[0]);
  const auto duration = ParseDuration(text);
  if (!duration.ok()) return text;
  return absl::ToDoubleSeconds(*duration);
}

TemplateValue ExternalUrl(Values, const TemplateData& data) {
  return data.external_url;
}

TemplateValue PathPrefix(Values, const TemplateData& data) {
  return UrlPath(data.external_url);
}

TemplateValue Index(Values values, const TemplateData&) {
  const auto* const* labels = std::get_if<const Labels*>(&values[0]);
  if (labels == nullptr) return std::string();
  const auto found = (*labels)->find(PrintValue(values[1]));
  return found == (*labels)->end() ? std::string() : found->second;
}

TemplateValue And(Values values, const TemplateData&) {
  for (const TemplateValue& value : values) {
    if (!IsTrue(value)) return value;
  }
  return values.back();
}

TemplateValue Or(Values values, const TemplateData&) {
  for (const TemplateValue& value : values) {
    if (IsTrue(value)) return value;
  }
  return values.back();
}

TemplateValue Not(Values values, const TemplateData&) {
  return !IsTrue(values[0]);
}

bool IsNumber(const TemplateValue& value) {
  return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
}

bool Equal(const TemplateValue& a, const TemplateValue& b) {
  if (IsNumber(a) && IsNumber(b)) return *NumberOf(a) == *NumberOf(b);
  return TypeOf(a) == TypeOf(b) && a == b;
}

// Numbers of either kind by size, strings by their bytes; others are not less.
bool Less(const TemplateValue& a, const TemplateValue& b) {
  if (IsNumber(a) && IsNumber(b)) return *NumberOf(a) < *NumberOf(b);
  const auto* left = std::get_if<std::string>(&a);
  const auto* right = std::get_if<std::string>(&b);
  return left != nullptr && right != nullptr && *left < *right;
}

TemplateValue CallEqual(Values values, const TemplateData&) {
  return std::any_of(values.begin() + 1, values.end(),
                     [&](const TemplateValue& other) { return Equal(values[0], other); });
}

TemplateValue CallNotEqual(Values values, const TemplateData&) {
  return !Equal(values[0], values[1]);
}

TemplateValue CallLess(Values values, const TemplateData&) {
  return Less(values[0], values[1]);
}

TemplateValue CallLessOrEqual(Values values, const TemplateData&) {
  return Less(values[0], values[1]) || Equal(values[0], values[1]);
}

TemplateValue CallGreater(Values values, const TemplateData&) {
  return Less(values[1], values[0]);
}

TemplateValue CallGreaterOrEqual(Values values, const TemplateData&) {
  return Less(values[1], values[0]) || Equal(values[0], values[1]);
}

constexpr TemplateType kText = TemplateType::kString;
constexpr TemplateType kBool = TemplateType::kBool;
constexpr TemplateType kAny = TemplateType::kAny;

constexpr TemplateFunction kFunctions[] = {
    {"and", "a", 1, kAnyNumber, kAny, And},
    {"eq", "c", 2, kAnyNumber, kBool, CallEqual},
    {"externalURL", "", 0, 0, kText, ExternalUrl},
    {"ge", "c", 2, 2, kBool, CallGreaterOrEqual},
    {"gt", "c", 2, 2, kBool, CallGreater},
    {"humanize", "n", 1, 1, kText, OnNumber<Humanize>},
    {"humanize1024", "n", 1, 1, kText, OnNumber<Humanize1024>},
    {"humanizeDuration", "n", 1, 1, kText, OnNumber<HumanizeDuration>},
    {"humanizePercentage", "n", 1, 1, kText, OnNumber<HumanizePercentage>},
    {"humanizeTimestamp", "n", 1, 1, kText, OnNumber<HumanizeTimestamp>},
    {"index", "ms", 2, 2, kText, Index},
    {"le", "c", 2, 2, kBool, CallLessOrEqual},
    {"lt", "c", 2, 2, kBool, CallLess},
    {"match", "ss", 2, 2, kBool, Match},
    {"ne", "c", 2, 2, kBool, CallNotEqual},
    {"not", "a", 1, 1, kBool, Not},
    {"or", "a", 1, kAnyNumber, kAny, Or},
    {"parseDuration", "s", 1, 1, TemplateType::kFloat, Seconds},
    {"pathPrefix", "", 0, 0, kText, PathPrefix},
    {"print", "a", 0, kAnyNumber, kText, CallPrint},
    {"printf", "sa", 1, kAnyNumber, kText, CallPrintf},
    {"println", "a", 0, kAnyNumber, kText, CallPrintLine},
    {"reReplaceAll", "sss", 3, 3, kText, ReplaceAll},
    {"safeHtml", "s", 1, 1, kText, Same},
    {"stripDomain", "s", 1, 1, kText, OnText<StripDomain>},
    {"stripPort", "s", 1, 1, kText, OnText<StripPort>},
    {"title", "s", 1, 1, kText, OnText<TitleCase>},
    {"toLower", "s", 1, 1, kText, OnText<LowerCase>},
    {"toUpper", "s", 1, 1, kText, OnText<UpperCase>},
    {"urlQueryEscape", "s", 1, 1, kText, OnText<EscapeQuery>},
    {"urlquery", "s", 1, 1, kText, OnText<EscapeQuery>},
};

constexpr std::string_view kForeign[] = {
    "args",     "call",      "first",      "graphLink", "html",  "js",
    "label",    "len",       "now",        "query",     "slice", "sortByLabel",
    "strvalue", "tableLink", "toDuration", "toTime",    "tmpl",  "value"};

bool IsNumeric(TemplateType type) {
  return type == TemplateType::kFloat || type == TemplateType::kInt;
}

bool Takes(char want, TemplateType type) {
  if (type == TemplateType::kAny) return true;
  switch (want) {
    case 's':
      return type == TemplateType::kString;
    case 'n':
      return type == TemplateType::kString || IsNumeric(type);
    case 'm':
      return type == TemplateType::kMap;
    case 'c':
      return type != TemplateType::kMap;
    default:
      return true;
  }
}

std::string_view Wanted(char want) {
  switch (want) {
    case 's':
      return "a string";
    case 'n':
      return "a number";
    case 'm':
      return "a set of labels";
    default:
      return "a string or a number";
  }
}

absl::Status Refuse(const TemplateFunction& function, std::string_view why) {
  return absl::InvalidArgumentError(fmt::format("`{}` {}", function.name, why));
}

// Comparisons are between two of a kind.
absl::Status CheckComparison(const TemplateFunction& function,
                             std::span<const TemplateType> types) {
  const bool ordered = function.name != "eq" && function.name != "ne";
  for (const TemplateType type : types) {
    if (ordered && type == TemplateType::kBool)
      return Refuse(function, "compares no true or false");
    const bool alike = type == types[0] || (IsNumeric(type) && IsNumeric(types[0]));
    if (alike || type == TemplateType::kAny || types[0] == TemplateType::kAny) continue;
    return Refuse(function,
                  fmt::format("cannot compare {} with {}", Describe(types[0]), Describe(type)));
  }
  return absl::OkStatus();
}

// What is written in the template itself can be tried now.
absl::Status CheckLiteral(const TemplateFunction& function, char want, const TemplateValue& value) {
  if (want == 'n' && !NumberOf(value)) {
    return Refuse(function, fmt::format("takes a number, not '{}'", PrintValue(value)));
  }
  if (function.call == Seconds) {
    const auto duration = ParseDuration(PrintValue(value));
    if (!duration.ok()) return Refuse(function, std::string(duration.status().message()));
  }
  return absl::OkStatus();
}

absl::Status CheckPattern(const TemplateFunction& function, const TemplateValue& pattern) {
  const auto regex = Regex::Compile(PrintValue(pattern));
  if (regex.ok()) return absl::OkStatus();
  return Refuse(function, fmt::format("takes a regular expression: {}",
                                      std::string(regex.status().message())));
}

absl::Status CheckCount(const TemplateFunction& function, std::size_t size) {
  const int count = static_cast<int>(std::min<std::size_t>(size, kAnyNumber));
  if (count >= function.least && count <= function.most) return absl::OkStatus();
  std::string want = fmt::format("{}", function.least);
  if (function.most == kAnyNumber) want += " or more";
  return Refuse(function,
                fmt::format("takes {} argument{}, not {}", want, want == "1" ? "" : "s", size));
}

}  // namespace

const TemplateFunction* FindTemplateFunction(std::string_view name) {
  const auto found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                  [&](const auto& f) { return f.name == name; });
  return found == std::end(kFunctions) ? nullptr : found;
}

bool IsForeignFunction(std::string_view name) {
  return std::find(std::begin(kForeign), std::end(kForeign), name) != std::end(kForeign);
}

absl::Status CheckCall(const TemplateFunction& function, std::span<const TemplateType> types,
                       std::span<const TemplateValue* const> literals) {
  if (absl::Status status = CheckCount(function, types.size()); !status.ok()) return status;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const char want = function.arguments[std::min(i, function.arguments.size() - 1)];
    if (!Takes(want, types[i])) {
      return Refuse(function, fmt::format("takes {}, not {}", Wanted(want), Describe(types[i])));
    }
    if (literals[i] == nullptr) continue;
    if (absl::Status status = CheckLiteral(function, want, *literals[i]); !status.ok()) {
      return status;
    }
  }
  if (function.arguments == "c") return CheckComparison(function, types);
  const bool pattern = function.call == ReplaceAll || function.call == Match;
  if (pattern && literals[0] != nullptr) return CheckPattern(function, *literals[0]);
  if (function.call != CallPrintf) return absl::OkStatus();
  if (literals[0] == nullptr) {
    return Refuse(function, "takes a format that is written in the template");
  }
  return CheckFormat(PrintValue(*literals[0]), types.subspan(1));
}

}  // namespace slowburn
