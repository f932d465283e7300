// Copyright 2026 The slowburn authors
// SPDX-License-Identifier: Apache-2.0
#include "rules/yaml.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <exception>
#include <optional>
#include <sstream>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include "rules/text.h"

namespace slowburn {
namespace {

// A file of ten thousand SLOs has about a million values.
constexpr std::uint64_t kMostValues = 4'000'000;
// What aliases may add; a bomb of nine lines multiplies into billions.
constexpr std::uint64_t kMostAliased = 1'000'000;
// yaml-cpp refuses 500 levels, but first looks ahead to the end of the text for each open bracket.
constexpr int kMostOpenBrackets = 10'000;

// Thrown through yaml-cpp by our handler, and caught in ReadChunk().
struct Refused : std::exception {
  explicit Refused(YamlProblem why) : problem(std::move(why)) {}

  YamlProblem problem;
};

std::uint64_t OwnWeight(const YamlNode& node) {
  return 1 + node.text.size() / 64;
}

bool IsKnownTag(const std::string& tag) {
  static const auto* known = new std::unordered_set<std::string>{
      "",
      "?",
      "!",
      "tag:yaml.org,2002:str",
      "tag:yaml.org,2002:int",
      "tag:yaml.org,2002:float",
      "tag:yaml.org,2002:bool",
      "tag:yaml.org,2002:map",
      "tag:yaml.org,2002:seq",
  };
  return known->contains(tag);
}

// Builds the nodes of one document at a time from yaml-cpp's events.
//
// The events are used rather than yaml-cpp's own nodes because they keep the place of an alias, and
// duplicate keys.
class Builder : public YAML::EventHandler {
 public:
  // `first_line` is the line of `lines`, from 0, at which yaml-cpp's text begins.
  Builder(const LineIndex& lines, std::string_view text, std::size_t first_line,
          std::uint64_t* values)
      : lines_(lines), text_(text), first_line_(first_line), values_(*values) {}

  const YamlNode* root() const { return root_; }

  // Where the innermost container begins that is not read to its end.
  std::optional<std::size_t> OpenedAt() const {
    if (open_.empty()) return std::nullopt;
    return open_.back().node->offset;
  }

  std::size_t Offset(const YAML::Mark& mark) const {
    return lines_.Offset(first_line_ + static_cast<std::size_t>(std::max(mark.line, 0)),
                         static_cast<std::size_t>(std::max(mark.column, 0)));
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    CheckSeparated(Offset(mark));
    nodes_.clear();
    open_.clear();
    anchors_.clear();
    aliased_ = 0;
    root_ = nullptr;
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode& node = New(mark, YamlNode::Kind::kEmpty);
    PlaceEmpty(node);
    Remember(anchor, node, 1);
    Add(node, 1);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    CheckTag(mark, tag);
    YamlNode& node = New(mark, YamlNode::Kind::kScalar);
    node.plain = tag == "?";
    node.text = value;
    Remember(anchor, node, OwnWeight(node));
    Add(node, OwnWeight(node));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end() || found->second.weight == 0) {
      Refuse(mark, "the alias stands within what it refers to");
    }
    const Anchor& target = found->second;
    aliased_ += target.weight;
    if (aliased_ > kMostAliased) {
      Refuse(mark, fmt::format("aliases expand to more than {} values", kMostAliased));
    }
    YamlNode& node = New(mark, YamlNode::Kind::kEmpty);
    node = *target.node;
    node.offset = Offset(mark);
    node.alias = true;
    Add(node, target.weight);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Begin(mark, tag, anchor, YamlNode::Kind::kList);
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Begin(mark, tag, anchor, YamlNode::Kind::kMap);
  }

  void OnSequenceEnd() override { End(); }

  void OnMapEnd() override {
    Merge(*open_.back().node);
    End();
  }

 private:
  struct Open {
    YamlNode* node = nullptr;
    const YamlNode* key = nullptr;  // Of a map: read, its value not yet.
    std::uint64_t weight = 1;
    YAML::anchor_t anchor = 0;
  };

