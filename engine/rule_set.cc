// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/rule_set.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace slowburn {
namespace {

bool Under(const std::string& file, const std::string& path) {
  return file == path || file.starts_with(path.ends_with('/') ? path : path + "/");
}

}  // namespace

MergedRules MergeRules(const std::vector<ActiveSlo>& running, const LoadResult& loaded,
                       const std::vector<std::string>& unreadable, bool allow_shrink) {
  MergedRules merged;
  std::set<std::string> ids;
  for (const Slo& slo : loaded.slos) {
    ids.insert(slo.Id());
    merged.slos.push_back({std::make_shared<const Slo>(slo), false});
  }
  std::size_t dropped = 0;
  for (const ActiveSlo& active : running) {
    if (ids.contains(active.slo->Id())) continue;
    const std::string& file = active.slo->defined_at.file;
    const auto holds = [&file](const std::string& path) { return Under(file, path); };
    if (std::any_of(loaded.bad_files.begin(), loaded.bad_files.end(), holds) ||
        std::any_of(unreadable.begin(), unreadable.end(), holds)) {
      merged.slos.push_back({active.slo, true});
    } else {
      ++dropped;
    }
  }
  if (allow_shrink) return merged;
  if (merged.slos.empty()) {
    merged.refused = "no SLO was found";
  } else if (dropped * 2 > running.size()) {
    merged.refused =
        fmt::format("{} of the {} SLOs that run would be dropped", dropped, running.size());
  }
  if (!merged.refused.empty()) merged.slos = running;
  return merged;
}

}  // namespace slowburn
