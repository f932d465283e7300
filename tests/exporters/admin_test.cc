// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/admin.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "engine/alert_content.h"
#include "engine/io/log.h"
#include "exporters/web_answer.h"
#include "tests/fakes/sample_snapshot.h"

namespace slowburn {
namespace {

using Catch::Contains;
using nlohmann::json;

// Orders over a board, to a daemon that releases whatever fires on it.
class AdminFixture {
 public:
  AdminFixture() {
    SetLogLevel(LogLevel::kError);
    Publish(SampleSnapshot().sources);
  }

  ~AdminFixture() { SetLogLevel(LogLevel::kInfo); }

  void Publish(const std::vector<std::shared_ptr<const SourceSnapshot>>& sources) {
    for (const auto& source : sources) board_.Publish(source);
  }

  // Hangs out the sources with what `change` makes of each alert.
  template <typename Change>
  void ChangeAlerts(const Change& change) {
    for (const auto& source : board_.Read().sources) {
      auto changed = std::make_shared<SourceSnapshot>(*source);
      for (Alert& alert : changed->alerts) change(alert);
      board_.Publish(std::shared_ptr<const SourceSnapshot>(std::move(changed)));
    }
  }

  WebResponse Post(const std::string& path, const std::string& body = "",
                   std::multimap<std::string, std::string> query = {}) {
    return Call({"POST", path, std::move(query), body});
  }

  WebResponse Call(const WebRequest& request) {
    return NewAdmin({board_, [this] { return reloaded_; },
                     [this](const std::string& alert, const std::string& text) {
                       return Release(alert, text);
                     }})(request);
  }

  WebResponse Resolve(const std::string& alert, const std::string& reason = "mended",
                      const std::string& by = "alice") {
    return Post("/alert/resolve", BodyOf(ResolveOrder{alert, reason, by}));
  }

 protected:
  absl::Status Release(const std::string& name, const std::string& text) {
    for (const auto& source : board_.Read().sources) {
      for (const Alert& alert : source->alerts) {
        const bool meant = AlertHandle(alert) == name || alert.Id() == name;
        if (!meant || alert.state != AlertState::kFiring) continue;
        released_.emplace_back(name, text);
        return absl::OkStatus();
      }
    }
    return absl::NotFoundError("nothing of the kind");
  }