  struct Anchor {
    const YamlNode* node = nullptr;
    std::uint64_t weight = 0;  // 0: not read to its end.
  };

  // yaml-cpp takes what follows a value for another document, and never ends on a stray bracket.
  void CheckSeparated(std::size_t start) {
    const std::string_view before =
        text_.substr(document_start_.value_or(start), start - document_start_.value_or(start));
    if (document_start_.has_value() && before.find("\n...") == std::string_view::npos &&
        !before.starts_with("...")) {
      throw Refused({start, "not valid YAML: text after the end of the document", ""});
    }
    document_start_ = start;
  }

  [[noreturn]] void Refuse(const YAML::Mark& mark, std::string message) const {
    throw Refused({Offset(mark), std::move(message), ""});
  }

  void CheckTag(const YAML::Mark& mark, const std::string& tag) const {
    if (!IsKnownTag(tag)) Refuse(mark, fmt::format("the tag {} is not known", Shown(tag)));
  }

  YamlNode& New(const YAML::Mark& mark, YamlNode::Kind kind) {
    if (++values_ > kMostValues) {
      Refuse(mark, fmt::format("the file holds more than {} values", kMostValues));
    }
    YamlNode& node = nodes_.emplace_back();
    node.kind = kind;
    node.offset = Offset(mark);
    return node;
  }

  // yaml-cpp gives an empty value the place of what follows it.
  void PlaceEmpty(YamlNode& node) const {
    if (open_.empty()) return;
    if (open_.back().key != nullptr) {
      node.offset = open_.back().key->offset;
    } else if (open_.back().node->kind == YamlNode::Kind::kList && node.offset > 0) {
      const std::size_t before = text_.find_last_not_of(" \t\r\n", node.offset - 1);
      if (before != std::string_view::npos && text_[before] == '-') node.offset = before;
    }
  }

  void Remember(YAML::anchor_t anchor, const YamlNode& node, std::uint64_t weight) {
    if (anchor != 0) anchors_[anchor] = {&node, weight};
  }

  void Begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             YamlNode::Kind kind) {
    CheckTag(mark, tag);
    YamlNode& node = New(mark, kind);
    Remember(anchor, node, 0);
    open_.push_back({.node = &node, .anchor = anchor});
  }

  void End() {
    const Open done = open_.back();
    open_.pop_back();
    Remember(done.anchor, *done.node, done.weight);
    Add(*done.node, done.weight);
  }

  void Add(const YamlNode& node, std::uint64_t weight) {
    if (open_.empty()) {
      root_ = &node;
      return;
    }
    Open& parent = open_.back();
    parent.weight += weight;
    if (parent.node->kind == YamlNode::Kind::kList) {
      parent.node->items.push_back(&node);
    } else if (parent.key == nullptr) {
      parent.key = &node;
    } else {
      parent.node->entries.push_back({parent.key, &node, false});
      parent.key = nullptr;
    }
  }

  static bool IsMergeKey(const YamlNode& key) {
    return key.kind == YamlNode::Kind::kScalar && key.plain && key.text == "<<";
  }

  void Merge(YamlNode& map) const {
    std::vector<const YamlNode*> sources;
    for (const YamlNode::Entry& entry : map.entries) {
      if (IsMergeKey(*entry.key)) CollectMerged(*entry.value, sources);
    }
    if (sources.empty()) return;
    std::erase_if(map.entries, [](const YamlNode::Entry& e) { return IsMergeKey(*e.key); });
    std::unordered_set<std::string_view> have;
    for (const YamlNode::Entry& entry : map.entries) have.insert(entry.key->text);
    for (const YamlNode* source : sources) {
      for (YamlNode::Entry entry : source->entries) {
        entry.merged = true;
        if (have.insert(entry.key->text).second) map.entries.push_back(entry);
      }
    }
  }

  static void CollectMerged(const YamlNode& value, std::vector<const YamlNode*>& sources) {
    const bool list = value.kind == YamlNode::Kind::kList;
    for (const YamlNode* item : list ? value.items : std::vector{&value}) {
      if (item->kind != YamlNode::Kind::kMap) {
        throw Refused({item->offset, "`<<` needs a map or a list of maps", ""});
      }
      sources.push_back(item);
    }
  }

