// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/template.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "rules/template_expression.h"
#include "rules/utf8.h"

namespace slowburn {

// A list of pieces that expand one after the other.
struct TemplateTree {
  struct Node {
    std::string text;                              // Stands as it is.
    std::optional<TemplateExpression> expression;  // Printed; with `branches`, a condition.
    std::vector<TemplateTree> branches;            // Of an `if`: what follows it, and `else`.
  };

  std::vector<Node> nodes;
};

namespace {

constexpr int kMaxDepth = 64;
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view WithoutBlanksBefore(std::string_view text) {
  return text.substr(std::min(text.find_first_not_of(kBlanks), text.size()));
}

std::string_view WithoutBlanksAfter(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

bool IsBlank(char c) {
  return kBlanks.find(c) != std::string_view::npos;
}

// A stretch of plain text or one action.
struct Piece {
  bool action = false;
  std::string_view text;     // Of an action, what stands within the braces.
  std::string_view written;  // As the user wrote it.
  std::size_t offset = 0;
};

absl::Status Wrong(std::string_view whole, const Piece& piece, std::string_view message) {
  constexpr std::size_t kLongest = 80;
  std::size_t size = std::min(kLongest, piece.written.size());
  while (size > 0 && size < piece.written.size() &&
         (static_cast<unsigned char>(piece.written[size]) & 0xC0) == 0x80) {
    --size;
  }
  return absl::InvalidArgumentError(fmt::format(
      "at character {}: {}{}: {}", 1 + CountRunes(whole.substr(0, piece.offset)),
      piece.written.substr(0, size), size < piece.written.size() ? "..." : "", message));
}

// Cuts a template into pieces.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : whole_(text) {}

  absl::StatusOr<std::vector<Piece>> Run() {
    while (at_ < whole_.size()) {
      const std::size_t open = std::min(whole_.find("{{", at_), whole_.size());
      std::string_view text = whole_.substr(at_, open - at_);
      if (trim_) text = WithoutBlanksBefore(text);
      trim_ = false;
      at_ = open;
      if (open < whole_.size() && TrimsBefore()) text = WithoutBlanksAfter(text);
      if (!text.empty()) pieces_.push_back({false, text, text, open});
      if (open == whole_.size()) break;
      if (absl::Status status = CutAction(); !status.ok()) return status;
    }
    return std::move(pieces_);
  }

 private:
  // Whether the action at at_ begins with `{{- `.
  bool TrimsBefore() const {
    return whole_.substr(at_ + 2, 1) == "-" && at_ + 3 < whole_.size() && IsBlank(whole_[at_ + 3]);
  }

  absl::Status CutAction() {
    Piece piece = {true, "", whole_.substr(at_), at_};
    const std::size_t begin = at_ + (TrimsBefore() ? 4 : 2);
    const bool comment = whole_.substr(begin, 2) == "/*";
    const std::size_t end = comment ? EndOfComment(begin) : EndOfAction(begin);
    if (end == std::string_view::npos) {
      return Wrong(whole_, piece, comment ? "the comment is not closed" : "it is not closed by }}");
    }
    piece.text = whole_.substr(begin, end - begin);
    piece.written = whole_.substr(at_, end + 2 - at_);
    at_ = end + 2;
    const std::size_t size = piece.text.size();
    if (size > 0 && piece.text.back() == '-' && (size == 1 || IsBlank(piece.text[size - 2]))) {
      piece.text.remove_suffix(1);
      trim_ = true;
    }
    if (!comment) {
      pieces_.push_back(piece);
      return absl::OkStatus();
    }
    const std::string_view after = piece.text.substr(piece.text.find("*/") + 2);
    if (WithoutBlanksBefore(after).empty() && after.empty() != trim_) return absl::OkStatus();
    return Wrong(whole_, piece, "a comment ends right before }}");
  }

  // Where the `}}` after the comment at `begin` stands.
  std::size_t EndOfComment(std::size_t begin) const {
    const std::size_t close = whole_.find("*/", begin);
    return close == std::string_view::npos ? close : whole_.find("}}", close);
  }

  // Where the next `}}` outside quotes stands.
  std::size_t EndOfAction(std::size_t at) const {
    while (at < whole_.size()) {
      const char c = whole_[at];
      if (whole_.substr(at, 2) == "}}") return at;
      ++at;
      if (c != '"' && c != '\'' && c != '`') continue;
      while (at < whole_.size() && whole_[at] != c) {
        if (whole_[at] == '\\' && c != '`') ++at;
        ++at;
      }
      ++at;
    }
    return std::string_view::npos;
  }

  std::string_view whole_;
  std::vector<Piece> pieces_;
  std::size_t at_ = 0;
  bool trim_ = false;  // The last action ended in ` -}}`.
};

// Builds a tree of pieces.
class Builder {
 public:
  Builder(std::string_view whole, std::vector<Piece> pieces)
      : whole_(whole), pieces_(std::move(pieces)) {}

  absl::StatusOr<TemplateTree> Run() {
    auto tree = List();
    if (tree.ok() && next_ < pieces_.size()) {
      return Wrong(whole_, pieces_[next_], "no {{ if }} is open there");
    }
    return tree;
  }

