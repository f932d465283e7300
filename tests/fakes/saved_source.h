// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <vector>

#include "engine/saved_state.h"

namespace slowburn {

// Puts `item` in the place of what `same` finds, or at the end.
template <typename T, typename Same>
void PutSaved(std::vector<T>& items, const T& item, Same same) {
  const auto old = std::find_if(items.begin(), items.end(), same);
  if (old == items.end()) {
    items.push_back(item);
  } else {
    *old = item;
  }
}

// Does to `saved` what a store does with a delta, in the plainest way.
inline void ApplyDelta(const SourceDelta::Ladder& delta, SavedLadder& saved) {
  if (delta.whole) saved = {};
  saved.name = delta.name;
  for (const std::int64_t slot : delta.dropped) {
    std::erase_if(saved.columns, [slot](const SavedColumn& c) { return c.slot == slot; });
  }
  for (const SavedColumn& column : delta.columns) {
    PutSaved(saved.columns, column,
             [&column](const SavedColumn& c) { return c.slot == column.slot; });
  }
  std::sort(saved.columns.begin(), saved.columns.end(),
            [](const SavedColumn& a, const SavedColumn& b) { return a.slot < b.slot; });
  saved.journal.insert(saved.journal.end(), delta.journal.begin(), delta.journal.end());
}

inline void ApplyDelta(const SourceDelta& delta, SavedSource& saved) {
  if (delta.whole) saved = {};
  saved.source = delta.source;
  saved.heads = delta.heads;
  const auto named = [](const std::string& name) {
    return [&name](const SavedLadder& ladder) { return ladder.name == name; };
  };
  for (const std::string& name : delta.dropped_ladders) std::erase_if(saved.ladders, named(name));
  for (const SourceDelta::Ladder& ladder : delta.ladders) {
    SavedLadder next;
    const auto old = std::find_if(saved.ladders.begin(), saved.ladders.end(), named(ladder.name));
    if (old != saved.ladders.end()) next = *old;
    ApplyDelta(ladder, next);
    PutSaved(saved.ladders, next, named(ladder.name));
  }
  for (const std::string& id : delta.dropped_slos) {
    std::erase_if(saved.slos, [&id](const SavedSlo& slo) { return slo.id == id; });
  }
  for (const SavedSlo& slo : delta.slos) {
    PutSaved(saved.slos, slo, [&slo](const SavedSlo& s) { return s.id == slo.id; });
  }
  const auto same = [](const SavedAlert& alert) {
    return [&alert](const SavedAlert& a) {
      return a.slo_id == alert.slo_id && a.group == alert.group &&
             a.alert_class == alert.alert_class;
    };
  };
  for (const SavedAlert& alert : delta.dropped_alerts) std::erase_if(saved.alerts, same(alert));
  for (const SavedAlert& alert : delta.alerts) PutSaved(saved.alerts, alert, same(alert));
}

}  // namespace slowburn
