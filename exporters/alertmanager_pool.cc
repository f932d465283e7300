// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/alertmanager_pool.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "engine/alert_codec.h"
#include "engine/io/address_watch.h"
#include "engine/io/http_client_target.h"
#include "engine/io/log.h"
#include "engine/io/resolve_host.h"
#include "exporters/alertmanager.h"

namespace slowburn {
namespace {

// How long a worker whose address has gone may take to tell what is due.
constexpr absl::Duration kLeaving = absl::Seconds(5);
// How often the watchdog is looked at.
constexpr auto kStep = std::chrono::seconds(1);

using Worker = std::shared_ptr<AlertmanagerWorker>;
using SavedDeliveries = std::vector<SavedDelivery>;

// One configured url.
struct Site {
  HttpSettings http;
  std::string display;
  std::unique_ptr<AddressWatch> watch;    // Null where there is nothing to resolve.
  SavedDeliveries restored;               // Whose address is not known yet.
  std::map<std::string, Worker> workers;  // By address; an empty one is not known.

  std::string NameAt(const std::string& address) const {
    return fmt::format("{} ({})", display, address);
  }
};

// Those whose names are resolved here.
std::string HostToWatch(const HttpSettings& http) {
  if (!http.proxy_url.empty() || http.proxy_from_environment) return {};
  std::string host = ParseTarget(http).host;
  return IsAddress(host) ? "" : host;
}

// Resolutions that were not acknowledged, as another Alertmanager is to be told them.
SavedDeliveries Unheard(const SavedDeliveries& all) {
  SavedDeliveries unheard;
  for (const SavedDelivery& saved : all) {
    const std::optional<Alert> alert = DecodeAlert(saved.alert);
    if (!alert || alert->state != AlertState::kResolved) continue;
    const bool heard = saved.state == ToString(AlertState::kResolved) &&
                       saved.resolved_at == alert->resolved_at.value_or(absl::InfinitePast());
    if (!heard) unheard.push_back({.alert_id = saved.alert_id, .alert = saved.alert});
  }
  return unheard;
}

// What the board's listener uses; the board may outlive the pool.
struct Hub {
  std::mutex mutex;
  bool open = true;
  std::vector<Worker> workers;
};

}  // namespace

class AlertmanagerPool::Impl {
 public:
  Impl(Options options, Board& board, Clock& clock, Telemetry& telemetry)
      : options_(std::move(options)), board_(board), clock_(clock), telemetry_(telemetry) {
    if (!options_.resolve) options_.resolve = ResolveHost;
    if (options_.watchdog) watchdog_ = std::make_unique<Watchdog>(*options_.watchdog);
    for (const HttpSettings& http : options_.alertmanagers) {
      sites_.push_back({.http = http, .display = ParseTarget(http).display});
    }
    board_.AddListener([this, hub = hub_] {
      const std::lock_guard lock(hub->mutex);
      if (!hub->open) return;
      if (watchdog_ != nullptr) watchdog_->OnPublished(board_.Read(), clock_.TimeNow());
      for (const Worker& worker : hub->workers) worker->Wake();
    });
    Distribute();
    for (Site& site : sites_) {
      Add(site, "", site.display, TakeRestored(site, {site.display}));
    }
  }

  void Start() {
    started_ = true;
    for (Site& site : sites_) {
      for (const auto& [address, worker] : site.workers) worker->Start();
      const std::string host = HostToWatch(site.http);
      if (host.empty()) continue;
      site.watch = std::make_unique<AddressWatch>(host, options_.resolve, options_.resolve_every,
                                                  [this] { Notify(); });
    }
    manager_ = std::thread([this] { Manage(); });
  }

  void Stop(absl::Duration bound) {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
      changed_.notify_all();
    }
    if (manager_.joinable()) manager_.join();
    for (Site& site : sites_) site.watch.reset();
    // All at once: one that hangs must not take the time of the others.
    std::vector<std::thread> stopping;
    for (const Worker& worker : Workers()) {
      stopping.emplace_back([worker, bound] { worker->Stop(bound); });
    }
    for (std::thread& thread : stopping) thread.join();
    const std::lock_guard lock(hub_->mutex);
    hub_->open = false;
  }

  std::vector<Acknowledgement> Acknowledgements(const std::string& alert_id) const {
    std::vector<Acknowledgement> all;
    for (const Worker& worker : Workers()) {
      all.push_back({worker->name(), worker->AcknowledgedAt(alert_id)});
    }
    return all;
  }

 private:
  void Notify() {
    const std::lock_guard lock(mutex_);
    resolved_ = true;
    changed_.notify_all();
  }

  std::vector<Worker> Workers() const {
    const std::lock_guard lock(hub_->mutex);
    return hub_->workers;
  }

  void Manage() {
    while (true) {
      if (watchdog_ != nullptr) {
        telemetry_.OnWatchdog(watchdog_->AlertAt(clock_.TimeNow()).has_value());
      }
      {
        std::unique_lock lock(mutex_);
        changed_.wait_for(lock, kStep, [&] { return resolved_ || stopping_; });
        if (stopping_) return;
        if (!std::exchange(resolved_, false)) continue;
      }
      for (Site& site : sites_) {
        if (site.watch == nullptr) continue;
        if (const auto addresses = site.watch->Take()) Reconcile(site, *addresses);
      }
    }
  }

