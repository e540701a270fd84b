#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>

#include "protocol/hcl/json_reader.hpp"
#include "protocol/hcl/parse.hpp"
#include "protocol/hcl/scanner.hpp"
#include "protocol/types/values.hpp"

namespace praetor::hcl {

namespace {

struct item;

/// The right-hand side of a key: a literal token, a list or an object.
struct node {
  token literal;
  std::vector<node> list;
  std::vector<item> items;
  value::kind type = value::kind::text; ///< text for any literal
};

struct item {
  std::vector<token> keys;
  node content;
};

std::string show(position p) { return std::to_string(p.line) + ":" + std::to_string(p.column); }

class parser {
public:
  explicit parser(std::string_view source) : scanner_(source) {}

  expected<std::vector<item>> parse() {
    std::vector<item> items;
    auto outcome = read_items(false, items, 0);
    if (const auto& e = scanner_.error()) return fail("At " + show(e->at) + ": " + e->text);
    if (outcome == outcome::failed) return fail(message_);
    return items;
  }

private:
  enum class outcome { done, end, failed };

  token scan() {
    if (!held_) {
      do current_ = scanner_.next();
      while (current_.kind == token_kind::comment);
    }
    held_ = false;
    return current_;
  }
  void unscan() { held_ = true; }

  outcome refuse(position at, std::string text) {
    message_ = "At " + show(at) + ": " + std::move(text);
    return outcome::failed;
  }
  static std::string got(std::string_view text, token_kind kind) {
    return std::string(text) + std::string(name_of(kind));
  }

  /// Reads items up to the end or up to the closing brace, without consuming it.
  outcome read_items(bool inside, std::vector<item>& out, int depth) {
    while (true) {
      if (inside) {
        auto t = scan();
        unscan();
        if (t.kind == token_kind::close_block) return outcome::done;
      }
      item next;
      auto result = read_item(next, depth);
      if (result == outcome::end) return outcome::done;
      if (result == outcome::failed) return result;
      out.push_back(std::move(next));
      if (scan().kind != token_kind::comma) unscan();
    }
  }

  outcome read_item(item& out, int depth) {
    auto result = read_keys(out.keys);
    if (!out.keys.empty() && result == outcome::end) result = outcome::done;
    if (!out.keys.empty() && result == outcome::failed && current_.kind == token_kind::close_block) {
      // Keys without a value before a closing brace: reported below as a missing value.
      result = outcome::done;
      current_.kind = token_kind::end;
    }
    if (result != outcome::done) return result;
    if (current_.kind == token_kind::assign) {
      result = read_value(out.content, depth);
    } else if (current_.kind == token_kind::open_block) {
      result = read_object(out.content, depth + 1);
    } else {
      std::string names;
      for (const auto& k : out.keys) names += (names.empty() ? "" : " ") + std::string(k.text);
      return refuse(current_.at, "key '" + names + "' expected start of object ('{') or assignment ('=')");
    }
    if (result != outcome::done) return result;
    scan();
    unscan();
    return outcome::done;
  }

  outcome read_keys(std::vector<token>& keys) {
    while (true) {
      auto t = scan();
      switch (t.kind) {
      case token_kind::end: return outcome::end;
      case token_kind::assign:
        if (keys.size() > 1) {
          keys.clear();
          return refuse(t.at, got("nested object expected: LBRACE got: ", t.kind));
        }
        if (keys.empty()) return refuse(t.at, "no object keys found!");
        return outcome::done;
      case token_kind::open_block:
        if (keys.empty()) return refuse(t.at, got("expected: IDENT | STRING got: ", t.kind));
        return outcome::done;
      case token_kind::identifier:
      case token_kind::text:
        if (keys.size() == static_cast<std::size_t>(max_depth)) return too_deep();
        keys.push_back(t);
        break;
      case token_kind::illegal: return refuse(t.at, "illegal character");
      default: return refuse(t.at, got("expected: IDENT | STRING | ASSIGN | LBRACE got: ", t.kind));
      }
    }
  }

