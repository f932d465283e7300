// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/promtool.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

namespace slowburn {

std::optional<PromtoolResult> RunPromtool(const std::string& arguments, const std::string& input) {
  if (std::system("command -v promtool >/dev/null 2>&1") != 0) return std::nullopt;
  std::string path = (std::filesystem::temp_directory_path() / "slowburn-XXXXXX").string();
  const int descriptor = mkstemp(path.data());
  REQUIRE(descriptor >= 0);
  close(descriptor);
  std::ofstream(path, std::ios::binary) << input;

  std::string filled = arguments;
  if (const std::size_t at = filled.find("{}"); at != std::string::npos) {
    filled.replace(at, 2, path);
  }
  std::FILE* pipe = popen(fmt::format("promtool {} <{} 2>&1", filled, path).c_str(), "r");
  REQUIRE(pipe != nullptr);
  PromtoolResult result;
  std::array<char, 4096> buffer;
  std::size_t read = 0;
  while ((read = fread(buffer.data(), 1, buffer.size(), pipe)) > 0) {
    result.output.append(buffer.data(), read);
  }
  const int status = pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  std::filesystem::remove(path);
  return result;
}

}  // namespace slowburn
