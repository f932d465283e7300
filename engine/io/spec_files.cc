// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/io/spec_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <glob.h>

#include "rules/text.h"

namespace slowburn {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestFile = std::uintmax_t{16} << 20;

bool IsRuleName(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

bool IsGlob(std::string_view path) {
  return path.find_first_of("*?[") != std::string_view::npos;
}

std::vector<std::string> ExpandGlob(const std::string& pattern) {
  std::vector<std::string> out;
  glob_t found = {};
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) out.emplace_back(found.gl_pathv[i]);
  }
  globfree(&found);
  return out;
}

// Finds the files first and reads them after, as two names may lead to one file.
class Reader {
 public:
  void Add(const std::string& path) {
    std::error_code error;
    if (!IsGlob(path) || fs::exists(path, error)) {
      AddPath(path);
      return;
    }
    const std::vector<std::string> matches = ExpandGlob(path);
    if (matches.empty()) {
      Say(path, Severity::kWarning, "nothing matches this pattern");
    }
    for (const std::string& match : matches) AddPath(match);
  }

  SpecFiles Read() {
    for (const std::string& path : paths_) {
      std::error_code error;
      const fs::path real = RealPath(path, error);
      if (error) {
        Fail(path, error.message());
      } else if (real_files_.insert(real.string()).second) {
        ReadFile(path);
      }
    }
    return std::move(out_);
  }

 private:
  // As fs::canonical() for a file, but each folder is looked up once: of thousands of files that is
  // most of the work.
  fs::path RealPath(const fs::path& path, std::error_code& error) {
    if (fs::is_symlink(fs::symlink_status(path, error)) || error) return fs::canonical(path, error);
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const auto [known, is_new] = real_parents_.try_emplace(folder.string());
    if (is_new) known->second = fs::canonical(folder, error);
    if (error) {
      real_parents_.erase(known);
      return {};
    }
    return known->second / path.filename();
  }

  void AddPath(const std::string& path) {
    std::error_code error;
    AddPath(path, fs::status(path, error), error);
  }

  void AddPath(const std::string& path, const fs::file_status& status, std::error_code error) {
    if (fs::is_directory(status)) {
      AddFolder(path);
    } else if (fs::is_regular_file(status)) {
      paths_.insert(path);
    } else if (status.type() == fs::file_type::not_found) {
      Fail(path, "there is no such file");
    } else {
      // A pipe or a device could block for ever, or never end.
      Fail(path, error ? error.message() : "not a regular file");
    }
  }

  void AddFolder(const std::string& folder) {
    std::error_code error;
    const fs::path real = fs::canonical(folder, error);
    // A link may lead back to a folder above.
    if (!error && !real_folders_.insert(real.string()).second) return;
    fs::directory_iterator entries(folder, error);
    if (error) {
      Fail(folder, error.message());
      return;
    }
    while (entries != fs::directory_iterator()) {
      AddEntry(entries->path());
      entries.increment(error);
      if (error) {
        Fail(folder, error.message());
        return;
      }
    }
  }

  void AddEntry(const fs::path& path) {
    if (path.filename().string().starts_with('.')) return;
    std::error_code error;
    const fs::file_status status = fs::status(path, error);
    if (fs::is_directory(status)) {
      AddFolder(path.string());
    } else if (IsRuleName(path)) {
      AddPath(path.string(), status, error);
    }
  }

  void ReadFile(const std::string& path) {
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      Fail(path, errno != 0 ? std::generic_category().message(errno) : "can't be opened");
      return;
    }
    std::string text;
    while (file.read(part_.data(), static_cast<std::streamsize>(part_.size())) ||
           file.gcount() > 0) {
      text.append(part_, 0, static_cast<std::size_t>(file.gcount()));
      if (text.size() > kLargestFile) {
        Fail(path, "larger than 16 MiB");
        return;
      }
    }
    if (file.bad()) {
      Fail(path, "can't be read");
    } else if (const auto bad = FirstNotText(text)) {
      const auto [line, column] = LineIndex(text).Place(*bad);
      out_.diagnostics.push_back(
          {{path, line, column}, Severity::kError, "not UTF-8 text", "save the file as UTF-8"});
      out_.unreadable.push_back(path);
    } else {
      out_.files.push_back({path, std::move(text)});
    }
  }

  void Say(const std::string& path, Severity severity, std::string message) {
    out_.diagnostics.push_back({{path, 0, 0}, severity, std::move(message), ""});
  }

  void Fail(const std::string& path, std::string message) {
    Say(path, Severity::kError, std::move(message));
    out_.unreadable.push_back(path);
  }

  SpecFiles out_;
  std::set<std::string> paths_;
  std::set<std::string> real_files_;
  std::set<std::string> real_folders_;
  std::map<std::string, fs::path> real_parents_;                 // Of folders as paths name them.
  std::string part_ = std::string(std::size_t{64} << 10, '\0');  // Of the file that is read.
};

}  // namespace

SpecFiles ReadSpecFiles(const std::vector<std::string>& paths) {
  Reader reader;
  for (const std::string& path : paths) reader.Add(path);
  return reader.Read();
}

}  // namespace slowburn
