// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/spec_files.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

namespace slowburn {
namespace {

namespace fs = std::filesystem;

class TempDir {
 public:
  TempDir() {
    std::string name = (fs::temp_directory_path() / "slowburn-spec-files-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }

  ~TempDir() {
    std::error_code error;
    fs::remove_all(path_, error);
  }

  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  std::string Path(const std::string& name) const { return (path_ / name).string(); }

  void Write(const std::string& name, const std::string& text) const {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary) << text;
  }

  void Link(const std::string& target, const std::string& name) const {
    fs::create_symlink(target, path_ / name);
  }

  // The names of the files found, relative to this folder.
  std::vector<std::string> Names(const SpecFiles& found) const {
    std::vector<std::string> out;
    for (const RuleFile& file : found.files) {
      out.push_back(fs::path(file.path).lexically_relative(path_).string());
    }
    return out;
  }

 private:
  fs::path path_;
};

using Strings = std::vector<std::string>;

std::string Messages(const SpecFiles& found) {
  std::string out;
  for (const Diagnostic& diagnostic : found.diagnostics) out += ToString(diagnostic) + "\n";
  return out;
}

TEST_CASE("ReadSpecFiles: reads folders in order, without hidden and other files", "[engine]") {
  const TempDir dir;
  dir.Write("b.yaml", "b");
  dir.Write("a.yml", "a");
  dir.Write("sub/deep/c.yaml", "c");
  dir.Write("README.md", "no");
  dir.Write(".hidden.yaml", "no");
  dir.Write(".git/d.yaml", "no");
  const SpecFiles found = ReadSpecFiles({dir.Path("")});
  CHECK(dir.Names(found) == Strings{"a.yml", "b.yaml", "sub/deep/c.yaml"});
  CHECK(found.files.at(0).text == "a");
  CHECK(Messages(found).empty());
}

TEST_CASE("ReadSpecFiles: reads a file whatever its name, once", "[engine]") {
  const TempDir dir;
  dir.Write("slos.txt", "x");
  dir.Write("a.yaml", "a");
  dir.Link("a.yaml", "z.yaml");
  const SpecFiles found = ReadSpecFiles(
      {dir.Path("slos.txt"), dir.Path("slos.txt"), dir.Path("."), dir.Path("*.yaml")});
  CHECK(found.files.size() == 2);
  CHECK(Messages(found).empty());
}

TEST_CASE("ReadSpecFiles: reads a mounted ConfigMap once", "[engine]") {
  const TempDir dir;
  dir.Write("..2026_01_01/slos.yaml", "old");
  dir.Link("..2026_01_01", "..data");
  dir.Link("..data/slos.yaml", "slos.yaml");
  CHECK(dir.Names(ReadSpecFiles({dir.Path("")})) == Strings{"slos.yaml"});

  // As the kubelet updates it.
  dir.Write("..2026_01_02/slos.yaml", "new");
  dir.Link("..2026_01_02", "..data_tmp");
  fs::rename(dir.Path("..data_tmp"), dir.Path("..data"));
  const SpecFiles found = ReadSpecFiles({dir.Path("")});
  CHECK(dir.Names(found) == Strings{"slos.yaml"});
  CHECK(found.files.at(0).text == "new");
}

TEST_CASE("ReadSpecFiles: expands patterns", "[engine]") {
  const TempDir dir;
  dir.Write("a1.yaml", "1");
  dir.Write("a2.yaml", "2");
  dir.Write("b1.yaml", "3");
  dir.Write("x/a1.yaml", "4");
  dir.Write("y/a1.yaml", "5");
  dir.Write("[z].yaml", "6");

  struct Case {
    const char* pattern;
    Strings want;
  };

  const Case cases[] = {
      {"a*.yaml", {"a1.yaml", "a2.yaml"}},  {"?1.yaml", {"a1.yaml", "b1.yaml"}},
      {"a[2-9].yaml", {"a2.yaml"}},         {"*/a1.yaml", {"x/a1.yaml", "y/a1.yaml"}},
      {"[xy]", {"x/a1.yaml", "y/a1.yaml"}}, {"[z].yaml", {"[z].yaml"}},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.pattern) {
      const SpecFiles found = ReadSpecFiles({dir.Path(c.pattern)});
      CHECK(dir.Names(found) == c.want);
      CHECK(Messages(found).empty());
    }
  }
}

TEST_CASE("ReadSpecFiles: a pattern without a match is a warning", "[engine]") {
  const TempDir dir;
  const SpecFiles found = ReadSpecFiles({dir.Path("*.yaml")});
  CHECK(Messages(found) == dir.Path("*.yaml") + ": warning: nothing matches this pattern\n");
  CHECK(found.unreadable.empty());
}

TEST_CASE("ReadSpecFiles: says what can't be read and reads the rest", "[engine]") {
  const TempDir dir;
  dir.Write("good.yaml", "good");
  dir.Write("large.yaml", std::string((16 << 20) + 1, 'x'));
  dir.Write("full.yaml", std::string(16 << 20, 'x'));
  dir.Write("latin1.yaml", "a: 1\nb: \xE9\n");
  dir.Link("nowhere", "broken.yaml");
  REQUIRE(mkfifo(dir.Path("pipe.yaml").c_str(), 0600) == 0);
  const SpecFiles found = ReadSpecFiles({dir.Path("missing.yaml"), dir.Path("")});
  CHECK(dir.Names(found) == Strings{"full.yaml", "good.yaml"});
  const Strings unreadable = {dir.Path("missing.yaml"), dir.Path("broken.yaml"),
                              dir.Path("pipe.yaml"), dir.Path("large.yaml"),
                              dir.Path("latin1.yaml")};
  CHECK_THAT(found.unreadable, Catch::UnorderedEquals(unreadable));
  CHECK(HasErrors(found.diagnostics));
  CHECK_THAT(Messages(found), Catch::Contains("missing.yaml: error: there is no such file") &&
                                  Catch::Contains("pipe.yaml: error: not a regular file") &&
                                  Catch::Contains("large.yaml: error: larger than 16 MiB") &&
                                  Catch::Contains("latin1.yaml:2:4: error: not UTF-8 text"));
}

TEST_CASE("ReadSpecFiles: a link to a folder above ends", "[engine]") {
  const TempDir dir;
  dir.Write("sub/a.yaml", "a");
  // Two, as each would double the ways at every turn.
  dir.Link("..", "sub/up");
  dir.Link("..", "sub/above");
  CHECK(dir.Names(ReadSpecFiles({dir.Path("")})) == Strings{"sub/a.yaml"});
}

TEST_CASE("ReadSpecFiles: a file without permission is unreadable", "[engine]") {
  if (geteuid() == 0) {
    WARN("SKIP: root reads everything");
    return;
  }
  const TempDir dir;
  dir.Write("a.yaml", "a");
  dir.Write("sub/b.yaml", "b");
  fs::permissions(dir.Path("a.yaml"), fs::perms::none);
  fs::permissions(dir.Path("sub"), fs::perms::none);
  const SpecFiles found = ReadSpecFiles({dir.Path("")});
  fs::permissions(dir.Path("sub"), fs::perms::owner_all);
  CHECK(found.files.empty());
  CHECK(found.unreadable.size() == 2);
}

TEST_CASE("ReadSpecFiles: an odd path is no more than a finding", "[engine]") {
  const std::string longest(100'000, 'x');
  for (const std::string& path : {std::string(), longest, longest + "*", std::string("a\0b", 3)}) {
    const SpecFiles found = ReadSpecFiles({path});
    CHECK(found.files.empty());
    CHECK_FALSE(found.diagnostics.empty());
  }
}

}  // namespace
}  // namespace slowburn
