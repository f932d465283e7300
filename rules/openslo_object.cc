// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_object.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/checks.h"
#include "rules/text.h"
#include "rules/utf8.h"

namespace slowburn {
namespace {

constexpr std::string_view kApiVersion = "openslo/v1";
constexpr std::size_t kLongestName = 63;  // Of display names and of the keys of labels too.
constexpr std::size_t kLongestPrefix = 253;
constexpr std::size_t kLongestDescription = 1050;
constexpr std::int64_t kMostMinutes = 100LL * 365 * 24 * 60;

bool IsLowerAlphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsAlphanumeric(char c) {
  return IsLowerAlphanumeric(c) || (c >= 'A' && c <= 'Z');
}

// A label of RFC 1123.
bool IsObjectName(std::string_view name) {
  return !name.empty() && name.size() <= kLongestName && IsLowerAlphanumeric(name.front()) &&
         IsLowerAlphanumeric(name.back()) && std::all_of(name.begin(), name.end(), [](char c) {
           return IsLowerAlphanumeric(c) || c == '-';
         });
}

bool IsLabelKey(std::string_view key) {
  return !key.empty() && key.size() <= kLongestName && IsAlphanumeric(key.front()) &&
         IsAlphanumeric(key.back()) && std::all_of(key.begin(), key.end(), [](char c) {
           return IsAlphanumeric(c) || c == '-' || c == '.' || c == '_';
         });
}

bool IsPrefix(std::string_view prefix) {
  if (prefix.size() > kLongestPrefix) return false;
  for (std::size_t begin = 0; begin <= prefix.size();) {
    const std::size_t end = std::min(prefix.find('.', begin), prefix.size());
    if (!IsObjectName(prefix.substr(begin, end - begin))) return false;
    begin = end + 1;
  }
  return true;
}

bool IsAnnotationKey(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return IsLabelKey(key);
  return IsPrefix(key.substr(0, slash)) && IsLabelKey(key.substr(slash + 1));
}

std::size_t Characters(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += ReadRune(text.substr(at)).size) ++count;
  return count;
}

void CheckLength(const YamlNode& node, std::string_view what, std::size_t most, Report& report) {
  const std::size_t length = Characters(node.text);
  if (length <= most) return;
  report.Error(node,
               fmt::format("{} has {} characters, which is more than {}", what, length, most));
}

// `key` with what a label name of Prometheus can't have made into _.
std::string LabelName(std::string_view key) {
  std::string name(key);
  for (char& c : name) {
    if (!IsAlphanumeric(c)) c = '_';
  }
  const bool digit = name.front() >= '0' && name.front() <= '9';
  return digit ? fmt::format("_{}", name) : name;
}

// A text, or a list of them with commas between.
std::optional<std::string> ReadLabelValue(const YamlNode& node, std::string_view what,
                                          Report& report) {
  if (node.kind != YamlNode::Kind::kList) return ReadText(node, what, report);
  std::vector<std::string> values;
  for (const YamlNode* item : node.items) {
    if (auto value = ReadText(*item, what, report)) values.push_back(*std::move(value));
  }
  return fmt::format("{}", fmt::join(values, ","));
}

Labels ReadLabelMap(const YamlNode& node, Report& report) {
  Labels out;
  for (const auto& [key, value, merged] : ReadEntries(node, "labels", report)) {
    if (!IsLabelKey(key->text)) {
      report.Error(*key, fmt::format("'{}' can't be the key of a label", Shown(key->text)),
                   "at most 63 letters, digits, and - _ . between them");
      continue;
    }
    const std::optional<std::string> text = ReadLabelValue(*value, key->text, report);
    if (!text.has_value()) continue;
    std::string name = LabelName(key->text);
    if (IsSetBySlowburn(name)) {
      report.Warning(*key,
                     fmt::format("the label {} is set by slowburn; this one is ignored", name));
    } else if (!out.emplace(name, *text).second) {
      report.Warning(*key, fmt::format("another label becomes {} too; this one is ignored", name));
    }
  }
  // To Prometheus a label without a value is none.
  std::erase_if(out, [](const auto& label) { return label.second.empty(); });
  return out;
}

void CheckAnnotations(const YamlNode& node, Report& report) {
  for (const auto& [key, value, merged] : ReadEntries(node, "annotations", report)) {
    if (!IsAnnotationKey(key->text)) {
      report.Error(*key, fmt::format("'{}' can't be the key of an annotation", Shown(key->text)),
                   "letters, digits, and - _ . between them, as in team or example.org/team");
    }
    if (key->text.starts_with("openslo.com/")) {
      report.Warning(*key, "annotations of openslo.com are OpenSLO's own; this one has no effect");
    }
    ReadText(*value, Shown(key->text), report);
  }
}

OpenSloMetadata ReadMetadata(const YamlNode& node, Report& report) {
  OpenSloMetadata out;
  MapReader map(node, "metadata", report);
  if (const auto name = map.NeedText("name")) {
    if (IsObjectName(*name)) {
      out.name = *name;
    } else {
      report.Error(*map.Find("name"), fmt::format("'{}' can't be the name", Shown(*name)),
                   "at most 63 small letters and digits, and - between them");
    }
  }
  if (const auto display_name = map.Text("displayName")) {
    CheckLength(*map.Find("displayName"), "displayName", kLongestName, report);
    out.display_name = *display_name;
  }
  if (const YamlNode* labels = map.Find("labels")) out.labels = ReadLabelMap(*labels, report);
  if (const YamlNode* annotations = map.Find("annotations")) CheckAnnotations(*annotations, report);
  map.Finish();
  return out;
}

// In minutes; 0 for what is no unit.
std::int64_t UnitMinutes(char unit) {
  constexpr std::int64_t kDay = 24LL * 60;
  switch (unit) {
    case 'm':
      return 1;
    case 'h':
      return 60;
    case 'd':
      return kDay;
    case 'w':
      return 7 * kDay;
    case 'M':
      return 30 * kDay;
    case 'Q':
      return 90 * kDay;
    case 'Y':
      return 365 * kDay;
    default:
      return 0;
  }
}

std::optional<absl::Duration> ParseOpenSloDuration(std::string_view text) {
  if (text.size() < 2) return std::nullopt;
  const std::int64_t unit = UnitMinutes(text.back());
  text.remove_suffix(1);
  std::int64_t count = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || unit == 0) return std::nullopt;
    count = count * 10 + (c - '0');
    if (count > kMostMinutes / unit) return std::nullopt;
  }
  return absl::Minutes(count * unit);
}

}  // namespace

