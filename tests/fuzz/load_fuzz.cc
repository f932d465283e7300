// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "rules/load.h"

// Whatever the bytes are, the loaders answer with values and findings: no crash, no exception, and
// every finding is one line in the file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const slowburn::LoadResult loaded = slowburn::LoadRules({{"fuzz.yaml", text}}, {});
  const slowburn::ConfigResult config = slowburn::LoadConfig("fuzz.yaml", text);
  for (const slowburn::Diagnostics& found : {loaded.diagnostics, config.diagnostics}) {
    for (const slowburn::Diagnostic& diagnostic : found) {
      if (ToString(diagnostic).find('\n') != std::string::npos) std::abort();
      if (diagnostic.at.line < 0 || diagnostic.at.file != "fuzz.yaml") std::abort();
    }
  }
  return 0;
}
