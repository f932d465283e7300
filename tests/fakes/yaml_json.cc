// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/yaml_json.h"

#include <regex>
#include <string>

#include "rules/yaml.h"

namespace slowburn {
namespace {

using nlohmann::json;

json Scalar(const YamlNode& node) {
  static const std::regex yes("true|True|TRUE");
  static const std::regex no("false|False|FALSE");
  static const std::regex integer("[-+]?[0-9]+");
  static const std::regex number("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  if (!node.plain) return node.text;
  if (std::regex_match(node.text, yes)) return true;
  if (std::regex_match(node.text, no)) return false;
  if (std::regex_match(node.text, integer)) return std::stoll(node.text);
  if (std::regex_match(node.text, number)) return std::stod(node.text);
  return node.text;
}

json AsJson(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kEmpty:
      return nullptr;
    case YamlNode::Kind::kScalar:
      return Scalar(node);
    case YamlNode::Kind::kList: {
      json out = json::array();
      for (const YamlNode* item : node.items) out.push_back(AsJson(*item));
      return out;
    }
    case YamlNode::Kind::kMap: {
      json out = json::object();
      for (const YamlNode::Entry& entry : node.entries) {
        out.emplace(entry.key->text, AsJson(*entry.value));
      }
      return out;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<json> YamlAsJson(std::string_view text) {
  std::vector<json> out;
  ReadYaml(text, {.document =
                      [&](const YamlNode& root) {
                        if (root.kind != YamlNode::Kind::kEmpty) out.push_back(AsJson(root));
                      },
                  .problem = [](const YamlProblem&) {}});
  return out;
}

}  // namespace slowburn
