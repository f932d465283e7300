// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "rules/yaml.h"

namespace slowburn {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

bool IsSpace(char c) {
  return kSpace.find(c) != std::string_view::npos;
}

// Whether `c` continues a UTF-8 character.
bool IsContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Walks a scalar as it is written, over the characters that are no space.
//
// YAML's folding, indentation and line ends change spaces only.  So the n-th character of a value
// that is no space is the n-th of what is written that is no space, escapes counted as one.
class WrittenScalar {
 public:
  WrittenScalar(std::string_view text, std::size_t at) : text_(text), at_(at) {
    SkipProperties();
    if (at_ >= text_.size()) return;
    const char first = text_[at_];
    if (first == '|' || first == '>') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (first == '\'' || first == '"') {
      quote_ = first;
      ++at_;
    }
  }

  std::size_t at() const { return at_; }

  void SkipSpace() {
    while (at_ < text_.size() && (IsSpace(text_[at_]) || AtEscapedSpace())) {
      at_ += AtEscapedSpace() ? 2U : 1U;
    }
  }

  // Goes over one character.
  void Next() {
    at_ = std::min(at_ + Length(), text_.size());
    while (at_ < text_.size() && IsContinuation(text_[at_])) ++at_;
  }

 private:
  // Tags and anchors stand before the value.
  void SkipProperties() {
    while (at_ < text_.size() && (text_[at_] == '&' || text_[at_] == '!')) {
      at_ = std::min(text_.find_first_of(kSpace, at_), text_.size());
      at_ = std::min(text_.find_first_not_of(kSpace, at_), text_.size());
    }
  }

  char Ahead(std::size_t by) const { return at_ + by < text_.size() ? text_[at_ + by] : '\0'; }

  // How many bytes the character at `at_` takes as written.
  std::size_t Length() const {
    if (quote_ == '\'' && Ahead(0) == '\'' && Ahead(1) == '\'') return 2;
    if (quote_ == '"' && Ahead(0) == '\\') {
      switch (Ahead(1)) {
        case 'x':
          return 4;
        case 'u':
          return 6;
        case 'U':
          return 10;
        default:
          return 2;
      }
    }
    return 1;
  }

  // Whether an escape stands here whose value is a space.
  bool AtEscapedSpace() const {
    if (quote_ != '"' || Ahead(0) != '\\') return false;
    return std::string_view("nrt \t\r\n").find(Ahead(1)) != std::string_view::npos;
  }

  std::string_view text_;
  std::size_t at_;
  char quote_ = '\0';
};

}  // namespace

std::size_t OffsetInText(const YamlNode& scalar, std::size_t at, std::string_view text) {
  if (scalar.alias || scalar.kind != YamlNode::Kind::kScalar) return scalar.offset;
  WrittenScalar written(text, scalar.offset);
  const std::string_view value = scalar.text;
  const std::size_t end = std::min(at, value.size());
  for (const char c : value.substr(0, end)) {
    if (IsSpace(c) || IsContinuation(c)) continue;
    written.SkipSpace();
    written.Next();
  }
  // At the end of the value, the place is after its last character, not at the next line's text.
  if (value.find_first_not_of(kSpace, end) != std::string_view::npos) written.SkipSpace();
  return written.at();
}

}  // namespace slowburn
