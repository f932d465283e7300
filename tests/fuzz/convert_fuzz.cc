// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "exporters/native_yaml.h"
#include "rules/load.h"

namespace {

using slowburn::Slo;

// Stops the run, whatever the build says of assert.
void Require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// Any text as a rule file: what is loaded and written as slowburn/v1 loads as the same, or is said
// to be something else.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const slowburn::LoadResult loaded =
      slowburn::LoadRules({{.path = "fuzz.yaml", .text = text}}, {});
  const slowburn::NativeYaml written = slowburn::WriteNative(loaded.slos, loaded.diagnostics, {});
  const slowburn::LoadResult again =
      slowburn::LoadRules({{.path = "again.yaml", .text = written.text}}, {});
  std::map<std::string, const Slo*> by_id;
  for (const Slo& slo : again.slos) by_id.emplace(slo.Id(), &slo);
  std::size_t different = 0;
  for (const Slo& slo : loaded.slos) {
    const auto found = by_id.find(slo.Id());
    if (found == by_id.end() || !slowburn::Difference(slo, *found->second).empty()) ++different;
  }
  Require(different == written.inexact.size());
  return 0;
}
