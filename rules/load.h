// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rules/config.h"
#include "rules/diagnostic.h"
#include "rules/slo.h"
#include "rules/sloth_windows.h"

namespace slowburn {

// One file as it was read; `path` is what diagnostics show.
struct RuleFile {
  std::string path;
  std::string text;
};

// What a set of files declares.
struct LoadResult {
  std::vector<Slo> slos;    // The valid ones, in the order of files and documents, no duplicates.
  Diagnostics diagnostics;  // Everything found, in the same order.
  std::vector<std::string> bad_files;  // Paths of the files with an error in them.
  std::vector<std::size_t> file_of;    // Of each SLO, the place of its file among those given.
  SlothWindows sloth_windows;          // By which the SLOs of Sloth's formats alert.
};

struct LoadOptions {
  // Documents that do not say what they are are of this format, and those of another are refused.
  std::optional<Format> format;
  // Files of Sloth's AlertWindows, instead of those among the rule files.
  std::optional<std::vector<RuleFile>> windows;
  bool duplicates = false;  // Whether an SLO that is defined again is there again.
};

// Whether a file may hold documents that SLOs of other files refer to.
bool MayBeShared(const RuleFile& file);

// Reads every SLO from `files`, recognising each document's format by its content.
//
// One bad SLO never hides another: it is left out and reported.  A document may refer to those of
// other files, whatever their order.  `defaults` are the blocks of slowburn.yaml that apply to all
// files.  Pure: no file is opened here.
LoadResult LoadRules(const std::vector<RuleFile>& files, const RuleDefaults& defaults,
                     const LoadOptions& options = {});

}  // namespace slowburn
