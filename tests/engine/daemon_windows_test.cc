// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <mutex>
#include <utility>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/engine/daemon_bench.h"

namespace slowburn {
namespace {

// AlertWindows of 30d, whose quick page is at `percent` of the budget.
RuleFile WindowsAt(int percent) {
  return {"windows/30d.yaml", fmt::format(R"(
apiVersion: sloth.slok.dev/v1
kind: AlertWindows
spec:
  sloPeriod: 30d
  page:
    quick: {{errorBudgetPercent: {}, shortWindow: 5m, longWindow: 1h}}
    slow: {{errorBudgetPercent: 5, shortWindow: 30m, longWindow: 6h}}
  ticket:
    quick: {{errorBudgetPercent: 10, shortWindow: 2h, longWindow: 1d}}
    slow: {{errorBudgetPercent: 10, shortWindow: 6h, longWindow: 3d}}
)",
                                          percent)};
}

// Files of AlertWindows that change while a daemon runs.
class WindowFiles {
 public:
  void Set(int percent) {
    Set({.files = {WindowsAt(percent)}, .diagnostics = {}, .unreadable = {}});
  }

  void SetUnreadable() {
    Set({.files = {},
         .diagnostics = {{{"windows", 0, 0}, Severity::kError, "there is no such file", ""}},
         .unreadable = {"windows"}});
  }

  std::function<SpecFiles()> Reader() {
    return [this] {
      const std::lock_guard lock(mutex_);
      return files_;
    };
  }

 private:
  void Set(SpecFiles files) {
    const std::lock_guard lock(mutex_);
    files_ = std::move(files);
  }

  std::mutex mutex_;
  SpecFiles files_;
};

constexpr char kSlothRules[] = R"(version: prometheus/v1
service: shop
slos:
  - name: availability
    objective: 99.9
    sli:
      events:
        error_query: sum(rate(requests_total{code=~"5.."}[{{.window}}]))
        total_query: sum(rate(requests_total[{{.window}}]))
    alerting: {name: Shop}
)";

// The burn rate of the quick page of the only SLO; 0 before there is one.
double QuickPage(const DaemonBench& bench) {
  const auto latest = bench.Latest();
  if (latest == nullptr || latest->slos.empty()) return 0;
  return latest->slos[0].slo->alerts.tiers.at(0).factor.AsDouble();
}

TEST_CASE("Daemon: AlertWindows of their own are read at each load", "[engine]") {
  WindowFiles windows;
  windows.Set(3);
  DaemonBench bench(false, {}, {.read_windows = windows.Reader()});
  bench.SetFile(kSlothRules);
  REQUIRE(bench.daemon->Start().ok());
  REQUIRE(Eventually([&] { return bench.daemon->ready(); }));
  CHECK(QuickPage(bench) == 21.6);
  windows.Set(4);
  bench.clock.AdvanceTime(absl::Seconds(30));
  // The polling thread notices by itself.
  REQUIRE(Eventually([&] {
    bench.clock.AdvanceTime(absl::Seconds(30));
    return QuickPage(bench) == 28.8;
  }));
  windows.SetUnreadable();
  CHECK_FALSE(bench.daemon->Reload().ok());
  CHECK(bench.board.Read().rules->invalid == 2);  // The windows, and the file that needs them.
  bench.clock.AdvanceTime(absl::Seconds(30));
  REQUIRE(Eventually([&] { return bench.Latest()->slos.at(0).stale_definition; }));
  CHECK(QuickPage(bench) == 28.8);
}

TEST_CASE("Daemon: AlertWindows among the rules that can't be read go on as they were",
          "[engine]") {
  DaemonBench bench;
  const RuleFile slos = {"slos/shop.yaml", kSlothRules};
  bench.SetFiles({.files = {slos, WindowsAt(3)}, .diagnostics = {}, .unreadable = {}});
  REQUIRE(bench.daemon->Start().ok());
  REQUIRE(Eventually([&] { return bench.daemon->ready(); }));
  REQUIRE(QuickPage(bench) == 21.6);
  const Diagnostic why = {{"windows/30d.yaml", 0, 0}, Severity::kError, "permission denied", ""};
  bench.SetFiles({.files = {slos}, .diagnostics = {why}, .unreadable = {"windows/30d.yaml"}});
  for (int load = 0; load < 3; ++load) {
    CHECK_FALSE(bench.daemon->Reload().ok());
    const absl::Time at = bench.Latest()->at;
    bench.clock.AdvanceTime(absl::Seconds(30));
    REQUIRE(Eventually([&] { return bench.Latest()->at > at; }));
    CHECK(QuickPage(bench) == 21.6);
  }
  bench.SetFiles({.files = {slos}, .diagnostics = {}, .unreadable = {}});
  CHECK(bench.daemon->Reload().ok());  // They are taken away, and Sloth's own count.
  bench.clock.AdvanceTime(absl::Seconds(30));
  CHECK(Eventually([&] { return QuickPage(bench) == 14.4; }));
}

TEST_CASE("Daemon: a restart goes on with the AlertWindows that there were", "[engine]") {
  MemoryStore::Disk disk;
  WindowFiles windows;
  windows.Set(3);
  absl::Time stopped;
  {
    KeepingBench first(disk, windows.Reader());
    first.bench.SetFile(kSlothRules);
    REQUIRE(first.bench.daemon->Start().ok());
    REQUIRE(Eventually([&] { return first.bench.daemon->ready(); }));
    windows.SetUnreadable();
    CHECK_FALSE(first.bench.daemon->Reload().ok());
    stopped = first.bench.clock.TimeNow();
    first.bench.daemon->Stop(absl::Seconds(10));
    first.keeper.Stop(absl::Seconds(10));
  }
  KeepingBench second(disk, windows.Reader());
  second.bench.SetFile(kSlothRules);
  second.bench.clock.SetTime(stopped + absl::Minutes(2));
  REQUIRE(second.bench.daemon->Start().ok());
  REQUIRE(Eventually([&] { return second.bench.daemon->ready(); }));
  CHECK(second.bench.board.Read().rules->loaded == 1);
  CHECK(QuickPage(second.bench) == 21.6);
}

}  // namespace
}  // namespace slowburn
