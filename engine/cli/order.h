// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "engine/cli/command.h"

namespace slowburn {

// Gives an order (exporters/admin.h) to the slowburn that runs on the state at `place`, and prints
// what it answers, or what is wrong; the exit code of the command.
int GiveOrder(const StatePlace& place, const std::string& path, const std::string& body = "");

}  // namespace slowburn
