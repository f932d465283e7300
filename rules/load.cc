// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <array>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "rules/format_native.h"
#include "rules/format_openslo.h"
#include "rules/format_openslo_alpha.h"
#include "rules/format_pyrra.h"
#include "rules/format_sloth.h"
#include "rules/format_sloth_kubernetes.h"
#include "rules/native_keys.h"
#include "rules/reader.h"
#include "rules/report.h"
#include "rules/shared_documents.h"
#include "rules/yaml.h"

namespace slowburn {
namespace {

constexpr std::string_view kSloth = "prometheus/v1";
constexpr std::string_view kSlothKubernetes = "sloth.slok.dev/v1";
constexpr std::string_view kPyrra = "pyrra.dev/v1alpha1";
constexpr std::string_view kOpenSlo = "openslo/v1";
constexpr std::string_view kOpenSloAlpha = "openslo/v1alpha";
constexpr std::string_view kKnown =
    "known are `version: slowburn/v1`, Sloth's `version: prometheus/v1`, and `apiVersion:` "
    "sloth.slok.dev/v1, pyrra.dev/v1alpha1, openslo/v1 and openslo/v1alpha";

// What a document is by its content.
struct Kind {
  enum class Use { kSlos, kSlothWindows, kOpenSloObject, kList, kUnknown };

  Use use = Use::kUnknown;
  Format format = Format::kNative;  // Of kSlos.
};

struct Foreign {
  std::string_view api_version;  // What an apiVersion begins with.
  std::string_view name;
};

constexpr std::array<Foreign, 3> kForeign = {{
    {"openslo.com/", "OpenSLO v2alpha"},
    {"sre.google.com/", "slo-generator"},
    {"n9/", "Nobl9"},
}};

const YamlNode* Value(const YamlNode& map, std::string_view key) {
  for (const YamlNode::Entry& entry : map.entries) {
    if (entry.key->kind == YamlNode::Kind::kScalar && entry.key->text == key) return entry.value;
  }
  return nullptr;
}

// The text of `key`; empty when it is no scalar.
std::string_view TextOf(const YamlNode& map, std::string_view key) {
  const YamlNode* value = Value(map, key);
  if (value == nullptr || value->kind != YamlNode::Kind::kScalar) return {};
  return value->text;
}

Kind KindOf(const YamlNode& root) {
  using Use = Kind::Use;
  const std::string_view version = TextOf(root, "version");
  if (version == kNativeVersion) return {Use::kSlos, Format::kNative};
  if (version == kSloth) return {Use::kSlos, Format::kSloth};
  const std::string_view api_version = TextOf(root, "apiVersion");
  const std::string_view kind = TextOf(root, "kind");
  if (api_version == kSlothKubernetes) {
    if (kind == "AlertWindows") return {Use::kSlothWindows};
    return {Use::kSlos, Format::kSlothKubernetes};
  }
  if (api_version == kPyrra) return {Use::kSlos, Format::kPyrra};
  if (api_version == kOpenSloAlpha) return {Use::kSlos, Format::kOpenSloAlpha};
  if (api_version == kOpenSlo) {
    if (kind == "SLO") return {Use::kSlos, Format::kOpenSlo};
    return {Use::kOpenSloObject};
  }
  // As kubectl prints several; Kubernetes' own lists are named after what they hold.
  if (kind.ends_with("List") && Value(root, "items") != nullptr) return {Use::kList};
  return {};
}

void RefuseVersion(const YamlNode& version, Report& report) {
  const std::string_view closest = ClosestWord(version.text, {kNativeVersion, kSloth});
  report.Error(version, fmt::format("the version '{}' is not known", Shown(version.text)),
               closest.empty() ? std::string(kKnown) : fmt::format("did you mean {}?", closest));
}

void RefuseApiVersion(const YamlNode& api_version, Report& report) {
  for (const Foreign& foreign : kForeign) {
    if (!std::string_view(api_version.text).starts_with(foreign.api_version)) continue;
    report.Error(api_version,
                 fmt::format("{} ({}) is not supported", foreign.name, Shown(api_version.text)),
                 std::string(kKnown));
    return;
  }
  const std::string_view closest =
      ClosestWord(api_version.text, {kSlothKubernetes, kPyrra, kOpenSlo, kOpenSloAlpha});
  report.Error(api_version,
               fmt::format("the apiVersion '{}' is not known", Shown(api_version.text)),
               closest.empty() ? std::string(kKnown) : fmt::format("did you mean {}?", closest));
}

void RefuseDocument(const YamlNode& root, Report& report) {
  if (!TextOf(root, "version").empty()) {
    RefuseVersion(*Value(root, "version"), report);
  } else if (!TextOf(root, "apiVersion").empty()) {
    RefuseApiVersion(*Value(root, "apiVersion"), report);
  } else if (Value(root, "groups") != nullptr) {
    report.Error(root, "this is a file of Prometheus rules, not of SLOs", std::string(kKnown));
  } else if (Value(root, "sources") != nullptr) {
    report.Error(root, "this is a configuration, not a file of SLOs", "give it as --config");
  } else {
    report.Error(root, "the format is not known", std::string(kKnown));
  }
}

std::vector<Slo> ReadSlos(Format format, const YamlNode& root, const RuleDefaults& defaults,
                          const SharedDocuments& shared, Report& report) {
  switch (format) {
    case Format::kNative:
      return ReadNative(root, defaults, report);
    case Format::kSloth:
      return ReadSloth(root, defaults, shared, report);
    case Format::kSlothKubernetes:
      return ReadSlothKubernetes(root, defaults, shared, report);
    case Format::kPyrra:
      return ReadPyrra(root, defaults, shared, report);
    case Format::kOpenSlo:
      return ReadOpenSlo(root, defaults, shared, report);
    case Format::kOpenSloAlpha:
      return ReadOpenSloAlpha(root, defaults, shared, report);
  }
  return {};
}

// Calls `visit(root, kind)` for each document of `file` that holds something, and for each item of
// a list.  Returns whether there was any, readable or not.
template <typename Visit>
bool ForEachDocument(const RuleFile& file, const LoadOptions& options, const Visit& visit,
                     Report& report) {
  bool any = false;
  const auto one = [&](const YamlNode& root) {
    Kind kind = KindOf(root);
    if (options.format && kind.use != Kind::Use::kSlothWindows &&
        kind.use != Kind::Use::kOpenSloObject) {
      kind = {Kind::Use::kSlos, *options.format};
    }
    visit(root, kind);
  };
  ReadYaml(file.text,
           {.document =
                [&](const YamlNode& root) {
                  if (root.kind == YamlNode::Kind::kEmpty) return;
                  any = true;
                  if (KindOf(root).use != Kind::Use::kList) return one(root);
                  for (const YamlNode* item : ReadList(*Value(root, "items"), "items", report)) {
                    one(*item);
                  }
                },
            .problem =
                [&](const YamlProblem& problem) {
                  any = true;
                  report.Add({report.AtOffset(problem.offset), Severity::kError, problem.message,
                              problem.hint});
                }});
  return any;
}

class Loader {
 public:
  Loader(const RuleDefaults& defaults, const LoadOptions& options)
      : defaults_(defaults), options_(options) {}