  // Gives each site what was restored of its Alertmanagers, and drops what is nobody's.
  void Distribute() {
    for (SavedDelivery& saved : options_.restored) {
      const auto it = std::find_if(sites_.begin(), sites_.end(), [&](const Site& site) {
        return saved.alertmanager == site.display ||
               saved.alertmanager.starts_with(site.display + " (");
      });
      if (it != sites_.end()) {
        it->restored.push_back(std::move(saved));
      } else if (options_.keeper != nullptr) {
        options_.keeper->DropDelivery(saved.alertmanager, saved.alert_id);
      }
    }
    options_.restored.clear();
  }

  // Takes what was restored under one of `names`.
  static SavedDeliveries TakeRestored(Site& site, const std::vector<std::string>& names) {
    const auto rest = std::stable_partition(
        site.restored.begin(), site.restored.end(), [&](const SavedDelivery& saved) {
          return std::find(names.begin(), names.end(), saved.alertmanager) == names.end();
        });
    SavedDeliveries taken(rest, site.restored.end());
    site.restored.erase(rest, site.restored.end());
    return taken;
  }

  // Makes the workers of `site` those of `addresses`, which are not empty.
  void Reconcile(Site& site, const std::vector<std::string>& addresses) {
    const bool single = addresses.size() == 1;
    if (const auto unknown = site.workers.extract(""); !unknown.empty()) {
      // With one address it is known by now whom this worker talks to.
      site.workers[single ? addresses[0] : ""] = unknown.mapped();
    }
    std::map<std::string, SavedDeliveries> kept;
    for (const std::string& address : addresses) {
      kept[address] = TakeRestored(site, {site.NameAt(address)});
    }
    SavedDeliveries left = std::exchange(site.restored, {});
    Drop(left);
    for (auto it = site.workers.begin(); it != site.workers.end();) {
      const auto stays = kept.find(it->first);
      const std::string name = single ? site.display : site.NameAt(it->first);
      if (stays != kept.end() && it->second->name() == name && stays->second.empty()) {
        kept.erase(stays);
        ++it;
        continue;
      }
      SavedDeliveries& heir = stays != kept.end() ? stays->second : left;
      const SavedDeliveries saved = Remove(it->second);
      heir.insert(heir.end(), saved.begin(), saved.end());
      it = site.workers.erase(it);
    }
    const SavedDeliveries unheard = Unheard(left);
    for (auto& [address, restored] : kept) {
      restored.insert(restored.begin(), unheard.begin(), unheard.end());
      Add(site, address, single ? site.display : site.NameAt(address), std::move(restored));
    }
    Log(LogLevel::kInfo, "addresses of an Alertmanager",
        {{"alertmanager", site.display},
         {"addresses", fmt::format("{}", fmt::join(addresses, " "))}});
  }

  void Add(Site& site, const std::string& address, const std::string& name,
           SavedDeliveries restored) {
    AlertmanagerWorker::Options options{.http = site.http,
                                        .interval = options_.interval,
                                        .resend_delay = options_.resend_delay,
                                        .name = name,
                                        .keeper = options_.keeper,
                                        .restored = std::move(restored),
                                        .watchdog = watchdog_.get(),
                                        .on_peer_resolved = options_.on_peer_resolved};
    if (name != site.display) options.http.address = address;
    telemetry_.OnAlertmanager(name, true);
    const auto worker =
        std::make_shared<AlertmanagerWorker>(std::move(options), board_, clock_, telemetry_);
    if (started_) worker->Start();
    site.workers[address] = worker;
    const std::lock_guard lock(hub_->mutex);
    hub_->workers.push_back(worker);
  }

  // Ends a worker after a last attempt, and returns what it knows.
  SavedDeliveries Remove(const Worker& worker) {
    {
      const std::lock_guard lock(hub_->mutex);
      std::erase(hub_->workers, worker);
    }
    worker->Stop(kLeaving);
    telemetry_.OnAlertmanager(worker->name(), false);
    SavedDeliveries saved = worker->Saved();
    Drop(saved);
    return saved;
  }

  void Drop(const SavedDeliveries& all) {
    if (options_.keeper == nullptr) return;
    for (const SavedDelivery& saved : all) {
      options_.keeper->DropDelivery(saved.alertmanager, saved.alert_id);
    }
  }

  Options options_;
  Board& board_;
  Clock& clock_;
  Telemetry& telemetry_;
  std::unique_ptr<Watchdog> watchdog_;
  const std::shared_ptr<Hub> hub_ = std::make_shared<Hub>();
  bool started_ = false;

  std::vector<Site> sites_;  // Of whoever starts, then of the managing thread.

  std::mutex mutex_;
  std::condition_variable changed_;
  bool resolved_ = false;
  bool stopping_ = false;
  std::thread manager_;
};

AlertmanagerPool::AlertmanagerPool(Options options, Board& board, Clock& clock,
                                   Telemetry& telemetry)
    : impl_(std::make_unique<Impl>(std::move(options), board, clock, telemetry)) {}

AlertmanagerPool::~AlertmanagerPool() {
  Stop(absl::ZeroDuration());
}

void AlertmanagerPool::Start() {
  impl_->Start();
}

void AlertmanagerPool::Stop(absl::Duration bound) {
  impl_->Stop(bound);
}

std::vector<Acknowledgement> AlertmanagerPool::Acknowledgements(const std::string& alert_id) const {
  return impl_->Acknowledgements(alert_id);
}

}  // namespace slowburn
