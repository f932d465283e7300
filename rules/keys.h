// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace slowburn {

// What a map of slowburn/v1 or slowburn.yaml may hold: one table for each kind of map.  TableReader
// reads by them, and the JSON Schema is written from them, so that neither knows a key alone.

struct KeyTable;

// What a value may be.  Each has one reader and one schema.
enum class ValueKind {
  kNone,
  kText,
  kFilledText,    // Not the empty text.
  kName,          // Of a service, an SLO or a source; see IsName().
  kMetricPrefix,  // What the name of a metric may begin with, or the empty text.
  kChoice,        // One of `choices`.
  kBool,
  kOff,      // `false`, `no` or `off`.
  kInteger,  // `least` to `most`.
  kDuration,
  kPositiveDuration,
  kNoWindow,    // Only `none`.
  kObjective,   // A percentage in (0, 100].
  kShare,       // As kObjective, with its percent sign.
  kFactor,      // A decimal above 0, or a fraction such as 1/3.
  kSelector,    // PromQL's.
  kExpression,  // PromQL with {{.window}}.
  kSloLabels,
  kAlertLabels,
  kAnnotations,
  kByLabels,  // A list of label names.
  kTextList,  // Items are not empty.
  kUrl,
  kUrlList,  // At least one.
  kHostPort,
  kHeaders,    // A map of HTTP headers.
  kTable,      // A map as `table` says.
  kTableList,  // Of `least` to `most` of these.
  kTableMap,   // Of these, by name.
};

struct Key {
  std::string_view name;
  ValueKind kind = ValueKind::kText;
  ValueKind or_kind = ValueKind::kNone;  // What else it may be.
  bool needed = false;
  bool filled = false;  // Not written without a value; needed keys never are.
  std::span<const std::string_view> choices = {};
  const KeyTable* table = nullptr;
  std::int64_t least = 0;
  std::int64_t most = INT64_MAX;
  std::string_view about;  // For people, in an editor.
};

struct KeyTable {
  std::string_view what;  // In messages, as in `the SLO`; empty: the key that holds it.
  std::span<const Key> keys;
  std::span<const std::string_view> one_of = {};   // Of these, exactly one is needed.
  std::span<const std::string_view> not_yet = {};  // Refused as not supported yet.

  // Returns the key `name`; null when there is none.
  constexpr const Key* Find(std::string_view name) const {
    for (const Key& key : keys) {
      if (key.name == name) return &key;
    }
    return nullptr;
  }
};

}  // namespace slowburn
