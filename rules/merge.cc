// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/merge.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace slowburn {
namespace {

// Of a selector with more matchers than this, not every part is looked up as a wider selector.
constexpr std::size_t kMostParts = 8;

std::uint64_t HashOf(const Matcher& matcher) {
  const std::hash<std::string> hash;
  std::uint64_t mixed = hash(matcher.label) * 3 + static_cast<std::uint64_t>(matcher.op);
  mixed = (mixed ^ (mixed >> 29)) * 0x9e3779b97f4a7c15 + hash(matcher.value);
  return (mixed ^ (mixed >> 32)) * 0xd6e8feb86659fd93;
}

// Does not depend on the order, so that a part's hash is a sum.
std::uint64_t HashOf(const Selector& selector) {
  std::uint64_t sum = 0;
  for (const Matcher& matcher : selector.matchers) sum += HashOf(matcher);
  return sum;
}

Selector Without(const Selector& selector, std::string_view label) {
  Selector rest = selector;
  std::erase_if(rest.matchers, [label](const Matcher& matcher) { return matcher.label == label; });
  return rest;
}

// `value` as a regular expression that matches it.  Only what has a meaning is escaped: servers
// look a plain list of values up in their index and try anything else on every value there is.
std::string Escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (std::string_view("\\.+*?()|[]{}^$").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

// Selectors on their way into one.
struct Batch {
  Selector selector;
  std::string label;
  std::vector<std::size_t> members;
};

class Merger {
 public:
  Merger(std::span<const Selector> selectors, const MergeLimits& limits)
      : selectors_(selectors), limits_(limits) {}

  std::vector<MergedSelector> Run() {
    JoinCovered();
    JoinBuckets();
    JoinValues();
    std::vector<MergedSelector> merged;
    for (Batch& batch : batches_) {
      std::sort(batch.members.begin(), batch.members.end());
      merged.push_back(
          {std::move(batch.selector), std::move(batch.label), std::move(batch.members)});
    }
    return merged;
  }

 private:
  void JoinCovered() {
    std::vector<std::size_t> order(selectors_.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
      return selectors_[a].matchers.size() < selectors_[b].matchers.size();
    });
    std::unordered_multimap<std::uint64_t, std::size_t> batch_of;
    for (const std::size_t index : order) {
      const Selector& selector = selectors_[index];
      if (const auto wide = FindCover(selector, batch_of)) {
        batches_[*wide].members.push_back(index);
        continue;
      }
      batch_of.emplace(HashOf(selector), batches_.size());
      batches_.push_back({selector, "", {index}});
    }
  }

  // The batch whose selector is `selector` or a part of its matchers.
  std::optional<std::size_t> FindCover(
      const Selector& selector,
      const std::unordered_multimap<std::uint64_t, std::size_t>& batch_of) const {
    const auto find = [&](std::uint64_t hash) -> std::optional<std::size_t> {
      const auto [first, last] = batch_of.equal_range(hash);
      for (auto found = first; found != last; ++found) {
        if (Covers(batches_[found->second].selector, selector)) return found->second;
      }
      return std::nullopt;
    };
    const std::size_t count = selector.matchers.size();
    if (count > kMostParts) return find(HashOf(selector));
    std::vector<std::uint64_t> hashes;
    for (const Matcher& matcher : selector.matchers) hashes.push_back(HashOf(matcher));
    for (unsigned part = 1; part < (1U << count); ++part) {
      std::uint64_t sum = 0;
      for (std::size_t i = 0; i < count; ++i) {
        if ((part >> i & 1U) != 0) sum += hashes[i];
      }
      if (const auto found = find(sum)) return found;
    }
    return std::nullopt;
  }

  // Joins batches that differ in their one matcher on `le`.
  void JoinBuckets() {
    std::map<Selector, std::vector<std::size_t>> by_rest;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      const auto on_le = std::count_if(batches_[i].selector.matchers.begin(),
                                       batches_[i].selector.matchers.end(), IsBucket);
      if (on_le == 1) by_rest[Without(batches_[i].selector, "le")].push_back(i);
    }
    std::vector<bool> gone(batches_.size());
    for (const auto& [rest, indices] : by_rest) {
      if (indices.size() < 2) continue;
      Batch joined;
      std::string pattern;
      for (const std::size_t i : indices) {
        const Matcher& le = *std::find_if(batches_[i].selector.matchers.begin(),
                                          batches_[i].selector.matchers.end(), IsBucket);
        if (!pattern.empty()) pattern += '|';
        pattern += le.op == Matcher::Op::kEqual ? Escaped(le.value) : "(?:" + le.value + ")";
        joined.members.insert(joined.members.end(), batches_[i].members.begin(),
                              batches_[i].members.end());
        gone[i] = true;
      }
      joined.selector = With(rest, {"le", Matcher::Op::kRegex, pattern});
      batches_.push_back(std::move(joined));
    }
    gone.resize(batches_.size());
    EraseGone(gone);
  }

