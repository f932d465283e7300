// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

#include "rules/keys.h"

namespace slowburn {

// Returns a JSON Schema (draft 2020-12) of documents that `root` describes, as text that ends with
// a line end; `title` names them.
//
// It takes what the reader takes, as an editor reads YAML (1.2, so that `99.9` is a number and
// `off` a text).  What goes beyond single values and their place it can't say: PromQL, templates,
// windows that don't fit each other, names that stand twice.
std::string JsonSchema(const KeyTable& root, std::string_view title);

}  // namespace slowburn
