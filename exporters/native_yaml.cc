// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/native_yaml.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "exporters/native_slo.h"
#include "exporters/yaml_text.h"
#include "rules/native_keys.h"

namespace slowburn {
namespace {

using Notes = std::map<std::string, std::vector<std::string>>;  // By the SLO's Id().

Labels SameAnnotations(const Labels& annotations) {
  Labels out;
  for (const auto& [name, value] : annotations) out.emplace(name, NativeAnnotation(value));
  return out;
}

// The one of `slos` that a finding at `at` is about: the last that begins before it in its file.
const Slo* SloAt(const std::vector<Slo>& slos, const Position& at) {
  const Slo* found = nullptr;
  for (const Slo& slo : slos) {
    const Position& begin = slo.defined_at;
    if (begin.file != at.file || begin.line > at.line) continue;
    if (found == nullptr || begin.line >= found->defined_at.line) found = &slo;
  }
  return found;
}

class Writer {
 public:
  Writer(const std::vector<Slo>& slos, const Diagnostics& diagnostics, const RuleDefaults& defaults)
      : slos_(slos), diagnostics_(diagnostics), defaults_(defaults) {
    for (const Slo& slo : slos) services_[slo.service].push_back(&slo);
  }

  std::string Write(const Notes& notes) const {
    std::string out;
    for (const std::string& line : LeftOut()) out += YamlComment(line, 0);
    std::string_view between = "";
    for (const auto& [service, slos] : services_) {
      out += between;
      out += Document(service, slos, notes);
      between = "---\n";
    }
    return out;
  }

  // What was found in the files and does not show in `again`, beside its SLO.
  Notes Warnings(const Diagnostics& again) const {
    std::set<std::string> known;
    for (const Diagnostic& diagnostic : again) known.insert(diagnostic.message);
    Notes out;
    for (const Diagnostic& diagnostic : diagnostics_) {
      if (diagnostic.severity == Severity::kError || known.contains(diagnostic.message)) continue;
      if (const Slo* slo = SloAt(slos_, diagnostic.at)) {
        out[slo->Id()].push_back(ToString(diagnostic));
      }
    }
    return out;
  }

 private:
  std::vector<std::string> LeftOut() const {
    std::vector<std::string> out;
    for (const Diagnostic& diagnostic : diagnostics_) {
      const bool error = diagnostic.severity == Severity::kError;
      if (error) out.push_back("Left out: " + ToString(diagnostic));
      if (!error && SloAt(slos_, diagnostic.at) == nullptr) {
        out.push_back(ToString(diagnostic));
      }
    }
    return out;
  }

  std::string Document(const std::string& service, const std::vector<const Slo*>& slos,
                       const Notes& notes) const {
    std::vector<YamlValue> items;
    for (const Slo* slo : slos) items.push_back(NativeSlo(*slo, defaults_));
    YamlValue map;
    map.Set("version", YamlPlain(std::string(kNativeVersion)));
    map.Set("service", YamlScalar(service));
    if (items.size() > 1) items = Share(std::move(items), map);
    YamlValue list;
    list.kind = YamlValue::Kind::kList;
    for (std::size_t i = 0; i < slos.size(); ++i) {
      items[i].comments = Comments(*slos[i], notes);
      list.items.push_back(std::move(items[i]));
    }
    map.Set("slos", std::move(list));
    return YamlText(map);
  }

  // Moves what all SLOs of the document say to where it is said once.
  static std::vector<YamlValue> Share(std::vector<YamlValue> items, YamlValue& map) {
    YamlValue common;
    YamlValue defaults;
    for (const auto& [key, value] : YamlCommon(items).entries) {
      if (key == "owner" || key == "labels" || key == "source") common.Set(key, value);
      if (key == "window" || key == "alerts") defaults.Set(key, value);
    }
    for (YamlValue& item : items) item = YamlWithout(YamlWithout(item, common), defaults);
    for (const auto& [key, value] : common.entries) map.Set(key, value);
    map.Set("defaults", std::move(defaults));
    return items;
  }

