// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/reduce.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "rules/plan.h"
#include "rules/promql.h"
#include "rules/rational.h"

namespace slowburn {
namespace {

// What a part of an expression comes to; Asked, with the reason, when only the source can tell.
struct Asked {
  std::string reason;
};

struct WindowOf {
  Selector selector;
};

using Value = std::variant<Asked, Rational, WindowOf, CounterSum, CounterRatio>;

constexpr std::string_view kZeroOnly = "`or` with anything but vector(0) is asked of the source";

Value AsValue(absl::StatusOr<CounterSum> sum) {
  if (sum.ok()) return *std::move(sum);
  return Asked{std::string(sum.status().message())};
}

Value AsValue(const std::optional<Rational>& number) {
  if (number) return *number;
  return Asked{"a constant that is not counted exactly is asked of the source"};
}

bool IsZero(const Value& value) {
  const auto* sum = std::get_if<CounterSum>(&value);
  return sum != nullptr && sum->counters.empty();
}

// Whether the source's absent result means the same as a count of nothing would.
bool MayBeZero(const CounterSum& sum) {
  return sum.counters.size() == 1 && sum.counters.front().weight.num > 0;
}

// Works an expression out from its parts up.
class Reducer {
 public:
  explicit Reducer(const ExpressionTree& tree) : nodes_(tree.nodes), values_(tree.nodes.size()) {}

  Value Run() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) values_[i] = std::visit(*this, nodes_[i].part);
    return std::move(values_.back());
  }

  Value operator()(const NumberNode& node) const { return AsValue(ParseRational(node.text)); }

  Value operator()(const StringNode&) const { return Asked{"a string is asked of the source"}; }

  Value operator()(const SelectorNode& node) const {
    if (!node.range) {
      return Asked{"a selector outside sum(rate(..)) or sum(increase(..)) is asked of the source"};
    }
    if (!node.range->IsWindow()) {
      return Asked{fmt::format("the range is `{}`, not {{{{.window}}}}", node.range->text)};
    }
    if (node.modifiers.offset) return Asked{"a term with `offset` is asked of the source"};
    if (node.modifiers.at) return Asked{"a term with `@` is asked of the source"};
    if (node.modifiers != Modifiers()) {
      return Asked{"a term that is `anchored` or `smoothed` is asked of the source"};
    }
    for (const Matcher& matcher : node.selector.matchers) {
      if (!HasWindow(matcher.value)) continue;
      return Asked{"a selector that changes with the window is asked of the source"};
    }
    return WindowOf{node.selector};
  }

  Value operator()(const SubqueryNode&) const { return Asked{"a subquery is asked of the source"}; }

  Value operator()(const CallNode& node) {
    const bool rate = node.function == "rate";
    if (rate || node.function == "increase") {
      Value inner = std::move(values_[node.arguments[0]]);
      auto* range = std::get_if<WindowOf>(&inner);
      if (range == nullptr) return inner;  // Valid, so it says why.
      CounterSum sum;
      sum.counters.push_back({std::move(range->selector)});
      sum.unit = rate ? CounterSum::Unit::kRate : CounterSum::Unit::kIncrease;
      sum.grouping = CounterSum::Grouping::kSeries;
      return sum;
    }
    if (node.function == "vector") {
      const auto* number = std::get_if<Rational>(&values_[node.arguments[0]]);
      if (number != nullptr && number->num == 0) return CounterSum();
      return Asked{"a vector of anything but 0 is asked of the source"};
    }
    return OnlySums(node.function);
  }

  Value operator()(const AggregationNode& node) {
    if (node.name != "sum") return OnlySums(node.name);
    Value inner = std::move(values_[node.arguments[0]]);
    if (std::holds_alternative<CounterRatio>(inner)) {
      return Asked{"a sum of ratios is asked of the source"};
    }
    auto* sum = std::get_if<CounterSum>(&inner);
    if (sum == nullptr) return inner;
    const bool without = node.grouping == AggregationNode::Grouping::kWithout;
    return AsValue(Regrouped(std::move(*sum),
                             without ? CounterSum::Grouping::kWithout : CounterSum::Grouping::kBy,
                             node.labels));
  }

