// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <mutex>
#include <string>
#include <vector>

#include <absl/time/time.h>

#include "rules/label.h"
#include "tests/fakes/fake_http_server.h"

namespace slowburn {

// One alert of a notification, or of a post to an Alertmanager.
struct Notice {
  std::string status;  // `firing` or `resolved`; empty in a post, which does not say.
  Labels labels;
  Labels annotations;
  std::string starts_at;  // As it came, without milliseconds of zero.
  absl::Time ends_at;
  absl::Time at;  // When it came.
};

// Notices in the order in which they came.  Thread-safe.
class Notices {
 public:
  void Add(Notice notice);

  // Those of alerts that have each of `labels`.
  std::vector<Notice> Of(const Labels& labels) const;

  // Their statuses alone, those that only repeat the one before left out: `firing resolved`.
  std::string StoryOf(const Labels& labels) const;

 private:
  mutable std::mutex mutex_;
  std::vector<Notice> all_;
};

// Takes the notifications that Alertmanagers send by webhook, and keeps them in order.
// Thread-safe.
class Webhook {
 public:
  Webhook();

  std::string url() const { return server_.url() + "/notify"; }

  // A configuration for an Alertmanager that notifies this of each alert on its own, at once.
  std::string AlertmanagerConfig() const;

  const Notices& notices() const { return notices_; }

 private:
  Notices notices_;
  FakeHttpServer server_;  // Last: its threads use the rest.
};

// Takes what is posted to it as an Alertmanager would, tells nobody, and keeps every post.
// Thread-safe.
class PostCollector {
 public:
  PostCollector();

  std::string url() const { return server_.url(); }

  // Every alert of every post.
  const Notices& posts() const { return posts_; }

 private:
  Notices posts_;
  FakeHttpServer server_;  // Last: its threads use the rest.
};

}  // namespace slowburn
