// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/report.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace slowburn {
namespace {

// Enough to mend a file by.  A hostile one can give millions.
constexpr std::size_t kMostDiagnostics = 1000;

}  // namespace

Report::Report(std::string file, std::string_view text)
    : file_(std::move(file)), text_(text), lines_(text) {}

void Report::Error(const YamlNode& at, std::string message, std::string hint) {
  Add({At(at), Severity::kError, std::move(message), std::move(hint)});
}

void Report::Warning(const YamlNode& at, std::string message, std::string hint) {
  Add({At(at), Severity::kWarning, std::move(message), std::move(hint)});
}

void Report::Inside(Severity severity, const YamlNode& at, std::size_t offset, std::string message,
                    std::string hint) {
  Add({AtOffset(OffsetInText(at, offset, text_)), severity, std::move(message), std::move(hint)});
}

void Report::File(Severity severity, std::string message, std::string hint) {
  Add({{file_, 0, 0}, severity, std::move(message), std::move(hint)});
}

void Report::Add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::kError) ++errors_;
  std::string line = ToString(diagnostic);
  if (seen_.contains(line)) return;
  if (diagnostics_.size() >= kMostDiagnostics) {
    ++left_out_;
    return;
  }
  seen_.insert(std::move(line));
  diagnostics_.push_back(std::move(diagnostic));
}

Diagnostics Report::Held(const std::function<void()>& read) {
  Diagnostics kept = std::exchange(diagnostics_, {});
  std::unordered_set<std::string> seen = std::exchange(seen_, {});
  const int errors = errors_;
  read();
  errors_ = errors;
  seen_ = std::move(seen);
  return std::exchange(diagnostics_, std::move(kept));
}

Position Report::AtOffset(std::size_t offset) const {
  const auto [line, column] = lines_.Place(offset);
  return {file_, line, column};
}

bool Report::IsWritten(const YamlNode& node, std::string_view text) const {
  return node.offset < text_.size() && text_.substr(node.offset).starts_with(text);
}

Diagnostics Report::Take() {
  // Findings on slowburn.yaml stand before those on the file that uses it.
  const auto place = [&](const Diagnostic& diagnostic) {
    const Position& at = diagnostic.at;
    return at.file == file_ ? std::pair(at.line, at.column) : std::pair(-1, -1);
  };
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return place(a) < place(b); });
  if (left_out_ > 0) {
    diagnostics_.push_back({{file_, 0, 0},
                            errors_ > 0 ? Severity::kError : Severity::kWarning,
                            fmt::format("{} more findings are left out", left_out_),
                            ""});
  }
  return std::exchange(diagnostics_, {});
}

}  // namespace slowburn
