// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "rules/format_native.h"
#include "rules/format_sloth.h"
#include "rules/reader.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {
namespace {

constexpr std::string_view kNative = "slowburn/v1";
constexpr std::string_view kSloth = "prometheus/v1";
constexpr std::string_view kKnown =
    "known are `version: slowburn/v1` and Sloth's `version: prometheus/v1`";

struct Foreign {
  std::string_view api_version;  // What an apiVersion begins with.
  std::string_view name;
};

constexpr std::array<Foreign, 6> kForeign = {{
    {"sloth.slok.dev/", "Sloth's Kubernetes format"},
    {"openslo/", "OpenSLO"},
    {"openslo.com/", "OpenSLO"},
    {"pyrra.dev/", "Pyrra"},
    {"sre.google.com/", "slo-generator"},
    {"n9/", "Nobl9"},
}};

const YamlNode* Value(const YamlNode& map, std::string_view key) {
  for (const YamlNode::Entry& entry : map.entries) {
    if (entry.key->kind == YamlNode::Kind::kScalar && entry.key->text == key) return entry.value;
  }
  return nullptr;
}

void RefuseVersion(const YamlNode& version, Report& report) {
  const std::string_view closest = ClosestWord(version.text, {kNative, kSloth});
  report.Error(version, fmt::format("the version '{}' is not known", Shown(version.text)),
               closest.empty() ? std::string(kKnown) : fmt::format("did you mean {}?", closest));
}

void RefuseDocument(const YamlNode& root, Report& report) {
  if (const YamlNode* api_version = Value(root, "apiVersion")) {
    for (const Foreign& foreign : kForeign) {
      if (!std::string_view(api_version->text).starts_with(foreign.api_version)) continue;
      report.Error(
          *api_version,
          fmt::format("{} ({}) is not supported yet", foreign.name, Shown(api_version->text)),
          std::string(kKnown));
      return;
    }
  }
  if (Value(root, "groups") != nullptr) {
    report.Error(root, "this is a file of Prometheus rules, not of SLOs", std::string(kKnown));
  } else if (Value(root, "sources") != nullptr) {
    report.Error(root, "this is a configuration, not a file of SLOs", "give it as --config");
  } else {
    report.Error(root, "the format is not known", std::string(kKnown));
  }
}

std::vector<Slo> ReadDocument(const YamlNode& root, const RuleDefaults& defaults, Report& report) {
  const YamlNode* version = Value(root, "version");
  if (version != nullptr && version->kind == YamlNode::Kind::kScalar) {
    if (version->text == kNative) return ReadNative(root, defaults, report);
    if (version->text == kSloth) return ReadSloth(root, defaults, report);
    RefuseVersion(*version, report);
  } else {
    RefuseDocument(root, report);
  }
  return {};
}

class Loader {
 public:
  explicit Loader(const RuleDefaults& defaults) : defaults_(defaults) {}

  void Load(const RuleFile& file) {
    Report report(file.path, file.text);
    bool empty = true;
    ReadYaml(file.text, {.document =
                             [&](const YamlNode& root) {
                               if (root.kind == YamlNode::Kind::kEmpty) return;
                               empty = false;
                               for (Slo& slo : ReadDocument(root, defaults_, report)) {
                                 Keep(std::move(slo), report);
                               }
                             },
                         .problem =
                             [&](const YamlProblem& problem) {
                               empty = false;
                               report.Add({report.AtOffset(problem.offset), Severity::kError,
                                           problem.message, problem.hint});
                             }});
    if (empty) report.File(Severity::kWarning, "the file is empty");
    if (report.errors() > 0) out_.bad_files.push_back(file.path);
    for (Diagnostic& diagnostic : report.Take()) {
      if (seen_.insert(ToString(diagnostic)).second) {
        out_.diagnostics.push_back(std::move(diagnostic));
      }
    }
  }

  LoadResult Take() { return std::move(out_); }

 private:
  void Keep(Slo slo, Report& report) {
    const auto [first, is_new] = defined_at_.try_emplace(slo.Id(), slo.defined_at);
    if (!is_new) {
      const Position& at = first->second;
      report.Add({slo.defined_at, Severity::kError,
                  fmt::format("the SLO {} is defined twice", slo.Id()),
                  fmt::format("first at {}:{}:{}", at.file, at.line, at.column)});
      return;
    }
    out_.slos.push_back(std::move(slo));
  }

  const RuleDefaults& defaults_;
  LoadResult out_;
  std::unordered_map<std::string, Position> defined_at_;
  std::unordered_set<std::string> seen_;  // Findings on slowburn.yaml come with each file.
};

}  // namespace

LoadResult LoadRules(const std::vector<RuleFile>& files, const RuleDefaults& defaults) {
  Loader loader(defaults);
  for (const RuleFile& file : files) loader.Load(file);
  return loader.Take();
}

}  // namespace slowburn
