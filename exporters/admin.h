// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <string>

#include <absl/status/status.h>
#include <absl/status/statusor.h>

#include "engine/board.h"
#include "exporters/http_server.h"

namespace slowburn {

// Where a slowburn whose state is in `folder` takes orders: `<folder>/admin.sock`.
// kInvalidArgument when that is longer than the path of a socket may be.
absl::StatusOr<std::string> AdminSocket(const std::string& folder);

// What the orders need.  Everything referred to must outlive the handler.
struct AdminDependencies {
  const Board& board;
  std::function<absl::Status()> reload;
  // Resolves the firing alert with this id or handle, annotated `released` with the text;
  // kNotFound when no such alert fires.
  std::function<absl::Status(const std::string& alert, const std::string& text)> release;
};

// All orders, for a socket that only the owner of the process can open:
//   POST /reload         as POST /-/reload
//   POST /alert/list     what fires and pends, as text; ?format=json
//   POST /alert/resolve  a body as of ResolveOrder: 400 when it is not; 404 when no such alert
//                        fires, naming those that do; 409 when it is resolved already, or pending
// Errors are those of the API: {"status":"error","error":"..."}.
WebHandler NewAdmin(AdminDependencies dependencies);

// A firing alert that somebody wants resolved.
struct ResolveOrder {
  std::string alert;   // Its handle (`AlertHandle`) or its id.
  std::string reason;  // For whoever looks at the alert later.
  std::string by;      // Who says so; may be empty.
};

// The body of POST /alert/resolve: {"alert":"...","reason":"...","by":"..."}.
std::string BodyOf(const ResolveOrder& order);

}  // namespace slowburn
