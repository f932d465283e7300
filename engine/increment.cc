// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/increment.h"

#include <cmath>

namespace slowburn {

std::optional<std::int64_t> Quantize(double value, int shift) {
  const double units = std::ldexp(value, shift);
  if (!(units >= 0 && units <= 0x1p62)) return std::nullopt;
  return std::llround(units);
}

}  // namespace slowburn
