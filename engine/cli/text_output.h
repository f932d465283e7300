// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace slowburn {

// Prints `text`: to standard output, or into the file `path`, which is there as a whole or not at
// all.  A link or a device is written as it is.  Returns false, having said why, when that can't be
// written.
bool PrintText(const std::string& text, const std::string& path);

}  // namespace slowburn
