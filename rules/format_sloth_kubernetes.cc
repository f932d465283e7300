// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/format_sloth_kubernetes.h"

#include <optional>
#include <string>

#include <fmt/format.h>

#include "rules/checks.h"
#include "rules/format_sloth.h"
#include "rules/reader.h"
#include "rules/rule_hints.h"
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

// A map of the metadata: about the resource, so that its values need no more check than that they
// are text.
Labels ReadTexts(MapReader& map, std::string_view key, Report& report) {
  Labels out;
  const YamlNode* node = map.Find(key);
  if (node == nullptr) return out;
  for (const auto& [name, value, merged] : ReadEntries(*node, key, report)) {
    if (value->kind == YamlNode::Kind::kScalar) out.insert_or_assign(name->text, value->text);
  }
  return out;
}

// Of the metadata only the name has to be there.
ObjectMeta ReadMetadata(MapReader& map, Report& report) {
  const YamlNode* node = map.Need("metadata");
  if (node == nullptr) return {};
  MapReader metadata(*node, "metadata", report, kSlothCamelCase.lenient);
  ObjectMeta object;
  object.name = metadata.NeedText("name").value_or("");
  object.name_space = metadata.Text("namespace").value_or("");
  object.labels = ReadTexts(metadata, "labels", report);
  object.annotations = ReadTexts(metadata, "annotations", report);
  return object;
}

}  // namespace

std::vector<Slo> ReadSlothKubernetes(const YamlNode& document, const RuleDefaults& defaults,
                                     const SharedDocuments& shared, Report& report) {
  const int errors = report.errors();
  MapReader map(document, "the resource", report, kSlothCamelCase.lenient);
  map.Find("apiVersion");
  if (!CheckKind(map, report)) return {};
  const ObjectMeta object = ReadMetadata(map, report);
  const YamlNode* spec = map.Need("spec");
  map.Find("status");
  map.Finish();
  if (spec == nullptr) return {};
  MapReader inner(*spec, "spec", report, kSlothCamelCase.lenient);
  std::vector<Slo> slos =
      ReadSlothService(inner, kSlothCamelCase, errors, defaults, shared.sloth_windows, report);
  for (Slo& slo : slos) slo.rules.object = object;
  return slos;
}

}  // namespace slowburn
