// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include <absl/time/time.h>

#include "engine/columns.h"
#include "engine/meter.h"
#include "engine/slot_grid.h"

namespace slowburn {

// Where a window begins and ends: the same for all rows of one set of columns.
struct WindowEdge {
  std::int64_t from_ms = 0;  // Exclusive; a little earlier than asked where the column is.
  std::int64_t until_ms = 0;
  std::optional<Columns::Edge> column;  // That holds what happened until `from_ms`.
};

inline WindowEdge EdgeOf(const Columns& columns, const SlotGrid& grid, std::int64_t slot,
                         absl::Duration window, WindowEnd end) {
  WindowEdge edge;
  edge.until_ms = end == WindowEnd::kNewest ? grid.TimeOf(slot) : grid.Horizon(slot);
  edge.from_ms = edge.until_ms - absl::ToInt64Milliseconds(window);
  edge.column = columns.EdgeAt(grid.SlotBefore(edge.from_ms));
  if (edge.column) edge.from_ms = grid.Horizon(edge.column->slot);
  return edge;
}

}  // namespace slowburn
