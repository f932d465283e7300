// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <vector>

#include "rules/label.h"
#include "rules/plan.h"

namespace slowburn {

// Tells whether a series belongs to a term, by its labels, as Prometheus would: a missing label is
// the empty string, regular expressions are anchored.
//
// Immutable; thread-safe.
class SeriesMatcher {
 public:
  explicit SeriesMatcher(const Term& term);
  ~SeriesMatcher();
  SeriesMatcher(SeriesMatcher&&) noexcept;
  SeriesMatcher& operator=(SeriesMatcher&&) noexcept;

  bool Matches(const Labels& labels) const;

 private:
  struct Condition;

  std::vector<Condition> conditions_;
  std::optional<double> le_;
};

}  // namespace slowburn
