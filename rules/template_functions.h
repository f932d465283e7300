// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <span>
#include <string_view>

#include <absl/status/status.h>

#include "rules/template.h"
#include "rules/template_value.h"

namespace slowburn {

// A function that templates may call.
struct TemplateFunction {
  static constexpr int kAnyNumber = 1000;

  std::string_view name;
  std::string_view arguments;  // One letter each: s(tring), n(umber or numeric string), m(ap),
                               // c(omparable), a(nything); the last one repeats.
  int least;
  int most;
  TemplateType result;  // kAny: one of its arguments.
  // Takes any values without harm, also such as CheckCall would refuse.
  TemplateValue (*call)(std::span<const TemplateValue> values, const TemplateData& data);
};

// Returns nullptr when there is none.
const TemplateFunction* FindTemplateFunction(std::string_view name);

// Whether Prometheus or Go have a function of that name that is not supported here.
bool IsForeignFunction(std::string_view name);

// Whether `function` takes arguments of these types; literals[i] is the value where argument i
// stands in the template itself, else nullptr.  Returns kInvalidArgument with what it takes
// otherwise.
absl::Status CheckCall(const TemplateFunction& function, std::span<const TemplateType> types,
                       std::span<const TemplateValue* const> literals);

}  // namespace slowburn
