// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <csignal>
#include <future>
#include <map>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <pthread.h>

#include "engine/cli/command.h"
#include "engine/daemon.h"
#include "engine/io/http_client.h"
#include "engine/io/log.h"
#include "engine/io/prometheus_source.h"
#include "engine/io/real_clock.h"
#include "engine/io/state_store.h"
#include "engine/sloth_guard.h"
#include "engine/state_keeper.h"
#include "exporters/admin.h"
#include "exporters/alertmanager_pool.h"
#include "exporters/alertmanager_read.h"
#include "exporters/api.h"
#include "exporters/http_server.h"
#include "exporters/metrics.h"
#include "exporters/metrics_sloth.h"
#include "rules/duration.h"

namespace slowburn {
namespace {

// How long a shutdown may take to finish an evaluation, to tell Alertmanager what is due, and to
// write the state.
constexpr absl::Duration kLastEvaluation = absl::Seconds(5);
constexpr absl::Duration kLastDelivery = absl::Seconds(5);
constexpr absl::Duration kLastWrite = absl::Seconds(5);

// How long a start without a state waits for the Alertmanagers.
constexpr absl::Duration kLongestLookBack = absl::Seconds(3);

struct RunOptions {
  std::string config;
  std::vector<std::string> rules;
  std::string windows;
  std::string source;
  std::vector<std::string> alertmanagers;
  std::string listen;
  std::string external_url;
  std::string interval;
  std::string settle;
  std::string state;
  std::string log_level = "info";
  std::optional<Format> format;
  bool shadow = false;
  bool enable_reload = false;
  bool allow_shrink = false;
  bool sloth_metrics = false;
  std::string sloth_prefix;
};

bool OverrideDuration(const std::string& text, std::string_view flag, absl::Duration shortest,
                      std::optional<absl::Duration>& value) {
  if (text.empty()) return true;
  const absl::StatusOr<absl::Duration> parsed = ParseDuration(text);
  if (!parsed.ok() || *parsed < shortest) {
    fmt::print(stderr, "slowburn: {}: '{}' is not a duration of {} or more\n", flag, text,
               DurationText(shortest));
    return false;
  }
  value = *parsed;
  return true;
}

// The configuration file with what flags say above it; false when it can't run.
bool MakeConfig(const RunOptions& options, Config& config) {
  if (!ReadConfig(options.config, config)) return false;
  std::optional<absl::Duration> interval;
  if (!OverrideDuration(options.interval, "--interval", absl::Seconds(1), interval)) return false;
  if (!OverrideDuration(options.settle, "--settle", absl::ZeroDuration(), config.settle)) {
    return false;
  }
  if (!options.settle.empty()) {
    for (auto& [name, source] : config.sources) source.settle.reset();
  }
  if (interval) config.interval = config.defaults.interval = *interval;
  if (!options.source.empty()) {
    config.sources["default"].http.url = options.source;
    config.sources["default"].replicas.clear();
    config.defaults.sources.clear();
    for (const auto& [name, source] : config.sources) config.defaults.sources.push_back(name);
  }
  for (const std::string& url : options.alertmanagers) {
    HttpSettings settings;
    settings.url = url;
    config.alertmanagers.push_back(settings);
  }
  if (!options.windows.empty()) config.sloth_windows = options.windows;
  if (!options.listen.empty()) config.listen = options.listen;
  if (!options.external_url.empty()) config.external_url = options.external_url;
  if (!options.state.empty()) config.state_path = options.state;
  if (options.shadow) config.mode = AlertMode::kShadow;
  if (options.enable_reload) config.enable_reload = true;
  if (options.sloth_metrics) config.sloth_metrics = true;
  if (!options.sloth_prefix.empty()) config.sloth_prefix = options.sloth_prefix;
  if (!config.sloth_prefix.empty() && !IsMetricName(config.sloth_prefix)) {
    fmt::print(stderr, "slowburn: --metrics.sloth_prefix: '{}' can't begin the name of a metric\n",
               config.sloth_prefix);
    return false;
  }
  config.rules.insert(config.rules.end(), options.rules.begin(), options.rules.end());
  const char* lacks = nullptr;
  if (config.sources.empty()) lacks = "no source: give sources in --config, or --source URL";
  if (config.rules.empty()) lacks = "no SLO files: give rules in --config, or paths";
  if (lacks != nullptr) fmt::print(stderr, "slowburn: {}\n", lacks);
  return lacks == nullptr;
}

LogLevel ParseLogLevel(const std::string& text) {
  if (text == "debug") return LogLevel::kDebug;
  if (text == "warn") return LogLevel::kWarn;
  if (text == "error") return LogLevel::kError;
  return LogLevel::kInfo;
}

// Opens the state that the configuration names; false when it must not be run on.
bool OpenState(const Config& config, std::unique_ptr<StateFile>& state) {
  if (config.state_path.empty()) {
    Log(LogLevel::kWarn, "no state.path: a restart forgets what fires");
    return true;
  }
  absl::StatusOr<std::unique_ptr<StateFile>> opened = StateFile::Open(
      {.folder = config.state_path, .retention = config.state_retention}, RealClock());
  if (!opened.ok()) {
    Log(LogLevel::kError, "slowburn can't start",
        {{"reason", std::string(opened.status().message())}});
    return false;
  }
  state = *std::move(opened);
  return true;
}

// Everything that runs, in the order in which it must be taken down again.
class Process {
 public:
  // `state` may be null: then nothing outlives the process.
  Process(const Config& config, const RunOptions& run, std::unique_ptr<StateFile> state)
      : config_(config) {
    Metrics::Options names;
    names.version = SLOWBURN_VERSION;
    for (const auto& [name, source] : config_.sources) names.sources.push_back(name);
    for (const HttpSettings& http : config_.alertmanagers) {
      names.alertmanagers.push_back(HttpClient(http).display_url());
    }
    names.sloth = config_.sloth_metrics;
    names.sloth_prefix = config_.sloth_prefix;
    metrics_ = std::make_unique<Metrics>(std::move(names));
    Daemon::Options options;
    options.config = config_;
    options.allow_shrink = run.allow_shrink;
    options.format = run.format;
    options.read_files = [paths = config_.rules] { return ReadSpecFiles(paths); };
    if (!config_.sloth_windows.empty()) {
      options.read_windows = [path = config_.sloth_windows] { return ReadSpecFiles({path}); };
    }
    if (state) TakeUp(std::move(state), options);
    const bool knows_alerts =
        std::any_of(options.restored.begin(), options.restored.end(),
                    [](const auto& source) { return !source.second.heads.empty(); });
    if (!knows_alerts && config_.mode == AlertMode::kLive) options.starts = ReadStarts();
    pool_ = std::make_unique<AlertmanagerPool>(PoolOptions(), board_, RealClock(), *metrics_);
    daemon_ =
        std::make_unique<Daemon>(std::move(options), NewSources(), board_, RealClock(), *metrics_);
    if (config_.sloth_metrics && config_.sloth_prefix.empty()) {
      sloth_guard_ =
          std::make_unique<SlothGuard>(NewSources(), std::string(kSlothMode), RealClock(),
                                       [this](bool allowed) { metrics_->AllowSloth(allowed); });
    }
    server_ = std::make_unique<HttpServer>(NewApi(ApiDependencies{
        board_, *metrics_, [this](const std::string& id) { return pool_->Acknowledgements(id); },
        [this] { return daemon_->healthy(); }, [this] { return daemon_->ready(); },
        config_.enable_reload ? std::function<absl::Status()>([this] { return daemon_->Reload(); })
                              : nullptr}));
    admin_ = std::make_unique<HttpServer>(
        NewAdmin(AdminDependencies{board_, [this] { return daemon_->Reload(); },
                                   [this](const std::string& alert, const std::string& text) {
                                     return daemon_->Release(alert, "released", text);
                                   }}));
  }

