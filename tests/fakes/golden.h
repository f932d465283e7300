// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace slowburn {

// Checks that `text` equals the file at `path`, relative to the source folder.  With
// SLOWBURN_UPDATE_GOLDEN set in the environment it writes the file instead, for a person to review.
void CheckGolden(const std::string& path, const std::string& text);

}  // namespace slowburn
