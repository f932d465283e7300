// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/admin.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>
#include <sys/un.h>

#include "engine/alert_content.h"
#include "engine/io/log.h"
#include "exporters/slo_json.h"
#include "exporters/slo_state.h"
#include "exporters/text.h"
#include "exporters/web_answer.h"

namespace slowburn {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxReason = 1000;  // Bytes; it goes into every notification.
constexpr std::size_t kMostNamed = 10;    // Alerts in an error.

// An alert that fires or pends, and when it was last looked at.
struct Standing {
  std::string handle;
  const Alert* alert = nullptr;
  absl::Time at;

  absl::Time since() const { return alert->starts_at.value_or(alert->active_since); }
};

// By state, what fires first, and by handle.  `snapshot` must outlive the result.
std::vector<Standing> AllStanding(const Snapshot& snapshot) {
  std::vector<Standing> all;
  for (const auto& source : snapshot.sources) {
    for (const Alert& alert : source->alerts) {
      const bool stands = alert.state == AlertState::kFiring || alert.state == AlertState::kPending;
      if (stands) all.push_back({AlertHandle(alert), &alert, source->at});
    }
  }
  std::sort(all.begin(), all.end(), [](const Standing& a, const Standing& b) {
    if (a.alert->state != b.alert->state) return a.alert->state == AlertState::kFiring;
    return a.handle < b.handle;
  });
  return all;
}

std::string ModeOf(const Alert& alert) {
  return alert.mode == AlertMode::kShadow ? "shadow" : "live";
}

std::string ListText(const std::vector<Standing>& all) {
  if (all.empty()) return "No alert fires or pends.\n";
  TextTable table("lllll");
  table.Add({"ALERT", "STATE", "SINCE", "HELD", "MODE"});
  for (const Standing& standing : all) {
    const std::string since =
        fmt::format("{} ({})", UtcTime(standing.since()), Relative(standing.since(), standing.at));
    table.Add({Printable(standing.handle), std::string(ToString(standing.alert->state)), since,
               standing.alert->held ? "held" : "-", ModeOf(*standing.alert)});
  }
  return table.Print(0);
}

json ListJson(const std::vector<Standing>& all) {
  json list = json::array();
  for (const Standing& standing : all) {
    list.push_back({{"alert", standing.handle},
                    {"state", ToString(standing.alert->state)},
                    {"since", TimeJson(standing.since())},
                    {"held", standing.alert->held},
                    {"mode", ModeOf(*standing.alert)}});
  }
  return list;
}

// The alert that is meant by `name`, of several the one that fires; null without one.
const Alert* FindAlert(const Snapshot& snapshot, const std::string& name) {
  const Alert* found = nullptr;
  for (const auto& source : snapshot.sources) {
    for (const Alert& alert : source->alerts) {
      const bool meant = alert.Id() == name || AlertHandle(alert) == name;
      const bool fires = alert.state == AlertState::kFiring;
      if (meant && (found == nullptr || fires)) found = &alert;
    }
  }
  return found;
}

std::string Listed(const std::vector<std::string>& handles) {
  return Printable(fmt::format("{}", fmt::join(handles, ", ")));
}

// What is wrong with an alert that does not fire, nor has lately.
std::string NoSuchAlert(const Snapshot& snapshot, const std::string& name) {
  std::vector<std::string> firing;
  for (const Standing& standing : AllStanding(snapshot)) {
    if (standing.alert->state == AlertState::kFiring) firing.push_back(standing.handle);
  }
  if (firing.empty()) return fmt::format("no alert '{}': none fires", Printable(name));
  const std::vector<std::string> near = Nearest(name, firing, 3);
  if (!near.empty()) {
    return fmt::format("no alert '{}' fires; did you mean {}?", Printable(name), Listed(near));
  }
  const std::size_t more = firing.size() - std::min(firing.size(), kMostNamed);
  firing.resize(firing.size() - more);
  return fmt::format("no alert '{}' fires; firing: {}{}", Printable(name), Listed(firing),
                     more == 0 ? "" : fmt::format(" and {} more", more));
}

WebResponse NotFiring(const Snapshot& snapshot, const std::string& name) {
  const Alert* alert = FindAlert(snapshot, name);
  if (alert != nullptr && alert->state == AlertState::kResolved) {
    const std::string since = alert->resolved_at ? " since " + UtcTime(*alert->resolved_at) : "";
    return ErrorAnswer(409, fmt::format("'{}' is resolved already{}", Printable(name), since));
  }
  if (alert != nullptr && alert->state == AlertState::kPending) {
    return ErrorAnswer(
        409, fmt::format("'{}' is pending: nobody has been told of it yet", Printable(name)));
  }
  return ErrorAnswer(404, NoSuchAlert(snapshot, name));
}

std::string Trim(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string::npos) return "";
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

// What `body` asks for; kInvalidArgument when it is no order.
absl::StatusOr<ResolveOrder> ReadOrder(const std::string& body) {
  const json object = json::parse(body, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    return absl::InvalidArgumentError(R"(the body is not {"alert":"...","reason":"..."})");
  }
  ResolveOrder order;
  for (const auto& [key, value] : object.items()) {
    std::string* const field = key == "alert"    ? &order.alert
                               : key == "reason" ? &order.reason
                               : key == "by"     ? &order.by
                                                 : nullptr;
    if (field == nullptr || !value.is_string()) {
      return absl::InvalidArgumentError(fmt::format("'{}' is no key, or not text", Printable(key)));
    }
    *field = Trim(value.get<std::string>());
  }
  if (order.alert.empty()) return absl::InvalidArgumentError("alert is missing");
  if (order.reason.empty()) return absl::InvalidArgumentError("reason is missing");
  if (std::max(order.reason.size(), order.by.size()) > kMaxReason) {
    return absl::InvalidArgumentError(
        fmt::format("reason or by is over {} bytes long", kMaxReason));
  }
  return order;
}

// The routes, over what they depend on.
class Admin {
 public:
  explicit Admin(AdminDependencies dependencies) : dependencies_(std::move(dependencies)) {}

