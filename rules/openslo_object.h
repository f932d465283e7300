// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <absl/time/time.h>

#include "rules/diagnostic.h"
#include "rules/label.h"
#include "rules/reader.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// What objects of OpenSLO have in common.  All of these report what they refuse.

// A name that one object gives for another.
struct OpenSloReference {
  std::string name;
  Position at;
};

struct OpenSloMetadata {
  std::string name;  // Empty when there is none that can be used.
  std::string display_name;
  Labels labels;  // Their names made into label names of Prometheus.
};

// Reads what stands around the spec of an object of `kind`; one within another may leave out
// `apiVersion` and `kind`.
OpenSloMetadata ReadOpenSloHeader(MapReader& object, std::string_view kind, Report& report);

// Reads `description` of a spec.
std::string ReadOpenSloDescription(MapReader& spec, Report& report);

// Reads `key`, a name of another object; nothing when it is not there.
std::optional<OpenSloReference> ReadOpenSloReference(MapReader& map, std::string_view key,
                                                     Report& report);

// Reads a duration of OpenSLO: a number and one of m (minutes), h, d, w, M (30 d), Q (90 d),
// Y (365 d).
std::optional<absl::Duration> ReadOpenSloDuration(const YamlNode& node, std::string_view what,
                                                  Report& report);

// As ReadOpenSloDuration(), and longer than 0.
std::optional<absl::Duration> ReadOpenSloLength(const YamlNode& node, std::string_view what,
                                                Report& report);

// Whether `node`, a text, is one of `known`; reports when it is not.
std::optional<std::string> ReadOpenSloWord(const YamlNode& node, std::string_view what,
                                           const std::vector<std::string_view>& known,
                                           Report& report);

}  // namespace slowburn