  Board board_;
  absl::Status reloaded_;
  std::vector<std::pair<std::string, std::string>> released_;
};

using Released = std::vector<std::pair<std::string, std::string>>;

std::string ErrorOf(const WebResponse& response) {
  CHECK(response.content_type == "application/json; charset=utf-8");
  CHECK(json::parse(response.body)["status"] == "error");
  return json::parse(response.body)["error"];
}

TEST_CASE_METHOD(AdminFixture, "Admin: resolves an alert by its handle, with who says so and why",
                 "[exporters]") {
  const WebResponse response = Resolve("checkout/availability/region=eu/page", " known,\nmended ");
  CHECK(response.status == 200);
  CHECK(response.body ==
        "checkout/availability/region=eu/page is resolved at the next evaluation, and fires anew "
        "at the one after if its data still say so.\n");
  CHECK(released_ ==
        Released{{"checkout/availability/region=eu/page", "known,\nmended (by alice)"}});
  CHECK(Resolve("payments/settlement/no_data", "mended", "").status == 200);
  CHECK(released_[1].second == "mended");
}

TEST_CASE_METHOD(AdminFixture, "Admin: what is held does not fire anew, and it does not say so",
                 "[exporters]") {
  auto twice = std::make_shared<SourceSnapshot>();  // Of one name, and over under other labels.
  for (const AlertState state : {AlertState::kResolved, AlertState::kFiring}) {
    Alert alert;
    alert.slo_id = "shop/checkout";
    alert.state = state;
    alert.held = state == AlertState::kFiring;
    twice->alerts.push_back(alert);
  }
  board_.Publish(std::shared_ptr<const SourceSnapshot>(twice));
  CHECK(Resolve("shop/checkout/page").body ==
        "shop/checkout/page is resolved at the next evaluation.\n");
  ChangeAlerts([](Alert& alert) { alert.held = true; });
  CHECK(Resolve("payments/settlement/no_data").body ==
        "payments/settlement/no_data is resolved at the next evaluation.\n");
}

TEST_CASE_METHOD(AdminFixture, "Admin: an alert that does not fire is named beside those that do",
                 "[exporters]") {
  const WebResponse near = Resolve("payments/settlment/no_data");
  CHECK(near.status == 404);
  CHECK(ErrorOf(near) ==
        "no alert 'payments/settlment/no_data' fires; did you mean payments/settlement/no_data?");
  const WebResponse far = Resolve("zzzz/zz");
  CHECK(far.status == 404);
  CHECK_THAT(ErrorOf(far), Contains("no alert 'zzzz/zz' fires; firing: ") &&
                               Contains("checkout/availability/region=eu/page, ") &&
                               !Contains("region=ap") && !Contains(" more"));
  ChangeAlerts([](Alert& alert) { alert.state = AlertState::kPending; });
  CHECK(ErrorOf(Resolve("zzzz/zz")) == "no alert 'zzzz/zz': none fires");
  CHECK(released_.empty());
}

TEST_CASE_METHOD(AdminFixture, "Admin: of many alerts that fire it names some", "[exporters]") {
  ChangeAlerts([](Alert& alert) { alert.state = AlertState::kInactive; });
  auto many = std::make_shared<SourceSnapshot>();
  many->source = "default";
  for (int i = 0; i < 25; ++i) {
    Alert alert;
    alert.slo_id = fmt::format("shop/slo-number-{:02}", i);
    alert.state = AlertState::kFiring;
    many->alerts.push_back(alert);
  }
  board_.Publish(std::shared_ptr<const SourceSnapshot>(many));
  CHECK_THAT(ErrorOf(Resolve("zzzz/zz")),
             Contains("shop/slo-number-09/page and 15 more") && !Contains("number-10"));
}

TEST_CASE_METHOD(AdminFixture, "Admin: what is over already, or not yet told, is a conflict",
                 "[exporters]") {
  const WebResponse pending = Resolve("checkout/availability/region=ap/ticket");
  CHECK(pending.status == 409);
  CHECK(ErrorOf(pending) ==
        "'checkout/availability/region=ap/ticket' is pending: nobody has been told of it yet");
  ChangeAlerts([](Alert& alert) {
    alert.state = AlertState::kResolved;
    alert.resolved_at = SampleTime();
  });
  const WebResponse over = Resolve("payments/settlement/no_data");
  CHECK(over.status == 409);
  CHECK(ErrorOf(over) ==
        "'payments/settlement/no_data' is resolved already since 2026-03-01T02:26:30Z");
}

TEST_CASE_METHOD(AdminFixture, "Admin: an order that is none is refused", "[exporters]") {
  const struct {
    const char* name;
    std::string body;
    const char* error;
  } cases[] = {
      {"nothing", "", R"(the body is not {"alert":"...","reason":"..."})"},
      {"no object", R"(["a"])", R"(the body is not {"alert":"...","reason":"..."})"},
      {"no text", R"({"alert":1,"reason":"x"})", "'alert' is no key, or not text"},
      {"a typo", R"({"alert":"a","raeson":"x"})", "'raeson' is no key, or not text"},
      {"no alert", R"({"reason":"x"})", "alert is missing"},
      {"no reason", R"({"alert":"a"})", "reason is missing"},
      {"an empty reason", R"({"alert":"a","reason":" \n\t"})", "reason is missing"},
      {"a novel", BodyOf(ResolveOrder{"a", std::string(1001, 'x'), ""}),
       "reason or by is over 1000 bytes long"},
  };

  for (const auto& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const WebResponse response = Post("/alert/resolve", c.body);
      CHECK(response.status == 400);
      CHECK(ErrorOf(response) == c.error);
    }
  }
  CHECK(released_.empty());
}

TEST_CASE_METHOD(AdminFixture, "Admin: an order survives any bytes", "[exporters]") {
  const WebResponse response = Resolve("a\xff\"\\", "\x01 \xc3( 'x'");
  CHECK(response.status == 404);
  CHECK_THAT(ErrorOf(response), Contains("no alert 'a\xEF\xBF\xBD\"\\' fires"));
}

TEST_CASE_METHOD(AdminFixture, "Admin: lists what fires and what pends", "[exporters]") {
  ChangeAlerts([](Alert& alert) { alert.held = alert.alert_class == AlertClass::kNoData; });
  const std::string text = Post("/alert/list").body;
  CHECK_THAT(text, Catch::StartsWith("ALERT ") &&
                       Contains("checkout/availability/region=eu/page") &&
                       Contains("-     live\n"));
  CHECK(text.find("region=eu/page") < text.find("region=ap/ticket"));  // Firing before pending.

  const json answer = json::parse(Post("/alert/list", "", {{"format", "json"}}).body);
  std::map<std::string, json> alerts;
  for (const json& alert : answer["data"]) alerts[alert["alert"]] = alert;
  CHECK(alerts.at("checkout/availability/region=ap/ticket")["state"] == "pending");
  CHECK(alerts.at("checkout/availability/region=ap/ticket")["held"] == false);
  CHECK(alerts.at("payments/settlement/no_data")["state"] == "firing");
  CHECK(alerts.at("payments/settlement/no_data")["held"] == true);
  CHECK(alerts.at("search/freshness/ticket")["mode"] == "shadow");

  ChangeAlerts([](Alert& alert) { alert.state = AlertState::kResolved; });
  CHECK(Post("/alert/list").body == "No alert fires or pends.\n");
}

TEST_CASE_METHOD(AdminFixture, "Admin: reloads, and says what came of it", "[exporters]") {
  CHECK(Post("/reload").body == "reloaded\n");
  reloaded_ = absl::InvalidArgumentError("slos/a.yaml:3:1: error: no such key");
  const WebResponse failed = Post("/reload");
  CHECK(failed.status == 500);
  CHECK(ErrorOf(failed) == "slos/a.yaml:3:1: error: no such key");
  CHECK(ErrorIn(failed.body) == "slos/a.yaml:3:1: error: no such key");
}

TEST_CASE_METHOD(AdminFixture, "Admin: takes posts alone, of orders alone", "[exporters]") {
  for (const char* path : {"/reload", "/alert/list", "/alert/resolve"}) {
    const WebResponse response = Call({"GET", path});
    CHECK(response.status == 405);
    CHECK(ErrorOf(response) == fmt::format("{} takes POST, not GET", path));
  }
  CHECK(Post("/metrics").status == 404);
}

TEST_CASE("Admin: the error of an answer that is no JSON is its text", "[exporters]") {
  CHECK(ErrorIn("internal error\n") == "internal error\\n");
  CHECK(ErrorIn(R"({"error":7})") == R"({"error":7})");
  CHECK(ErrorIn(R"("text")") == R"("text")");
}

TEST_CASE("Admin: a folder whose socket's path would be too long is told", "[exporters]") {
  CHECK(*AdminSocket("/var/lib/slowburn") == "/var/lib/slowburn/admin.sock");
  CHECK(AdminSocket("/" + std::string(95, 'x')).ok());
  const absl::Status status = AdminSocket("/" + std::string(96, 'x')).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK_THAT(std::string(status.message()),
             Contains("may have 107 bytes and this one has 108: choose a shorter state.path"));
}

}  // namespace
}  // namespace slowburn
