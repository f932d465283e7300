// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
//
// What it takes to keep the state of 100 000 SLO series on disk: a tick, an hour's end, a restart.
//
//   build/slowburn_state [FOLDER]
//
// Writes some 500 MB to a folder of its own under FOLDER, the current one unless given, and takes
// it away again.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "benchmarks/state_bench.h"
#include <fmt/format.h>

#include "engine/io/state_store.h"

namespace slowburn {
namespace {

constexpr int kSlos = 100'000;
constexpr int kColumns = 300;
constexpr int kAlerts = 300;
constexpr int kTicks = 20;
constexpr std::size_t kColumnBytes = 1'300'000;
constexpr std::size_t kHeadsBytes = 1'000'000;

std::string SloId(int slo) {
  return fmt::format("service-{}/slo-{}", slo / 10, slo);
}

class Maker {
 public:
  std::string Bytes(std::size_t size) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }

  // All that there is before the first tick.
  SourceDelta Whole() {
    SourceDelta delta = Tick(0);
    delta.whole = true;
    auto& ladder = delta.ladders[0];
    ladder.dropped.clear();
    for (int slot = 1; slot < kColumns; ++slot) {
      ladder.columns.push_back({-slot, 0, Bytes(kColumnBytes)});
    }
    for (int slo = 0; slo < kSlos; ++slo) delta.slos.push_back({SloId(slo), Bytes(100)});
    return delta;
  }

  // What one evaluation changes: a column comes, one goes, alerts move.
  SourceDelta Tick(int slot) {
    SourceDelta delta;
    delta.source = "default";
    delta.heads = Bytes(kHeadsBytes);
    delta.ladders = {
        {"default", false, {{slot, slot, Bytes(kColumnBytes)}}, {slot - kColumns}, {}}};
    const absl::Time at = absl::FromUnixSeconds(1'772'331'990) + slot * absl::Seconds(30);
    for (int i = 0; i < kAlerts; ++i) {
      const std::string id = SloId(i * 37);
      delta.alerts.push_back({id, "", "page", "firing", "{}", at, Bytes(400)});
      delta.events.push_back({at, "alert", id, "", "page", "pending", "firing", "burn(1h)=25.1"});
    }
    return delta;
  }

  static SourceDelta HourEnd(int hour, SourceDelta delta) {
    const absl::Time at = absl::FromUnixSeconds(1'772'330'400) + hour * absl::Hours(1);
    for (int slo = 0; slo < kSlos; ++slo) {
      delta.rollups.push_back({SloId(slo), "", at, 3, 1000.0 + slo, 1});
    }
    return delta;
  }

 private:
  std::minstd_rand random_;
};

std::unique_ptr<StateFile> Open(const std::string& folder) {
  auto file = StateFile::Open({.folder = folder}, RealClock());
  Must(file.status());
  Must((*file)->problem());
  return *std::move(file);
}

void Write(StateFile& file, SourceDelta delta) {
  StateBatch batch;
  batch.sources.push_back(std::move(delta));
  Must(file.Write(batch));
}

void MeasureTicks(StateFile& file, Maker& maker, int& slot) {
  absl::Duration sum = absl::ZeroDuration();
  absl::Duration most = absl::ZeroDuration();
  for (const int last = slot + kTicks; slot < last; ++slot) {
    SourceDelta delta = maker.Tick(slot);
    const absl::Duration took = TimeOf([&] { Write(file, std::move(delta)); });
    sum += took;
    most = std::max(most, took);
  }
  Report("a tick, mean", sum / kTicks);
  Report("a tick, slowest of 20", most);
}

void Measure(const std::string& folder) {
  Maker maker;
  int slot = 1;
  {
    const auto file = Open(folder);
    SourceDelta whole = maker.Whole();
    Report("all of it at once", TimeOf([&] { Write(*file, std::move(whole)); }));
    MeasureTicks(*file, maker, slot);
    for (int hour = 0; hour < 2; ++hour) {
      SourceDelta delta = Maker::HourEnd(hour, maker.Tick(slot++));
      Report("a tick that ends an hour", TimeOf([&] { Write(*file, std::move(delta)); }));
    }
    fmt::print("{:<44} {:>8.0f} MB\n", "on disk", static_cast<double>(file->bytes()) / 1e6);
  }
  std::unique_ptr<StateFile> file;
  Report("opening it, all checked", TimeOf([&] { file = Open(folder); }));
  SavedSource source;
  Report("loading it", TimeOf([&] {
           auto loaded = file->reader()->LoadSource("default");
           Must(loaded.status());
           source = *std::move(loaded);
         }));
  if (source.slos.size() != kSlos || source.ladders[0].columns.size() != kColumns) std::abort();
}

}  // namespace
}  // namespace slowburn

int main(int argc, char** argv) {
  return slowburn::InScratchFolder(argc, argv, slowburn::Measure);
}
