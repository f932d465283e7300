// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "rules/load.h"

namespace slowburn {

// Files found, and what could not be read.
struct SpecFiles {
  std::vector<RuleFile> files;  // Sorted by path, each real file once.
  Diagnostics diagnostics;      // A path that is not there, or can't be read.
  std::vector<std::string> unreadable;
};

// Reads every rule file under `paths`: files, folders (recursively, *.yaml and *.yml) and globs
// (`*`, `?`, `[...]` within a path component).
//
// Names that begin with a dot are skipped and files are told apart by their real path, so that a
// mounted Kubernetes ConfigMap, with its `..data` links, is read once.  A file over 16 MiB, and one
// that is not UTF-8 text, is an error.  A glob that matches nothing is a warning.
SpecFiles ReadSpecFiles(const std::vector<std::string>& paths);

}  // namespace slowburn
