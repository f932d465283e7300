// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "engine/clock.h"
#include "engine/io/state_store.h"
#include "tests/fakes/scratch_folder.h"

namespace slowburn {

inline absl::Time StateTime() {
  return absl::FromUnixSeconds(1'772'331'990);  // 2026-03-01 02:26:30 UTC.
}

// A folder for a state, and a clock.
class StateBench {
 public:
  // Opens the state, which must work.
  std::unique_ptr<StateFile> Open(StateSchema schema = CurrentStateSchema()) {
    absl::StatusOr<std::unique_ptr<StateFile>> file = TryOpen(schema);
    INFO(file.status());
    REQUIRE(file.ok());
    return *std::move(file);
  }

  absl::StatusOr<std::unique_ptr<StateFile>> TryOpen(StateSchema schema = CurrentStateSchema()) {
    StateOptions options;
    options.folder = folder();
    options.schema = schema;
    return StateFile::Open(std::move(options), clock);
  }

  std::string folder() const { return (scratch.path() / "state").string(); }

  std::string path() const { return folder() + "/slowburn.db"; }

  ScratchFolder scratch;
  SimulatedClock clock{StateTime()};
};

// A delta with a bit of everything.
inline SourceDelta SampleDelta(const std::string& source = "default") {
  SourceDelta delta;
  delta.source = source;
  delta.heads = "heads";
  delta.ladders = {{"30s/30d", false, {{10, 1, "ten"}, {20, 1, std::string("\0x", 2)}}, {}, {}},
                   {"opaque", false, {{10, 1, ""}}, {}, {{0, 2, "piece"}}}};
  delta.slos = {{"shop/availability", "counted"}, {"shop/latency", ""}};
  delta.alerts = {
      {"shop/availability", "region=eu", "page", "firing", "{severity=\"critical\"}", StateTime(),
       "alert"},
      {"shop/availability", "region=us", "page", "pending", "", absl::InfinitePast(), ""}};
  delta.rollups = {{"shop/availability", "region=eu", StateTime(), 1.5, 100, 1}};
  delta.events = {{StateTime(), "alert", "shop/availability", "region=eu", "page", "pending",
                   "firing", "burn(1h)=25.1"}};
  return delta;
}

// What a store holds after SampleDelta.
inline SavedSource SampleSource(const std::string& source = "default") {
  const SourceDelta delta = SampleDelta(source);
  SavedSource saved;
  saved.source = source;
  saved.heads = delta.heads;
  for (const SourceDelta::Ladder& ladder : delta.ladders) {
    saved.ladders.push_back({ladder.name, ladder.columns, ladder.journal});
  }
  saved.slos = delta.slos;
  saved.alerts = delta.alerts;
  return saved;
}

inline SavedSource Load(const StateFile& file, const std::string& source = "default") {
  REQUIRE(file.reader() != nullptr);
  absl::StatusOr<SavedSource> loaded = file.reader()->LoadSource(source);
  REQUIRE(loaded.ok());
  return *std::move(loaded);
}

}  // namespace slowburn