 private:
  // Pieces up to the end, or up to an `else` or `end`, which stays to be read.
  absl::StatusOr<TemplateTree> List() {
    TemplateTree tree;
    for (; next_ < pieces_.size(); ++next_) {
      const Piece& piece = pieces_[next_];
      if (!piece.action) {
        tree.nodes.push_back({std::string(piece.text), std::nullopt, {}});
        continue;
      }
      const std::string_view word = Word(piece.text);
      if (word == "else" || word == "end") return tree;
      auto node = word == "if" ? If(piece, After(piece.text, word)) : Printed(piece);
      if (!node.ok()) return node.status();
      tree.nodes.push_back(*std::move(node));
    }
    return tree;
  }

  absl::StatusOr<TemplateTree::Node> Printed(const Piece& piece) {
    const std::string_view word = Word(piece.text);
    for (const char* unsupported :
         {"with", "range", "define", "template", "block", "break", "continue", "nil"}) {
      if (word == unsupported) {
        return Wrong(whole_, piece, fmt::format("`{}` is not supported", word));
      }
    }
    auto expression = Expression(piece, piece.text);
    if (!expression.ok()) return expression.status();
    return TemplateTree::Node{"", *std::move(expression), {}};
  }

  // Reads from an `if` to its `end`, at which it stops.  An `else if` is an `if` within `else` that
  // ends at the same place.
  absl::StatusOr<TemplateTree::Node> If(const Piece& opening, std::string_view condition) {
    if (++depth_ > kMaxDepth) return Wrong(whole_, opening, "it is nested too deep");
    auto expression = Expression(opening, condition);
    if (!expression.ok()) return expression.status();
    TemplateTree::Node node = {"", *std::move(expression), {}};
    ++next_;
    auto body = List();
    if (!body.ok()) return body.status();
    node.branches.push_back(*std::move(body));
    node.branches.emplace_back();
    if (next_ == pieces_.size()) return Wrong(whole_, opening, "its {{ end }} is missing");
    const Piece& stop = pieces_[next_];
    if (Word(stop.text) == "else") {
      auto otherwise = Else(opening, stop);
      if (!otherwise.ok()) return otherwise.status();
      node.branches[1] = *std::move(otherwise);
    }
    const Piece& end = pieces_[next_];
    if (!After(end.text, "end").empty()) return Wrong(whole_, end, "nothing follows `end`");
    --depth_;
    return node;
  }

  absl::StatusOr<TemplateTree> Else(const Piece& opening, const Piece& piece) {
    const std::string_view rest = After(piece.text, "else");
    if (Word(rest) == "if") {
      auto nested = If(piece, After(rest, "if"));
      if (!nested.ok()) return nested.status();
      TemplateTree tree;
      tree.nodes.push_back(*std::move(nested));
      return tree;
    }
    if (!rest.empty()) return Wrong(whole_, piece, "only `if` follows `else`");
    ++next_;
    auto tree = List();
    if (!tree.ok()) return tree;
    if (next_ == pieces_.size()) return Wrong(whole_, opening, "its {{ end }} is missing");
    if (Word(pieces_[next_].text) == "else") {
      return Wrong(whole_, pieces_[next_], "`else` stands there twice");
    }
    return tree;
  }

  absl::StatusOr<TemplateExpression> Expression(const Piece& piece, std::string_view text) {
    if (WithoutBlanksBefore(text).empty()) return Wrong(whole_, piece, "a value is missing");
    auto expression = ParseTemplateExpression(text);
    if (expression.ok()) return expression;
    return Wrong(whole_, piece, std::string(expression.status().message()));
  }

  // The letters that `action` begins with.
  static std::string_view Word(std::string_view action) {
    action = WithoutBlanksBefore(action);
    std::size_t end = 0;
    while (end < action.size() && action[end] >= 'a' && action[end] <= 'z') ++end;
    return action.substr(0, end);
  }

  // What follows the `word` that `action` begins with.
  static std::string_view After(std::string_view action, std::string_view word) {
    action = WithoutBlanksBefore(action);
    return WithoutBlanksAfter(WithoutBlanksBefore(action.substr(word.size())));
  }

  std::string_view whole_;
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;
  int depth_ = 0;
};

void ExpandInto(const TemplateTree& tree, const TemplateData& data, std::string& out) {
  for (const TemplateTree::Node& node : tree.nodes) {
    out += node.text;
    if (!node.expression) continue;
    const TemplateValue value = Evaluate(*node.expression, data);
    if (node.branches.empty()) {
      out += PrintValue(value);
    } else {
      ExpandInto(node.branches[IsTrue(value) ? 0 : 1], data, out);
    }
  }
}

}  // namespace

absl::StatusOr<Template> Template::Parse(std::string_view text) {
  auto pieces = Cutter(text).Run();
  if (!pieces.ok()) return pieces.status();
  auto tree = Builder(text, *std::move(pieces)).Run();
  if (!tree.ok()) return tree.status();
  return Template(std::make_shared<const TemplateTree>(*std::move(tree)));
}

std::string Template::Expand(const TemplateData& data) const {
  std::string out;
  ExpandInto(*tree_, data, out);
  return out;
}

std::string ExpandTemplate(std::string_view text, const TemplateData& data) {
  const auto parsed = Template::Parse(text);
  return parsed.ok() ? parsed->Expand(data) : std::string(text);
}

}  // namespace slowburn