  const LineIndex& lines_;
  std::string_view text_;
  std::size_t first_line_;
  std::uint64_t& values_;
  std::optional<std::size_t> document_start_;
  std::uint64_t aliased_ = 0;
  std::deque<YamlNode> nodes_;
  std::vector<Open> open_;
  std::unordered_map<YAML::anchor_t, Anchor> anchors_;
  const YamlNode* root_ = nullptr;
};

// Where parts begin that are parsed apart: the start, and each line of `---`, which YAML allows in
// no scalar.  An error in one document then leaves the others readable.
std::vector<std::size_t> ChunkStarts(std::string_view text) {
  std::vector<std::size_t> starts = {ByteOrderMark(text)};
  for (std::size_t at = starts[0]; at != std::string_view::npos && at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (at > starts[0] && rest.starts_with("---") &&
        (rest.size() == 3 || std::string_view(" \t\r\n").find(rest[3]) != std::string_view::npos)) {
      starts.push_back(at);
    }
    at = text.find('\n', at);
    if (at != std::string_view::npos) ++at;
  }
  return starts;
}

std::optional<std::size_t> TooDeep(std::string_view text) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '[' || text[at] == '{') ++depth;
    if ((text[at] == ']' || text[at] == '}') && depth > 0) --depth;
    if (depth > kMostOpenBrackets) return at;
  }
  return std::nullopt;
}

YamlProblem FromParser(const YAML::Exception& error, const Builder& builder) {
  const std::size_t at = builder.Offset(error.mark);
  // For these two the parser's own place is far from the cause.
  const std::size_t opened = builder.OpenedAt().value_or(at);
  if (error.msg == "bad file") return {opened, "nested too deeply", ""};
  if (error.msg.find("flow not found") != std::string::npos) {
    return {opened, "not valid YAML: this bracket is not closed", ""};
  }
  std::string hint;
  if (error.msg.find("tab") != std::string::npos) hint = "indent with spaces";
  if (error.msg == "illegal map value") hint = "quote a value that holds `: `";
  return {at, "not valid YAML: " + error.msg, hint};
}

// Reads one document into `builder`; false at the end, and after a problem.
bool ReadNext(YAML::Parser& parser, Builder& builder, std::size_t begin,
              const YamlVisitor& visitor) {
  try {
    return parser.HandleNextDocument(builder);
  } catch (const Refused& refused) {
    visitor.problem(refused.problem);
  } catch (const YAML::Exception& error) {
    visitor.problem(FromParser(error, builder));
  } catch (const std::exception& error) {
    visitor.problem({begin, fmt::format("cannot be read: {}", Shown(error.what())), ""});
  }
  return false;
}

void ReadChunk(const LineIndex& lines, std::string_view text, std::size_t begin, std::size_t end,
               std::uint64_t* values, const YamlVisitor& visitor) {
  const std::string_view chunk = text.substr(begin, end - begin);
  if (const auto deep = TooDeep(chunk)) {
    visitor.problem({begin + *deep, "nested too deeply", ""});
    return;
  }
  Builder builder(lines, text, lines.LineOf(begin), values);
  std::istringstream stream{std::string(chunk)};
  YAML::Parser parser(stream);
  while (ReadNext(parser, builder, begin, visitor)) {
    if (builder.root() != nullptr) visitor.document(*builder.root());
  }
}

}  // namespace

void ReadYaml(std::string_view text, const YamlVisitor& visitor) {
  const LineIndex lines(text);
  if (const auto bad = FirstNotText(text)) {
    visitor.problem({*bad, "not UTF-8 text", "save the file as UTF-8"});
    return;
  }
  const std::vector<std::size_t> starts = ChunkStarts(text);
  std::uint64_t values = 0;
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t end = i + 1 < starts.size() ? starts[i + 1] : text.size();
    ReadChunk(lines, text, starts[i], end, &values, visitor);
  }
}

}  // namespace slowburn
