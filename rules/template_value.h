// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "rules/label.h"

namespace slowburn {

// What a part of a template gives.  The labels must outlive it.
using TemplateValue = std::variant<std::string, double, std::int64_t, bool, const Labels*>;

enum class TemplateType { kString, kFloat, kInt, kBool, kMap, kAny };

TemplateType TypeOf(const TemplateValue& value);

// As a message names it: "a string".
std::string_view Describe(TemplateType type);

// What Go calls the type: `float64`.
std::string_view GoTypeName(TemplateType type);

// `value` as Go prints it: 14.4, 1e+06, map[a:1 b:2].
std::string PrintValue(const TemplateValue& value);

// Whether `if` takes it: not empty, not zero, not false.
bool IsTrue(const TemplateValue& value);

// A number, or a string that reads as one; else nullopt.
std::optional<double> NumberOf(const TemplateValue& value);

// `text` as Go reads a float: decimal, Inf and NaN with a sign; nullopt for other text.
std::optional<double> ReadFloat(std::string_view text);

// `value` as Go's `%<verb>` prints it, without padding: e E f F g G.  `precision` < 0: as many
// digits as it takes to read the same number back; with `e` and `f` of printf that is 6, given by
// the caller.
std::string PrintFloat(double value, char verb, int precision);

}  // namespace slowburn
