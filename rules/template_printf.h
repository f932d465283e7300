// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "rules/template_value.h"

namespace slowburn {

// Whether `format` asks only for what Printf does, of values of these types.
// Returns kInvalidArgument, naming the verb, for the rest of Go's: `%[1]d`, `%*d`, `%T`, `%#x`.
absl::Status CheckFormat(std::string_view format, std::span<const TemplateType> types);

// `values` set into `format` as Go's fmt.Sprintf does it, mistakes included: a verb that does not
// go with its value prints as `%!d(float64=14.4)`.
std::string Printf(std::string_view format, std::span<const TemplateValue> values);

// Go's fmt.Sprint: a blank between two values of which neither is a string.
std::string Print(std::span<const TemplateValue> values);

// Go's fmt.Sprintln: a blank between all, a line end after them.
std::string PrintLine(std::span<const TemplateValue> values);

}  // namespace slowburn
