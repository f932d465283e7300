// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <absl/status/statusor.h>

#include "rules/template.h"
#include "rules/template_functions.h"
#include "rules/template_value.h"

namespace slowburn {

// What stands between {{ and }}, such as `$value | humanize`.
struct TemplateExpression {
  enum class Kind { kLiteral, kLabels, kExternalLabels, kExternalUrl, kValue, kLabel, kCall };

  Kind kind = Kind::kLiteral;
  TemplateType type = TemplateType::kAny;
  TemplateValue literal;
  std::string label;  // Of kLabel, in the labels that the one argument gives.
  const TemplateFunction* function = nullptr;
  std::vector<TemplateExpression> arguments;
  int depth = 1;  // How many expressions lie within each other here.
};

// Reads an expression and checks its types, so that evaluating it cannot fail.
// Returns kInvalidArgument, with what is wrong, for anything that is not supported.
absl::StatusOr<TemplateExpression> ParseTemplateExpression(std::string_view text);

// The result holds pointers into `data`.
TemplateValue Evaluate(const TemplateExpression& expression, const TemplateData& data);

}  // namespace slowburn
