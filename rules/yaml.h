// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace slowburn {

// One value of a YAML document, with where it stands.  Immutable once read.
//
// Aliases are resolved: they look like what they stand for, at the place of the alias.  Merge keys
// (`<<`) are resolved: their entries follow a map's own, which win.
struct YamlNode {
  enum class Kind { kEmpty, kScalar, kList, kMap };

  struct Entry {
    const YamlNode* key = nullptr;
    const YamlNode* value = nullptr;
    bool merged = false;  // It came by `<<`.
  };

  Kind kind = Kind::kEmpty;
  bool plain = false;      // A scalar without quotes and block signs, so `1` may be a number.
  bool alias = false;      // Its text stands elsewhere.
  std::size_t offset = 0;  // In the text given to ReadYaml().  An empty value stands at its key.
  std::string text;        // Of a scalar.
  std::vector<const YamlNode*> items;  // Of a list.
  std::vector<Entry> entries;          // Of a map, in order; keys may repeat.
};

// Why a document could not be read.
struct YamlProblem {
  std::size_t offset = 0;  // In the text given to ReadYaml().
  std::string message;
  std::string hint;
};

// What ReadYaml() tells of a text.  A document's nodes live until `document` returns.
struct YamlVisitor {
  std::function<void(const YamlNode& root)> document;
  std::function<void(const YamlProblem& problem)> problem;
};

// Reads each document of `text` in order.  Never throws: a document that can't be read is a
// problem, and the documents after its next `---` are read all the same.
//
// Bounded against hostile text: nesting, the number of values, and what aliases expand to.
void ReadYaml(std::string_view text, const YamlVisitor& visitor);

// Returns the offset in `text`, the text given to ReadYaml(), of byte `at` of the value of
// `scalar`. An error inside a query that is written as a block, folded or quoted thus points at its
// character.
std::size_t OffsetInText(const YamlNode& scalar, std::size_t at, std::string_view text);

}  // namespace slowburn
