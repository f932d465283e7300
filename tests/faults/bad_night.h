// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/fakes/counted_service.h"
#include "tests/fakes/slowburn_process.h"
#include "tests/fakes/test_server.h"
#include "tests/fakes/wait_until.h"
#include "tests/fakes/webhook.h"

// What the tests of bad nights share.  Time is scaled: scrapes and evaluations come each second,
// and a page looks at 10 s and 4 s in the place of an hour and five minutes.

namespace slowburn {

// A healthy service of 200 requests a second, a Prometheus that scrapes it, an Alertmanager, and
// the webhook that it notifies of each alert.
class BadNight {
 public:
  // Null where the servers are not installed: the test should say that it skips, and return.
  static std::unique_ptr<BadNight> Begin();

  struct Watch {
    std::string name;                        // The external label `by` of its alerts.
    std::string source;                      // URLs; empty: those of the servers of this night.
    std::vector<std::string> alertmanagers;  // Empty: none.
    bool state = false;
    std::string rules = {};       // Empty: Rules().
    std::string more = {};        // More of slowburn.yaml.
    std::string no_data = "15m";  // Before there is an alert for it.
    std::string interval = "1s";
    std::string timeout = "1s";  // Of the source and of each Alertmanager.
  };

  // A slowburn, not begun yet.
  std::unique_ptr<SlowburnProcess> NewSlowburn(const Watch& watch) const;

  // The SLO shop/checkout: 99 % of requests, a page at a burn rate of 10.
  static std::string Rules(const std::string& objective = "99", const std::string& labels = "{}");

  // From now on half of the requests fail, or none.
  void Break();
  void Mend();

  CountedService service;
  Webhook webhook;
  std::unique_ptr<TestServer> prometheus;
  std::unique_ptr<TestServer> alertmanager;
};

// The labels of the page for shop/checkout by the slowburn of that name.
Labels PageBy(const std::string& name);

// `state` of shop/checkout; empty when there is none.
std::string StateOf(const SlowburnProcess& slowburn);

// Waits until it knows that the page for shop/checkout fires.
bool Fires(const SlowburnProcess& slowburn);

// How many alerts it has told Alertmanagers, and how many it could not tell.
double SentBy(const SlowburnProcess& slowburn);
double FailedBy(const SlowburnProcess& slowburn);

// Waits until shop/checkout is measured and does not burn.
bool IsHealthy(const SlowburnProcess& slowburn);

// The page for shop/checkout as `slowburn` shows it; null when there is none.
nlohmann::json PageOf(const SlowburnProcess& slowburn);

// What the window of an hour of shop/checkout has counted.
std::optional<CountedService::Counts> CountsOf(const SlowburnProcess& slowburn);

// The alerts of an Alertmanager that have `labels`.
std::vector<nlohmann::json> AlertsIn(const TestServer& alertmanager, const Labels& labels);

}  // namespace slowburn
