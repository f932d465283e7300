// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
//
// How long a restart takes with 100 000 SLO series, engine and store together: once with 30 d of
// columns, until alerts can be sent; once with few, and with the first evaluation.
//
//   build/slowburn_restart [FOLDER]
//
// Writes some 500 MB to folders of its own under FOLDER, the current one unless given, and takes
// them away again.  The source answers from memory, and the SLOs are read already.
#include <string>

#include "benchmarks/canned_source.h"
#include "benchmarks/state_bench.h"

#include "engine/io/state_store.h"

namespace slowburn {
namespace {

constexpr std::int64_t kSlos = 10'000;
constexpr std::int64_t kRegions = 10;
constexpr std::int64_t kFirstSlot = 56'666'667;
constexpr std::int64_t kSlots30d = 30 * 24 * 120;
constexpr std::int64_t kTicks = 3;

Evaluator::Options EvaluatorOptions() {
  Evaluator::Options options;
  options.source_name = "default";
  options.lookback = absl::Minutes(1);
  options.keeps_state = true;
  return options;
}

// Leaves in `folder` what an engine knows after a few evaluations, or, `long_ago`, 30 d later with
// a source that did not answer: columns take as much then as if it had.  Returns its next slot.
std::int64_t Live(const std::string& folder, const std::vector<ActiveSlo>& slos, bool long_ago) {
  auto file = StateFile::Open({.folder = folder}, RealClock());
  Must(file.status());
  CannedSource source(kRegions);
  Telemetry telemetry;
  Evaluator evaluator(EvaluatorOptions(), source, telemetry);
  evaluator.SetSlos(slos);
  std::int64_t slot = kFirstSlot;
  evaluator.Evaluate(slot);
  evaluator.Evaluate(++slot);
  if (long_ago) {
    source.Fail();
    evaluator.Evaluate(slot += kSlots30d);
  }
  for (std::int64_t i = 0; i <= kTicks; ++i) {
    evaluator.Evaluate(++slot);
    Report(i == 0 ? "making and writing all of it" : "making and writing a tick", TimeOf([&] {
             StateBatch batch;
             batch.sources.push_back(evaluator.Save(i == 0));
             Must((*file)->Write(batch));
           }));
  }
  fmt::print("{:<44} {:>8.0f} MB\n", "on disk", static_cast<double>((*file)->bytes()) / 1e6);
  return slot + 1;
}

void Restart(const std::string& folder, const std::vector<ActiveSlo>& slos, std::int64_t slot,
             bool evaluate) {
  std::unique_ptr<StateFile> file;
  Report("opening, all checked", TimeOf([&] {
           auto opened = StateFile::Open({.folder = folder}, RealClock());
           Must(opened.status());
           file = *std::move(opened);
         }));
  SavedSource saved;
  Report("loading", TimeOf([&] {
           auto loaded = file->reader()->LoadSource("default");
           Must(loaded.status());
           saved = *std::move(loaded);
         }));
  CannedSource source(kRegions);
  Telemetry telemetry;
  Evaluator evaluator(EvaluatorOptions(), source, telemetry);
  Report("taking it up", TimeOf([&] {
           for (const std::string& problem : evaluator.Restore(slos, saved, slot)) {
             fmt::print(stderr, "{}\n", problem);
           }
         }));
  Report("alerts that stand", TimeOf([&] { evaluator.Standing(); }));
  if (evaluate) Report("the first evaluation", TimeOf([&] { evaluator.Evaluate(slot); }));
}

void Measure(const std::string& folder) {
  const std::vector<ActiveSlo> slos = CannedSlos(kSlos, {"region"});
  for (const bool long_ago : {true, false}) {
    fmt::print("{} columns\n", long_ago ? "30 d of" : "few");
    const std::string state = fmt::format("{}/{}", folder, long_ago);
    Restart(state, slos, Live(state, slos, long_ago), !long_ago);
  }
}

}  // namespace
}  // namespace slowburn

int main(int argc, char** argv) {
  return slowburn::InScratchFolder(argc, argv, slowburn::Measure);
}
