// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "engine/prometheus_json.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "engine/query_error.h"
#include "engine/status_macros.h"

// Reads the value of a simdjson result into `lhs`, or returns kDataLoss.
#define SLOWBURN_READ(lhs, expr)                                                          \
  do {                                                                                    \
    if (const auto slowburn_code = (expr).get(lhs); slowburn_code != simdjson::SUCCESS) { \
      return NotSuchJson(simdjson::error_message(slowburn_code));                         \
    }                                                                                     \
  } while (false)

namespace slowburn {
namespace {

namespace ondemand = simdjson::ondemand;

// 2^53: beyond it a double no longer tells milliseconds apart, and no clock gets there.
constexpr double kMaxMillis = 9007199254740992.0;

absl::Status NotSuchJson(std::string_view what) {
  return absl::DataLossError(fmt::format("answer is not of the Prometheus API: {}", what));
}

// Gives `text` the slack behind its end that simdjson reads into.
simdjson::padded_string_view Pad(std::string& text) {
  text.reserve(text.size() + simdjson::SIMDJSON_PADDING);
  return simdjson::padded_string_view(text.data(), text.size(), text.capacity());
}

// Whether nothing but space follows what was read of `document`.
bool AtEnd(ondemand::document& document) {
  return document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

// Calls `on_member(key, value)` for each member of an object, in the order of the text.
template <typename Object, typename OnMember>
absl::Status ForEachMember(Object object, const OnMember& on_member) {
  for (auto member : object) {
    ondemand::raw_json_string key;
    SLOWBURN_READ(key, member.key());
    ondemand::value value;
    SLOWBURN_READ(value, member.value());
    SLOWBURN_RETURN_IF_ERROR(on_member(key, value));
  }
  return absl::OkStatus();
}

bool IsNull(ondemand::value& value) {
  bool null = false;
  return value.is_null().get(null) == simdjson::SUCCESS && null;
}

absl::Status ReadString(ondemand::value value, std::string& out) {
  if (IsNull(value)) return absl::OkStatus();
  std::string_view text;
  SLOWBURN_READ(text, value.get_string());
  out = text;
  return absl::OkStatus();
}

absl::Status ReadBool(ondemand::value value, bool& out) {
  if (IsNull(value)) return absl::OkStatus();
  SLOWBURN_READ(out, value.get_bool());
  return absl::OkStatus();
}

absl::Status ReadStrings(ondemand::value value, std::vector<std::string>& out) {
  out.clear();
  if (IsNull(value)) return absl::OkStatus();
  ondemand::array items;
  SLOWBURN_READ(items, value.get_array());
  for (auto item : items) {
    std::string_view text;
    SLOWBURN_READ(text, item.get_string());
    out.emplace_back(text);
  }
  return absl::OkStatus();
}

// What stands around `data` in every answer.
struct Envelope {
  std::string status;
  std::string error_type;
  std::string error;
  std::vector<std::string> warnings;
  bool partial = false;
};

// Reads a whole answer, its members in any order, and calls `on_data` with the value of `data`
// unless that is null.
template <typename OnData>
absl::StatusOr<Envelope> ReadAnswer(std::string& body, const OnData& on_data) {
  ondemand::parser parser;
  ondemand::document document;
  SLOWBURN_READ(document, parser.iterate(Pad(body)));
  ondemand::object members;
  SLOWBURN_READ(members, document.get_object());
  Envelope envelope;
  const auto on_member = [&](ondemand::raw_json_string key, ondemand::value value) {
    if (key == "status") return ReadString(value, envelope.status);
    if (key == "errorType") return ReadString(value, envelope.error_type);
    if (key == "error") return ReadString(value, envelope.error);
    if (key == "warnings") return ReadStrings(value, envelope.warnings);
    if (key == "isPartial") return ReadBool(value, envelope.partial);
    if (key == "data" && !IsNull(value)) return on_data(value);
    return absl::OkStatus();
  };
  SLOWBURN_RETURN_IF_ERROR(ForEachMember(members, on_member));
  if (!AtEnd(document)) return NotSuchJson("text after its end");
  return envelope;
}

// Whether an answer that came as a success is one.
absl::Status CheckStatus(const Envelope& envelope, bool has_data) {
  if (envelope.status == "error") {
    return ClassifyQueryError(200, envelope.error_type, envelope.error);
  }
  if (envelope.status != "success") return NotSuchJson("no status");
  return has_data ? absl::OkStatus() : NotSuchJson("no data");
}

// Reads the whole of `text` as a number as Prometheus writes them.
std::optional<double> ParseNumber(std::string_view text) {
  // from_chars knows no plus sign; a minus after it is not for from_chars to find.
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

absl::Status ReadTime(ondemand::value value, Sample& sample) {
  double seconds = 0;
  SLOWBURN_READ(seconds, value.get_double());
  const double millis = std::round(seconds * 1000);
  if (!(std::abs(millis) <= kMaxMillis)) return NotSuchJson("a time is out of range");
  sample.at_ms = static_cast<std::int64_t>(millis);
  return absl::OkStatus();
}

absl::Status ReadValue(ondemand::value value, Sample& sample) {
  // No number is longer, and simdjson has seen that the string is closed: this stays within it.
  constexpr std::size_t kLongest = 400;
  ondemand::raw_json_string raw;
  SLOWBURN_READ(raw, value.get_raw_json_string());
  const char* const text = raw.raw();
  std::size_t length = 0;
  while (length < kLongest && text[length] != '"') ++length;
  const std::optional<double> number = ParseNumber({text, length});
  if (!number) return NotSuchJson("a value is no number");
  sample.value = *number;
  return absl::OkStatus();
}

// Reads the element at `index` of a pair such as `[1700000000.123, "1.5"]`.
absl::Status ReadElement(int index, ondemand::value value, Sample& sample) {
  if (index == 0) return ReadTime(value, sample);
  if (index == 1) return ReadValue(value, sample);
  return NotSuchJson("a sample has more than a time and a value");
}

absl::Status ReadSample(ondemand::array pair, std::vector<Sample>& out) {
  Sample sample;
  int index = 0;
  for (auto item : pair) {
    ondemand::value element;
    SLOWBURN_READ(element, std::move(item));
    SLOWBURN_RETURN_IF_ERROR(ReadElement(index++, element, sample));
  }
  if (index != 2) return NotSuchJson("a sample has no time and value");
  out.push_back(sample);
  return absl::OkStatus();
}

bool Earlier(const Sample& a, const Sample& b) {
  return a.at_ms < b.at_ms;
}

// Whether `b`, at the time of `a`, is the one to keep: the larger, as VictoriaMetrics decides when
// it removes duplicates, and any number before NaN.
bool Supersedes(const Sample& b, const Sample& a) {
  return b.value > a.value || (std::isnan(a.value) && !std::isnan(b.value));
}

// Puts the samples from `begin` on in ascending time, one at each instant.  A store that holds
// what several replicas scraped can give them otherwise.
void Normalize(std::size_t begin, std::vector<Sample>& samples) {
  const auto first = samples.begin() + static_cast<std::ptrdiff_t>(begin);
  const auto not_ascending = [](const Sample& a, const Sample& b) { return a.at_ms >= b.at_ms; };
  if (std::adjacent_find(first, samples.end(), not_ascending) == samples.end()) return;
  std::stable_sort(first, samples.end(), Earlier);
  auto last = first;
  for (auto it = std::next(first); it != samples.end(); ++it) {
    if (it->at_ms != last->at_ms) {
      *++last = *it;
    } else if (Supersedes(*it, *last)) {
      *last = *it;
    }
  }
  samples.erase(std::next(last), samples.end());
}

// Collects the series of one answer.  Samples move while they are collected, so spans are made only
// at the end.
class SeriesReader {
 public:
  // Reads the object `data`.  Its members may come in any order, so the shape of `result` tells
  // what it is: objects with `values` or `value`, or one bare pair.
  absl::Status ReadData(ondemand::value data) {
    ondemand::object members;
    SLOWBURN_READ(members, data.get_object());
    return ForEachMember(members, [this](ondemand::raw_json_string key, ondemand::value value) {
      if (key == "resultType") return ReadType(value);
      if (key == "result") return ReadResult(value);
      return absl::OkStatus();
    });
  }

  bool has_result() const { return has_result_; }

  // Moves what was read into `result`, whose body is the text that was read.
  void MoveTo(QueryResult& result) {
    result.samples = std::move(samples_);
    const std::span<const Sample> all = result.samples;
    result.series.reserve(extents_.size());
    for (const Extent& extent : extents_) {
      result.series.push_back({extent.labels_json, all.subspan(extent.begin, extent.size)});
    }
  }

 private:
  struct Extent {
    std::string_view labels_json;
    std::size_t begin = 0;
    std::size_t size = 0;
  };

  static absl::Status ReadType(ondemand::value value) {
    std::string_view type;
    SLOWBURN_READ(type, value.get_string());
    if (type == "matrix" || type == "vector" || type == "scalar") return absl::OkStatus();
    return NotSuchJson(fmt::format("result is of type '{}'", type.substr(0, 20)));
  }

  absl::Status ReadResult(ondemand::value value) {
    extents_.clear();
    samples_.clear();
    has_result_ = true;
    if (IsNull(value)) return absl::OkStatus();
    ondemand::array items;
    SLOWBURN_READ(items, value.get_array());
    Sample scalar;
    int scalar_elements = 0;
    for (auto item : items) {
      ondemand::value element;
      SLOWBURN_READ(element, std::move(item));
      ondemand::json_type type{};
      SLOWBURN_READ(type, element.type());
      if (type == ondemand::json_type::object && scalar_elements == 0) {
        SLOWBURN_RETURN_IF_ERROR(ReadSeries(element));
      } else if (extents_.empty()) {
        SLOWBURN_RETURN_IF_ERROR(ReadElement(scalar_elements++, element, scalar));
      } else {
        return NotSuchJson("a series is no object");
      }
    }
    if (scalar_elements == 0) return absl::OkStatus();
    if (scalar_elements != 2) return NotSuchJson("a scalar has no time and value");
    samples_.push_back(scalar);
    extents_.push_back({.labels_json = "{}", .begin = 0, .size = 1});
    return absl::OkStatus();
  }

  absl::Status ReadSeries(ondemand::value series) {
    ondemand::object members;
    SLOWBURN_READ(members, series.get_object());
    Extent extent{.labels_json = {}, .begin = samples_.size(), .size = 0};
    const auto on_member = [&](ondemand::raw_json_string key, ondemand::value value) {
      if (key == "metric") return ReadLabels(value, extent.labels_json);
      if (key == "values") return ReadSamples(value);
      if (key == "value") return ReadOneSample(value);
      return absl::OkStatus();
    };
    SLOWBURN_RETURN_IF_ERROR(ForEachMember(members, on_member));
    if (extent.labels_json.empty()) return NotSuchJson("a series has no metric");
    if (samples_.size() == extent.begin) return absl::OkStatus();  // Native histograms only.
    Normalize(extent.begin, samples_);
    extent.size = samples_.size() - extent.begin;
    extents_.push_back(extent);
    return absl::OkStatus();
  }

  static absl::Status ReadLabels(ondemand::value value, std::string_view& out) {
    ondemand::object labels;
    SLOWBURN_READ(labels, value.get_object());
    SLOWBURN_READ(out, labels.raw_json());
    out = out.substr(0, out.rfind('}') + 1);  // It reaches to the next token, over any space.
    return absl::OkStatus();
  }

  absl::Status ReadSamples(ondemand::value value) {
    if (IsNull(value)) return absl::OkStatus();
    ondemand::array pairs;
    SLOWBURN_READ(pairs, value.get_array());
    for (auto item : pairs) {
      ondemand::array pair;
      SLOWBURN_READ(pair, item.get_array());
      SLOWBURN_RETURN_IF_ERROR(ReadSample(pair, samples_));
    }
    return absl::OkStatus();
  }

  absl::Status ReadOneSample(ondemand::value value) {
    if (IsNull(value)) return absl::OkStatus();
    ondemand::array pair;
    SLOWBURN_READ(pair, value.get_array());
    return ReadSample(pair, samples_);
  }

  bool has_result_ = false;
  std::vector<Sample> samples_;
  std::vector<Extent> extents_;
};

}  // namespace

absl::StatusOr<QueryResult> ParseQueryResponse(std::string body) {
  QueryResult result;
  result.body = std::make_unique<std::string>(std::move(body));
  SeriesReader reader;
  SLOWBURN_ASSIGN_OR_RETURN(Envelope envelope, ReadAnswer(*result.body, [&](ondemand::value data) {
                              return reader.ReadData(data);
                            }));
  SLOWBURN_RETURN_IF_ERROR(CheckStatus(envelope, reader.has_result()));
  reader.MoveTo(result);
  result.warnings = std::move(envelope.warnings);
  result.partial = envelope.partial || !result.warnings.empty();
  return result;
}

absl::StatusOr<Labels> ParseLabels(std::string_view json) {
  std::string text(json);
  ondemand::parser parser;
  ondemand::document document;
  SLOWBURN_READ(document, parser.iterate(Pad(text)));
  ondemand::object members;
  SLOWBURN_READ(members, document.get_object());
  Labels labels;
  for (auto member : members) {
    std::string_view name;
    SLOWBURN_READ(name, member.unescaped_key());
    std::string_view value;
    SLOWBURN_READ(value, member.value().get_string());
    labels[std::string(name)] = value;
  }
  if (!AtEnd(document)) return NotSuchJson("text after the labels");
  return labels;
}

absl::StatusOr<std::vector<std::string>> ParseStringList(std::string body) {
  std::vector<std::string> strings;
  bool has_data = false;
  SLOWBURN_ASSIGN_OR_RETURN(const Envelope envelope, ReadAnswer(body, [&](ondemand::value data) {
                              has_data = true;
                              return ReadStrings(data, strings);
                            }));
  SLOWBURN_RETURN_IF_ERROR(CheckStatus(envelope, has_data));
  return strings;
}

absl::StatusOr<std::string> ParseStorageRetention(std::string body) {
  std::string retention;
  bool has_data = false;
  const auto on_member = [&](ondemand::raw_json_string key, ondemand::value value) {
    if (key == "storageRetention") return ReadString(value, retention);
    return absl::OkStatus();
  };
  SLOWBURN_ASSIGN_OR_RETURN(const Envelope envelope,
                            ReadAnswer(body, [&](ondemand::value data) -> absl::Status {
                              has_data = true;
                              ondemand::object members;
                              SLOWBURN_READ(members, data.get_object());
                              return ForEachMember(members, on_member);
                            }));
  SLOWBURN_RETURN_IF_ERROR(CheckStatus(envelope, has_data));
  return retention;
}

absl::Status QueryError(int http_status, std::string_view body) {
  constexpr std::size_t kLongestError = 1 << 20;
  std::string text(body.substr(0, kLongestError));
  const auto envelope = ReadAnswer(text, [](ondemand::value) { return absl::OkStatus(); });
  if (!envelope.ok() || (envelope->error.empty() && envelope->error_type.empty())) {
    return ClassifyQueryError(http_status, "", body.substr(0, kLongestError));
  }
  return ClassifyQueryError(http_status, envelope->error_type, envelope->error);
}

}  // namespace slowburn
