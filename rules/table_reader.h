// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <absl/time/time.h>

#include "rules/checks.h"
#include "rules/keys.h"
#include "rules/label.h"
#include "rules/ratio.h"
#include "rules/reader.h"
#include "rules/report.h"
#include "rules/selector.h"
#include "rules/yaml.h"

namespace slowburn {

// Whether the scalar says no, as in `page: false`.
bool IsOff(const YamlNode& node);

// Whether the scalar is `none`, as in `short: none`.
bool IsNoWindow(const YamlNode& node);

// Reads the keys of a map as its table says, which decides what is unknown, needed and allowed.
//
// Each read names a key of the table and asks for it by the kind that the table gives it: anything
// else is a bug, for which the key counts as absent.  What the user wrote wrong is reported, and
// gives nothing.  An empty value counts as absent, and is reported where the key is needed.
//
// Example:
//   TableReader map(node, kNativeKeys, report);
//   const auto service = map.Text("service");
//   map.Each("slos", ReadSlo);
//   map.Finish();
class TableReader {
 public:
  // `node`, `table` and `report` must outlive this.
  TableReader(const YamlNode& node, const KeyTable& table, Report& report);

  bool is_map() const { return map_.is_map(); }

  // Whether no error was reported since this reader was made.
  bool clean() const { return report_.errors() == errors_; }

  const YamlNode& node() const { return map_.node(); }

  // Of these, exactly one is needed.
  std::span<const std::string_view> one_of() const { return table_.one_of; }

  // Returns the value of `key`, to be read as `kind`; null when it is absent or empty.
  const YamlNode* Find(std::string_view key, ValueKind kind);

  // As Find(), of either of two kinds.
  const YamlNode* Find(std::string_view key, ValueKind kind, ValueKind or_kind);

  // Of kText, kFilledText, kName, kMetricPrefix and kChoice.
  std::optional<std::string> Text(std::string_view key);
  std::optional<bool> Bool(std::string_view key);
  std::optional<std::int64_t> Integer(std::string_view key);
  // Of kDuration and kPositiveDuration.
  std::optional<absl::Duration> Duration(std::string_view key);
  std::optional<Selector> OneSelector(std::string_view key);
  std::optional<std::string> Expression(std::string_view key, QueryLanguage language);
  // Of kSloLabels, kAlertLabels and kAnnotations.
  Labels AllLabels(std::string_view key);

  // Of kTable: a reader for the map.
  std::optional<TableReader> Open(std::string_view key);

  // Of kTableList: visits a reader for each item; empty ones are reported and left out.
  void Each(std::string_view key, const std::function<void(TableReader&)>& visit);

  // Of kTableMap: visits each name with a reader for its map.
  void EachNamed(std::string_view key,
                 const std::function<void(const YamlNode& name, TableReader&)>& visit);

  // Returns the one of the table's `one_of` that is there; an empty text when none or several are.
  std::string_view OneOf();

  // Reports what is left.
  void Finish();

 private:
  TableReader(const YamlNode& node, const KeyTable& table, std::string_view what, Report& report);

  const Key* KeyOf(std::string_view name, ValueKind kind, ValueKind or_kind) const;

  const KeyTable& table_;
  Report& report_;
  int errors_;
  MapReader map_;
};

}  // namespace slowburn
