// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "tests/faults/bad_night.h"

// Orders to a slowburn that runs.

namespace slowburn {
namespace {

using Catch::Contains;

constexpr char kPage[] = "shop/checkout/page";

// `slowburn ...` on the state of `slowburn`: its exit code, which is in the log with what it says.
int Order(const SlowburnProcess& slowburn, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--state", slowburn.StateFolder()});
  return slowburn.RunCommand(arguments);
}

int Resolve(const SlowburnProcess& slowburn, const std::string& alert) {
  return Order(slowburn, {"alert", "resolve", alert, "--reason", "gone for good"});
}

TEST_CASE("Resolve: a held page ends by hand, and its Alertmanager hears why", "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  const auto slowburn = night->NewSlowburn(
      {.name = "watch", .alertmanagers = {night->alertmanager->url()}, .state = true});
  slowburn->Start();
  REQUIRE(IsHealthy(*slowburn));
  night->Break();
  const auto story = [&] { return night->webhook.notices().StoryOf(PageBy("watch")); };
  REQUIRE(WaitUntil([&] { return story() == "firing"; }));
  night->prometheus->Stop();  // From now on nobody can tell.
  const auto held = [&] {
    const nlohmann::json page = PageOf(*slowburn);
    return page.is_object() && page["annotations"].contains("data_age");
  };
  REQUIRE(WaitUntil(held));

  CHECK(Order(*slowburn, {"alert", "list"}) == 0);
  CHECK_THAT(slowburn->log(), Contains(kPage) && Contains("held  live"));
  CHECK(Resolve(*slowburn, "shop/chekout/page") == 1);
  CHECK_THAT(slowburn->log(), Contains("no alert 'shop/chekout/page' fires; did you mean " +
                                       std::string(kPage) + "?"));
  CHECK(story() == "firing");

  CHECK(Resolve(*slowburn, kPage) == 0);
  CHECK_THAT(slowburn->log(), Contains("shop/checkout/page is resolved at the next evaluation.\n"));
  REQUIRE(WaitUntil([&] { return story() == "firing resolved"; }));
  const Labels annotations = night->webhook.notices().Of(PageBy("watch")).back().annotations;
  REQUIRE(annotations.contains("released"));
  CHECK_THAT(annotations.at("released"), Catch::StartsWith("gone for good (by "));
  CHECK(Resolve(*slowburn, kPage) == 1);
  CHECK_THAT(slowburn->log(), Contains("'shop/checkout/page' is resolved already since"));

  CHECK(Order(*slowburn, {"reload"}) == 0);
  slowburn->WriteRules("version: slowburn/v1\nservice: [");
  CHECK(Order(*slowburn, {"reload"}) == 1);
  CHECK_THAT(slowburn->log(), Contains("slowburn: ") && Contains("rules.yaml:2:"));
}

TEST_CASE("Resolve: a slowburn that was killed leaves no obstacle, and one that ended no socket",
          "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  const auto slowburn = night->NewSlowburn({.name = "watch", .alertmanagers = {}, .state = true});
  const std::string socket = slowburn->StateFolder() + "/admin.sock";
  slowburn->Start();
  CHECK(WaitUntil([&] { return Order(*slowburn, {"alert", "list"}) == 0; }));
  slowburn->Kill();
  REQUIRE(std::filesystem::exists(socket));
  CHECK(Order(*slowburn, {"alert", "list"}) == 1);
  CHECK_THAT(slowburn->log(), Contains("slowburn is not running with this state"));
  slowburn->Start();
  CHECK(WaitUntil([&] { return Order(*slowburn, {"alert", "list"}) == 0; }));
  CHECK(slowburn->Terminate(absl::Seconds(30)) == 0);
  CHECK_FALSE(std::filesystem::exists(socket));
}

TEST_CASE("Resolve: a state whose path is too long for a socket runs without one",
          "[.e2e][faults]") {
  const auto night = BadNight::Begin();
  if (night == nullptr) {
    WARN("skipped: prometheus and prometheus-alertmanager are not installed");
    return;
  }
  const ScratchFolder folder;
  const std::string state = folder.path() / std::string(100, 'x');
  const auto slowburn =
      night->NewSlowburn({.name = "watch", .more = fmt::format("state: {{path: {}}}\n", state)});
  slowburn->Start();
  CHECK(IsHealthy(*slowburn));
  CHECK_THAT(slowburn->log(),
             Contains("no socket for administration") && Contains("choose a shorter state.path"));
  CHECK(slowburn->RunCommand({"alert", "list", "--state", state}) == 1);
  CHECK(slowburn->Terminate(absl::Seconds(30)) == 0);
}

}  // namespace
}  // namespace slowburn