  Value operator()(const UnaryNode& node) {
    Value inner = std::move(values_[node.operand]);
    return node.negative ? Scaled(std::move(inner), {-1, 1}) : inner;
  }

  Value operator()(const BinaryNode& node) {
    Value left = std::move(values_[node.left]);
    Value right = std::move(values_[node.right]);
    if (std::holds_alternative<Asked>(left)) return left;
    if (node.op->text == "or") return OrZero(std::move(left), right, node.matching);
    if (node.op->kind == OperatorKind::kComparison) {
      return Asked{"a comparison is asked of the source"};
    }
    const std::string_view op = node.op->text;
    if (op != "+" && op != "-" && op != "*" && op != "/") {
      return Asked{fmt::format("`{}` is asked of the source", op)};
    }
    if (std::holds_alternative<Asked>(right)) return right;
    if (op == "*") return Product(std::move(left), std::move(right));
    if (op == "/") return Quotient(std::move(left), std::move(right), node.matching);
    if (op == "-") right = Scaled(std::move(right), {-1, 1});
    return Sum(std::move(left), std::move(right), node.matching);
  }

 private:
  static Value OnlySums(const std::string& function) {
    return Asked{fmt::format(
        "`{}` is asked of the source; only sum(rate(..)) and sum(increase(..)) are counted",
        function)};
  }

  static Value Scaled(Value value, Rational factor) {
    if (const auto* number = std::get_if<Rational>(&value))
      return AsValue(Multiply(*number, factor));
    if (auto* sum = std::get_if<CounterSum>(&value)) return AsValue(Times(std::move(*sum), factor));
    auto* ratio = std::get_if<CounterRatio>(&value);
    if (ratio == nullptr) return value;
    Value errors = AsValue(Times(std::move(ratio->errors), factor));
    if (std::holds_alternative<Asked>(errors)) return errors;
    return CounterRatio{std::get<CounterSum>(std::move(errors)), std::move(ratio->total)};
  }

  static Value Product(Value left, Value right) {
    if (const auto* factor = std::get_if<Rational>(&left)) return Scaled(std::move(right), *factor);
    if (const auto* factor = std::get_if<Rational>(&right)) return Scaled(std::move(left), *factor);
    return Asked{"a product of terms is asked of the source"};
  }

  static Value Quotient(Value left, Value right, const Matching& matching) {
    if (const auto* divisor = std::get_if<Rational>(&right)) {
      const auto inverse = Divide({1, 1}, *divisor);
      return inverse ? Scaled(std::move(left), *inverse) : AsValue(inverse);
    }
    auto* errors = std::get_if<CounterSum>(&left);
    auto* total = std::get_if<CounterSum>(&right);
    if (errors == nullptr || total == nullptr) {
      return Asked{"a division of anything but two sums is asked of the source"};
    }
    const absl::Status paired = CanPair(*errors, *total, matching);
    if (!paired.ok()) return Asked{std::string(paired.message())};
    return CounterRatio{std::move(*errors), std::move(*total)};
  }

  static Value Sum(Value left, Value right, const Matching& matching) {
    const auto* a = std::get_if<Rational>(&left);
    const auto* b = std::get_if<Rational>(&right);
    if (a != nullptr && b != nullptr) return AsValue(Add(*a, *b));
    auto* first = std::get_if<CounterSum>(&left);
    auto* second = std::get_if<CounterSum>(&right);
    if (first != nullptr && second != nullptr) {
      const absl::Status paired = CanPair(*first, *second, matching);
      if (!paired.ok()) return Asked{std::string(paired.message())};
      return AsValue(Plus(std::move(*first), *second));
    }
    if (first != nullptr || second != nullptr) {
      return Asked{"a number added to a rate is asked of the source"};
    }
    if (a != nullptr) return Shifted(std::get<CounterRatio>(std::move(right)), *a);
    if (b != nullptr) return Shifted(std::get<CounterRatio>(std::move(left)), *b);
    return RatioSum(std::get<CounterRatio>(std::move(left)),
                    std::get<CounterRatio>(std::move(right)), matching);
  }

