// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <map>
#include <vector>

#include <absl/time/time.h>

#include "rules/alert_settings.h"
#include "rules/diagnostic.h"
#include "rules/ratio.h"
#include "rules/report.h"
#include "rules/yaml.h"

namespace slowburn {

// One condition of Sloth's alerts: so much of the error budget of the whole period is used up
// within `long_window`.
struct SlothWindow {
  Ratio percent;  // Of the error budget, 2 for 2 %; above 0.  As a double it is what was written.
  absl::Duration short_window;  // Above 0 and shorter than the long one.
  absl::Duration long_window;
  Position at;  // Empty for Sloth's own.
};

// The conditions of the SLOs of one period.
struct SlothPeriod {
  absl::Duration period;  // Above 0.
  SlothWindow page_quick;
  SlothWindow page_slow;
  SlothWindow ticket_quick;
  SlothWindow ticket_slow;
  Position at;  // Empty for Sloth's own.

  // The four in this order, each with its share of the error budget.  The factor that follows from
  // it, (percent x period / 100) / long_window, is exact.
  std::vector<TierSettings> Tiers() const;
};

// Sloth's catalogue of AlertWindows, by period: its own for 28 and 30 days, as Google's workbook
// has them, until another is given, which replaces it.
//
// Thread-compatible.
class SlothWindows {
 public:
  SlothWindows();

  // From here on the catalogue is what Add() adds.  Idempotent.
  void Give();

  bool given() const { return given_; }

  // Adds `period`, unless there is one of its length: then returns that, which stays.
  const SlothPeriod* Add(const SlothPeriod& period);

  // The conditions of SLOs of `period`; null when the catalogue has none.
  const SlothPeriod* Find(absl::Duration period) const;

  // The periods that there are, the shortest first.
  std::vector<absl::Duration> Periods() const;

 private:
  std::map<absl::Duration, SlothPeriod> periods_;
  bool given_ = false;
};

// Reads a document of `kind: AlertWindows` into `windows`.  What is wrong is reported, and then the
// document adds no period; it counts as given all the same, so that no SLO falls back unnoticed to
// other windows.
void ReadSlothWindows(const YamlNode& document, SlothWindows& windows, Report& report);

}  // namespace slowburn
