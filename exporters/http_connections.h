// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <condition_variable>
#include <cstddef>
#include <list>
#include <mutex>

namespace slowburn {

// The open connections of a server whose threads each serve one connection at a time.
//
// A connection that waits for its peer holds a thread.  It may do so for as long as nobody else is
// in need of the thread.  Thread-safe.
class Connections {
 public:
  struct Connection {
    int socket = -1;
    bool leaving = false;  // Has been told that it may wait no more.
  };

  using Handle = std::list<Connection>::iterator;

  // Adds an open socket, which this owns from now on.
  Handle Add(int socket);

  // Closes the connection's socket.
  void Remove(Handle connection);

  // How many connections are in the queue for a thread.
  void SetQueued(std::size_t count);

  // Whether a connection that has waited for a while may wait on.  Once it may not, it must be
  // removed: its thread has been promised.
  bool MayWaitOn(Handle connection);

  // Ends all waits, now and later: reads find the end of the input.  Returns when all connections
  // are gone; those that still answer after 2 s are cut off.
  void StopAll();

 private:
  std::mutex mutex_;
  std::condition_variable removed_;
  std::list<Connection> connections_;
  std::size_t queued_ = 0;
  std::size_t leaving_ = 0;
  bool stopping_ = false;
};

}  // namespace slowburn
