// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/io/http_client.h"
#include "exporters/http_server.h"
#include "tests/fakes/scratch_folder.h"

// The server and the client at a socket in the file system.

namespace slowburn {
namespace {

namespace fs = std::filesystem;

// Says back what it was asked.
WebResponse Echo(const WebRequest& request) {
  return {.body = request.method + " " + request.path + " " + request.body};
}

// Posts to the server at `path`.
absl::StatusOr<HttpResponse> Post(const std::string& path, const std::string& body) {
  HttpSettings settings;
  settings.url = "http://slowburn";
  settings.unix_socket = path;
  return HttpClient(settings).Send({"POST", "/order", "application/json", body});
}

// The permissions of a file and its kind, as `ls` numbers them.
unsigned ModeOf(const std::string& path) {
  struct stat about {};

  return stat(path.c_str(), &about) == 0 ? about.st_mode : 0;
}

TEST_CASE("HttpServer: answers at a socket of its own, which goes away with it", "[exporters]") {
  const ScratchFolder folder;
  const std::string path = folder.path() / "a.sock";
  HttpServer server(Echo);
  REQUIRE(server.StartAtSocket(path).ok());
  CHECK(server.address() == path);
  for (int i = 0; i < 3; ++i) {
    const auto answer = Post(path, R"({"a":1})");
    REQUIRE(answer.ok());
    CHECK(answer->status == 200);
    CHECK(answer->body == R"(POST /order {"a":1})");
  }
  server.Stop();
  CHECK_FALSE(fs::exists(path));
  CHECK(absl::IsUnavailable(Post(path, "").status()));
}

TEST_CASE("HttpServer: its socket is its owner's alone, whatever the umask", "[exporters]") {
  const ScratchFolder folder;
  const std::string path = folder.path() / "a.sock";
  for (const mode_t umask_now : {0U, 022U, 077U}) {
    const mode_t before = umask(umask_now);
    HttpServer server(Echo);
    const absl::Status started = server.StartAtSocket(path);
    umask(before);
    REQUIRE(started.ok());
    CHECK(ModeOf(path) == (S_IFSOCK | 0600U));
  }
}

TEST_CASE("HttpServer: takes the place of a socket that was left behind", "[exporters]") {
  const ScratchFolder folder;
  const std::string path = folder.path() / "a.sock";
  HttpServer dead(Echo);
  REQUIRE(dead.StartAtSocket(path).ok());
  const std::string left = folder.path() / "left.sock";
  fs::rename(path, left);  // As a process that is killed leaves it: nobody answers at it.
  dead.Stop();
  CHECK(absl::IsUnavailable(Post(left, "").status()));
  HttpServer server(Echo);
  REQUIRE(server.StartAtSocket(left).ok());
  CHECK(Post(left, "x")->body == "POST /order x");
}

TEST_CASE("HttpServer: a socket that can't be made is unavailable", "[exporters]") {
  const ScratchFolder folder;
  const auto why_not = [](const std::string& path) {
    HttpServer server(Echo);
    const absl::Status status = server.StartAtSocket(path);
    CHECK(absl::IsUnavailable(status));
    return std::string(status.message());
  };
  const std::string file = folder.Write("file", "of somebody else");
  CHECK(why_not(file) == file + ": cannot listen: Address already in use");
  CHECK(fs::file_size(file) == 16);
  const std::string nowhere = folder.path() / "nowhere/a.sock";
  CHECK(why_not(nowhere) == nowhere + ": cannot listen: No such file or directory");
  why_not(folder.path() / std::string(120, 'x'));
}

}  // namespace
}  // namespace slowburn
