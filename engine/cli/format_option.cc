// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <map>

#include "engine/cli/command.h"

namespace slowburn {

void AddFormatOption(CLI::App& command, std::optional<Format>& format) {
  std::map<std::string, Format> names;
  for (const Format each : {Format::kNative, Format::kSloth, Format::kSlothKubernetes,
                            Format::kPyrra, Format::kOpenSlo, Format::kOpenSloAlpha}) {
    names.emplace(ToString(each), each);
  }
  command
      .add_option_function<std::string>(
          "--format", [names, &format](const std::string& name) { format = names.at(name); },
          "Take documents for this format that do not say theirs, and refuse others")
      ->check(CLI::IsMember(names));
}

}  // namespace slowburn
