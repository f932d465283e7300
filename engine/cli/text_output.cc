// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/cli/text_output.h"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace slowburn {
namespace {

// Whether another file can take the place of what `path` names, as of no device.
bool IsReplaceable(const std::string& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::symlink_status(path, error);
  return std::filesystem::is_regular_file(status) || !std::filesystem::exists(status);
}

bool WriteWhole(const std::string& text, const std::string& path) {
  const bool replaced = IsReplaceable(path);
  const std::string part = replaced ? path + ".part" : path;
  std::ofstream file(part, std::ios::binary);
  file << text;
  file.close();
  std::error_code error;
  if (file && replaced) std::filesystem::rename(part, path, error);
  if (file && !error) return true;
  if (replaced) std::filesystem::remove(part, error);
  fmt::print(stderr, "slowburn: {} can't be written\n", path);
  return false;
}

}  // namespace

bool PrintText(const std::string& text, const std::string& path) {
  if (!path.empty()) return WriteWhole(text, path);
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return true;
  }
  fmt::print(stderr, "slowburn: standard output can't be written\n");
  return false;
}

}  // namespace slowburn
