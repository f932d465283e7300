// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/checks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "rules/plan.h"
#include "rules/promql.h"
#include "rules/template.h"
#include "rules/utf8.h"

namespace slowburn {
namespace {

// Longer than any query that a person wrote, short enough to parse at once.
constexpr std::size_t kLongestQuery = 64 * 1024;

constexpr std::array<std::string_view, 4> kIdentity = {"alertname", "service", "slo", "slo_class"};
// On every series of ours, so they can't be on the info metric twice.
constexpr std::array<std::string_view, 2> kSeries = {"slo_service", "slo_group"};
// Labels of our own series.
constexpr std::array<std::string_view, 7> kNotBy = {
    "window", "severity", "result", "slo_service", "slo_group", "slo_class", "alertname"};

template <typename Names>
bool Contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsAlphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string_view Trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

// What is wrong with a text, and the byte of it where.
struct Located {
  std::size_t at = 0;
  std::string message;
};

// Takes `at character N: message` apart, N from 1 and about `text`.
Located Locate(const absl::Status& status, std::string_view text) {
  constexpr std::string_view kPrefix = "at character ";
  const std::string whole(status.message());
  std::string_view rest = whole;
  std::size_t character = 0;
  if (!rest.starts_with(kPrefix)) return {0, whole};
  rest.remove_prefix(kPrefix.size());
  const auto [stop, error] = std::from_chars(rest.data(), rest.data() + rest.size(), character);
  rest.remove_prefix(static_cast<std::size_t>(stop - rest.data()));
  if (error != std::errc() || !rest.starts_with(": ")) return {0, whole};
  std::size_t at = 0;
  for (; character > 1 && at < text.size(); --character) at += ReadRune(text.substr(at)).size;
  return {at, std::string(rest.substr(2))};
}

// A number as Go's YAML to JSON has it: 1.10 is 1.1, and true is true however it is written.
std::string AsGoPrints(const std::string& text) {
  std::string lower = text.substr(0, 6);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower == "true" || lower == "yes" || lower == "on") return "true";
  if (lower == "false" || lower == "no" || lower == "off") return "false";
  const std::size_t point = text.find('.');
  if (point == std::string::npos || point == 0 ||
      text.find_first_not_of("0123456789.") != std::string::npos ||
      text.find('.', point + 1) != std::string::npos) {
    return text;
  }
  std::string out = text.substr(0, text.find_last_not_of('0') + 1);
  if (out.back() == '.') out.pop_back();
  return out;
}

void CheckTemplate(const YamlNode& node, const std::string& text, std::string_view what,
                   LabelUse use, LabelStyle style, Report& report) {
  if (use == LabelUse::kSlo && style == LabelStyle::kNative) return;
  const auto parsed = Template::Parse(text);
  if (parsed.ok()) return;
  const Located located = Locate(parsed.status(), text);
  // Prometheus knows more of Go's templates than we do: an alert with a bare text beats no alert.
  const bool lenient = style == LabelStyle::kSloth && use == LabelUse::kAnnotation;
  report.Inside(lenient ? Severity::kWarning : Severity::kError, node, located.at,
                fmt::format("{}: {}", what, Shown(located.message)),
                lenient ? "it will be sent as it is written" : "");
}

// The text of a query that is neither empty nor too long.
std::optional<std::string> ReadQueryText(const YamlNode& node, std::string_view what,
                                         Report& report) {
  std::optional<std::string> text = ReadText(node, what, report);
  if (!text.has_value()) return std::nullopt;
  if (Trimmed(*text).empty()) {
    report.Error(node, fmt::format("{} is empty", what));
    return std::nullopt;
  }
  if (text->size() > kLongestQuery) {
    report.Error(node, fmt::format("{} is longer than {} bytes", what, kLongestQuery));
    return std::nullopt;
  }
  return text;
}

// Whether `text`, the value of `node`, is PromQL; reports what is wrong with it.
bool CheckQuery(const YamlNode& node, const std::string& text, std::string_view what,
                QueryLanguage language, Report& report) {
  bool good = true;
  for (const ExpressionProblem& problem : CheckExpression(text)) {
    const auto at = static_cast<std::size_t>(std::max(problem.offset, 0));
    if (problem.error && language == QueryLanguage::kMetricsQl) {
      report.Inside(Severity::kWarning, node, at,
                    fmt::format("{}: {}", what, Shown(problem.message)),
                    "as MetricsQL it is not checked: the source is asked for it as it is");
      break;  // What follows is read from where the parser lost its way.
    }
    report.Inside(problem.error ? Severity::kError : Severity::kWarning, node, at,
                  fmt::format("{}: {}", what, Shown(problem.message)), problem.hint);
    good = good && !problem.error;
  }
  return good;
}

// Whether a label may be named so; reports why not.
bool CheckLabelName(const YamlNode& key, LabelUse use, LabelStyle style, Report& report) {
  const std::string& name = key.text;
  if (!IsLabelName(name)) {
    report.Error(key, fmt::format("'{}' is not a label name", Shown(name)),
                 "letters, digits and _, no digit first");
    return false;
  }
  if (use == LabelUse::kAnnotation) return true;
  if (name.starts_with("__")) {
    report.Error(key, fmt::format("{}: names that begin with __ are reserved", Shown(name)));
    return false;
  }
  if (!Contains(ReservedLabels(use), name)) return true;
  if (style == LabelStyle::kSloth) {
    report.Warning(key, fmt::format("the label {} is set by slowburn; this one is ignored", name));
  } else {
    report.Error(key, fmt::format("the label {} is set by slowburn", name), "choose another name");
  }
  return false;
}

}  // namespace

