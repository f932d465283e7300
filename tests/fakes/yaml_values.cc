// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/yaml_values.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "rules/yaml.h"

namespace slowburn {
namespace {

bool IsText(const YamlNode& node) {
  if (!node.plain) return true;
  const std::string& text = node.text;
  const bool number =
      !text.empty() && text.find_first_not_of("0123456789+-.eE_:") == std::string::npos;
  const bool word = text == "true" || text == "false" || text == "null" || text == "yes" ||
                    text == "no" || text == "~" || text == "on" || text == "off";
  return !number && !word;
}

nlohmann::json Value(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::kEmpty:
      return nullptr;
    case YamlNode::Kind::kScalar:
      if (IsText(node)) return node.text;
      return {{"not text", node.text}};
    case YamlNode::Kind::kList: {
      nlohmann::json out = nlohmann::json::array();
      for (const YamlNode* item : node.items) out.push_back(Value(*item));
      return out;
    }
    case YamlNode::Kind::kMap:
      break;
  }
  nlohmann::json out = nlohmann::json::object();
  for (const YamlNode::Entry& entry : node.entries) {
    CHECK_FALSE(out.contains(entry.key->text));
    out[entry.key->text] = Value(*entry.value);
  }
  return out;
}

}  // namespace

std::vector<nlohmann::json> YamlValues(std::string_view yaml) {
  std::vector<nlohmann::json> out;
  ReadYaml(yaml, {.document =
                      [&](const YamlNode& root) {
                        if (root.kind != YamlNode::Kind::kEmpty) out.push_back(Value(root));
                      },
                  .problem = [](const YamlProblem& problem) { FAIL(problem.message); }});
  return out;
}

}  // namespace slowburn
