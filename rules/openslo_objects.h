// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "rules/diagnostic.h"
#include "rules/openslo_alerts.h"
#include "rules/openslo_object.h"
#include "rules/openslo_sli.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// The objects of one kind, by name.
template <typename Object>
struct OpenSloTable {
  struct Entry {
    std::optional<Object> object;  // Nothing when there was an error in it.
    Position at;
  };

  std::string_view kind;
  std::map<std::string, Entry, std::less<>> entries;
};

struct OpenSloService {};

struct OpenSloDataSource {
  std::string type;
};

struct OpenSloNotificationTarget {};

// What OpenSLO's SLOs refer to by name.
struct OpenSloObjects {
  OpenSloTable<OpenSloService> services{"Service", {}};
  OpenSloTable<OpenSloDataSource> data_sources{"DataSource", {}};
  OpenSloTable<OpenSloSli> slis{"SLI", {}};
  OpenSloTable<OpenSloPolicy> policies{"AlertPolicy", {}};
  OpenSloTable<OpenSloCondition> conditions{"AlertCondition", {}};
  OpenSloTable<OpenSloNotificationTarget> targets{"AlertNotificationTarget", {}};
};

// Reads a document of openslo/v1 of any kind but SLO into `objects`.
void ReadOpenSloObject(const YamlNode& document, OpenSloObjects& objects, Report& report);

// Reports what `document`, which ReadOpenSloObject() read, refers to and `objects`, now whole, do
// not have.
void CheckOpenSloObject(const YamlNode& document, const OpenSloObjects& objects, Report& report);

// Each gives what is referred to; reports when there is no such object, or an error in it.
const OpenSloSli* Resolve(const OpenSloReference& reference, const OpenSloTable<OpenSloSli>& slis,
                          Report& report);
const OpenSloPolicy* Resolve(const OpenSloUse<OpenSloPolicy>& use, const OpenSloObjects& objects,
                             Report& report);
const OpenSloCondition* Resolve(const OpenSloUse<OpenSloCondition>& use,
                                const OpenSloObjects& objects, Report& report);

// The name of a notification target.
std::string Resolve(const OpenSloUse<std::string>& use, const OpenSloObjects& objects,
                    Report& report);

// Checks that a DataSource can be asked.
bool CheckDataSource(const OpenSloReference& reference, const OpenSloObjects& objects,
                     Report& report);

// A word on a Service that may have been meant otherwise.
void CheckService(const OpenSloReference& reference, const OpenSloObjects& objects, Report& report);

}  // namespace slowburn
