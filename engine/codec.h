// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <absl/time/time.h>

#include "rules/label.h"

namespace slowburn {

// Writes values one after another as bytes, small numbers in few: what the state keeps of things
// that nobody queries.  Read back in the same order by a ByteReader.
class ByteWriter {
 public:
  void Unsigned(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  // Negative numbers that are small stay small too.
  void Signed(std::int64_t value) {
    Unsigned((static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
  }

  void Bool(bool value) { Unsigned(value ? 1 : 0); }

  void Double(double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(bits >> shift);
  }

  void String(std::string_view text) {
    Unsigned(text.size());
    bytes_.append(text);
  }

  // To the millisecond.
  void Time(absl::Time time) { Signed(absl::ToUnixMillis(time)); }

  // An optional value: whether it is there, and then what `write` writes of it.
  template <typename T, typename Write>
  void Optional(const std::optional<T>& value, Write write) {
    Bool(value.has_value());
    if (value) write(*value);
  }

  void OptionalTime(const std::optional<absl::Time>& time) {
    Optional(time, [this](absl::Time value) { Time(value); });
  }

  void OptionalSigned(const std::optional<std::int64_t>& value) {
    Optional(value, [this](std::int64_t number) { Signed(number); });
  }

  void LabelSet(const Labels& labels) {
    Unsigned(labels.size());
    for (const auto& [name, value] : labels) {
      String(name);
      String(value);
    }
  }

  const std::string& bytes() const { return bytes_; }

  std::string Take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what a ByteWriter wrote.  Damaged bytes never do harm: once something does not fit, `ok` is
// false for good and every value is zero or empty.
class ByteReader {
 public:
  // `bytes` must outlive this.
  explicit ByteReader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }

  // Whether all has been read, and well.
  bool done() const { return ok_ && rest_.empty(); }

  std::uint64_t Unsigned() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) return Fail();
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80) return value;
    }
    return Fail();
  }

  std::int64_t Signed() {
    const std::uint64_t value = Unsigned();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }

  bool Bool() { return Unsigned() != 0; }

  double Double() {
    if (rest_.size() < 8) return static_cast<double>(Fail());
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 8; ++i) {
      bits |= std::uint64_t{static_cast<unsigned char>(rest_[i])} << (8 * i);
    }
    rest_.remove_prefix(8);
    return std::bit_cast<double>(bits);
  }

  std::string String() {
    const std::uint64_t size = Unsigned();
    if (size > rest_.size()) {
      Fail();
      return {};
    }
    std::string text(rest_.substr(0, static_cast<std::size_t>(size)));
    rest_.remove_prefix(text.size());
    return text;
  }

  absl::Time Time() { return absl::FromUnixMillis(Signed()); }

  template <typename Read>
  auto Optional(Read read) -> std::optional<decltype(read())> {
    if (!Bool()) return std::nullopt;
    return read();
  }

  std::optional<absl::Time> OptionalTime() {
    return Optional([this] { return Time(); });
  }

  std::optional<std::int64_t> OptionalSigned() {
    return Optional([this] { return Signed(); });
  }

  Labels LabelSet() {
    Labels labels;
    for (std::size_t count = Count(); count > 0; --count) {
      std::string name = String();
      labels[std::move(name)] = String();
    }
    return labels;
  }

  // A number of things to come, each of which takes a byte at least: never more than could be.
  std::size_t Count() {
    const std::uint64_t count = Unsigned();
    if (count > rest_.size()) return static_cast<std::size_t>(Fail());
    return static_cast<std::size_t>(count);
  }

 private:
  std::uint64_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace slowburn
