// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "rules/plan.h"

namespace slowburn {
namespace {

using Groups = std::map<Labels, double>;

// A series, and by how much it grew in the window.
struct Grown {
  Labels labels;
  double increment = 0;
};

// An expression, and what a server that follows the rules of PromQL to the letter makes of it.
struct Piece {
  std::string text;
  Groups value;
};

Labels Kept(const Labels& labels, const std::vector<std::string>& names, bool without) {
  Labels out;
  for (const auto& [name, value] : labels) {
    const bool named = std::find(names.begin(), names.end(), name) != names.end();
    if (name != "__name__" && named != without) out.emplace(name, value);
  }
  return out;
}

bool Matches(const Selector& selector, const Labels& labels) {
  return std::all_of(selector.matchers.begin(), selector.matchers.end(), [&](const Matcher& m) {
    const auto label = labels.find(m.label);
    REQUIRE(m.op == Matcher::Op::kEqual);
    return label != labels.end() && label->second == m.value;
  });
}

// Builds expressions over random series, all with sums of one shape on the outside.
class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {
    for (const char* name : {"m", "n", "h"}) {
      for (const char* a : {"1", "2"}) {
        for (const char* b : {"1", "2"}) {
          for (const char* c : {"1", "2"}) {
            if (Dice(3) != 0) AddSeries(name, {{"a", a}, {"b", b}, {"c", c}});
          }
        }
      }
    }
    switch (Dice(4)) {
      case 0:
        labels_ = {"a"};
        break;
      case 1:
        labels_ = {"a", "b"};
        break;
      case 2:
        without_ = true;
        labels_ = {"b", "c", "le"};
        break;
      default:
        break;
    }
    rate_ = Dice(2) == 0;
  }

  const std::vector<Grown>& series() const { return series_; }

  std::vector<std::string> by() const { return without_ ? std::vector<std::string>{"a"} : labels_; }

  Piece Sum(int depth) {
    if (depth > 2 || Dice(3) == 0) return OrZero(Leaf());
    Piece left = Sum(depth + 1);
    switch (Dice(6)) {
      case 0:
        return Scaled(std::move(left));
      case 1:
        return Paired("({} - {})", left, Sum(depth + 1), [](double x, double y) { return x - y; });
      case 2:
        return Mapped("-({})", left, [](double x) { return -x; });
      case 3:
        return OrZero(Mapped("({})", left, [](double x) { return x; }));
      case 4:
        return Again(std::move(left));
      default:
        return Paired("({} + {})", left, Sum(depth + 1), [](double x, double y) { return x + y; });
    }
  }

  Piece Ratio() {
    Piece ratio = Divided(Sum(0), Sum(1));
    switch (Dice(4)) {
      case 0:
        return Mapped("1 - {}", ratio, [](double x) { return 1 - x; });
      case 1:
        return Mapped("{} * 2", ratio, [](double x) { return 2 * x; });
      case 2:
        return OrZero(std::move(ratio));
      default:
        return ratio;
    }
  }

  static Piece Divided(const Piece& errors, const Piece& total) {
    return Paired("({}) / ({})", errors, total, [](double x, double y) { return x / y; });
  }

 private:
  int Dice(int sides) { return static_cast<int>(random_() % static_cast<unsigned>(sides)); }

  void AddSeries(const std::string& name, Labels labels) {
    const double total = 1 + Dice(100);
    labels["__name__"] = name == "h" ? "h_count" : name;
    series_.push_back({labels, total});
    if (name != "h") return;
    labels["__name__"] = "h_bucket";  // A histogram has all its series or none.
    for (const char* le : {"1", "+Inf"}) {
      labels["le"] = le;
      series_.push_back({labels, le[0] == '1' ? static_cast<double>(Dice(100)) : total});
    }
  }

  // `sum by (a) (rate(m{c="1"}[{{.window}}]))`
  Piece Leaf() {
    const char* selectors[] = {"m",
                               "m{c=\"1\"}",
                               "m{a=\"1\"}",
                               "n",
                               "n{c=\"2\"}",
                               "h_count",
                               "h_bucket{le=\"1\"}",
                               "none",
                               "h_bucket{le=\"+Inf\"}",
                               "h_count{c=\"1\"}"};
    const std::string selector = selectors[Dice(10)];
    Piece piece;
    const bool filled = Dice(8) == 0;
    const std::string range =
        fmt::format("{}({}[{{{{.window}}}}])", rate_ ? "rate" : "increase", selector);
    for (const Grown& grown : series_) {
      if (!Matches(*ParseSelector(selector), grown.labels)) continue;
      piece.value[Kept(grown.labels, labels_, without_)] += grown.increment;
    }
    if (filled) piece.value.try_emplace({}, 0);
    piece.text = fmt::format("sum {} ({}{})", Grouping(), range, filled ? " or vector(0)" : "");
    return piece;
  }

