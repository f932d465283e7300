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

std::string ToString(const AlertKey& key) {
  std::string text(ToString(key.alert_class));
  if (!key.name.empty()) text += "." + key.name;
  return text;
}

std::string_view ToString(Format format) {
  switch (format) {
    case Format::kNative:
      return "slowburn";
    case Format::kSloth:
      return "sloth";
    case Format::kSlothKubernetes:
      return "sloth-kubernetes";
    case Format::kPyrra:
      return "pyrra";
    case Format::kOpenSlo:
      return "openslo";
    case Format::kOpenSloAlpha:
      return "openslo-v1alpha";
  }
  return "";
}

}  // namespace slowburn