  absl::Status Start() {
    if (absl::Status listening = server_->Start(config_.listen); !listening.ok()) return listening;
    if (absl::Status loaded = daemon_->Start(); !loaded.ok()) return loaded;
    pool_->Start();
    if (keeper_) TakeOrders();
    if (sloth_guard_) sloth_guard_->Start();
    Log(LogLevel::kInfo, "slowburn runs",
        {{"version", SLOWBURN_VERSION}, {"listen", server_->address()}});
    return absl::OkStatus();
  }

  void Reload() { daemon_->Reload().IgnoreError(); }  // It logs what is wrong.

  void Stop() {
    admin_->Stop();  // First: while the state is ours, its socket is too.
    if (sloth_guard_) sloth_guard_->Stop();
    daemon_->Stop(kLastEvaluation);
    pool_->Stop(kLastDelivery);
    if (keeper_) keeper_->Stop(kLastWrite);
    server_->Stop();
  }

 private:
  std::map<std::string, std::unique_ptr<Source>> NewSources() {
    std::map<std::string, std::unique_ptr<Source>> sources;
    for (const auto& [name, settings] : config_.sources) {
      sources[name] = NewPrometheusSource(name, settings, RealClock(), *metrics_);
    }
    return sources;
  }

  // Reads what an earlier process left, and goes on to write it.
  void TakeUp(std::unique_ptr<StateFile> state, Daemon::Options& options) {
    if (!state->set_aside().empty()) metrics_->OnStateDamaged();
    if (const StateReader* reader = state->reader()) {
      const auto take = [](auto loaded, auto& into) {
        if (loaded.ok()) {
          into = *std::move(loaded);
        } else {
          Log(LogLevel::kError, "a part of the state can't be read",
              {{"problem", std::string(loaded.status().message())}});
        }
      };
      take(reader->Definitions(), options.definitions);
      for (const auto& [name, source] : config_.sources) {
        take(reader->LoadSource(name), options.restored[name]);
      }
      take(reader->Deliveries(), deliveries_);
    }
    keeper_ = std::make_unique<StateKeeper>(std::move(state), RealClock(), *metrics_);
    options.keeper = keeper_.get();
  }

