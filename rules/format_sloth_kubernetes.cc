// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_sloth_kubernetes.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/format_sloth.h"
#include "rules/reader.h"
#include "rules/sloth_keys.h"

namespace slowburn {
namespace {

constexpr std::string_view kKind = "PrometheusServiceLevel";

// False when the document is of another kind, or of none.
bool CheckKind(MapReader& map, Report& report) {
  const std::optional<std::string> kind = map.NeedText("kind");
  if (!kind.has_value() || *kind == kKind) return kind.has_value();
  report.Error(*map.Find("kind"), fmt::format("the kind '{}' is not known", Shown(*kind)),
               DidYouMean(*kind, {kKind, "AlertWindows"}));
  return false;
}

// Of the metadata only the name has to be there: what else Kubernetes keeps in it, its labels too,
// is about the resource.
void CheckMetadata(MapReader& map, Report& report) {
  const YamlNode* metadata = map.Need("metadata");
  if (metadata == nullptr) return;
  MapReader(*metadata, "metadata", report, kSlothCamelCase.lenient).NeedText("name");
}

}  // namespace

std::vector<Slo> ReadSlothKubernetes(const YamlNode& document, const RuleDefaults& defaults,
                                     const SharedDocuments& shared, Report& report) {
  const int errors = report.errors();
  MapReader map(document, "the resource", report, kSlothCamelCase.lenient);
  map.Find("apiVersion");
  if (!CheckKind(map, report)) return {};
  CheckMetadata(map, report);
  const YamlNode* spec = map.Need("spec");
  map.Find("status");
  map.Finish();
  if (spec == nullptr) return {};
  MapReader inner(*spec, "spec", report, kSlothCamelCase.lenient);
  return ReadSlothService(inner, kSlothCamelCase, errors, defaults, shared.sloth_windows, report);
}

}  // namespace slowburn
