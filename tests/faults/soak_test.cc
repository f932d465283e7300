// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "rules/duration.h"
#include "tests/faults/bad_night.h"

// Many SLOs for a long time: nothing grows, and no slot is missed.

namespace slowburn {
namespace {

constexpr int kSlos = 10'000;
constexpr absl::Duration kInterval = absl::Seconds(6);  // 30 s, scaled by five.

// How long it takes; SLOWBURN_SOAK_MINUTES changes that.
absl::Duration SoakTime() {
  const char* const given = std::getenv("SLOWBURN_SOAK_MINUTES");
  return absl::Minutes(given != nullptr ? std::atoi(given) : 10);
}

// Windows that are full within the warm-up, so that nothing has a reason to grow after it.
std::string ManyRules() {
  std::string text =
      "version: slowburn/v1\n"
      "service: shop\n"
      "defaults: {window: 4m, alerts: {tiers: "
      "[{class: page, burn_rate: 2, long: 2m, short: 30s}]}}\n"
      "slos:\n";
  for (int i = 0; i < kSlos; ++i) {
    text += fmt::format(
        "  - name: s{}\n"
        "    objective: {}\n"
        "    sli: {{events: {{total: 'http_requests_total{{job=\"shop\"}}',"
        " bad: 'http_requests_total{{job=\"shop\",code=\"500\"}}'}}}}\n",
        i, 90 + 0.0009 * i);
  }
  return text;
}

std::int64_t ResidentKib(pid_t pid) {
  std::istringstream lines(ReadFile(fmt::format("/proc/{}/status", pid)));
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("VmRSS:")) return std::stoll(line.substr(6));
  }
  return 0;
}

std::int64_t OpenFiles(pid_t pid) {
  const std::filesystem::directory_iterator files(fmt::format("/proc/{}/fd", pid));
  return std::distance(begin(files), end(files));
}

// The most of each within a stretch of time.
struct Usage {
  std::int64_t resident_kib = 0;
  std::int64_t files = 0;
};

Usage Watch(const SlowburnProcess& slowburn, absl::Duration time) {
  Usage usage;
  WaitUntil(
      [&] {
        usage.resident_kib = std::max(usage.resident_kib, ResidentKib(slowburn.pid()));
        usage.files = std::max(usage.files, OpenFiles(slowburn.pid()));
        return false;
      },
      time);
  return usage;
}

TEST_CASE("Soak: ten thousand SLOs neither grow nor miss a slot", "[.long][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  night->service.SetTraffic(200, 0.05);
  const auto slowburn = night->NewSlowburn({.name = "soak",
                                            .alertmanagers = {night->alertmanager->url()},
                                            .state = true,
                                            .rules = ManyRules(),
                                            .interval = DurationText(kInterval)});
  slowburn->Start();
  const auto metric = [&](const char* name) {
    return slowburn->Metric(fmt::format("slowburn_{}{{source=\"default\"}}", name)).value_or(-1);
  };
  REQUIRE(WaitUntil([&] { return metric("evaluations_total") >= 1; }, absl::Minutes(2)));
  Watch(*slowburn, std::max(absl::Minutes(5), SoakTime() / 4));
  const double evaluated = metric("evaluations_total");
  const double missed = metric("evaluations_missed_total");
  const Usage first = Watch(*slowburn, SoakTime() / 2);
  const Usage second = Watch(*slowburn, SoakTime() / 2);
  WARN("resident KiB " << first.resident_kib << ", " << second.resident_kib << "; files "
                       << first.files << ", " << second.files << "; evaluations "
                       << metric("evaluations_total") - evaluated);
  CHECK(metric("evaluations_missed_total") == missed);
  CHECK(metric("evaluations_total") - evaluated >= absl::FDivDuration(SoakTime(), kInterval) - 2);
  CHECK(static_cast<double>(second.resident_kib) <= 1.02 * static_cast<double>(first.resident_kib));
  CHECK(second.files <= first.files + 2);
}

}  // namespace
}  // namespace slowburn
