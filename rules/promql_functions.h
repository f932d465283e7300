// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace slowburn {

// What an expression of PromQL gives.
enum class ValueType {
  kScalar,
  kVector,  // One value of each series.
  kRange,   // Samples of each series over a time.
  kString,
  kAny,  // Not known: from a function that only a newer server may know.
};

// As a message names it: "a scalar".
std::string_view Describe(ValueType type);

// A function of PromQL and what it takes.
struct FunctionSignature {
  static constexpr int kAnyNumber = 1000;

  std::string_view name;
  ValueType result;
  std::string_view arguments;  // One letter each, s v r t (string); the last one repeats.
  int least = 0;
  int most = 0;

  // What argument `index`, from 0, must be.
  ValueType Argument(int index) const;
};

// An aggregation such as `sum`, which takes `by` and `without`.
struct Aggregation {
  std::string_view name;
  ValueType parameter;  // Of what comes before the vector; kAny: nothing does.
};

// A name that MetricsQL has and PromQL has not.
struct MetricsqlName {
  std::string_view name;  // A `*` stands for any text.
  std::string_view hint;  // What to write instead; empty when there is no counterpart.
};

// Each returns nullptr when there is none.  Aggregations are found in any case, functions are not.
const FunctionSignature* FindFunction(std::string_view name);
const Aggregation* FindAggregation(std::string_view name);
const MetricsqlName* FindMetricsqlName(std::string_view name);

// The function or aggregation that is spelt almost as `name`; empty when there is none.
std::string_view NearestFunction(std::string_view name);

}  // namespace slowburn
