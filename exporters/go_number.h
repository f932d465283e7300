// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace slowburn {

// Numbers as Go prints them, so that rules are the same to the digit as those of tools written in
// it: the fewest digits that read back as `value`, which is finite.

// As its `%g`: with an exponent below 1e-4 and from 1e6 on.
std::string GoNumber(double value);

// As its `%f` of shortest precision: never an exponent.
std::string GoFixed(double value);

}  // namespace slowburn
