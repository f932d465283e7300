// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include <catch2/catch.hpp>

#include "exporters/metrics.h"
#include "tests/fakes/sample_snapshot.h"

namespace slowburn {
namespace {

std::set<std::string> MetricNames(const std::string& text) {
  static const std::regex name("slowburn_[a-z_]+");
  return {std::sregex_token_iterator(text.begin(), text.end(), name), {}};
}

TEST_CASE("Rules that watch slowburn: every metric that they use is exposed", "[examples]") {
  std::ifstream file(SLOWBURN_SOURCE_DIR "/examples/prometheus/slowburn.rules.yaml");
  const std::string rules{std::istreambuf_iterator<char>(file), {}};
  const std::set<std::string> used = MetricNames(rules);
  REQUIRE(used.size() >= 12);

  Metrics metrics({"1.2.3", {"default"}, {"http://am"}});
  metrics.OnWatchdog(true);
  metrics.OnStateDamaged();
  metrics.OnStateWrite(true, absl::Seconds(1), 1);
  const std::set<std::string> exposed = MetricNames(metrics.Expose(SampleSnapshot()));
  for (const std::string& name : used) {
    INFO(name);
    CHECK(exposed.contains(name));
  }
}

}  // namespace
}  // namespace slowburn
