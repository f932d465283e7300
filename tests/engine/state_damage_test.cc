// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <set>

#include <catch2/catch.hpp>
#include <sys/mount.h>
#include <sys/resource.h>

#include "tests/engine/state_bench.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteAll(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

StateBatch SampleBatch(bool whole = false) {
  StateBatch batch;
  batch.sources.push_back(SampleDelta());
  batch.sources[0].whole = whole;
  // Long enough to have pages of their own.
  batch.sources[0].ladders.push_back({"long", false, {{10, 1, std::string(50'000, 'x')}}, {}, {}});
  return batch;
}

// A state that was written and closed in good order.
void WriteState(StateBench& bench) {
  const auto file = bench.Open();
  REQUIRE(file->Write(SampleBatch()).ok());
}

TEST_CASE("StateFile: a damaged file is set aside, and a fresh one begun", "[engine][state]") {
  struct Case {
    const char* name;
    std::function<std::string(std::string)> damage;
  };

  const Case cases[] = {
      {"no database", [](std::string) { return std::string("version: slowburn/v1\n"); }},
      {"noise", [](std::string bytes) { return std::string(bytes.size(), '\x5a'); }},
      {"cut short", [](std::string bytes) { return bytes.substr(0, bytes.size() / 2); }},
      {"the header alone", [](std::string bytes) { return bytes.substr(0, 100); }},
      {"a page of zeros",
       [](std::string bytes) { return bytes.replace(3 * 8192, 8192, std::string(8192, '\0')); }},
      {"an impossible version",
       [](std::string bytes) { return bytes.replace(60, 4, "\x7f\xff\xff\xff"); }},
      {"a changed byte of a column",
       [](std::string bytes) {
         bytes[bytes.find(std::string(1000, 'x')) + 500] = 'y';
         return bytes;
       }},
      {"a changed state of an alert",
       [](std::string bytes) { return bytes.replace(bytes.find("firing{"), 6, "normal"); }},
      {"a changed byte of the heads",
       [](std::string bytes) { return bytes.replace(bytes.find("heads", 8192), 5, "heaps"); }},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      StateBench bench;
      WriteState(bench);
      const std::string damaged = c.damage(ReadAll(bench.path()));
      WriteAll(bench.path(), damaged);
      const auto file = bench.Open();
      CHECK(file->set_aside() == bench.path() + ".damaged-20260301T022630Z");
      CHECK(ReadAll(file->set_aside()) == damaged);
      CHECK(file->problem().ok());
      CHECK(file->reader()->Sources()->empty());
      CHECK(file->Write(SampleBatch()).ok());
    }
  }
}

TEST_CASE("StateFile: what is no damage is not taken for it", "[engine][state]") {
  StateBench bench;
  fs::create_directories(bench.folder());
  WriteAll(bench.path(), "");  // A crash just after the file was made.
  {
    const auto file = bench.Open();
    CHECK(file->set_aside().empty());
    REQUIRE(file->Write(SampleBatch()).ok());
    // A crash: the log is as it was last.
    fs::copy(bench.path(), bench.path() + ".copy");
    fs::copy(bench.path() + "-wal", bench.path() + ".copy-wal");
  }
  fs::remove(bench.path() + "-wal");
  fs::rename(bench.path() + ".copy", bench.path());
  fs::rename(bench.path() + ".copy-wal", bench.path() + "-wal");
  const auto file = bench.Open();
  CHECK(file->set_aside().empty());
  CHECK(Load(*file).heads == "heads");
}

TEST_CASE("StateFile: a log without its file is kept", "[engine][state]") {
  for (const bool empty : {false, true}) {
    CAPTURE(empty);
    StateBench bench;
    fs::create_directories(bench.folder());
    WriteAll(bench.path() + "-wal", "frames");
    if (empty) WriteAll(bench.path(), "");
    const auto file = bench.Open();
    REQUIRE_FALSE(file->set_aside().empty());
    CHECK(ReadAll(file->set_aside() + "-wal") == "frames");
    CHECK(file->Write(SampleBatch()).ok());
  }
}

TEST_CASE("StateFile: damaged files are kept apart", "[engine][state]") {
  StateBench bench;
  std::set<std::string> kept;
  for (int i = 0; i < 3; ++i) {
    fs::create_directories(bench.folder());
    WriteAll(bench.path(), "no database");
    kept.insert(bench.Open()->set_aside());
  }
  CHECK(kept.size() == 3);
  for (const std::string& path : kept) CHECK(ReadAll(path) == "no database");
}

TEST_CASE("StateFile: any changed byte is survived, and no wrong state is read",
          "[engine][state]") {
  StateBench bench;
  WriteState(bench);
  const std::string good = ReadAll(bench.path());
  std::mt19937 random(7);
  int aside = 0;
  for (int i = 0; i < 60; ++i) {
    std::string bytes = good;
    std::size_t at = 0;
    do {
      at = random() % good.size();
    } while (bytes[at] == '\0' || bytes[at] == 'x');  // Most of the rest is free room.
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
    CAPTURE(at);
    WriteAll(bench.path(), bytes);
    fs::remove(bench.path() + "-wal");
    const auto opened = bench.TryOpen();
    if (!opened.ok()) {  // A header of another program or a later version.
      CHECK(ReadAll(bench.path()) == bytes);
      continue;
    }
    if (!(*opened)->set_aside().empty()) {
      ++aside;
      continue;
    }
    SavedSource loaded = Load(**opened);
    std::erase_if(loaded.ladders, [](const SavedLadder& ladder) { return ladder.name == "long"; });
    CHECK(loaded == SampleSource());
  }
  CHECK(aside > 20);
}

TEST_CASE("StateFile: damage that shows while it runs costs the past alone", "[engine][state]") {
  StateBench bench;
  const auto file = bench.Open();
  REQUIRE(file->Write(SampleBatch()).ok());
  {
    // Another hand at the file: a table is gone.
    const std::string sql = "sqlite3 " + bench.path() + " 'DROP TABLE alerts'";
    if (std::system(sql.c_str()) != 0) return;  // No sqlite3 here.
  }
  CHECK(absl::IsDataLoss(file->Write(SampleBatch())));
  CHECK_FALSE(file->set_aside().empty());
  CHECK(file->problem().ok());
  CHECK(absl::IsAborted(file->Write(SampleBatch())));  // It lacks what came before.
  CHECK(file->Write(SampleBatch(true)).ok());
  CHECK(file->Write(SampleBatch()).ok());
  CHECK(Load(*file).heads == "heads");
}

TEST_CASE("StateFile: a file that was taken away is begun anew", "[engine][state]") {
  StateBench bench;
  const auto file = bench.Open();
  REQUIRE(file->Write(SampleBatch()).ok());
  fs::remove_all(bench.folder());
  CHECK(absl::IsAborted(file->Write(SampleBatch())));
  CHECK(file->Write(SampleBatch(true)).ok());
  CHECK(fs::exists(bench.path()));
  StateBatch other = SampleBatch();
  other.sources[0].source = "other";
  CHECK(absl::IsAborted(file->Write(other)));
}

TEST_CASE("StateFile: a place that takes no file is a problem, not an end", "[engine][state]") {
  StateBench bench;
  WriteAll(bench.folder(), "a file where the folder should be");
  const auto file = bench.Open();
  CHECK(absl::IsFailedPrecondition(file->problem()));
  CHECK(file->reader() == nullptr);
  CHECK(absl::IsFailedPrecondition(file->Write(SampleBatch(true))));
  CHECK(absl::IsFailedPrecondition(file->Prune(StateTime()).status()));
  CHECK(file->bytes() == 0);
  fs::remove(bench.folder());
  CHECK(absl::IsAborted(file->Write(SampleBatch())));
  CHECK(file->Write(SampleBatch(true)).ok());
  CHECK(file->problem().ok());
}

// Lets this process write no file beyond a size.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit limit = before_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }

  ~SmallFiles() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

TEST_CASE("StateFile: a write that the disk refuses loses nothing else", "[engine][state]") {
  StateBench bench;
  const auto file = bench.Open();
  REQUIRE(file->Write(SampleBatch()).ok());
  StateBatch large = SampleBatch();
  large.sources[0].heads = std::string(3'000'000, 'h');
  {
    const SmallFiles small(400'000);
    const absl::Status refused = file->Write(large);
    INFO(refused);
    CHECK(absl::IsUnavailable(refused));
    CHECK(Load(*file).heads == "heads");
  }
  CHECK(file->set_aside().empty());
  CHECK(file->Write(large).ok());
  CHECK(Load(*file).heads == large.sources[0].heads);
}

TEST_CASE("StateFile: a disk that fails from the start is tried again", "[engine][state]") {
  StateBench bench;
  std::unique_ptr<StateFile> file;
  {
    const SmallFiles small(3000);
    file = bench.Open();
    INFO(file->problem());
    CHECK(absl::IsUnavailable(file->problem()));
    CHECK_FALSE(file->Write(SampleBatch(true)).ok());
  }
  CHECK(file->Write(SampleBatch(true)).ok());
  CHECK(file->set_aside().empty());
}

// A file system of its own over the folder of a bench, where this process may mount one.
class TinyDisk {
 public:
  TinyDisk(std::string folder, const char* size) : folder_(std::move(folder)) {
    fs::create_directories(folder_);
    mounted_ = mount("tmpfs", folder_.c_str(), "tmpfs", 0, size) == 0;
  }

  ~TinyDisk() {
    if (mounted_) umount2(folder_.c_str(), MNT_DETACH);
  }

  TinyDisk(const TinyDisk&) = delete;
  TinyDisk& operator=(const TinyDisk&) = delete;

  bool mounted() const { return mounted_; }

  bool SetReadOnly(bool read_only) const {
    unsigned long flags = MS_REMOUNT;
    if (read_only) flags |= MS_RDONLY;
    return mount("tmpfs", folder_.c_str(), "tmpfs", flags, nullptr) == 0;
  }

 private:
  std::string folder_;
  bool mounted_ = false;
};

TEST_CASE("StateFile: a full disk, and room again", "[engine][state]") {
  StateBench bench;
  const TinyDisk disk(bench.folder(), "size=2m");
  if (!disk.mounted()) return;  // Only root may.
  {
    const auto file = bench.Open();
    REQUIRE(file->Write(SampleBatch()).ok());
    WriteAll(bench.folder() + "/others", std::string(2 << 20, 'x'));
    StateBatch large = SampleBatch();
    large.sources[0].heads = std::string(500'000, 'h');
    const absl::Status refused = file->Write(large);
    INFO(refused);
    CHECK(absl::IsResourceExhausted(refused));
    CHECK(Load(*file).heads == "heads");
    fs::remove(bench.folder() + "/others");
    CHECK(file->Write(large).ok());
    CHECK(file->set_aside().empty());
  }
}

TEST_CASE("StateFile: a disk that is full from the start", "[engine][state]") {
  StateBench bench;
  const TinyDisk disk(bench.folder(), "size=1m");
  if (!disk.mounted()) return;  // Only root may.
  WriteAll(bench.folder() + "/others", std::string(2 << 20, 'x'));
  const auto file = bench.Open();
  INFO(file->problem());
  CHECK(absl::IsResourceExhausted(file->problem()));
  fs::remove(bench.folder() + "/others");
  CHECK(file->Write(SampleBatch(true)).ok());
}

TEST_CASE("StateFile: a read-only disk", "[engine][state]") {
  StateBench bench;
  const TinyDisk disk(bench.folder(), "size=4m");
  if (!disk.mounted()) return;  // Only root may.
  WriteState(bench);
  REQUIRE(disk.SetReadOnly(true));
  const auto file = bench.Open();
  INFO(file->problem());
  CHECK(absl::IsFailedPrecondition(file->problem()));
  CHECK(absl::IsFailedPrecondition(file->Write(SampleBatch(true))));
  REQUIRE(disk.SetReadOnly(false));
  CHECK(file->Write(SampleBatch(true)).ok());
  CHECK(file->set_aside().empty());
}

}  // namespace
}  // namespace slowburn
