// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "rules/openslo_objects.h"
#include "rules/sloth_windows.h"

namespace slowburn {

// What documents give to the SLOs of other documents and files.  It is read from all files before
// the first SLO is.
struct SharedDocuments {
  SlothWindows sloth_windows;
  OpenSloObjects openslo;
};

}  // namespace slowburn