  static Value RatioSum(CounterRatio left, const CounterRatio& right, const Matching& matching) {
    if (left.total != right.total) {
      return Asked{"a sum of ratios of different totals is asked of the source"};
    }
    const absl::Status paired = CanPair(left.errors, right.errors, matching);
    if (!paired.ok()) return Asked{std::string(paired.message())};
    Value errors = AsValue(Plus(std::move(left.errors), right.errors));
    if (std::holds_alternative<Asked>(errors)) return errors;
    return CounterRatio{std::get<CounterSum>(std::move(errors)), std::move(left.total)};
  }

  // `ratio` + `number`: number * total more of errors.
  static Value Shifted(CounterRatio ratio, Rational number) {
    absl::StatusOr<CounterSum> errors = Times(ratio.total, number);
    if (errors.ok()) errors = Plus(*std::move(errors), ratio.errors);
    if (!errors.ok()) return AsValue(std::move(errors));
    return CounterRatio{*std::move(errors), std::move(ratio.total)};
  }

  static Value OrZero(Value left, const Value& right, const Matching& matching) {
    const bool plain = matching.kind == Matching::Kind::kAll ||
                       (matching.kind == Matching::Kind::kOn && matching.labels.empty());
    if (!IsZero(right) || IsZero(left) || !plain) return Asked{std::string(kZeroOnly)};
    if (auto* ratio = std::get_if<CounterRatio>(&left)) {
      // Where the source has no ratio this says that all is well, which a count must not deny.
      if (MayBeZero(ratio->errors)) return left;
      return Asked{"`or vector(0)` after a ratio that counts what is good is asked of the source"};
    }
    auto* sum = std::get_if<CounterSum>(&left);
    if (sum == nullptr) return Asked{std::string(kZeroOnly)};
    if (sum->counters.size() == 1) {
      sum->counters.front().zero_when_absent = true;
    } else if (sum->labels.empty() && !FilledAlready(*sum) && !AlwaysTogether(*sum)) {
      // The absence of any makes zero of the whole, while counts of the others would go on.
      return Asked{
          "`or vector(0)` after several terms is asked of the source; after each of them it could "
          "be counted"};
    }
    return left;
  }

  static bool FilledAlready(const CounterSum& sum) {
    return std::all_of(sum.counters.begin(), sum.counters.end(),
                       [](const WeightedCounter& counter) { return counter.zero_when_absent; });
  }

  const std::vector<ExpressionNode>& nodes_;
  std::vector<Value> values_;
};

absl::StatusOr<Value> Reduce(std::string_view query) {
  const ParsedExpression parsed = ParseExpression(query);
  if (const ExpressionProblem* error = parsed.FirstError()) {
    return absl::UnimplementedError(fmt::format("it cannot be read: {}", error->message));
  }
  Value value = Reducer(parsed.tree).Run();
  if (const auto* asked = std::get_if<Asked>(&value)) {
    return absl::UnimplementedError(asked->reason);
  }
  return value;
}

}  // namespace

absl::StatusOr<CounterSum> ReduceToSum(std::string_view query) {
  absl::StatusOr<Value> value = Reduce(query);
  if (!value.ok()) return value.status();
  auto* sum = std::get_if<CounterSum>(&*value);
  if (sum == nullptr) {
    const bool ratio = std::holds_alternative<CounterRatio>(*value);
    return absl::UnimplementedError(ratio ? "a division is asked of the source"
                                          : "a number is asked of the source");
  }
  if (sum->grouping == CounterSum::Grouping::kSeries) {
    return absl::UnimplementedError("a rate without a sum around it is asked of the source");
  }
  return std::move(*sum);
}

absl::StatusOr<CounterRatio> ReduceToRatio(std::string_view query) {
  absl::StatusOr<Value> value = Reduce(query);
  if (!value.ok()) return value.status();
  auto* ratio = std::get_if<CounterRatio>(&*value);
  if (ratio == nullptr) {
    return absl::UnimplementedError("what is no ratio of two sums is asked of the source");
  }
  return std::move(*ratio);
}

}  // namespace slowburn
