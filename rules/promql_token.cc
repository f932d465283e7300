// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/promql_token.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "rules/promql_string.h"
#include "rules/utf8.h"

namespace slowburn {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdefABCDEF";

// Longest first, so that `<=` is not read as `<`.
constexpr std::array<std::string_view, 22> kSymbols = {"==", "!=", "=~", "!~", "<=", ">=", "=", "<",
                                                       ">",  "+",  "-",  "*",  "/",  "%",  "^", "(",
                                                       ")",  "{",  "}",  "[",  "]",  ","};

constexpr std::array<std::string_view, 32> kKeywords = {
    "and",          "atan2",       "avg",      "bool",       "bottomk",     "by",       "count",
    "count_values", "end",         "group",    "group_left", "group_right", "ignoring", "inf",
    "max",          "min",         "nan",      "offset",     "on",          "or",       "quantile",
    "start",        "stddev",      "stdvar",   "sum",        "topk",        "unless",   "without",
    "limitk",       "limit_ratio", "anchored", "smoothed"};

bool IsDigit(char c) {
  return c >= '0' && c <= '9';
}

bool IsLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool IsSpace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool Contains(std::string_view set, char c) {
  return set.find(c) != std::string_view::npos;
}

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view text) : text_(text) {}

  std::vector<Token> Run() {
    std::vector<Token> tokens;
    do {
      tokens.push_back(Next());
    } while (tokens.back().kind != TokenKind::kEnd && tokens.back().kind != TokenKind::kBad);
    return tokens;
  }

 private:
  Token Next() {
    SkipBlank();
    start_ = at_;
    if (at_ == text_.size()) return Made(TokenKind::kEnd);
    const char c = text_[at_];
    if (c == '"' || c == '\'' || c == '`') return String();
    if (IsDigit(c) || (c == '.' && IsDigit(Char(1)))) return Number();
    if (IsLetter(c) || (c == ':' && !in_range_)) return Name();
    if (text_.substr(at_, 2) == "{{") return Window();
    return Symbol();
  }

  void SkipBlank() {
    while (at_ < text_.size()) {
      if (text_[at_] == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (IsSpace(text_[at_])) {
        ++at_;
      } else {
        return;
      }
    }
  }

  Token String() {
    StringLiteral literal = ReadStringLiteral(text_.substr(at_));
    at_ += literal.size;
    if (!literal.problem.empty()) return Bad(std::string(literal.problem));
    Token token = Made(TokenKind::kString);
    if (!IsUtf8(token.text)) return Bad("the string is not UTF-8");
    token.value = std::move(literal.value);
    return token;
  }

  // Numbers and durations begin alike: what is no number must be a duration.
  Token Number() {
    if (ScanNumber()) {
      const bool good = NumberValue(text_.substr(start_, at_ - start_)).has_value();
      return good ? Made(TokenKind::kNumber) : BadNumber();
    }
    at_ = start_;
    return ScanDuration() ? Made(TokenKind::kDuration) : BadNumber();
  }

  bool ScanNumber() {
    std::string_view digits = kDigits;
    if (Char(0) == '0' && (Char(1) == 'x' || Char(1) == 'X')) {
      at_ += 2;
      digits = kHexDigits;
    }
    SkipDigits(digits);
    if (Char(0) == '.') {
      ++at_;
      SkipDigits(digits);
    }
    if (digits == kDigits && (Char(0) == 'e' || Char(0) == 'E')) {
      ++at_;
      if (Char(0) == '+' || Char(0) == '-') ++at_;
      SkipDigits(kDigits);
    }
    return !IsLetter(Char(0)) && !IsDigit(Char(0));
  }

  // Newer servers allow `_` between digits.
  void SkipDigits(std::string_view digits) {
    while (Contains(digits, Char(0)) ||
           (Char(0) == '_' && at_ > start_ && Contains(digits, text_[at_ - 1]) &&
            Contains(digits, Char(1)))) {
      ++at_;
    }
  }

  bool ScanDuration() {
    if (!IsDigit(Char(0))) return false;
    while (IsDigit(Char(0))) {
      while (IsDigit(Char(0))) ++at_;
      if (!Contains("smhdwy", Char(0))) return false;
      if (Char(0) == 'm' && Char(1) == 's') ++at_;
      ++at_;
    }
    return !IsLetter(Char(0));
  }

  Token Name() {
    const auto inside = [&](char c) {
      return IsLetter(c) || IsDigit(c) || (c == ':' && !in_range_);
    };
    while (at_ < text_.size() && inside(text_[at_])) ++at_;
    return Made(TokenKind::kName);
  }

  Token Window() {
    const std::size_t end = text_.find("}}", at_);
    at_ = end == std::string_view::npos ? text_.size() : end + 2;
    std::string_view inside = text_.substr(start_ + 2, at_ - start_ - 2);
    if (end != std::string_view::npos) inside.remove_suffix(2);
    while (!inside.empty() && IsSpace(inside.front())) inside.remove_prefix(1);
    while (!inside.empty() && IsSpace(inside.back())) inside.remove_suffix(1);
    if (end != std::string_view::npos && inside == ".window") return Made(TokenKind::kWindow);
    return Bad("only {{.window}} may stand between {{ and }}");
  }

  Token Symbol() {
    if (text_[at_] == '@' || text_[at_] == ':') {
      ++at_;
      return Made(TokenKind::kSymbol);
    }
    for (const std::string_view symbol : kSymbols) {
      if (text_.substr(at_, symbol.size()) != symbol) continue;
      at_ += symbol.size();
      if (symbol == "[") in_range_ = true;
      if (symbol == "]") in_range_ = false;
      return Made(TokenKind::kSymbol);
    }
    const auto byte = static_cast<unsigned char>(text_[at_++]);
    if (byte >= 0x20 && byte < 0x7F) return Bad(fmt::format("`{}` has no meaning", text_[at_ - 1]));
    return Bad(fmt::format("the byte {:#04x} has no meaning outside a string", byte));
  }

  Token BadNumber() {
    while (IsLetter(Char(0)) || IsDigit(Char(0)) || Char(0) == '.') ++at_;
    const std::string_view text = text_.substr(start_, std::min<std::size_t>(at_ - start_, 40));
    return Bad(fmt::format("`{}` is neither a number nor a duration", text));
  }

  Token Made(TokenKind kind) const {
    return {kind, start_, text_.substr(start_, at_ - start_), ""};
  }

  Token Bad(std::string reason) const {
    return {TokenKind::kBad, start_, text_.substr(start_, at_ - start_), std::move(reason)};
  }

  char Char(std::size_t ahead) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t start_ = 0;
  bool in_range_ = false;  // Within [ ], where `:` separates and does not begin a name.
};

}  // namespace