  static bool IsBucket(const Matcher& matcher) {
    return matcher.label == "le" &&
           (matcher.op == Matcher::Op::kEqual || matcher.op == Matcher::Op::kRegex);
  }

  void JoinValues() {
    struct Candidate {
      std::string label;
      std::vector<std::size_t> batches;
    };

    std::map<std::pair<std::uint64_t, std::string>, Candidate> candidates;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      const Selector& selector = batches_[i].selector;
      const std::uint64_t whole = HashOf(selector);
      for (const Matcher& matcher : selector.matchers) {
        if (ValueOf(selector, matcher.label).empty()) continue;
        Candidate& candidate = candidates[{whole - HashOf(matcher), matcher.label}];
        candidate.label = matcher.label;
        candidate.batches.push_back(i);
      }
    }
    std::vector<const Candidate*> ordered;
    for (const auto& [key, candidate] : candidates) {
      if (candidate.batches.size() > 1) ordered.push_back(&candidate);
    }
    // Hashes differ between builds: ties are broken by what was given.
    std::sort(ordered.begin(), ordered.end(), [](const Candidate* a, const Candidate* b) {
      if (a->batches.size() != b->batches.size()) return a->batches.size() > b->batches.size();
      return std::tie(a->batches, a->label) < std::tie(b->batches, b->label);
    });
    std::vector<bool> gone(batches_.size());
    std::vector<Batch> joined;
    for (const Candidate* candidate : ordered) {
      std::vector<std::size_t> left;
      for (const std::size_t i : candidate->batches) {
        if (!gone[i]) left.push_back(i);
      }
      JoinValuesOf(candidate->label, left, gone, joined);
    }
    EraseGone(gone);
    std::move(joined.begin(), joined.end(), std::back_inserter(batches_));
  }

  // Joins the batches `left`, alike but for the value of `label`, as far as the limits allow.
  void JoinValuesOf(const std::string& label, const std::vector<std::size_t>& left,
                    std::vector<bool>& gone, std::vector<Batch>& joined) const {
    std::size_t next = 0;
    while (next < left.size()) {
      const Selector rest = Without(batches_[left[next]].selector, label);
      std::vector<std::string> values;
      std::size_t bytes = 0;
      std::vector<std::size_t> taken;
      for (; next < left.size() && taken.size() < limits_.values; ++next) {
        const Selector& selector = batches_[left[next]].selector;
        std::string value = ValueOf(selector, label);
        bytes += value.size() + 1;
        if (!taken.empty() && bytes > limits_.value_bytes) break;
        if (Without(selector, label) != rest) break;  // Equal hashes of different selectors.
        values.push_back(std::move(value));
        taken.push_back(left[next]);
      }
      if (taken.size() < 2) continue;
      Batch batch{WithValues(rest, label, values), label, {}};
      for (const std::size_t i : taken) {
        gone[i] = true;
        batch.members.insert(batch.members.end(), batches_[i].members.begin(),
                             batches_[i].members.end());
      }
      joined.push_back(std::move(batch));
    }
  }

  void EraseGone(const std::vector<bool>& gone) {
    std::vector<Batch> kept;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
      if (!gone[i]) kept.push_back(std::move(batches_[i]));
    }
    batches_ = std::move(kept);
  }

  std::span<const Selector> selectors_;
  const MergeLimits& limits_;
  std::vector<Batch> batches_;
};

}  // namespace

std::vector<MergedSelector> MergeSelectors(std::span<const Selector> selectors,
                                           const MergeLimits& limits) {
  return Merger(selectors, limits).Run();
}

Selector WithValues(const Selector& selector, std::string_view label,
                    std::span<const std::string> values) {
  const Selector rest = Without(selector, label);
  if (values.size() == 1) {
    return With(rest, {std::string(label), Matcher::Op::kEqual, values.front()});
  }
  std::string pattern;
  for (const std::string& value : values) pattern += (pattern.empty() ? "" : "|") + Escaped(value);
  return With(rest, {std::string(label), Matcher::Op::kRegex, std::move(pattern)});
}

std::string ValueOf(const Selector& selector, std::string_view label) {
  std::string value;
  int count = 0;
  for (const Matcher& matcher : selector.matchers) {
    if (matcher.label != label) continue;
    ++count;
    if (matcher.op == Matcher::Op::kEqual) value = matcher.value;
  }
  return count == 1 ? value : "";
}

}  // namespace slowburn
