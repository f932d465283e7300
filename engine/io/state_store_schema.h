// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include <absl/status/status.h>

#include "engine/io/state_store.h"
#include "engine/io/state_store_sql.h"
#include "engine/saved_state.h"

namespace slowburn {

// "slbn": what tells our files from those of other programs.
inline constexpr std::int64_t kStateApplicationId = 0x736c626e;

// What a file says of itself.
struct StateIdentity {
  std::int64_t application_id = 0;
  std::int64_t version = 0;
  bool empty = false;  // Without a table.

  bool IsNew() const { return empty && application_id == 0 && version == 0; }
};

absl::StatusOr<StateIdentity> IdentityOf(StateConnection& connection);

// Whether a slowburn that knows versions up to `newest` can use the file.  kFailedPrecondition for
// a later version, with the way to go on, and for a file of another program; kDataLoss for what no
// slowburn writes.
absl::Status CheckIdentity(const StateConnection& connection, const StateIdentity& identity,
                           std::int64_t newest);

// Runs the steps after version `from`.
absl::Status ApplySchema(StateConnection& connection, StateSchema schema, std::int64_t from);

// See StateReader::Verify.
absl::Status VerifyState(StateConnection& connection, bool history);

// Checksums of rows: of what identifies the row and of its bytes, so that neither a changed byte
// nor a row in another's place goes unseen.
std::int64_t ChecksumOf(const std::string& source, std::string_view heads);
std::int64_t ChecksumOf(const std::string& source, const std::string& ladder,
                        const SavedColumn& column);
std::int64_t ChecksumOf(const std::string& source, const SavedSlo& slo);
std::int64_t ChecksumOf(const std::string& source, const SavedAlert& alert);
std::int64_t ChecksumOf(const SavedDelivery& delivery);

// Reads the row that the statements of this folder select, in the order of their columns from
// `first` on.
SavedAlert AlertOf(const StateRow& row, int first);
SavedDelivery DeliveryOf(const StateRow& row, int first);

// `slowburn.db` in `folder`, and what it is called beside it.
std::string StatePath(const std::string& folder);
std::string StateCopyPath(const std::string& path, std::int64_t version);

}  // namespace slowburn
