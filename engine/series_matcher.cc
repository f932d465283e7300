// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/series_matcher.h"

#include <charconv>
#include <string>

#include <re2/re2.h>

namespace slowburn {
namespace {

// `le` as a number: `0.3` and `0.30` are one bucket.
std::optional<double> ParseBound(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double bound = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bound);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return bound;
}

}  // namespace

struct SeriesMatcher::Condition {
  Matcher matcher;
  std::unique_ptr<RE2> pattern;  // Of kRegex and kNotRegex.

  bool Holds(const std::string& value) const {
    switch (matcher.op) {
      case Matcher::Op::kEqual:
        return value == matcher.value;
      case Matcher::Op::kNotEqual:
        return value != matcher.value;
      case Matcher::Op::kRegex:
        return RE2::FullMatch(value, *pattern);
      case Matcher::Op::kNotRegex:
        return !RE2::FullMatch(value, *pattern);
    }
    return false;
  }
};

SeriesMatcher::SeriesMatcher(const Term& term) : le_(term.le) {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);  // As Prometheus compiles its matchers.
  for (const Matcher& matcher : term.selector.matchers) {
    const bool regex = matcher.op == Matcher::Op::kRegex || matcher.op == Matcher::Op::kNotRegex;
    conditions_.push_back(
        {matcher, regex ? std::make_unique<RE2>(matcher.value, options) : nullptr});
  }
}

SeriesMatcher::~SeriesMatcher() = default;
SeriesMatcher::SeriesMatcher(SeriesMatcher&&) noexcept = default;
SeriesMatcher& SeriesMatcher::operator=(SeriesMatcher&&) noexcept = default;

bool SeriesMatcher::Matches(const Labels& labels) const {
  static const std::string kNone;
  for (const Condition& condition : conditions_) {
    const auto label = labels.find(condition.matcher.label);
    if (!condition.Holds(label == labels.end() ? kNone : label->second)) return false;
  }
  if (!le_) return true;
  const auto le = labels.find("le");
  return le != labels.end() && ParseBound(le->second) == le_;
}

}  // namespace slowburn
