// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/openslo_objects.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "rules/reader.h"

namespace slowburn {
namespace {

const std::vector<std::string_view> kKinds = {"SLO",
                                              "Service",
                                              "DataSource",
                                              "SLI",
                                              "AlertPolicy",
                                              "AlertCondition",
                                              "AlertNotificationTarget"};

// Reads an object into the table of its kind; `read` is given its spec.
template <typename Object, typename Read>
void ReadInto(MapReader& map, OpenSloTable<Object>& table, Report& report, const Read& read) {
  const int errors = report.errors();
  const OpenSloMetadata metadata = ReadOpenSloHeader(map, table.kind, report);
  std::optional<Object> object;
  if (const YamlNode* spec = map.Need("spec")) object = read(*spec);
  map.Finish();
  if (report.errors() > errors) object.reset();
  if (metadata.name.empty()) return;
  const auto [entry, is_new] = table.entries.try_emplace(metadata.name);
  if (!is_new) {
    report.Error(map.node(), fmt::format("the {} {} is defined twice", table.kind, metadata.name),
                 "first at " + ToString(entry->second.at));
    return;
  }
  entry->second = {std::move(object), report.At(map.node())};
}

OpenSloService ReadService(const YamlNode& spec, Report& report) {
  MapReader map(spec, "the spec of the Service", report);
  ReadOpenSloDescription(map, report);
  map.Finish();
  return {};
}

OpenSloDataSource ReadDataSource(const YamlNode& spec, Report& report) {
  MapReader map(spec, "the spec of the DataSource", report);
  ReadOpenSloDescription(map, report);
  OpenSloDataSource out{map.NeedText("type").value_or("")};
  map.Need("connectionDetails");
  map.Finish();
  return out;
}

template <typename Object>
std::vector<std::string_view> NamesOf(const OpenSloTable<Object>& table) {
  std::vector<std::string_view> names;
  for (const auto& [name, entry] : table.entries) names.emplace_back(name);
  return names;
}

// The object that `reference` names, whether or not it can be used; reports when there is none.
template <typename Object>
const typename OpenSloTable<Object>::Entry* Find(const OpenSloReference& reference,
                                                 const OpenSloTable<Object>& table,
                                                 Report& report) {
  const auto entry = table.entries.find(reference.name);
  if (entry != table.entries.end()) return &entry->second;
  const std::string_view closest = ClosestWord(reference.name, NamesOf(table));
  report.Add({reference.at, Severity::kError,
              fmt::format("there is no {} '{}'", table.kind, Shown(reference.name)),
              closest.empty() ? "" : fmt::format("did you mean the {} {}?", table.kind, closest)});
  return nullptr;
}

template <typename Object>
const Object* FindGood(const OpenSloReference& reference, const OpenSloTable<Object>& table,
                       Report& report) {
  const auto* entry = Find(reference, table, report);
  if (entry == nullptr) return nullptr;
  if (entry->object.has_value()) return &*entry->object;
  report.Add({reference.at, Severity::kError,
              fmt::format("the {} {} has an error", table.kind, reference.name),
              "at " + ToString(entry->at)});
  return nullptr;
}

template <typename Object>
const Object* FindUsed(const OpenSloUse<Object>& use, const OpenSloTable<Object>& table,
                       Report& report) {
  if (const auto* object = std::get_if<Object>(&use)) return object;
  return FindGood(std::get<OpenSloReference>(use), table, report);
}

// The object of this name; null when there is none, or an error in it.
template <typename Object>
const Object* Named(const std::string& name, const OpenSloTable<Object>& table) {
  const auto entry = table.entries.find(name);
  if (entry == table.entries.end() || !entry->second.object.has_value()) return nullptr;
  return &*entry->second.object;
}

}  // namespace

void ReadOpenSloObject(const YamlNode& document, OpenSloObjects& objects, Report& report) {
  MapReader map(document, "the object", report);
  const std::optional<std::string> kind = map.NeedText("kind");
  if (!kind.has_value()) return;
  if (kind == objects.services.kind) {
    ReadInto(map, objects.services, report,
             [&](const YamlNode& spec) { return ReadService(spec, report); });
  } else if (kind == objects.data_sources.kind) {
    ReadInto(map, objects.data_sources, report,
             [&](const YamlNode& spec) { return ReadDataSource(spec, report); });
  } else if (kind == objects.slis.kind) {
    ReadInto(map, objects.slis, report,
             [&](const YamlNode& spec) { return ReadOpenSloSli(spec, report); });
  } else if (kind == objects.policies.kind) {
    ReadInto(map, objects.policies, report,
             [&](const YamlNode& spec) { return ReadOpenSloPolicy(spec, report); });
  } else if (kind == objects.conditions.kind) {
    ReadInto(map, objects.conditions, report,
             [&](const YamlNode& spec) { return ReadOpenSloCondition(spec, report); });
  } else if (kind == objects.targets.kind) {
    ReadInto(map, objects.targets, report, [&](const YamlNode& spec) {
      ReadOpenSloTarget(spec, report);
      return OpenSloNotificationTarget();
    });
  } else {
    report.Error(*map.Find("kind"), fmt::format("OpenSLO has no kind '{}'", Shown(*kind)),
                 DidYouMean(*kind, kKinds));
  }
}

void CheckOpenSloObject(const YamlNode& document, const OpenSloObjects& objects, Report& report) {
  std::string kind;
  std::string name;
  report.Held([&] {
    MapReader map(document, "the object", report);
    kind = map.Text("kind").value_or("");
    name = ReadOpenSloHeader(map, kind, report).name;
  });
  if (kind == objects.slis.kind) {
    if (const OpenSloSli* sli = Named(name, objects.slis)) {
      for (const OpenSloReference& source : sli->sources) {
        Find(source, objects.data_sources, report);
      }
    }
  } else if (kind == objects.policies.kind) {
    if (const OpenSloPolicy* policy = Named(name, objects.policies)) {
      Resolve(policy->condition, objects, report);
      for (const OpenSloUse<std::string>& target : policy->targets) {
        Resolve(target, objects, report);
      }
    }
  }
}

const OpenSloSli* Resolve(const OpenSloReference& reference, const OpenSloTable<OpenSloSli>& slis,
                          Report& report) {
  return FindGood(reference, slis, report);
}

const OpenSloPolicy* Resolve(const OpenSloUse<OpenSloPolicy>& use, const OpenSloObjects& objects,
                             Report& report) {
  return FindUsed(use, objects.policies, report);
}

const OpenSloCondition* Resolve(const OpenSloUse<OpenSloCondition>& use,
                                const OpenSloObjects& objects, Report& report) {
  return FindUsed(use, objects.conditions, report);
}

std::string Resolve(const OpenSloUse<std::string>& use, const OpenSloObjects& objects,
                    Report& report) {
  if (const auto* name = std::get_if<std::string>(&use)) return *name;
  const auto& reference = std::get<OpenSloReference>(use);
  return FindGood(reference, objects.targets, report) != nullptr ? reference.name : "";
}

bool CheckDataSource(const OpenSloReference& reference, const OpenSloObjects& objects,
                     Report& report) {
  const OpenSloDataSource* source = FindGood(reference, objects.data_sources, report);
  if (source == nullptr) return false;
  if (IsPrometheus(source->type)) return true;
  report.Add(
      {reference.at, Severity::kError,
       fmt::format("the DataSource {} is of the type '{}'", reference.name, Shown(source->type)),
       "only those of the type Prometheus can be asked"});
  return false;
}

void CheckService(const OpenSloReference& reference, const OpenSloObjects& objects,
                  Report& report) {
  if (objects.services.entries.contains(reference.name)) return;
  const std::string_view closest = ClosestWord(reference.name, NamesOf(objects.services));
  if (closest.empty()) return;
  report.Add({reference.at, Severity::kWarning,
              fmt::format("there is no Service '{}'", Shown(reference.name)),
              fmt::format("did you mean {}?", closest)});
}

}  // namespace slowburn
