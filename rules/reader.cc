// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/reader.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/duration.h"
#include "rules/text.h"

namespace slowburn {
namespace {

constexpr std::size_t kLongestWord = 64;  // Of those compared for a hint.
constexpr std::size_t kLongestNumber = 64;

std::string Lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

// Without case, dashes and underscores, so that pageAlert is close to page_alert.
std::string Plain(std::string_view text) {
  std::string out = Lower(text);
  std::erase_if(out, [](char c) { return c == '_' || c == '-' || c == ' '; });
  return out;
}

std::string_view KindName(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kEmpty:
      return "empty";
    case YamlNode::Kind::kScalar:
      return "a single value";
    case YamlNode::Kind::kList:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  return "";
}

// A scalar's text; reports anything else.
const std::string* ScalarText(const YamlNode& node, std::string_view what, std::string_view wanted,
                              Report& report) {
  if (node.kind == YamlNode::Kind::kScalar) return &node.text;
  if (node.kind == YamlNode::Kind::kEmpty) {
    report.Error(node, fmt::format("{} is empty", what));
    return nullptr;
  }
  std::string hint;
  if (report.IsWritten(node, "{") || report.IsWritten(node, "[")) {
    hint = fmt::format("quote a text that begins with {}", report.IsWritten(node, "{") ? '{' : '[');
  }
  report.Error(node, fmt::format("{} must be {}, not {}", what, wanted, KindName(node)), hint);
  return nullptr;
}

std::optional<Ratio> DecimalOf(const YamlNode& node, std::string_view text, std::string_view what,
                               Report& report) {
  if (text.size() > kLongestNumber) {
    report.Error(node, fmt::format("{}: '{}' is not a number", what, Shown(text)));
    return std::nullopt;
  }
  const absl::StatusOr<Ratio> value = ParseDecimal(text);
  if (value.ok()) return *value;
  report.Error(node, fmt::format("{}: {}", what, Shown(std::string(value.status().message()))));
  return std::nullopt;
}

// Digits alone.
std::optional<std::int64_t> WholeNumber(std::string_view text) {
  std::int64_t value = 0;
  if (text.empty() || text.front() == '-') return std::nullopt;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string_view ClosestWord(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() > kLongestWord) return "";
  const std::string plain = Plain(word);
  std::string_view closest;
  std::size_t least = std::max<std::size_t>(1, plain.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t distance = EditDistance(plain, Plain(candidate));
    if (distance >= least || distance >= candidate.size()) continue;
    least = distance;
    closest = candidate;
  }
  return closest;
}

std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view closest = ClosestWord(word, known);
  if (!closest.empty()) return fmt::format("did you mean {}?", closest);
  if (known.empty()) return "";
  return fmt::format("known: {}", fmt::join(known, ", "));
}

std::optional<bool> ParseBool(std::string_view text) {
  const std::string lower = Lower(text.substr(0, kLongestNumber));
  if (lower == "true" || lower == "yes" || lower == "on") return true;
  if (lower == "false" || lower == "no" || lower == "off") return false;
  return std::nullopt;
}

std::optional<std::string> ReadText(const YamlNode& node, std::string_view what, Report& report) {
  const std::string* text = ScalarText(node, what, "text", report);
  if (text == nullptr) return std::nullopt;
  return *text;
}

std::optional<absl::Duration> ReadDuration(const YamlNode& node, std::string_view what,
                                           Report& report) {
  const std::string* text = ScalarText(node, what, "a duration such as 30d", report);
  if (text == nullptr) return std::nullopt;
  const absl::StatusOr<absl::Duration> value =
      ParseDuration(std::string_view(*text).substr(0, kLongestNumber + 1));
  if (value.ok()) return *value;
  report.Error(node, fmt::format("{}: {}", what, Shown(std::string(value.status().message()))));
  return std::nullopt;
}

std::optional<bool> ReadBool(const YamlNode& node, std::string_view what, Report& report) {
  const std::string* text = ScalarText(node, what, "true or false", report);
  if (text == nullptr) return std::nullopt;
  if (const std::optional<bool> value = ParseBool(*text)) return value;
  report.Error(node, fmt::format("{} must be true or false, not '{}'", what, Shown(*text)));
  return std::nullopt;
}

std::optional<std::int64_t> ReadInteger(const YamlNode& node, std::string_view what,
                                        std::int64_t least, std::int64_t most, Report& report) {
  const std::string* text = ScalarText(node, what, "a number", report);
  if (text == nullptr) return std::nullopt;
  std::int64_t value = 0;
  const char* end = text->data() + text->size();
  const auto [stop, error] = std::from_chars(text->data(), end, value);
  if (error == std::errc() && stop == end && value >= least && value <= most) return value;
  report.Error(node, fmt::format("{} must be a whole number from {} to {}, not '{}'", what, least,
                                 most, Shown(*text)));
  return std::nullopt;
}

std::optional<Ratio> ReadDecimal(const YamlNode& node, std::string_view what, Report& report) {
  const std::string* text = ScalarText(node, what, "a number", report);
  if (text == nullptr) return std::nullopt;
  return DecimalOf(node, *text, what, report);
}

std::optional<Ratio> ReadFraction(const YamlNode& node, std::string_view what, Report& report) {
  const std::string* text = ScalarText(node, what, "a number", report);
  if (text == nullptr) return std::nullopt;
  const std::size_t slash = text->find('/');
  if (slash == std::string::npos) return DecimalOf(node, *text, what, report);
  const auto num = WholeNumber(std::string_view(*text).substr(0, slash));
  const auto den = WholeNumber(std::string_view(*text).substr(slash + 1));
  if (num.has_value() && den.value_or(0) > 0) return MakeRatio(*num, *den);
  report.Error(node, fmt::format("{}: '{}' is not a fraction such as 1/3", what, Shown(*text)));
  return std::nullopt;
}

std::optional<Ratio> ReadPercent(const YamlNode& node, std::string_view what, Report& report) {
  const std::string* text = ScalarText(node, what, "a percentage such as 99.9", report);
  if (text == nullptr) return std::nullopt;
  std::string_view number = *text;
  if (number.ends_with('%')) number.remove_suffix(1);
  while (number.ends_with(' ')) number.remove_suffix(1);
  return DecimalOf(node, number, what, report);
}

std::vector<const YamlNode*> ReadList(const YamlNode& node, std::string_view what, Report& report) {
  if (node.kind == YamlNode::Kind::kList) return node.items;
  if (node.kind != YamlNode::Kind::kEmpty) {
    report.Error(node, fmt::format("{} must be a list, not {}", what, KindName(node)),
                 "as in [a, b], or each item on a line that begins with `- `");
  }
  return {};
}

std::vector<YamlNode::Entry> ReadEntries(const YamlNode& node, std::string_view what,
                                         Report& report) {
  if (node.kind != YamlNode::Kind::kMap && node.kind != YamlNode::Kind::kEmpty) {
    report.Error(node, fmt::format("{} must be a map, not {}", what, KindName(node)));
  }
  std::vector<YamlNode::Entry> out;
  out.reserve(node.entries.size());
  std::unordered_map<std::string_view, const YamlNode*> seen;
  for (const YamlNode::Entry& entry : node.entries) {
    const YamlNode& key = *entry.key;
    if (key.kind != YamlNode::Kind::kScalar) {
      report.Error(key, fmt::format("a key of {} must be text", what));
      continue;
    }
    const auto [first, is_new] = seen.try_emplace(key.text, &key);
    if (is_new) {
      out.push_back(entry);
    } else {
      report.Error(key, fmt::format("{} stands twice in {}, first at line {}", Shown(key.text),
                                    what, report.At(*first->second).line));
    }
  }
  return out;
}

MapReader::MapReader(const YamlNode& node, std::string_view what, Report& report, Options options)
    : node_(node),
      what_(what),
      report_(report),
      options_(options),
      is_map_(node.kind == YamlNode::Kind::kMap) {
  for (const YamlNode::Entry& entry : ReadEntries(node, what, report)) {
    const std::string& key = entry.key->text;
    index_.try_emplace(options_.ignore_case ? Lower(key) : key, slots_.size());
    slots_.push_back({entry, false});
  }
}

MapReader::Slot* MapReader::FindSlot(std::string_view key) {
  const auto found = index_.find(options_.ignore_case ? Lower(key) : std::string(key));
  return found == index_.end() ? nullptr : &slots_[found->second];
}

const YamlNode* MapReader::FindWritten(std::string_view key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  Slot* slot = FindSlot(key);
  if (slot == nullptr) return nullptr;
  slot->used = true;
  return slot->entry.value;
}

const YamlNode* MapReader::Find(std::string_view key) {
  const YamlNode* value = FindWritten(key);
  return value == nullptr || value->kind == YamlNode::Kind::kEmpty ? nullptr : value;
}

const YamlNode* MapReader::Need(std::string_view key) {
  const YamlNode* value = FindWritten(key);
  if (value != nullptr && value->kind != YamlNode::Kind::kEmpty) return value;
  if (value != nullptr) {
    report_.Error(*value, fmt::format("{} is empty", key));
  } else if (is_map_ || node_.kind == YamlNode::Kind::kEmpty) {
    report_.Error(node_, fmt::format("{} has no {}", what_, key));
  }
  return nullptr;
}

std::optional<std::string> MapReader::Text(std::string_view key) {
  const YamlNode* value = Find(key);
  if (value == nullptr) return std::nullopt;
  return ReadText(*value, key, report_);
}

std::optional<std::string> MapReader::NeedText(std::string_view key) {
  const YamlNode* value = Need(key);
  if (value == nullptr) return std::nullopt;
  std::optional<std::string> text = ReadText(*value, key, report_);
  if (text.has_value() && text->empty()) {
    report_.Error(*value, fmt::format("{} is empty", key));
    return std::nullopt;
  }
  return text;
}

std::optional<absl::Duration> MapReader::Duration(std::string_view key) {
  const YamlNode* value = Find(key);
  if (value == nullptr) return std::nullopt;
  return ReadDuration(*value, key, report_);
}

std::optional<bool> MapReader::Bool(std::string_view key) {
  const YamlNode* value = Find(key);
  if (value == nullptr) return std::nullopt;
  return ReadBool(*value, key, report_);
}

void MapReader::NotYet(std::string_view key) {
  Slot* slot = FindSlot(key);
  if (slot == nullptr) return;
  slot->used = true;
  report_.Error(*slot->entry.key, fmt::format("{} is not supported yet", key));
}

void MapReader::Finish() {
  for (const Slot& slot : slots_) {
    if (slot.used) continue;
    const std::string& key = slot.entry.key->text;
    // YAML reads `{job="x"}` as a map with one key.
    const bool is_matcher =
        key.find("=\"") != std::string::npos || key.find("~\"") != std::string::npos;
    report_.Add({report_.At(*slot.entry.key), options_.unknown_keys,
                 fmt::format("unknown key {} in {}", Shown(key), what_),
                 is_matcher ? "quote a selector that begins with {" : DidYouMean(key, known_)});
  }
}

}  // namespace slowburn
