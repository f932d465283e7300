// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/table_reader.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "rules/text.h"

namespace slowburn {
namespace {

// `a`, `a or b`, `a, b or c`.
std::string Alternatives(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += words[i];
  }
  return out;
}

std::optional<std::string> ReadTextOf(const Key& key, const YamlNode& node, Report& report) {
  if (key.kind == ValueKind::kName) return ReadName(node, key.name, report);
  std::optional<std::string> text = ReadText(node, key.name, report);
  if (!text.has_value()) return std::nullopt;
  if (key.kind == ValueKind::kFilledText && text->empty()) {
    report.Error(node, fmt::format("{} is empty", key.name));
    return std::nullopt;
  }
  if (key.kind == ValueKind::kMetricPrefix && !text->empty() && !IsMetricName(*text)) {
    report.Error(node,
                 fmt::format("{}: '{}' can't begin the name of a metric", key.name, Shown(*text)));
    return std::nullopt;
  }
  if (key.kind == ValueKind::kChoice &&
      std::find(key.choices.begin(), key.choices.end(), *text) == key.choices.end()) {
    report.Error(node, fmt::format("{} must be {}, not '{}'", key.name, Alternatives(key.choices),
                                   Shown(*text)));
    return std::nullopt;
  }
  return text;
}

}  // namespace

bool IsOff(const YamlNode& node) {
  if (node.kind != YamlNode::Kind::kScalar) return false;
  return ParseBool(node.text) == false;
}

bool IsNoWindow(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kScalar && node.text == "none";
}

TableReader::TableReader(const YamlNode& node, const KeyTable& table, std::string_view what,
                         Report& report)
    : table_(table), report_(report), errors_(report.errors()), map_(node, what, report) {
  for (const Key& key : table_.keys) map_.FindWritten(key.name);
}

TableReader::TableReader(const YamlNode& node, const KeyTable& table, Report& report)
    : TableReader(node, table, table.what, report) {}

// Null, which is a bug, when there is no such key of that kind: it is then one that the schema
// would refuse.
const Key* TableReader::KeyOf(std::string_view name, ValueKind kind, ValueKind or_kind) const {
  const Key* key = table_.Find(name);
  const bool fits = key != nullptr && key->kind == kind && key->or_kind == or_kind;
  assert(fits);
  return fits ? key : nullptr;
}

const YamlNode* TableReader::Find(std::string_view key, ValueKind kind) {
  return Find(key, kind, ValueKind::kNone);
}

const YamlNode* TableReader::Find(std::string_view key, ValueKind kind, ValueKind or_kind) {
  const Key* known = KeyOf(key, kind, or_kind);
  if (known == nullptr) return nullptr;
  if (known->needed) return map_.Need(known->name);
  const YamlNode* value = map_.FindWritten(known->name);
  if (value == nullptr || value->kind != YamlNode::Kind::kEmpty) return value;
  if (known->filled) report_.Error(*value, fmt::format("{} is empty", key));
  return nullptr;
}

std::optional<std::string> TableReader::Text(std::string_view key) {
  const Key* known = table_.Find(key);
  if (known == nullptr) return std::nullopt;
  const YamlNode* value = Find(key, known->kind);
  return value == nullptr ? std::nullopt : ReadTextOf(*known, *value, report_);
}

std::optional<bool> TableReader::Bool(std::string_view key) {
  const YamlNode* value = Find(key, ValueKind::kBool);
  return value == nullptr ? std::nullopt : ReadBool(*value, key, report_);
}

std::optional<std::int64_t> TableReader::Integer(std::string_view key) {
  const YamlNode* value = Find(key, ValueKind::kInteger);
  if (value == nullptr) return std::nullopt;
  const Key& known = *table_.Find(key);
  return ReadInteger(*value, key, known.least, known.most, report_);
}

