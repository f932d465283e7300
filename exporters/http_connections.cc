// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "exporters/http_connections.h"

#include <chrono>

#include <sys/socket.h>
#include <unistd.h>

namespace slowburn {
namespace {

constexpr auto kGoodbyeTime = std::chrono::seconds(2);

}  // namespace

Connections::Handle Connections::Add(int socket) {
  const std::lock_guard lock(mutex_);
  if (stopping_) shutdown(socket, SHUT_RD);
  return connections_.insert(connections_.end(), Connection{.socket = socket});
}

void Connections::Remove(Handle connection) {
  const std::lock_guard lock(mutex_);
  shutdown(connection->socket, SHUT_RDWR);
  close(connection->socket);  // Under the lock: else StopAll could meet its reused number.
  if (connection->leaving) --leaving_;
  connections_.erase(connection);
  removed_.notify_all();
}

void Connections::SetQueued(std::size_t count) {
  const std::lock_guard lock(mutex_);
  queued_ = count;
}

bool Connections::MayWaitOn(Handle connection) {
  const std::lock_guard lock(mutex_);
  if (connection->leaving) return false;
  if (queued_ <= leaving_) return true;  // Those in need are being served.
  connection->leaving = true;
  ++leaving_;
  return false;
}

void Connections::StopAll() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  // What is being answered can still be written.
  for (const Connection& connection : connections_) shutdown(connection.socket, SHUT_RD);
  const auto gone = [&] { return connections_.empty(); };
  if (removed_.wait_for(lock, kGoodbyeTime, gone)) return;
  for (const Connection& connection : connections_) shutdown(connection.socket, SHUT_RDWR);
  removed_.wait(lock, gone);
}

}  // namespace slowburn
