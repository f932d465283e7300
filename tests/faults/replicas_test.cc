// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/fakes/fault_proxy.h"
#include "tests/faults/bad_night.h"

// Two instances with the same files, and a pair of Alertmanagers that both of them tell.

namespace slowburn {
namespace {

// Two Alertmanagers in a cluster, which notify the webhook of `night`.
struct Pair {
  explicit Pair(const BadNight& night) {
    const std::string peers[] = {fmt::format("127.0.0.1:{}", FreePort()),
                                 fmt::format("127.0.0.1:{}", FreePort())};
    for (std::size_t i = 0; i < 2; ++i) {
      members.push_back(TestServer::StartAlertmanager(
          {.config = night.webhook.AlertmanagerConfig(),
           .flags = {"--cluster.peer=" + peers[1 - i], "--cluster.settle-timeout=1s",
                     "--cluster.gossip-interval=50ms",
                     // Well below the second that notifications are apart: who waits for its peer
                     // longer than that tells what was so before the peer told what is so now.
                     "--cluster.peer-timeout=400ms"},
           .cluster_address = peers[i]}));
    }
  }

  // Whether each knows of the other.
  bool Joined() const {
    return WaitUntil([&] {
      for (const auto& member : members) {
        const auto status =
            nlohmann::json::parse(member->Get("/api/v2/status").value_or("{}"), nullptr, false);
        if (status.is_object() && status["cluster"]["peers"].size() == 2) continue;
        return false;
      }
      return true;
    });
  }

  std::vector<std::string> urls() const { return {members[0]->url(), members[1]->url()}; }

  std::vector<std::unique_ptr<TestServer>> members;
};

// The one that is cut off can't tell whether the page is over.  If it went on telling that it
// fires, each of its posts would bring back what the other one resolved.
TEST_CASE("Replicas: one that is cut off from its source neither repeats nor resolves a page",
          "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  const Pair pair(*night);
  REQUIRE(pair.Joined());
  FaultProxy proxy(night->prometheus->url());
  const auto cut =
      night->NewSlowburn({.name = "pair", .source = proxy.url(), .alertmanagers = pair.urls()});
  const auto whole = night->NewSlowburn({.name = "pair", .alertmanagers = pair.urls()});
  cut->Start();
  REQUIRE(IsHealthy(*cut));
  whole->Start();  // Later, so that it has counted less.
  REQUIRE(IsHealthy(*whole));

  night->Break();
  REQUIRE(Fires(*cut));
  REQUIRE(Fires(*whole));
  REQUIRE(WaitUntil([&] { return night->webhook.notices().StoryOf(PageBy("pair")) == "firing"; }));
  CHECK(PageOf(*cut)["labels"] == PageOf(*whole)["labels"]);
  CHECK(PageOf(*cut)["starts_at"] == PageOf(*whole)["starts_at"]);

  proxy.Set({.hang = true});
  REQUIRE(WaitUntil([&] { return proxy.requests() > 0; }));
  night->Mend();
  CHECK(WaitUntil(
      [&] { return night->webhook.notices().StoryOf(PageBy("pair")) == "firing resolved"; }));
  // What there is to say of ten more resends of the one, and as many evaluations of the other.
  const double sent = SentBy(*whole);
  CHECK(WaitUntil([&] { return SentBy(*whole) >= sent + 20; }));
  std::string times;
  for (const Notice& notice : night->webhook.notices().Of(PageBy("pair"))) {
    times += notice.status + " at " + absl::FormatTime(notice.at) + "\n";
  }
  INFO(times);
  CHECK(night->webhook.notices().Of(PageBy("pair")).size() == 2);
  proxy.Set({});
  REQUIRE(IsHealthy(*cut));
  INFO(cut->log());
  CHECK(night->webhook.notices().Of(PageBy("pair")).size() == 2);
  for (const auto& member : pair.members) CHECK(AlertsIn(*member, PageBy("pair")).empty());
}

}  // namespace
}  // namespace slowburn