std::optional<absl::Duration> TableReader::Duration(std::string_view key) {
  const Key* known = table_.Find(key);
  const bool positive = known != nullptr && known->kind == ValueKind::kPositiveDuration;
  const YamlNode* value = Find(key, positive ? ValueKind::kPositiveDuration : ValueKind::kDuration,
                               known == nullptr ? ValueKind::kNone : known->or_kind);
  if (value == nullptr) return std::nullopt;
  const std::optional<absl::Duration> duration = ReadDuration(*value, key, report_);
  if (positive && duration.has_value() && *duration <= absl::ZeroDuration()) {
    report_.Error(*value, fmt::format("{} must be longer than 0", key));
    return std::nullopt;
  }
  return duration;
}

std::optional<Selector> TableReader::OneSelector(std::string_view key) {
  const YamlNode* value = Find(key, ValueKind::kSelector);
  return value == nullptr ? std::nullopt : ReadSelector(*value, key, report_);
}

std::optional<std::string> TableReader::Expression(std::string_view key, QueryLanguage language) {
  const YamlNode* value = Find(key, ValueKind::kExpression);
  return value == nullptr ? std::nullopt : ReadExpression(*value, key, report_, language);
}

Labels TableReader::AllLabels(std::string_view key) {
  const Key* known = table_.Find(key);
  if (known == nullptr) return {};
  const YamlNode* value = Find(key, known->kind);
  if (value == nullptr) return {};
  const LabelUse use = known->kind == ValueKind::kSloLabels     ? LabelUse::kSlo
                       : known->kind == ValueKind::kAlertLabels ? LabelUse::kAlert
                                                                : LabelUse::kAnnotation;
  return ReadLabels(*value, key, use, LabelStyle::kNative, report_);
}

std::optional<TableReader> TableReader::Open(std::string_view key) {
  const Key* known = table_.Find(key);
  if (known == nullptr || known->table == nullptr) return std::nullopt;
  const YamlNode* value = Find(key, ValueKind::kTable, known->or_kind);
  if (value == nullptr) return std::nullopt;
  const KeyTable& table = *known->table;
  return TableReader(*value, table, table.what.empty() ? known->name : table.what, report_);
}

void TableReader::Each(std::string_view key, const std::function<void(TableReader&)>& visit) {
  const YamlNode* value = Find(key, ValueKind::kTableList);
  if (value == nullptr) return;
  const Key& known = *table_.Find(key);
  const std::vector<const YamlNode*> items = ReadList(*value, key, report_);
  const auto count = static_cast<std::int64_t>(items.size());
  if (count < known.least && value->kind == YamlNode::Kind::kList) {
    report_.Error(*value, fmt::format("{} is empty", key));
  }
  if (count > known.most) {
    report_.Error(*value, fmt::format("more than {} {}", known.most, key));
    return;
  }
  for (const YamlNode* item : items) {
    if (item->kind == YamlNode::Kind::kEmpty) {
      report_.Error(*item, fmt::format("{} is empty", known.table->what));
      continue;
    }
    TableReader reader(*item, *known.table, report_);
    visit(reader);
  }
}

void TableReader::EachNamed(std::string_view key,
                            const std::function<void(const YamlNode& name, TableReader&)>& visit) {
  const YamlNode* value = Find(key, ValueKind::kTableMap);
  if (value == nullptr) return;
  const KeyTable& table = *table_.Find(key)->table;
  for (const auto& [name, of_name, merged] : ReadEntries(*value, key, report_)) {
    TableReader reader(*of_name, table, report_);
    visit(*name, reader);
  }
}

std::string_view TableReader::OneOf() {
  std::string_view one;
  for (const std::string_view name : table_.one_of) {
    const YamlNode* value = map_.FindWritten(name);
    if (value == nullptr) continue;
    if (value->kind == YamlNode::Kind::kEmpty && !table_.Find(name)->filled) continue;
    if (!one.empty()) return "";
    one = name;
  }
  return one;
}

void TableReader::Finish() {
  for (const std::string_view key : table_.not_yet) map_.NotYet(key);
  map_.Finish();
}

}  // namespace slowburn
