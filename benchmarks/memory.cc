// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
//
// slowburn_memory [SLOS]: how much memory an SLO series takes, all in, with 30 d of columns.
//
// An SLO series is one group of one SLO; here each has two source series.
#include <charconv>
#include <cstring>
#include <fstream>

#include "benchmarks/canned_source.h"
#include <fmt/format.h>
#include <malloc.h>
#include <unistd.h>

namespace slowburn {
namespace {

constexpr std::int64_t kRegions = 10;
constexpr std::int64_t kFirstSlot = 56'666'667;
constexpr std::int64_t kSlots30d = 30 * 24 * 120;

// Resident memory of this process.
double ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double size = 0;
  double resident = 0;
  statm >> size >> resident;
  return resident * static_cast<double>(sysconf(_SC_PAGESIZE));
}

// What of it is allocated now.
double AllocatedBytes() {
  const struct mallinfo2 info = mallinfo2();
  return static_cast<double>(info.uordblks) + static_cast<double>(info.hblkhd);
}

void Measure(std::int64_t slos) {
  const double before = ResidentBytes();
  CannedSource source(kRegions);
  Telemetry telemetry;
  Evaluator::Options options;
  options.lookback = absl::Minutes(1);
  Evaluator evaluator(options, source, telemetry);
  evaluator.SetSlos(CannedSlos(slos, {"region"}));
  const auto tell = [&](std::string_view when) {
    const double bytes = ResidentBytes() - before;
    fmt::print("{}: {:.0f} MB, {:.2f} KB a series\n", when, bytes / 1e6,
               bytes / static_cast<double>(slos * kRegions) / 1e3);
  };
  // A reader holds the snapshot before the last.
  Evaluator::Result last = evaluator.Evaluate(kFirstSlot);
  Evaluator::Result newest = evaluator.Evaluate(kFirstSlot + 1);
  tell("after two evaluations");
  // All columns of 30 d: nothing is read in them, which takes as much memory.
  source.Fail();
  last = std::move(newest);
  newest = evaluator.Evaluate(kFirstSlot + kSlots30d);
  tell("with 30 d of columns");
  const auto drop = [&](std::string_view what, auto& owner) {
    const double allocated = AllocatedBytes();
    owner = {};
    fmt::print("  of which {}: {:.2f} KB\n", what,
               (allocated - AllocatedBytes()) / static_cast<double>(slos * kRegions) / 1e3);
  };
  drop("a snapshot", last);
  drop("another", newest);
}

}  // namespace
}  // namespace slowburn

int main(int argc, char** argv) {
  std::int64_t slos = 10'000;
  if (argc > 1) std::from_chars(argv[1], argv[1] + std::strlen(argv[1]), slos);
  slowburn::Measure(slos);
}
