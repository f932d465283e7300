// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <unordered_set>

#include "rules/diagnostic.h"
#include "rules/text.h"
#include "rules/yaml.h"

namespace slowburn {

// Collects what is found in one file, and tells places in it.
//
// `text` must outlive this.  Thread-compatible.
class Report {
 public:
  Report(std::string file, std::string_view text);

  void Error(const YamlNode& at, std::string message, std::string hint = "");
  void Warning(const YamlNode& at, std::string message, std::string hint = "");

  // As Error() and Warning(), at byte `offset` of the value of the scalar `at`.
  void Inside(Severity severity, const YamlNode& at, std::size_t offset, std::string message,
              std::string hint = "");

  // About the file as a whole.
  void File(Severity severity, std::string message, std::string hint = "");

  // Once for each place and message, as the SLOs of a file share their defaults.
  void Add(Diagnostic diagnostic);

  // Returns what `read` reports here, rather than keeping it: for findings that count only where
  // what they are about is used.
  Diagnostics Held(const std::function<void()>& read);

  Position At(const YamlNode& node) const { return AtOffset(node.offset); }

  Position AtOffset(std::size_t offset) const;

  // How many errors there are so far: unchanged after a read that found none.
  int errors() const { return errors_; }

  // Whether the text at `node` begins with `text`, for hints on how it was written.
  bool IsWritten(const YamlNode& node, std::string_view text) const;

  // What was found, in the order of the file.  Beyond a thousand, only the number.
  Diagnostics Take();

 private:
  std::string file_;
  std::string_view text_;
  LineIndex lines_;
  Diagnostics diagnostics_;
  std::unordered_set<std::string> seen_;
  int errors_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace slowburn
