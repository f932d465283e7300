// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/slo.h"

namespace slowburn {

std::string_view ToString(AlertClass alert_class) {
  switch (alert_class) {
    case AlertClass::kPage:
      return "page";
    case AlertClass::kTicket:
      return "ticket";
    case AlertClass::kNoData:
      return "no_data";
    case AlertClass::kSource:
      return "source";
  }
  return "";
}

}  // namespace slowburn
