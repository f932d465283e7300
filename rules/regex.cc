// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/regex.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <vector>

#include <re2/re2.h>

#include "rules/utf8.h"

namespace slowburn {
namespace {

// Prometheus has no limit; RE2's own 8 MiB is short for matchers that list thousands of values.
constexpr std::int64_t kMaxMemory = 64 << 20;

re2::StringPiece Piece(std::string_view text) {
  return {text.data(), text.size()};
}

bool IsWordChar(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// The group that `name` means, a number or a name; -1 when there is none.
int GroupIndex(const re2::RE2& regex, std::string_view name) {
  int index = -1;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), index);
  if (read.ec == std::errc() && read.ptr == name.data() + name.size()) return index;
  const auto& groups = regex.NamedCapturingGroups();
  const auto found = groups.find(std::string(name));
  return found == groups.end() ? -1 : found->second;
}

// Appends `replacement` with its groups filled in.
void Expand(const re2::RE2& regex, std::string_view replacement,
            const std::vector<re2::StringPiece>& groups, std::string& out) {
  while (!replacement.empty()) {
    const std::size_t dollar = std::min(replacement.find('$'), replacement.size());
    out += replacement.substr(0, dollar);
    replacement.remove_prefix(dollar);
    if (replacement.empty()) return;
    if (replacement.substr(0, 2) == "$$") {
      out += '$';
      replacement.remove_prefix(2);
      continue;
    }
    const bool braced = replacement.substr(0, 2) == "${";
    const std::size_t begin = braced ? 2 : 1;
    std::size_t end = begin;
    while (end < replacement.size() && IsWordChar(replacement[end])) ++end;
    const bool closed = !braced || (end < replacement.size() && replacement[end] == '}');
    if (end == begin || !closed) {  // Malformed: it stands for itself.
      out += '$';
      replacement.remove_prefix(1);
      continue;
    }
    const int index = GroupIndex(regex, replacement.substr(begin, end - begin));
    if (index >= 0 && static_cast<std::size_t>(index) < groups.size()) {
      const re2::StringPiece& group = groups[static_cast<std::size_t>(index)];
      if (group.data() != nullptr) out.append(group.data(), group.size());
    }
    replacement.remove_prefix(braced ? end + 1 : end);
  }
}

}  // namespace

absl::StatusOr<Regex> Regex::Compile(std::string_view pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  auto regex = std::make_shared<const re2::RE2>(Piece(pattern), options);
  if (!regex->ok()) return absl::InvalidArgumentError(regex->error());
  return Regex(std::move(regex));
}

bool Regex::FullyMatches(std::string_view text) const {
  return re2::RE2::FullMatch(Piece(text), *regex_);
}

bool Regex::MatchesWithin(std::string_view text) const {
  return re2::RE2::PartialMatch(Piece(text), *regex_);
}

std::string Regex::ReplaceAll(std::string_view text, std::string_view replacement) const {
  std::string out;
  std::vector<re2::StringPiece> groups(static_cast<std::size_t>(regex_->NumberOfCapturingGroups()) +
                                       1);
  const re2::StringPiece whole = Piece(text);
  std::size_t copied = 0;  // What lies before is in `out`.
  std::size_t at = 0;      // Where to look on.
  while (at <= text.size() && regex_->Match(whole, at, text.size(), re2::RE2::UNANCHORED,
                                            groups.data(), static_cast<int>(groups.size()))) {
    const auto begin = static_cast<std::size_t>(groups[0].data() - text.data());
    const std::size_t end = begin + groups[0].size();
    out += text.substr(copied, begin - copied);
    // An empty match right after another match is part of it.
    if (end > copied || begin == 0) Expand(*regex_, replacement, groups, out);
    copied = end;
    at = end > begin ? end : end + (end < text.size() ? ReadRune(text.substr(end)).size : 1);
  }
  out += text.substr(std::min(copied, text.size()));
  return out;
}

}  // namespace slowburn