  static bool is_literal(token_kind k) {
    return k == token_kind::number || k == token_kind::real || k == token_kind::boolean || k == token_kind::text ||
           k == token_kind::heredoc;
  }

  outcome read_value(node& out, int depth) {
    auto t = scan();
    if (is_literal(t.kind)) {
      out.literal = t;
      return outcome::done;
    }
    if (t.kind == token_kind::open_block) return read_object(out, depth + 1);
    if (t.kind == token_kind::open_list) return read_list(out, depth + 1);
    if (t.kind == token_kind::end) return outcome::end;
    return refuse(t.at,
                  "Unknown token: " + show(t.at) + " " + std::string(name_of(t.kind)) + " " + std::string(t.text));
  }

  outcome read_object(node& out, int depth) {
    out.type = value::kind::object;
    out.literal = current_;
    if (depth > max_depth) return too_deep();
    auto result = read_items(true, out.items, depth);
    if (fatal_ || (result == outcome::failed && current_.kind != token_kind::close_block)) return outcome::failed;
    if (auto t = scan(); t.kind != token_kind::close_block)
      return refuse(t.at, got("object expected closing RBRACE got: ", t.kind));
    return outcome::done;
  }

  outcome read_list(node& out, int depth) {
    out.type = value::kind::list;
    out.literal = current_;
    if (depth > max_depth) return too_deep();
    bool need_comma = false;
    while (true) {
      auto t = scan();
      if (t.kind == token_kind::close_list) return outcome::done;
      if (t.kind == token_kind::comma) {
        need_comma = false;
        continue;
      }
      if (need_comma) return refuse(t.at, got("error parsing list, expected comma or list end, got: ", t.kind));
      auto& next = out.list.emplace_back();
      need_comma = true;
      auto result = outcome::done;
      if (is_literal(t.kind))
        next.literal = t;
      else if (t.kind == token_kind::open_block)
        result = read_object(next, depth + 1);
      else if (t.kind == token_kind::open_list)
        result = read_list(next, depth + 1);
      else
        return refuse(t.at, got("unexpected token while parsing list: ", t.kind));
      if (result == outcome::done) continue;
      if (fatal_) return result;
      bool object = t.kind == token_kind::open_block;
      return refuse(t.at, std::string("error while trying to parse ") + (object ? "object" : "list") +
                              " within list: " + message_);
    }
  }

  outcome too_deep() {
    fatal_ = true;
    return refuse(current_.at, "nesting deeper than " + std::to_string(max_depth) + " levels");
  }

  scanner scanner_;
  token current_;
  bool held_ = false;
  bool fatal_ = false;
  std::string message_;
};

std::string key_text(const token& t) {
  if (t.kind != token_kind::text) return std::string(t.text);
  return unquote(t.text).value_or(std::string(t.text));
}

expected<value> number_of(const token& t) {
  auto text = t.text;
  bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text[0] == '0') {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint64_t magnitude = 0;
  auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), magnitude, base);
  auto refuse = [&](const char* why) { return fail("strconv.ParseInt: parsing " + quoted(t.text) + ": " + why); };
  constexpr std::uint64_t limit = 1ull << 63;
  if (code == std::errc::invalid_argument || end != text.data() + text.size()) return refuse("invalid syntax");
  if (code == std::errc::result_out_of_range || magnitude > limit || (magnitude == limit && !negative))
    return refuse("value out of range");
  return value::of(static_cast<std::int64_t>(negative ? ~magnitude + 1 : magnitude));
}

expected<value> real_of(const token& t) {
  std::string text(t.text);
  char* end = nullptr;
  double r = std::strtod(text.c_str(), &end);
  auto refuse = [&](const char* why) { return fail("strconv.ParseFloat: parsing " + quoted(t.text) + ": " + why); };
  if (end != text.c_str() + text.size()) return refuse("invalid syntax");
  if (std::isinf(r)) return refuse("value out of range");
  return value::of(r);
}

