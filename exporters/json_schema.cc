// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/json_schema.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <vector>

#include <nlohmann/json.hpp>

#include "exporters/json_schema_value.h"

namespace slowburn {
namespace {

// Keys in the order of the tables, in which editors offer them.
using Json = nlohmann::ordered_json;

class SchemaWriter {
 public:
  // All tables that `root` reaches, by name under `$defs`, `root` aside.
  Json Write(const KeyTable& root) {
    Json out = Table(root);
    Json definitions = Json::object();
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      const auto [table, name] = pending_[i];
      definitions[name] = Table(*table);
    }
    if (!definitions.empty()) out["$defs"] = std::move(definitions);
    return out;
  }

 private:
  Json Table(const KeyTable& table) {
    Json properties = Json::object();
    Json needed = Json::array();
    for (const Key& key : table.keys) {
      properties[std::string(key.name)] = Property(key);
      if (key.needed) needed.push_back(key.name);
    }
    Json out = {
        {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
    if (!needed.empty()) out["required"] = std::move(needed);
    if (!table.one_of.empty()) out["oneOf"] = OneOf(table);
    return out;
  }

  // An empty value of an optional key is as if the key were not there.
  static Json OneOf(const KeyTable& table) {
    Json out = Json::array();
    for (const std::string_view name : table.one_of) {
      const std::string key(name);
      out.push_back({{"required", {key}}, {"properties", {{key, {{"not", {{"type", "null"}}}}}}}});
    }
    return out;
  }

  Json Property(const Key& key) {
    std::vector<Json> any = {Value(key, key.kind)};
    if (key.or_kind != ValueKind::kNone) any.push_back(Value(key, key.or_kind));
    if (!key.needed && !key.filled) any.push_back({{"type", "null"}});
    Json out = any.size() == 1 ? any[0] : Json{{"anyOf", any}};
    out["description"] = key.about;
    return out;
  }

  Json Value(const Key& key, ValueKind kind) {
    if (kind == ValueKind::kTable) return Reference(key);
    if (kind == ValueKind::kTableList) {
      Json out = {{"type", "array"}, {"items", Reference(key)}};
      if (key.least > 0) out["minItems"] = key.least;
      if (key.most < INT64_MAX) out["maxItems"] = key.most;
      return out;
    }
    if (kind == ValueKind::kTableMap) {
      const bool needs_none = key.table->one_of.empty() &&
                              std::none_of(key.table->keys.begin(), key.table->keys.end(),
                                           [](const Key& of_item) { return of_item.needed; });
      Json item = Reference(key);
      if (needs_none) item = {{"anyOf", {std::move(item), {{"type", "null"}}}}};
      return {{"type", "object"},
              {"propertyNames", ValueSchema(key, ValueKind::kName)},
              {"additionalProperties", std::move(item)}};
    }
    return ValueSchema(key, kind);
  }

  Json Reference(const Key& key) {
    const auto [at, is_new] = names_.try_emplace(key.table, NameOf(key));
    if (is_new) pending_.emplace_back(key.table, at->second);
    return {{"$ref", "#/$defs/" + at->second}};
  }

  // A table's name: what messages call it, else the first key that holds it.
  static std::string NameOf(const Key& key) {
    std::string name(key.table->what.empty() ? key.name : key.table->what);
    if (name.starts_with("the ")) name.erase(0, 4);
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return name;
  }

  std::map<const KeyTable*, std::string> names_;
  std::vector<std::pair<const KeyTable*, std::string>> pending_;  // In the order of use.
};

}  // namespace

std::string JsonSchema(const KeyTable& root, std::string_view title) {
  Json out = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}};
  out.update(SchemaWriter().Write(root));
  return out.dump(2) + "\n";
}

}  // namespace slowburn
