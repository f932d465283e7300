// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/series_key.h"

#include <fmt/format.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace slowburn {

SeriesKey SeriesKeyOf(std::string_view text) {
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return {hash.low64, hash.high64};
}

std::string ToHex(const SeriesKey& key) {
  return fmt::format("{:016x}{:016x}", key.high, key.low);
}

}  // namespace slowburn
