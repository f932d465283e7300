// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <absl/time/time.h>

#include "rules/label.h"
#include "rules/ratio.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// Returns the one of `known` that `word` may have been meant as, or an empty text.
std::string_view ClosestWord(std::string_view word, const std::vector<std::string_view>& known);

// A hint that names the closest of `known`, or all of them when none is close.
std::string DidYouMean(std::string_view word, const std::vector<std::string_view>& known);

// What `true`, `yes`, `on` and their opposites say, in any case; nothing of other texts.
std::optional<bool> ParseBool(std::string_view text);

// Typed reads of one value.  `what` names it in messages.  Whatever can't be read as asked is
// reported, and gives nothing.

std::optional<std::string> ReadText(const YamlNode& node, std::string_view what, Report& report);
std::optional<absl::Duration> ReadDuration(const YamlNode& node, std::string_view what,
                                           Report& report);
std::optional<bool> ReadBool(const YamlNode& node, std::string_view what, Report& report);
std::optional<std::int64_t> ReadInteger(const YamlNode& node, std::string_view what,
                                        std::int64_t least, std::int64_t most, Report& report);
// A decimal with or without a percent sign: `99.9` and `99.9%` are both 999/10.
std::optional<Ratio> ReadPercent(const YamlNode& node, std::string_view what, Report& report);
std::optional<Ratio> ReadDecimal(const YamlNode& node, std::string_view what, Report& report);
// As ReadDecimal(), or two whole numbers as in `1/3`.
std::optional<Ratio> ReadFraction(const YamlNode& node, std::string_view what, Report& report);
// The items of a list; none when the value is empty.
std::vector<const YamlNode*> ReadList(const YamlNode& node, std::string_view what, Report& report);

// The entries of a map, those aside whose key is no text or stood before, which are reported; none
// when the value is empty.
std::vector<YamlNode::Entry> ReadEntries(const YamlNode& node, std::string_view what,
                                         Report& report);

// Reads the keys of a map, one by one, and reports those that nobody asked for.
//
// A key that stands twice is an error, and the first counts.  An empty value counts as absent but
// for Need().  `node` and `report` must outlive this.
//
// Example:
//   MapReader map(node, "the SLO", report);
//   const auto name = map.NeedText("name");
//   map.Finish();
class MapReader {
 public:
  struct Options {
    Severity unknown_keys = Severity::kError;
    bool ignore_case = false;  // As Go's JSON does.
  };

  // `what` names the map in messages, as in `the SLO`; it must outlive this.  Reports a node that
  // is no map and no empty value.
  MapReader(const YamlNode& node, std::string_view what, Report& report, Options options);

  MapReader(const YamlNode& node, std::string_view what, Report& report)
      : MapReader(node, what, report, Options()) {}

  // Whether the node is a map, so that a missing key is worth a word.
  bool is_map() const { return is_map_; }

  const YamlNode& node() const { return node_; }

  // Returns the value of `key`; null when it is absent or empty.
  const YamlNode* Find(std::string_view key);

  // Returns the value of `key`, empty or not; null when it is absent.  `key` must outlive this.
  const YamlNode* FindWritten(std::string_view key);

  // As Find(), and reports when there is no value.
  const YamlNode* Need(std::string_view key);

  std::optional<std::string> Text(std::string_view key);
  std::optional<std::string> NeedText(std::string_view key);
  std::optional<absl::Duration> Duration(std::string_view key);
  std::optional<bool> Bool(std::string_view key);

  // Reports `key`, when it is there, as one that is not supported yet.
  void NotYet(std::string_view key);

  // Reports what is left.
  void Finish();

 private:
  struct Slot {
    YamlNode::Entry entry;
    bool used = false;
  };

  Slot* FindSlot(std::string_view key);

  const YamlNode& node_;
  std::string_view what_;
  Report& report_;
  Options options_;
  bool is_map_;
  std::vector<Slot> slots_;  // In order of the file.
  std::unordered_map<std::string, std::size_t> index_;
  std::vector<std::string_view> known_;
};

}  // namespace slowburn
