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

constexpr std::string_view kSloth = SpecOf(Format::kSloth);
constexpr std::string_view kSlothKubernetes = SpecOf(Format::kSlothKubernetes);
constexpr std::string_view kPyrra = SpecOf(Format::kPyrra);
constexpr std::string_view kOpenSlo = SpecOf(Format::kOpenSlo);
constexpr std::string_view kOpenSloAlpha = SpecOf(Format::kOpenSloAlpha);
constexpr std::string_view kAlertWindows = "AlertWindows";
constexpr std::string_view kKnown =
    "known are `version: slowburn/v1`, Sloth's `version: prometheus/v1`, and `apiVersion:` "
    "sloth.slok.dev/v1, pyrra.dev/v1alpha1, openslo/v1 and openslo/v1alpha";

// What a document is by its content.
struct Kind {
  enum class Use { kSlos, kOtherFormat, kSlothWindows, kOpenSloObject, kList, kUnknown };

  Use use = Use::kUnknown;
  Format format = Format::kNative;  // Of kSlos and kOtherFormat.
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

bool Mentions(const RuleFile& file, std::string_view word) {
  return file.text.find(word) != std::string::npos;
}

std::size_t Count(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) ++count;
  return count;
}

// Whether, by its looks, each document is an SLO and nothing else: then the file is read once.
bool LooksLikeSlos(std::string_view text) {
  const std::size_t kinds = Count(text, "kind");
  return kinds > 0 && kinds == Count(text, "kind: SLO\n") && kinds == Count(text, "apiVersion");
}

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
  // As kubectl prints several; Kubernetes' own lists are named after what they hold.
  if (kind.ends_with("List") && Value(root, "items") != nullptr) return {Use::kList};
  if (api_version == kSlothKubernetes) {
    if (kind == kAlertWindows) return {Use::kSlothWindows};
    return {Use::kSlos, Format::kSlothKubernetes};
  }
  if (api_version == kPyrra) return {Use::kSlos, Format::kPyrra};
  if (api_version == kOpenSloAlpha) return {Use::kSlos, Format::kOpenSloAlpha};
  if (api_version == kOpenSlo) {
    if (kind == "SLO") return {Use::kSlos, Format::kOpenSlo};
    return {Use::kOpenSloObject};
  }
  return {};
}

// What a document of `kind` is where all are to be of the format `wanted`.
Kind Forced(const Kind& kind, Format wanted) {
  using Use = Kind::Use;
  if (kind.use == Use::kSlos && kind.format != wanted) return {Use::kOtherFormat, kind.format};
  if (kind.use == Use::kOpenSloObject && wanted != Format::kOpenSlo) {
    return {Use::kOtherFormat, Format::kOpenSlo};
  }
  if (kind.use == Use::kUnknown) return {Use::kSlos, wanted};
  return kind;
}

void RefuseOtherFormat(const YamlNode& root, Format format, Format wanted, Report& report) {
  const bool resource = TextOf(root, "version").empty();
  report.Error(*Value(root, resource ? "apiVersion" : "version"),
               fmt::format("the document is of the format {}, and {} is asked for",
                           ToString(format), ToString(wanted)));
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
    const Kind kind = KindOf(root);
    visit(root, options.format ? Forced(kind, *options.format) : kind);
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

  // Reads files that may hold AlertWindows alone, which are all that count from here on.
  void SurveyWindows(const std::vector<RuleFile>& files) {
    shared_.sloth_windows.Give();
    for (const RuleFile& file : files) {
      Report report(file.path, file.text);
      SurveyWindows(file, report);
      Finish(file.path, report);
    }
  }

  // Reads what the SLOs of all files may refer to.
  void Survey(const RuleFile& file, Report& report) {
    const bool windows = !options_.windows.has_value() && Mentions(file, kAlertWindows);
    const int errors = report.errors();
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
    // What can't be read may be a catalogue: without it, SLOs must not alert by another one.
    if (windows && report.errors() > errors) shared_.sloth_windows.Give();
  }

  void Load(const RuleFile& file, std::size_t index, bool surveyed, Report& report) {
    const bool any = ForEachDocument(
        file, options_,
        [&](const YamlNode& root, const Kind& kind) {
          if (kind.use == Kind::Use::kUnknown || kind.use == Kind::Use::kList) {
            return RefuseDocument(root, report);
          }
          if (kind.use == Kind::Use::kOtherFormat) {
            return RefuseOtherFormat(root, kind.format, *options_.format, report);
          }
          if (kind.use == Kind::Use::kOpenSloObject) {
            if (!surveyed) ReadOpenSloObject(root, shared_.openslo, report);
            CheckOpenSloObject(root, shared_.openslo, report);
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

  LoadResult Take() {
    out_.sloth_windows = std::move(shared_.sloth_windows);
    return std::move(out_);
  }

 private:
  void SurveyWindows(const RuleFile& file, Report& report) {
    const bool any = ForEachDocument(
        file, options_,
        [&](const YamlNode& root, const Kind& kind) {
          if (kind.use == Kind::Use::kSlothWindows) {
            ReadSlothWindows(root, shared_.sloth_windows, report);
          } else {
            report.Error(root, "this is no document of AlertWindows",
                         "apiVersion: sloth.slok.dev/v1, kind: AlertWindows");
          }
        },
        report);
    if (!any) report.File(Severity::kWarning, "the file is empty");
  }

  void Keep(Slo slo, std::size_t index, Report& report) {
    const auto [first, is_new] = defined_at_.try_emplace(slo.Id(), slo.defined_at);
    if (!is_new && !options_.duplicates) {
      report.Add({slo.defined_at, Severity::kError,
                  fmt::format("the SLO {} is defined twice", slo.Id()),
                  "first at " + ToString(first->second)});
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
  return Mentions(file, kAlertWindows) || (Mentions(file, kOpenSlo) && !LooksLikeSlos(file.text));
}

LoadResult LoadRules(const std::vector<RuleFile>& files, const RuleDefaults& defaults,
                     const LoadOptions& options) {
  Loader loader(defaults, options);
  std::unordered_map<std::size_t, Report> surveyed;  // By the file's place in `files`.
  if (options.windows.has_value()) loader.SurveyWindows(*options.windows);
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (!MayBeShared(files[i])) continue;
    Report& report = surveyed.try_emplace(i, files[i].path, files[i].text).first->second;
    loader.Survey(files[i], report);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    auto known = surveyed.extract(i);
    const bool was_surveyed = !known.empty();
    Report report = was_surveyed ? std::move(known.mapped()) : Report(files[i].path, files[i].text);
    loader.Load(files[i], i, was_surveyed, report);
    loader.Finish(files[i].path, report);
  }
  return loader.Take();
}

}  // namespace slowburn