  std::string Grouping() const {
    if (labels_.empty()) return "";
    return fmt::format("{} ({})", without_ ? "without" : "by", fmt::join(labels_, ", "));
  }

  // Summed by what it is summed by, which changes nothing, or from a finer sum.
  Piece Again(Piece piece) {
    if (without_ || labels_.size() > 1 || Dice(2) == 0) {
      return Mapped("sum " + Grouping() + " ({})", piece, [](double x) { return x; });
    }
    std::vector<std::string> outer = {"a", "b"};
    std::swap(labels_, outer);
    const Piece inner = Sum(2);
    std::swap(labels_, outer);
    Piece out;
    out.text = fmt::format("sum {} ({})", Grouping(), inner.text);
    for (const auto& [labels, value] : inner.value)
      out.value[Kept(labels, labels_, without_)] += value;
    return out;
  }

  Piece OrZero(Piece piece) {
    if (Dice(4) != 0) return piece;
    const bool on = Dice(2) == 0;
    if (!on || piece.value.empty()) piece.value.try_emplace({}, 0);
    piece.text = fmt::format("({} or {}vector(0))", piece.text, on ? "on() " : "");
    return piece;
  }

  Piece Scaled(Piece piece) {
    switch (Dice(3)) {
      case 0:
        return Mapped("0.25 * ({})", piece, [](double x) { return x / 4; });
      case 1:
        return Mapped("({}) / 3", piece, [](double x) { return x / 3; });
      default:
        return Mapped("({}) * 60", piece, [](double x) { return x * 60; });
    }
  }

  template <typename F>
  static Piece Mapped(const std::string& format, const Piece& piece, F f) {
    Piece out = {fmt::format(fmt::runtime(format), piece.text), {}};
    for (const auto& [labels, value] : piece.value) out.value[labels] = f(value);
    return out;
  }

  template <typename F>
  static Piece Paired(const char* format, const Piece& a, const Piece& b, F f) {
    Piece out = {fmt::format(fmt::runtime(format), a.text, b.text), {}};
    for (const auto& [labels, value] : a.value) {
      const auto other = b.value.find(labels);
      if (other != b.value.end()) out.value[labels] = f(value, other->second);
    }
    return out;
  }

  std::mt19937 random_;
  std::vector<Grown> series_;
  std::vector<std::string> labels_;
  bool without_ = false;
  bool rate_ = false;
};

// The error ratio that the plan's counters give for the group; nullopt where it is not known.
std::optional<double> CountedRatio(const CounterPlan& plan, const std::vector<Grown>& series,
                                   const Labels& group) {
  double total = 0;
  double bad = 0;
  bool any_total = false;
  for (const Term& term : plan.terms) {
    bool found = false;
    for (const Grown& grown : series) {
      if (!Matches(term.selector, grown.labels)) continue;
      if (Kept(grown.labels, plan.by, false) != group) continue;
      found = true;
      total += grown.increment * static_cast<double>(term.total);
      bad += grown.increment * static_cast<double>(term.bad);
    }
    any_total = any_total || (found && term.total > 0);
    if (term.required && !found) return std::nullopt;
  }
  if (!any_total || total <= 0) return std::nullopt;
  return bad / total;
}

// Checks one SLI; returns whether it was counted, and adds the groups that were compared.
bool AgreesWithCounts(const Sli& sli, const Piece& ratio, const Generator& generator,
                      int& compared) {
  Slo slo;
  slo.objective = {999, 1000};
  slo.sli = sli;
  slo.by = generator.by();
  const Plan plan = MakePlan(slo);
  const auto* counters = std::get_if<CounterPlan>(&plan);
  if (counters == nullptr) return false;
  INFO(ratio.text);
  for (const auto& [group, value] : ratio.value) {
    if (!std::isfinite(value)) continue;
    const auto counted = CountedRatio(*counters, generator.series(), group);
    if (!counted) continue;
    INFO(LabelsToString(group));
    REQUIRE(*counted == Approx(value).epsilon(1e-9).margin(1e-9));
    ++compared;
  }
  return true;
}

TEST_CASE("Plan: counters give what PromQL gives where both give something", "[rules]") {
  int ratios = 0;
  int expressions = 0;
  int compared = 0;
  constexpr int kRounds = 6000;
  for (unsigned seed = 0; seed < kRounds; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Piece ratio = generator.Ratio();
    ratios += AgreesWithCounts(RatioSli{ratio.text}, ratio, generator, compared) ? 1 : 0;
    const Piece errors = generator.Sum(0);
    const Piece total = generator.Sum(1);
    const ExpressionSli sli = {errors.text, total.text};
    expressions +=
        AgreesWithCounts(sli, Generator::Divided(errors, total), generator, compared) ? 1 : 0;
  }
  CHECK(ratios > kRounds / 4);
  CHECK(expressions > kRounds / 4);
  CHECK(compared > kRounds / 2);
}

}  // namespace
}  // namespace slowburn
