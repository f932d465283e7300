// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>

#include "tests/engine/state_bench.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

// What a later slowburn might bring.
std::array<std::string_view, 2> LaterSchema() {
  return {CurrentStateSchema()[0],
          "ALTER TABLE slos ADD COLUMN note TEXT NOT NULL DEFAULT 'new';"
          "CREATE TABLE notes(text TEXT);"};
}

StateBatch SampleBatch() {
  StateBatch batch;
  batch.sources.push_back(SampleDelta());
  batch.sources[0].whole = true;
  return batch;
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

TEST_CASE("StateFile: an upgrade keeps everything, and a copy of before", "[engine][state]") {
  StateBench bench;
  REQUIRE(bench.Open()->Write(SampleBatch()).ok());
  {
    const auto file = bench.Open(LaterSchema());
    CHECK(file->set_aside().empty());
    CHECK(Load(*file) == SampleSource());
    CHECK(file->reader()->Summary()->schema_version == 2);
    REQUIRE(file->Write(SampleBatch()).ok());
  }
  CHECK(Load(*bench.Open(LaterSchema())) == SampleSource());
  CHECK(fs::exists(bench.path() + ".v1"));
  CHECK_FALSE(fs::exists(bench.path() + ".v1-wal"));
}

TEST_CASE("StateFile: one version back refuses, and opens the copy", "[engine][state]") {
  StateBench bench;
  REQUIRE(bench.Open()->Write(SampleBatch()).ok());
  bench.Open(LaterSchema()).reset();
  const std::string before = ReadAll(bench.path());

  const auto refused = bench.TryOpen();
  REQUIRE(absl::IsFailedPrecondition(refused.status()));
  const std::string message(refused.status().message());
  CHECK_THAT(message, Catch::Contains("schema version 2, written by a later slowburn"));
  CHECK_THAT(message, Catch::Contains("slowburn state restore " + bench.path() + ".v1 --state " +
                                      bench.folder()));
  CHECK_THAT(message, !Catch::Contains("damaged"));
  CHECK(absl::IsFailedPrecondition(StateReader::Open(bench.folder()).status()));
  CHECK(ReadAll(bench.path()) == before);

  const auto restored = RestoreState(bench.folder(), bench.path() + ".v1", StateTime());
  REQUIRE(restored.ok());
  CHECK(ReadAll(*restored) == before);
  CHECK(Load(*bench.Open()) == SampleSource());
}

TEST_CASE("StateFile: a later version without a copy is refused too", "[engine][state]") {
  StateBench bench;
  bench.Open(LaterSchema()).reset();
  const auto refused = bench.TryOpen();
  REQUIRE(absl::IsFailedPrecondition(refused.status()));
  CHECK_THAT(std::string(refused.status().message()),
             Catch::Contains("run that one") && !Catch::Contains("restore"));
}

TEST_CASE("StateFile: an upgrade that can't be copied does not happen", "[engine][state]") {
  StateBench bench;
  REQUIRE(bench.Open()->Write(SampleBatch()).ok());
  fs::create_directories(bench.path() + ".v1/occupied");
  const auto file = bench.Open(LaterSchema());
  CHECK_FALSE(file->problem().ok());
  CHECK(file->set_aside().empty());
  CHECK(Load(*bench.Open()) == SampleSource());  // The earlier version goes on with it.
}

TEST_CASE("StateFile: a database of another program is left alone", "[engine][state]") {
  StateBench bench;
  fs::create_directories(bench.folder());
  const std::string make = "sqlite3 " + bench.path() + " 'CREATE TABLE songs(title TEXT)'";
  if (std::system(make.c_str()) != 0) return;  // No sqlite3 here.
  const std::string before = ReadAll(bench.path());
  const auto refused = bench.TryOpen();
  CHECK(absl::IsFailedPrecondition(refused.status()));
  CHECK_THAT(std::string(refused.status().message()), Catch::Contains("another program"));
  CHECK(ReadAll(bench.path()) == before);
}

TEST_CASE("BackupState: copies what runs, and never over a file", "[engine][state]") {
  StateBench bench;
  const std::string to = (bench.scratch.path() / "backup.db").string();
  CHECK(absl::IsNotFound(BackupState(bench.folder(), to)));
  const auto file = bench.Open();
  REQUIRE(file->Write(SampleBatch()).ok());
  REQUIRE(BackupState(bench.folder(), to).ok());
  CHECK_FALSE(fs::exists(to + "-wal"));
  CHECK(absl::IsAlreadyExists(BackupState(bench.folder(), to)));
  CHECK_FALSE(BackupState(bench.folder(), bench.folder() + "/no/folder/b.db").ok());

  StateBench other;
  CHECK(*RestoreState(other.folder(), to, StateTime()) == "");
  CHECK(Load(*other.Open()) == SampleSource());
}

TEST_CASE("RestoreState: changes nothing where it can't be done", "[engine][state]") {
  StateBench bench;
  const std::string good = (bench.scratch.path() / "good.db").string();
  const std::string bad = (bench.scratch.path() / "bad.db").string();
  {
    const auto file = bench.Open();
    REQUIRE(file->Write(SampleBatch()).ok());
    REQUIRE(BackupState(bench.folder(), good).ok());
    const auto running = RestoreState(bench.folder(), good, StateTime());
    CHECK(absl::IsFailedPrecondition(running.status()));
    CHECK_THAT(std::string(running.status().message()), Catch::Contains("stop it first"));
  }
  std::string bytes = ReadAll(good);
  bytes.replace(bytes.find("firing{"), 6, "normal");
  std::ofstream(bad, std::ios::binary) << bytes;
  CHECK(absl::IsDataLoss(RestoreState(bench.folder(), bad, StateTime()).status()));
  std::ofstream(bad, std::ios::binary) << "no database at all";
  CHECK(absl::IsDataLoss(RestoreState(bench.folder(), bad, StateTime()).status()));
  CHECK(absl::IsNotFound(RestoreState(bench.folder(), bad + "x", StateTime()).status()));
  CHECK(Load(*bench.Open()) == SampleSource());
}

TEST_CASE("RestoreState: keeps what was there, with its log", "[engine][state]") {
  StateBench bench;
  const std::string backup = (bench.scratch.path() / "backup.db").string();
  {
    const auto file = bench.Open();
    REQUIRE(file->Write(SampleBatch()).ok());
    REQUIRE(BackupState(bench.folder(), backup).ok());
    StateBatch later = SampleBatch();
    later.sources[0].heads = "later";
    REQUIRE(file->Write(later).ok());
  }
  const auto aside = RestoreState(bench.folder(), backup, StateTime());
  REQUIRE(aside.ok());
  CHECK(*aside == bench.path() + ".before-restore-20260301T022630Z");
  CHECK(Load(*bench.Open()) == SampleSource());
  CHECK(RestoreState(bench.folder(), *aside, StateTime()).ok());
  CHECK(Load(*bench.Open()).heads == "later");
}

}  // namespace
}  // namespace slowburn
