// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/fakes/slowburn_process.h"

#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <httplib.h>
#include <signal.h>

#include "tests/fakes/wait_until.h"

namespace slowburn {

SlowburnProcess::SlowburnProcess(Options options)
    : options_(std::move(options)), port_(FreePort()) {
  std::filesystem::create_directory(folder_.path().string() + "/rules");
  WriteConfig(options_.config);
  WriteRules(options_.rules);
}

void SlowburnProcess::WriteConfig(const std::string& config) const {
  folder_.Write("slowburn.yaml",
                config + fmt::format("listen: 127.0.0.1:{}\nrules: [rules]\n", port_));
}

void SlowburnProcess::Launch() {
  std::vector<std::string> command = {SLOWBURN_BINARY, "run", "--config",
                                      folder_.path().string() + "/slowburn.yaml"};
  if (options_.state) command.insert(command.end(), {"--state", StateFolder()});
  command.insert(command.end(), options_.flags.begin(), options_.flags.end());
  process_ = std::make_unique<ChildProcess>(command, folder_.path().string() + "/slowburn.log");
}

void SlowburnProcess::Start() {
  Launch();
  const bool settled = WaitUntil([&] { return Get("/-/ready") || !running(); });
  if (!settled || !running()) throw std::runtime_error("slowburn does not start: " + log());
}

void SlowburnProcess::Kill() {
  Signal(SIGKILL);
  process_->Wait(absl::InfiniteDuration());
}

std::optional<int> SlowburnProcess::Terminate(absl::Duration bound) {
  Signal(SIGTERM);
  return process_->Wait(bound);
}

void SlowburnProcess::Signal(int signal) const {
  process_->Signal(signal);
}

bool SlowburnProcess::running() {
  return process_ != nullptr && process_->running();
}

void SlowburnProcess::WriteRules(const std::string& text, const std::string& name) const {
  // As an editor does: nobody may see half of it.
  const std::string made = folder_.Write("made.tmp", text);
  std::filesystem::rename(made, folder_.path().string() + "/rules/" + name);
}

void SlowburnProcess::RemoveRules(const std::string& name) const {
  std::filesystem::remove(folder_.path().string() + "/rules/" + name);
}

int SlowburnProcess::RunCommand(const std::vector<std::string>& arguments) const {
  std::vector<std::string> command = {SLOWBURN_BINARY};
  command.insert(command.end(), arguments.begin(), arguments.end());
  ChildProcess process(command, folder_.path().string() + "/command.log");
  return process.Wait(absl::Seconds(60)).value_or(-1);
}

std::string SlowburnProcess::url() const {
  return fmt::format("http://127.0.0.1:{}", port_);
}

std::string SlowburnProcess::log() const {
  return ReadFile(folder_.path().string() + "/slowburn.log") +
         ReadFile(folder_.path().string() + "/command.log");
}

std::string SlowburnProcess::StateFolder() const {
  return folder_.path().string() + "/state";
}

std::optional<std::string> SlowburnProcess::Get(const std::string& path) const {
  httplib::Client client("127.0.0.1", port_);
  const httplib::Result result = client.Get(path);
  if (!result || result->status != 200) return std::nullopt;
  return result->body;
}

nlohmann::json SlowburnProcess::Json(const std::string& path) const {
  const std::optional<std::string> body = Get(path);
  return body ? nlohmann::json::parse(*body, nullptr, false) : nlohmann::json();
}

std::optional<double> SlowburnProcess::Metric(std::string_view beginning) const {
  std::istringstream lines(Get("/metrics").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(beginning)) continue;
    return std::stod(line.substr(line.rfind(' ') + 1));
  }
  return std::nullopt;
}

}  // namespace slowburn
