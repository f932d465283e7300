// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include <absl/status/statusor.h>

namespace re2 {
class RE2;
}

namespace slowburn {

// A regular expression in the syntax of Prometheus.  Matching takes linear time.
//
// Immutable; copies share the compiled form.  Thread-safe.
class Regex {
 public:
  // Returns kInvalidArgument with what is wrong, for a pattern that is malformed or too large.
  static absl::StatusOr<Regex> Compile(std::string_view pattern);

  // Whether the whole of `text` matches: Prometheus anchors its matchers at both ends.
  bool FullyMatches(std::string_view text) const;

  // Whether a part of `text` matches.
  bool MatchesWithin(std::string_view text) const;

  // Returns `text` with every match replaced by `replacement`, in which `$1`, `${1}` and `${name}`
  // stand for groups and `$$` for a dollar sign, as in Go.
  std::string ReplaceAll(std::string_view text, std::string_view replacement) const;

 private:
  explicit Regex(std::shared_ptr<const re2::RE2> regex) : regex_(std::move(regex)) {}

  std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace slowburn
