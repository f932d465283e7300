// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/label.h"
#include "rules/ratio.h"
#include "rules/reader.h"
#include "rules/report.h"
#include "rules/selector.h"
#include "rules/yaml.h"

namespace slowburn {

// What every format asks of the same things.  All of these report what they refuse.

// Whether `name` can name a service or an SLO: letters, digits and `-_.` within.
bool IsName(std::string_view name);

// Reads such a name; nothing for an empty text.
std::optional<std::string> ReadName(const YamlNode& node, std::string_view key, Report& report);

// Reads the name of a service or an SLO, which must be there; empty when it is not.
std::string NeedName(MapReader& map, std::string_view key, Report& report);

// Reads a percentage in (0, 100] as a ratio in (0, 1].
std::optional<Ratio> ReadObjective(const YamlNode& node, Report& report);

// Reads a vector selector.
std::optional<Selector> ReadSelector(const YamlNode& node, std::string_view what, Report& report);

// What a query is written in.
enum class QueryLanguage {
  kPromQl,
  kMetricsQl,  // VictoriaMetrics': what of it is no PromQL is a warning.
};

// Reads an expression, whatever its ranges; space at its ends is cut off.
std::optional<std::string> ReadQuery(const YamlNode& node, std::string_view what, Report& report);

// As ReadQuery(), of an expression that holds `{{.window}}`.
std::optional<std::string> ReadExpression(const YamlNode& node, std::string_view what,
                                          Report& report,
                                          QueryLanguage language = QueryLanguage::kPromQl);

// Where labels go, which says what may stand in them.
enum class LabelUse {
  kSlo,         // On the info metric and on alerts.
  kAlert,       // On alerts; values may hold templates.
  kAnnotation,  // Values may hold templates.
};

// How the file's own tool takes labels.
enum class LabelStyle {
  kNative,  // Values as written.  A reserved name is an error.
  kSloth,   // Numbers and booleans as Go prints them.  A reserved name is ignored with a warning.
};

Labels ReadLabels(const YamlNode& node, std::string_view what, LabelUse use, LabelStyle style,
                  Report& report);

// Whether slowburn gives a label of this name to alerts or to its series of an SLO, so that an SLO
// can't have one.
bool IsSetBySlowburn(std::string_view label);
// Names that slowburn itself sets, which can't stand there; beside those that begin with `__`.
std::vector<std::string_view> ReservedLabels(LabelUse use);
std::vector<std::string_view> ReservedByLabels();

// Why `label` can't split an SLO; nothing when it can.
std::optional<std::string> WhyNotBy(std::string_view label);

// Why `label`, which may split an SLO, has another name on alerts; nothing when it has not.
std::optional<std::string> WhyRenamedBy(std::string_view label);

}  // namespace slowburn