bool IsName(std::string_view name) {
  if (name.empty() || name.size() > 253) return false;
  if (!IsAlphanumeric(name.front()) || !IsAlphanumeric(name.back())) return false;
  return std::all_of(name.begin(), name.end(),
                     [](char c) { return IsAlphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

std::optional<std::string> ReadName(const YamlNode& node, std::string_view key, Report& report) {
  std::optional<std::string> name = ReadText(node, key, report);
  if (!name.has_value()) return std::nullopt;
  if (name->empty()) {
    report.Error(node, fmt::format("{} is empty", key));
    return std::nullopt;
  }
  if (!IsName(*name)) {
    report.Error(node, fmt::format("'{}' can't be the {}", Shown(*name), key),
                 "letters, digits, and - _ . between them");
  }
  return name;
}

std::string NeedName(MapReader& map, std::string_view key, Report& report) {
  const YamlNode* node = map.Need(key);
  if (node == nullptr) return "";
  return ReadName(*node, key, report).value_or("");
}

std::optional<Ratio> ReadObjective(const YamlNode& node, Report& report) {
  const std::optional<Ratio> percent = ReadPercent(node, "objective", report);
  if (!percent.has_value()) return std::nullopt;
  if (percent->num == 0 || Compare(*percent, {100, 1}) > 0) {
    report.Error(node, fmt::format("objective must be above 0 and at most 100 percent, not {}",
                                   Shown(node.text)));
    return std::nullopt;
  }
  const absl::StatusOr<Ratio> ratio = Multiply(*percent, {1, 100});
  if (!ratio.ok()) {
    report.Error(node, fmt::format("objective: {}", std::string(ratio.status().message())));
    return std::nullopt;
  }
  if (Compare(*percent, {1, 1}) <= 0 && !node.text.ends_with('%')) {
    report.Warning(node,
                   fmt::format("objective is a percentage: {} means {} %", Shown(node.text),
                               FormatRatio(*percent)),
                   fmt::format("write {} if you meant that",
                               FormatRatio(MakeRatio(percent->num * 100, percent->den))));
  }
  return *ratio;
}

std::optional<Selector> ReadSelector(const YamlNode& node, std::string_view what, Report& report) {
  const std::optional<std::string> text = ReadText(node, what, report);
  if (!text.has_value()) return std::nullopt;
  if (text->size() > kLongestQuery) {
    report.Error(node, fmt::format("{} is longer than {} bytes", what, kLongestQuery));
    return std::nullopt;
  }
  absl::StatusOr<Selector> selector = ParseSelector(*text);
  if (selector.ok()) return *std::move(selector);
  const Located located = Locate(selector.status(), *text);
  std::string hint;
  if (text->find('(') != std::string::npos) {
    hint = "a selector alone stands here; for PromQL, use the expression or ratio SLI";
  }
  report.Inside(Severity::kError, node, located.at,
                fmt::format("{}: {}", what, Shown(located.message)), hint);
  return std::nullopt;
}

std::optional<std::string> ReadQuery(const YamlNode& node, std::string_view what, Report& report) {
  const std::optional<std::string> text = ReadQueryText(node, what, report);
  if (!text.has_value() || !CheckQuery(node, *text, what, QueryLanguage::kPromQl, report)) {
    return std::nullopt;
  }
  return std::string(Trimmed(*text));
}

std::optional<std::string> ReadExpression(const YamlNode& node, std::string_view what,
                                          Report& report, QueryLanguage language) {
  const std::optional<std::string> text = ReadQueryText(node, what, report);
  if (!text.has_value()) return std::nullopt;
  if (!HasWindow(*text)) {
    report.Error(node, fmt::format("{} has no {{{{.window}}}}", what),
                 "write it where the range stands, as in rate(errors_total[{{.window}}])");
    return std::nullopt;
  }
  if (!CheckQuery(node, *text, what, language, report)) return std::nullopt;
  return std::string(Trimmed(*text));
}

Labels ReadLabels(const YamlNode& node, std::string_view what, LabelUse use, LabelStyle style,
                  Report& report) {
  Labels out;
  for (const auto& [key, value, merged] : ReadEntries(node, what, report)) {
    if (!CheckLabelName(*key, use, style, report)) continue;
    if (value->kind == YamlNode::Kind::kEmpty) {
      report.Error(*value, fmt::format("{} is empty", Shown(key->text)));
      continue;
    }
    std::optional<std::string> text = ReadText(*value, Shown(key->text), report);
    if (!text.has_value()) continue;
    if (style == LabelStyle::kSloth && value->plain) {
      std::string printed = AsGoPrints(*text);
      if (printed != *text) {
        report.Warning(*value,
                       fmt::format("{} reads as '{}', as Sloth has it", Shown(*text), printed),
                       "quote it to keep it as it is");
      }
      text = std::move(printed);
    }
    if (style == LabelStyle::kSloth && text->empty()) {
      report.Error(*value, fmt::format("{} is empty", Shown(key->text)));
      continue;
    }
    CheckTemplate(*value, *text, Shown(key->text), use, style, report);
    out.emplace(key->text, *std::move(text));
  }
  return out;
}

bool IsSetBySlowburn(std::string_view label) {
  return Contains(kIdentity, label) || Contains(kSeries, label);
}

std::vector<std::string_view> ReservedLabels(LabelUse use) {
  if (use == LabelUse::kAnnotation) return {};
  std::vector<std::string_view> out(kIdentity.begin(), kIdentity.end());
  if (use == LabelUse::kSlo) out.insert(out.end(), kSeries.begin(), kSeries.end());
  return out;
}

std::vector<std::string_view> ReservedByLabels() {
  return {kNotBy.begin(), kNotBy.end()};
}

std::optional<std::string> WhyNotBy(std::string_view label) {
  if (!IsLabelName(label)) return fmt::format("'{}' is not a label name", Shown(label));
  if (label.starts_with("__")) return "names that begin with __ are reserved";
  if (Contains(kNotBy, label)) return fmt::format("the label {} is set by slowburn", label);
  return std::nullopt;
}

std::optional<std::string> WhyRenamedBy(std::string_view label) {
  if (label != "service" && label != "slo") return std::nullopt;
  return fmt::format("the label {} of alerts is slowburn's own; the group's is exported_{}", label,
                     label);
}

}  // namespace slowburn