  WebResponse operator()(const WebRequest& request) const {
    const std::string& path = request.path;
    if (path != "/reload" && path != "/alert/list" && path != "/alert/resolve") {
      return ErrorAnswer(404, fmt::format("no page at {}", Printable(path)));
    }
    if (request.method != "POST") return WrongMethod(request, "POST");
    if (path == "/reload") return ReloadAnswer(dependencies_.reload());
    return path == "/alert/list" ? List(request) : Resolve(request);
  }

 private:
  WebResponse List(const WebRequest& request) const {
    const auto format = request.query.find("format");
    const bool as_json = format != request.query.end() && format->second == "json";
    const Snapshot snapshot = dependencies_.board.Read();
    const std::vector<Standing> all = AllStanding(snapshot);
    return as_json ? SuccessAnswer(ListJson(all)) : Respond(200, kPlainType, ListText(all));
  }

  WebResponse Resolve(const WebRequest& request) const {
    const absl::StatusOr<ResolveOrder> order = ReadOrder(request.body);
    if (!order.ok()) return ErrorAnswer(400, std::string(order.status().message()));
    // As it was before: once released, it may be over at any moment.
    const Snapshot snapshot = dependencies_.board.Read();
    const std::string text =
        order->by.empty() ? order->reason : fmt::format("{} (by {})", order->reason, order->by);
    const absl::Status released = dependencies_.release(order->alert, text);
    if (absl::IsNotFound(released)) return NotFiring(dependencies_.board.Read(), order->alert);
    if (!released.ok()) return ErrorAnswer(released);
    Log(LogLevel::kInfo, "alert is to be resolved", {{"alert", order->alert}, {"reason", text}});
    const Alert* alert = FindAlert(snapshot, order->alert);
    const bool held = alert != nullptr && alert->held;
    return Respond(
        200, kPlainType,
        fmt::format("{} is resolved at the next evaluation{}.\n", Printable(order->alert),
                    held ? "" : ", and fires anew at the one after if its data still say so"));
  }

  const AdminDependencies dependencies_;
};

}  // namespace

absl::StatusOr<std::string> AdminSocket(const std::string& folder) {
  constexpr std::size_t kLongest = sizeof(sockaddr_un::sun_path) - 1;
  std::string path = folder + "/admin.sock";
  if (path.size() <= kLongest) return path;
  return absl::InvalidArgumentError(
      fmt::format("{}: a socket's path may have {} bytes and this one has {}: choose a shorter "
                  "state.path",
                  path, kLongest, path.size()));
}

WebHandler NewAdmin(AdminDependencies dependencies) {
  return Admin(std::move(dependencies));
}

std::string BodyOf(const ResolveOrder& order) {
  return JsonText({{"alert", order.alert}, {"reason", order.reason}, {"by", order.by}});
}

}  // namespace slowburn