  // Reads what the SLOs of all files may refer to.
  void Survey(const RuleFile& file, Report& report, bool windows) {
    ForEachDocument(
        file, options_,
        [&](const YamlNode& root, const Kind& kind) {
          if (kind.use == Kind::Use::kSlothWindows && windows) {
            ReadSlothWindows(root, shared_.sloth_windows, report);
          }
          if (kind.use == Kind::Use::kOpenSloObject) {
            ReadOpenSloObject(root, shared_.openslo, report);
          }
        },
        report);
  }

  void Load(const RuleFile& file, std::size_t index, Report& report) {
    const bool any = ForEachDocument(
        file, options_,
        [&](const YamlNode& root, const Kind& kind) {
          if (kind.use == Kind::Use::kUnknown || kind.use == Kind::Use::kList) {
            return RefuseDocument(root, report);
          }
          if (kind.use != Kind::Use::kSlos) return;
          for (Slo& slo : ReadSlos(kind.format, root, defaults_, shared_, report)) {
            Keep(std::move(slo), index, report);
          }
        },
        report);
    if (!any) report.File(Severity::kWarning, "the file is empty");
  }

  void Finish(const std::string& path, Report& report) {
    if (report.errors() > 0) out_.bad_files.push_back(path);
    for (Diagnostic& diagnostic : report.Take()) {
      if (seen_.insert(ToString(diagnostic)).second) {
        out_.diagnostics.push_back(std::move(diagnostic));
      }
    }
  }

  LoadResult Take() { return std::move(out_); }

 private:
  void Keep(Slo slo, std::size_t index, Report& report) {
    const auto [first, is_new] = defined_at_.try_emplace(slo.Id(), slo.defined_at);
    if (!is_new && !options_.duplicates) {
      const Position& at = first->second;
      report.Add({slo.defined_at, Severity::kError,
                  fmt::format("the SLO {} is defined twice", slo.Id()),
                  fmt::format("first at {}:{}:{}", at.file, at.line, at.column)});
      return;
    }
    out_.slos.push_back(std::move(slo));
    out_.file_of.push_back(index);
  }

  const RuleDefaults& defaults_;
  const LoadOptions& options_;
  SharedDocuments shared_;
  LoadResult out_;
  std::unordered_map<std::string, Position> defined_at_;
  std::unordered_set<std::string> seen_;  // Findings on slowburn.yaml come with each file.
};

}  // namespace

bool MayBeShared(const RuleFile& file) {
  return file.text.find("AlertWindows") != std::string::npos ||
         file.text.find(kOpenSlo) != std::string::npos;
}

LoadResult LoadRules(const std::vector<RuleFile>& files, const RuleDefaults& defaults,
                     const LoadOptions& options) {
  Loader loader(defaults, options);
  std::unordered_map<std::size_t, Report> surveyed;  // By the file's place in `files`.
  for (const RuleFile& file : options.windows) {
    Report report(file.path, file.text);
    loader.Survey(file, report, true);
    loader.Finish(file.path, report);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!MayBeShared(files[i])) continue;
    Report& report = surveyed.try_emplace(i, files[i].path, files[i].text).first->second;
    loader.Survey(files[i], report, options.windows.empty());
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto known = surveyed.extract(i);
    Report report =
        known.empty() ? Report(files[i].path, files[i].text) : std::move(known.mapped());
    loader.Load(files[i], i, report);
    loader.Finish(files[i].path, report);
  }
  return loader.Take();
}

}  // namespace slowburn