bool Token::IsWord(std::string_view lower) const {
  return kind == TokenKind::kName && text.size() == lower.size() && AsciiLower(text) == lower;
}

std::vector<Token> Tokenize(std::string_view promql) {
  return Tokenizer(promql).Run();
}

const Token& TokenStream::Peek(std::size_t ahead) const {
  return tokens_[std::min(next_ + ahead, tokens_.size() - 1)];
}

const Token& TokenStream::Next() {
  const Token& token = Peek();
  if (next_ + 1 < tokens_.size()) ++next_;
  return token;
}

bool TokenStream::Accept(std::string_view symbol) {
  if (!Peek().Is(symbol)) return false;
  Next();
  return true;
}

bool TokenStream::AcceptWord(std::string_view lower) {
  if (!Peek().IsWord(lower)) return false;
  Next();
  return true;
}

std::string Describe(const Token& token) {
  if (token.kind == TokenKind::kEnd) return "the end";
  if (token.kind == TokenKind::kBad) return token.value;
  constexpr std::size_t kLongest = 60;
  if (token.text.size() <= kLongest) return fmt::format("`{}`", token.text);
  std::size_t cut = kLongest;
  while (cut > 0 && (static_cast<unsigned char>(token.text[cut]) & 0xC0) == 0x80) --cut;
  return fmt::format("`{}...`", token.text.substr(0, cut));
}

std::string ExpectedText(std::string_view what, const Token& token) {
  const bool bad = token.kind == TokenKind::kBad;
  return fmt::format("expected {}{} {}", what, bad ? ":" : ", not", Describe(token));
}

bool IsKeyword(std::string_view word) {
  return std::find(kKeywords.begin(), kKeywords.end(), AsciiLower(word)) != kKeywords.end();
}

std::optional<double> NumberValue(std::string_view text) {
  std::string plain;
  for (const char c : text) {
    if (c != '_') plain += c;
  }
  const bool hex = plain.size() > 2 && plain[0] == '0' && (plain[1] == 'x' || plain[1] == 'X');
  const char* end = plain.data() + plain.size();
  if (hex) {
    std::int64_t value = 0;
    const auto read = std::from_chars(plain.data() + 2, end, value, 16);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return static_cast<double>(value);
  }
  double value = 0;
  const auto read = std::from_chars(plain.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return value;
}

std::string AsciiLower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::size_t CharacterAt(std::string_view text, std::size_t offset) {
  return 1 + CountRunes(text.substr(0, offset));
}

}  // namespace slowburn