  static std::vector<std::string> Comments(const Slo& slo, const Notes& notes) {
    std::vector<std::string> out;
    if (slo.format != Format::kNative) {
      out.push_back(
          fmt::format("From {}:{}, as {}: what its alerts carried there stands under alerts.",
                      slo.defined_at.file, slo.defined_at.line, ToString(slo.format)));
    }
    if (const auto found = notes.find(slo.Id()); found != notes.end()) {
      out.insert(out.end(), found->second.begin(), found->second.end());
    }
    return out;
  }

  const std::vector<Slo>& slos_;
  const Diagnostics& diagnostics_;
  const RuleDefaults& defaults_;
  std::map<std::string, std::vector<const Slo*>> services_;
};

// What an SLO of this Id() is in the text; why it is not the same, else an empty text.
std::string WhyInexact(const Slo& slo, const LoadResult& again) {
  for (const Slo& other : again.slos) {
    if (other.Id() != slo.Id()) continue;
    const std::string part = Difference(slo, other);
    return part.empty() ? "" : fmt::format("slowburn/v1 can't say its {} as it was", part);
  }
  for (const Diagnostic& diagnostic : again.diagnostics) {
    if (diagnostic.severity == Severity::kError) {
      return fmt::format("slowburn/v1 can't say it: {}", diagnostic.message);
    }
  }
  return "slowburn/v1 can't say it";
}

}  // namespace

std::string Difference(const Slo& a, const Slo& b) {
  // Names every field, so that one which is added is compared.
  const auto& [service, name, description, owner, labels, source, objective, window, sli, by,
               alerts, defined_at, format, rules] = a;  // What `generate` makes of it aside.
  const auto& [alert_name, alert_labels, annotations, page, ticket, named, tiers, no_data, mode] =
      alerts;
  const AlertPolicy& other = b.alerts;
  const std::pair<bool, std::string_view> parts[] = {
      {service == b.service, "service"},
      {name == b.name, "name"},
      {description == b.description, "description"},
      {owner == b.owner, "owner"},
      {labels == b.labels, "labels"},
      {source == b.source, "source"},
      {objective == b.objective, "objective"},
      {window == b.window, "window"},
      {sli == b.sli, "SLI"},
      {by == b.by, "by"},
      {alert_name == other.name, "alerts' name"},
      {alert_labels == other.labels, "alerts' labels"},
      {SameAnnotations(annotations) == SameAnnotations(other.annotations), "alerts' annotations"},
      {page.labels == other.page.labels, "pages' labels"},
      {SameAnnotations(page.annotations) == SameAnnotations(other.page.annotations),
       "pages' annotations"},
      {ticket.labels == other.ticket.labels, "tickets' labels"},
      {SameAnnotations(ticket.annotations) == SameAnnotations(other.ticket.annotations),
       "tickets' annotations"},
      {named == other.named, "named alerts"},
      {tiers == other.tiers, "tiers"},
      {no_data == other.no_data, "no-data alert"},
      {mode == other.mode, "mode"},
  };
  for (const auto& [equal, part] : parts) {
    if (!equal) return std::string(part);
  }
  return "";
}

NativeYaml WriteNative(const std::vector<Slo>& slos, const Diagnostics& diagnostics,
                       const RuleDefaults& defaults) {
  const Writer writer(slos, diagnostics, defaults);
  NativeYaml out;
  const LoadResult again = LoadRules({{"converted", writer.Write({})}}, defaults);
  Notes notes = writer.Warnings(again.diagnostics);
  for (const Slo& slo : slos) {
    const std::string why = WhyInexact(slo, again);
    if (why.empty()) continue;
    out.inexact.push_back(
        {slo.defined_at, Severity::kError, fmt::format("{}: {}", slo.Id(), why), ""});
    notes[slo.Id()].push_back(ToString(out.inexact.back()));
  }
  out.text = writer.Write(notes);
  return out;
}

}  // namespace slowburn