  // Opens the socket for administration; without it the rest goes on.
  void TakeOrders() {
    const absl::StatusOr<std::string> socket = AdminSocket(config_.state_path);
    const absl::Status listening = socket.ok() ? admin_->StartAtSocket(*socket) : socket.status();
    if (listening.ok()) return;
    Log(LogLevel::kWarn, "no socket for administration: alerts can't be resolved by hand",
        {{"reason", std::string(listening.message())}});
  }

  // Without a state, Alertmanagers may still know when what fires began.  Of several, the first to
  // have been told.
  std::map<std::string, absl::Time> ReadStarts() const {
    using Starts = std::map<std::string, absl::Time>;
    std::vector<std::future<absl::StatusOr<Starts>>> answers;
    for (HttpSettings http : config_.alertmanagers) {
      http.timeout = std::min(http.timeout, kLongestLookBack);
      answers.push_back(std::async(std::launch::async, [http = std::move(http)] {
        return ReadActiveStarts(http, RealClock());
      }));
    }
    Starts starts;
    for (auto& answer : answers) {
      const absl::StatusOr<Starts> active = answer.get();
      if (!active.ok()) {
        Log(LogLevel::kWarn, "Alertmanager can't be asked what fires",
            {{"problem", std::string(active.status().message())}});
        continue;
      }
      for (const auto& [id, start] : *active) {
        const auto [known, is_new] = starts.try_emplace(id, start);
        if (!is_new) known->second = std::min(known->second, start);
      }
    }
    return starts;
  }