expected<value> literal_of(const token& t) {
  switch (t.kind) {
  case token_kind::boolean: return value::of(t.text == "true");
  case token_kind::number: return number_of(t);
  case token_kind::real: return real_of(t);
  case token_kind::heredoc: return value::of(heredoc_content(t.text));
  default: break;
  }
  if (auto text = unquote(t.text)) return value::of(std::move(*text));
  return fail("At " + show(t.at) + ": unquote " + std::string(t.text) + " err: invalid syntax");
}

expected<value> object_of(const std::vector<item>& items, std::size_t skipped_keys);

/// The value of a node. An object becomes a list of one block, except directly inside a list.
expected<value> value_of(const node& n, bool in_list) {
  expected<value> result;
  if (n.type == value::kind::object) {
    auto object = object_of(n.items, 0);
    if (!object) return object;
    object->at = n.literal.at;
    if (in_list) return object;
    auto list = value::empty_list();
    list.of_blocks = true;
    list.items.push_back(std::move(*object));
    result = std::move(list);
  } else if (n.type == value::kind::list) {
    auto list = value::empty_list();
    for (const auto& entry : n.list) {
      auto v = value_of(entry, true);
      if (!v) return v;
      list.items.push_back(std::move(*v));
    }
    result = std::move(list);
  } else {
    result = literal_of(n.literal);
  }
  if (result) result->at = n.literal.at;
  return result;
}

/// Lists under the same key are appended; of all other values the last one wins.
void put(object_writer& object, const std::string& key, value v) {
  auto& slot = object[key];
  if (slot.is(value::kind::list) && v.is(value::kind::list)) {
    for (auto& entry : v.items) slot.items.push_back(std::move(entry));
  } else {
    slot = std::move(v);
  }
}

/// The object that the items describe, after skipping the first `skipped` keys of each.
expected<value> object_of(const std::vector<item>& items, std::size_t skipped) {
  auto object = value::empty_object();
  object_writer members(object);
  for (const auto& i : items) {
    auto key = key_text(i.keys[skipped]);
    auto v = value_of(i.content, false);
    if (!v) return v;
    // Labels: name "a" "b" { } is name { a { b { } } }.
    for (auto label = i.keys.size(); label-- > skipped + 1;) {
      auto outer = value::empty_object();
      outer.at = i.keys[label].at;
      outer[key_text(i.keys[label])] = std::move(*v);
      auto list = value::empty_list();
      list.of_blocks = true;
      list.at = outer.at;
      list.items.push_back(std::move(outer));
      v = std::move(list);
    }
    put(members, key, std::move(*v));
  }
  return object;
}

/// JSON inside an HCL file: objects under a key become lists of blocks, as in HCL.
value as_blocks(value v, bool in_list) {
  for (auto& entry : v.items) entry = as_blocks(std::move(entry), true);
  for (auto& [name, member] : v.members) member = as_blocks(std::move(member), false);
  if (!v.is(value::kind::object) || in_list) return v;
  auto list = value::empty_list();
  list.of_blocks = true;
  list.at = v.at;
  list.items.push_back(std::move(v));
  return list;
}

} // namespace

expected<value> parse_hcl(std::string_view text) {
  std::string source;
  source.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\r' || i + 1 == text.size() || text[i + 1] != '\n') source += text[i];
  auto first = source.find_first_not_of(" \t\r\n\v\f");
  if (first != std::string::npos && source[first] == '{') {
    auto json = read_json(source, {.keep_integers = true});
    if (!json) return json;
    return as_blocks(std::move(*json), true);
  }
  auto items = parser(source).parse();
  if (!items) return tl::unexpected(items.error());
  return object_of(*items, 0);
}

expected<value> parse_json(std::string_view text) { return read_json(text, {.keep_integers = false}); }

} // namespace praetor::hcl
