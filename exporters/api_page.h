// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "engine/snapshot.h"

namespace slowburn {

// The web page: every SLO with its state, the worst first, and links to explanations, metrics and
// API.  One HTML document without scripts; nothing is fetched.  Links are relative, so that it
// works below any prefix.
std::string IndexPage(const Snapshot& snapshot);

}  // namespace slowburn