OpenSloMetadata ReadOpenSloHeader(MapReader& object, std::string_view kind, Report& report) {
  if (const YamlNode* version = object.Find("apiVersion")) {
    ReadOpenSloWord(*version, "apiVersion", {kApiVersion}, report);
  }
  if (const YamlNode* written = object.Find("kind")) {
    ReadOpenSloWord(*written, "kind", {kind}, report);
  }
  const YamlNode* metadata = object.Need("metadata");
  return metadata == nullptr ? OpenSloMetadata() : ReadMetadata(*metadata, report);
}

std::string ReadOpenSloDescription(MapReader& spec, Report& report) {
  const std::optional<std::string> text = spec.Text("description");
  if (!text.has_value()) return "";
  CheckLength(*spec.Find("description"), "description", kLongestDescription, report);
  return *text;
}

std::optional<OpenSloReference> ReadOpenSloReference(MapReader& map, std::string_view key,
                                                     Report& report) {
  if (map.Find(key) == nullptr) return std::nullopt;
  const std::optional<std::string> name = map.NeedText(key);
  if (!name.has_value()) return std::nullopt;
  return OpenSloReference{*name, report.At(*map.Find(key))};
}

std::optional<absl::Duration> ReadOpenSloDuration(const YamlNode& node, std::string_view what,
                                                  Report& report) {
  const std::optional<std::string> text = ReadText(node, what, report);
  if (!text.has_value()) return std::nullopt;
  const std::optional<absl::Duration> duration = ParseOpenSloDuration(*text);
  if (!duration.has_value()) {
    report.Error(node, fmt::format("{}: '{}' is not a duration of OpenSLO", what, Shown(*text)),
                 "a number and one of m, h, d, w, M, Q, Y, as in 4w: m is minutes, M is months");
  }
  return duration;
}

std::optional<absl::Duration> ReadOpenSloLength(const YamlNode& node, std::string_view what,
                                                Report& report) {
  const std::optional<absl::Duration> duration = ReadOpenSloDuration(node, what, report);
  if (duration != absl::ZeroDuration()) return duration;
  report.Error(node, fmt::format("{} must be longer than 0", what));
  return std::nullopt;
}

std::optional<std::string> ReadOpenSloWord(const YamlNode& node, std::string_view what,
                                           const std::vector<std::string_view>& known,
                                           Report& report) {
  const std::optional<std::string> text = ReadText(node, what, report);
  if (!text.has_value()) return std::nullopt;
  if (std::find(known.begin(), known.end(), *text) != known.end()) return text;
  report.Error(
      node, fmt::format("{} must be {}, not '{}'", what, fmt::join(known, " or "), Shown(*text)));
  return std::nullopt;
}

}  // namespace slowburn
