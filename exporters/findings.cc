// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/findings.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "exporters/slo_json.h"
#include "exporters/text.h"

namespace slowburn {
namespace {

using nlohmann::json;

std::string_view ToString(Severity severity) {
  return severity == Severity::kError ? "error" : "warning";
}

std::string Counted(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

json ToJson(const Diagnostic& diagnostic) {
  const bool placed = diagnostic.at.line > 0;
  return {{"file", diagnostic.at.file},
          {"line", placed ? json(diagnostic.at.line) : json(nullptr)},
          {"column", placed ? json(diagnostic.at.column) : json(nullptr)},
          {"severity", ToString(diagnostic.severity)},
          {"message", diagnostic.message},
          {"hint", diagnostic.hint.empty() ? json(nullptr) : json(diagnostic.hint)}};
}

// `text` as a command of the runner takes it; in a property `:` and `,` end it.
std::string Escaped(std::string_view text, bool property) {
  std::string out;
  for (const char c : ValidUtf8(text)) {
    const bool escape = c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','));
    if (escape) {
      out += fmt::format("%{:02X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::size_t Findings::Count(Severity severity) const {
  return static_cast<std::size_t>(
      std::count_if(diagnostics.begin(), diagnostics.end(),
                    [severity](const Diagnostic& each) { return each.severity == severity; }));
}

std::string FindingsSummary(const Findings& findings) {
  return fmt::format("{}, {}, {}, {}\n", Counted(findings.files, "file"),
                     Counted(findings.slos, "SLO"),
                     Counted(findings.Count(Severity::kError), "error"),
                     Counted(findings.Count(Severity::kWarning), "warning"));
}

std::string FindingsJson(const Findings& findings) {
  json all = json::array();
  for (const Diagnostic& diagnostic : findings.diagnostics) all.push_back(ToJson(diagnostic));
  return JsonText({{"findings", std::move(all)},
                   {"summary",
                    {{"files", findings.files},
                     {"slos", findings.slos},
                     {"errors", findings.Count(Severity::kError)},
                     {"warnings", findings.Count(Severity::kWarning)}}}});
}

std::string FindingsGithub(const Findings& findings) {
  std::string out;
  for (const Diagnostic& diagnostic : findings.diagnostics) {
    out += fmt::format("::{} file={}", ToString(diagnostic.severity),
                       Escaped(diagnostic.at.file, /*property=*/true));
    if (diagnostic.at.line > 0) {
      out += fmt::format(",line={},col={}", diagnostic.at.line, diagnostic.at.column);
    }
    out += "::" + Escaped(diagnostic.message, /*property=*/false);
    if (!diagnostic.hint.empty()) {
      out += fmt::format(" ({})", Escaped(diagnostic.hint, /*property=*/false));
    }
    out += '\n';
  }
  return out;
}

}  // namespace slowburn