  AlertmanagerPool::Options PoolOptions() {
    AlertmanagerPool::Options options{.alertmanagers = config_.alertmanagers,
                                      .interval = config_.interval,
                                      .resend_delay = config_.resend_delay,
                                      .keeper = keeper_.get(),
                                      .restored = deliveries_};
    options.on_peer_resolved = [this](const std::string& id) {
      // The alert may have ended here too by now.
      daemon_->Release(id, "adopted", "Another slowburn has resolved it.").IgnoreError();
    };
    if (config_.watchdog && config_.mode == AlertMode::kLive) {
      options.watchdog = {.external_labels = config_.external_labels,
                          .interval = config_.interval,
                          .sources = config_.defaults.sources,
                          .began = RealClock().TimeNow()};
    }
    return options;
  }

  Config config_;
  Board board_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<StateKeeper> keeper_;
  std::vector<SavedDelivery> deliveries_;  // Of an earlier process.
  std::unique_ptr<AlertmanagerPool> pool_;
  std::unique_ptr<Daemon> daemon_;
  std::unique_ptr<SlothGuard> sloth_guard_;  // Null where there is nothing to guard.
  std::unique_ptr<HttpServer> server_;
  std::unique_ptr<HttpServer> admin_;
};

// Waits for the signal to stop, reloading at each SIGHUP.
void ServeSignals(const sigset_t& signals, Process& process) {
  while (true) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) {
      Log(LogLevel::kInfo, "stopping", {{"signal", fmt::format("{}", signal)}});
      return;
    }
    process.Reload();
  }
}

int Run(const RunOptions& options) {
  SetLogLevel(ParseLogLevel(options.log_level));
  Config config;
  if (!MakeConfig(options, config)) return kUsage;
  // Blocked before any thread begins, so that only ServeSignals takes them.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  std::unique_ptr<StateFile> state;
  if (!OpenState(config, state)) return kUsage;
  Process process(config, options, std::move(state));
  if (const absl::Status started = process.Start(); !started.ok()) {
    Log(LogLevel::kError, "slowburn can't start", {{"reason", std::string(started.message())}});
    process.Stop();
    return kUsage;
  }
  ServeSignals(signals, process);
  process.Stop();
  return kGood;
}

}  // namespace

void AddRun(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command =
      app.add_subcommand("run", "Evaluate SLOs, send alerts, serve metrics and pages");
  command->add_option("--config", options->config, "slowburn.yaml");
  command->add_option("rules", options->rules,
                      "SLO files, folders and globs, beside those of the "
                      "configuration");
  command->add_option("--windows", options->windows,
                      "File or folder of Sloth's AlertWindows, instead of those among the rules");
  AddFormatOption(*command, options->format);
  command->add_option("--source", options->source, "URL of Prometheus, as source `default`");
  command
      ->add_option("--alertmanager", options->alertmanagers, "URL of an Alertmanager; repeatable")
      ->allow_extra_args(false);
  command->add_option("--listen", options->listen, "host:port of metrics and pages");
  command->add_option("--external-url", options->external_url, "Where people reach slowburn");
  command->add_option("--interval", options->interval, "Between evaluations");
  command->add_option("--settle", options->settle,
                      "How long after its scrape a sample is surely visible");
  command->add_option("--state", options->state,
                      "Folder of the state; without it a restart forgets what fires");
  command->add_option("--log-level", options->log_level, "How much to log")
      ->capture_default_str()
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}));
  command->add_flag("--shadow", options->shadow, "Do everything but send alerts");
  command->add_flag("--enable-reload", options->enable_reload, "Allow POST /-/reload");
  command->add_flag("--allow-shrink", options->allow_shrink,
                    "Accept a load that drops more than half of the SLOs, or all");
  command->add_flag(
      "--metrics.sloth", options->sloth_metrics,
      "Serve the series of Sloth's rules too, unless a source has them from elsewhere");
  command->add_option("--metrics.sloth_prefix", options->sloth_prefix,
                      "Put this before their names, and serve them in any case");
  command->footer(
      "SIGHUP loads the rules anew; changed files are noticed without it.\n"
      "Example: slowburn run --source http://127.0.0.1:9090 \\\n"
      "           --alertmanager http://127.0.0.1:9093 slos/");
  command->callback([options, &exit_code] { exit_code = Run(*options); });
}

}  // namespace slowburn
