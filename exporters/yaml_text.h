// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace slowburn {

// A value to be written as YAML: a scalar as it is written, a list, or a map in its order.
//
// Thread-compatible, as a plain value is.
struct YamlValue {
  using Entry = std::pair<std::string, YamlValue>;

  enum class Kind { kScalar, kList, kMap };

  Kind kind = Kind::kMap;
  std::string scalar;  // As written, quotes and all; see YamlScalar().
  std::vector<YamlValue> items;
  std::vector<Entry> entries;
  bool flow = false;                  // On one line, in brackets: of scalars alone.
  std::vector<std::string> comments;  // Lines before it, when it is an item of a list.

  bool empty() const { return kind == Kind::kMap && entries.empty(); }

  // Adds an entry.  A map without entries is left out.
  void Set(std::string key, YamlValue value);

  bool operator==(const YamlValue&) const = default;
};

// A scalar that is written as it stands, as a number or a duration.
YamlValue YamlPlain(std::string text);

// `text` in double quotes.  Characters beyond ASCII stay, but for those that YAML takes for line
// ends.
std::string YamlQuoted(std::string_view text);

// A text that YAML reads back as `text`, quoted where anything else might be read, with several
// lines as a block where that keeps them.  `text` is valid UTF-8.
YamlValue YamlScalar(std::string_view text);

// A list on one line.
YamlValue YamlFlowList(std::vector<YamlValue> items);

// Returns what stands in all of `maps`, at least one: equal values, and of maps what they share.
YamlValue YamlCommon(const std::vector<YamlValue>& maps);

// Returns `map` without what `common`, a result of YamlCommon(), holds.
YamlValue YamlWithout(const YamlValue& map, const YamlValue& common);

// A line `# text` for each line of `text`, printable characters alone.
std::string YamlComment(std::string_view text, std::size_t indent);

// The map as text: block style, two spaces a level, a line end at the end.
std::string YamlText(const YamlValue& map);

}  // namespace slowburn
