// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <random>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/engine/state_bench.h"

namespace slowburn {
namespace {

// The save number `n`: all its parts say which it is.
StateBatch Save(int n, std::size_t size) {
  const std::string text = std::to_string(n);
  StateBatch batch;
  SourceDelta delta;
  delta.source = "default";
  delta.heads = text;
  delta.ladders = {{"l", false, {{n, n, text + std::string(size, 'x')}}, {n - 5}, {}}};
  delta.slos = {{"a", text}};
  delta.alerts = {{"a", "", "page", text, "", StateTime(), text}};
  batch.sources.push_back(std::move(delta));
  SavedEvent event;
  event.at = StateTime() + absl::Seconds(n);
  event.text = text;
  batch.events.push_back(std::move(event));
  return batch;
}

// Writes saves from `n` on until it is killed, telling of each that is on disk.  Never returns.
[[noreturn]] void WriteForEver(StateBench& bench, int n, unsigned seed, int pipe) {
  std::mt19937 random(seed);
  auto file = bench.TryOpen();
  for (; file.ok(); ++n) {
    if (!(*file)->Write(Save(n, random() % 300'000)).ok()) break;
    if (write(pipe, &n, sizeof n) != sizeof n) break;
  }
  _exit(1);
}

// What the newest save that the file holds is; all of it must be there.
int NewestSave(const StateFile& file) {
  const SavedSource source = Load(file);
  if (source.heads.empty()) return 0;
  const int n = std::stoi(source.heads);
  REQUIRE(source.slos == std::vector<SavedSlo>{{"a", source.heads}});
  REQUIRE(source.alerts[0].state == source.heads);
  REQUIRE(source.ladders[0].columns.back().slot == n);
  REQUIRE(source.ladders[0].columns.size() == static_cast<std::size_t>(std::min(n, 5)));
  REQUIRE(file.reader()->Events({.limit = 1})->at(0).text == source.heads);
  REQUIRE(file.reader()->Summary()->events == n);
  return n;
}

// Kills a process that writes, again and again; at each start the file must be whole and hold all
// that was told of.
void KillAndReopen(int times) {
  StateBench bench;
  std::mt19937 random(11);
  int newest = 0;
  for (int i = 0; i < times; ++i) {
    int ends[2] = {};
    REQUIRE(pipe(ends) == 0);
    const auto seed = static_cast<unsigned>(random());
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) WriteForEver(bench, newest + 1, seed, ends[1]);
    close(ends[1]);
    int told = newest;
    // After some saves, at a random moment of the next.
    for (auto saves = random() % 8; saves > 0; --saves) {
      REQUIRE(read(ends[0], &told, sizeof told) == sizeof told);
    }
    usleep(static_cast<useconds_t>(random() % 20'000));
    kill(child, SIGKILL);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    while (read(ends[0], &told, sizeof told) == sizeof told) {
    }
    close(ends[0]);

    const auto file = bench.Open();
    REQUIRE(file->set_aside().empty());
    REQUIRE(file->reader()->Verify(true).ok());
    newest = NewestSave(*file);
    REQUIRE(newest >= told);
    REQUIRE(newest <= told + 1);
  }
  CHECK(newest > times);
}

TEST_CASE("StateFile: kill -9 loses nothing that was written", "[engine][state]") {
  KillAndReopen(30);
}

TEST_CASE("StateFile: kill -9 a thousand times", "[.][long]") {
  KillAndReopen(1000);
}

}  // namespace
}  // namespace slowburn
