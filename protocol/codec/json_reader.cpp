#include "protocol/codec/json_reader.hpp"

#include "protocol/base/utf8.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/rfc3339.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace praetor::json {

namespace {

std::string_view kind_name(value_kind kind) {
  switch (kind) {
  case value_kind::object: return "object";
  case value_kind::list: return "array";
  case value_kind::text: return "string";
  case value_kind::number: return "number";
  case value_kind::boolean: return "bool";
  case value_kind::null: break;
  }
  return "null";
}

std::uint32_t hex_value(std::string_view four) {
  std::uint32_t value = 0;
  std::from_chars(four.data(), four.data() + four.size(), value, 16);
  return value;
}

std::string byte_type() { return "uint8"; }
std::string bytes_type() { return "[]uint8"; }
std::string float_type() { return "float64"; }

} // namespace

bool parse_double(std::string_view digits, double& value) {
  auto [stop, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure == std::errc::result_out_of_range) {
    // Underflow yields zero, overflow is an error: the sign of the exponent tells them apart.
    auto e = digits.find_first_of("eE");
    bool tiny =
        e != std::string_view::npos ? digits[e + 1] == '-' : digits.starts_with("0.") || digits.starts_with("-0.");
    value = 0;
    return tiny;
  }
  return failure == std::errc{};
}

void reader::fail(std::string text) {
  if (error_.empty()) error_ = text.empty() ? "invalid value" : std::move(text);
}

void reader::reject_field(std::string_view name) {
  if (failed()) return;
  rejected_field_ = name;
  fail("json: unknown field " + quoted(name));
}

void reader::mismatch(std::string_view found, std::string_view type) {
  if (failed()) return;
  auto text = "json: cannot unmarshal " + std::string(found);
  if (top_ == nullptr) {
    if (!root_type_.empty()) type = root_type_;
    return fail(text + " into Go value of type " + std::string(type));
  }
  // Go sees a struct that is decoded through an embedded alias as unnamed: the error text names the enclosing struct,
  // at any depth.
  std::string path;
  auto owner = top_;
  for (auto f = top_; f != nullptr; f = f->outer) {
    std::string step(f->member);
    bool aliased = !f->owner->embedded.empty();
    // Go's records have both indexes in an embedded struct.
    bool in_record = aliased || f->owner->go_type().starts_with("structs.");
    if (in_record && (step == "CreateIndex" || step == "ModifyIndex")) step = "RaftIndex." + step;
    if (aliased && !f->by_alias) step = std::string(f->owner->embedded) + "." + step;
    path = path.empty() ? step : step + "." + path;
    if (aliased && f->outer != nullptr) owner = f->outer;
  }
  auto name = owner->owner->embedded.empty() ? owner->owner->name() : std::string();
  fail(text + " into Go struct field " + name + "." + path + " of type " + std::string(type));
}

/// The smallest transaction operation that a client sends needs about 100 times its text: counting each object in
/// proportion to its text keeps legitimate requests far below the allowance.
bool reader::make_room(std::size_t object_bytes) {
  constexpr std::size_t counted_part = 4;
  if (failed()) return false;
  if (allowance_.take(object_bytes / counted_part)) return true;
  fail("json: more objects than the size of the text allows");
  return false;
}

void reader::skip_blanks() {
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') return;
    ++at_;
  }
}

value_kind reader::kind() {
  skip_blanks();
  if (at_ >= text_.size()) return value_kind::null;
  switch (text_[at_]) {
  case '{': return value_kind::object;
  case '[': return value_kind::list;
  case '"': return value_kind::text;
  case 't':
  case 'f': return value_kind::boolean;
  case 'n': return value_kind::null;
  default: return value_kind::number;
  }
}

std::size_t reader::offset() {
  skip_blanks();
  return at_;
}

std::string_view reader::raw() {
  skip_blanks();
  auto start = at_;
  std::size_t depth = 0;
  while (at_ < text_.size()) {
    char c = text_[at_];
    if (c == '"') {
      for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
        if (text_[at_] == '\\') ++at_;
      ++at_;
    } else if (c == '{' || c == '[') {
      ++depth;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (depth == 0) break;
      --depth;
      ++at_;
    } else if (depth == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\t' || c == '\r'))
      break;
    else {
      ++at_;
      continue;
    }
    if (depth == 0) break;
  }
  if (at_ > text_.size()) at_ = text_.size();
  return text_.substr(start, at_ - start);
}

void reader::skip() {
  if (!failed()) raw();
}

bool reader::expect(value_kind wanted, type_text type) {
  if (failed()) return false;
  auto found = kind();
  if (found == wanted) return true;
  mismatch(kind_name(found), type());
  return false;
}

std::string_view reader::text_content(std::string& scratch) {
  auto start = ++at_;
  bool plain = true;
  while (at_ < text_.size() && text_[at_] != '"') {
    auto c = static_cast<unsigned char>(text_[at_]);
    if (c == '\\' || c >= 0x80) {
      plain = false;
      break;
    }
    ++at_;
  }
  if (plain) return text_.substr(start, at_++ - start);
  scratch.assign(text_, start, at_ - start);
  while (at_ < text_.size() && text_[at_] != '"') {
    auto c = static_cast<unsigned char>(text_[at_]);
    if (c >= 0x80) {
      auto length = utf8::sequence_length(text_, at_);
      if (length == 0)
        utf8::append(scratch, 0xfffd);
      else
        scratch.append(text_, at_, length);
      at_ += length == 0 ? 1 : length;
      continue;
    }
    ++at_;
    if (c != '\\') {
      scratch += static_cast<char>(c);
      continue;
    }
    switch (char escape = text_[at_++]) {
    case 'b': scratch += '\b'; break;
    case 'f': scratch += '\f'; break;
    case 'n': scratch += '\n'; break;
    case 'r': scratch += '\r'; break;
    case 't': scratch += '\t'; break;
    case 'u': {
      auto point = hex_value(text_.substr(at_, 4));
      at_ += 4;
      if (point >= 0xd800 && point < 0xdc00 && text_.substr(at_).starts_with("\\u")) {
        auto low = hex_value(text_.substr(at_ + 2, 4));
        if (low >= 0xdc00 && low < 0xe000) {
          point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
          at_ += 6;
        }
      }
      utf8::append(scratch, point);
      break;
    }
    default: scratch += escape;
    }
  }
  ++at_;
  return scratch;
}

bool reader::text(std::string& into, type_text type) {
  if (!expect(value_kind::text, type)) return false;
  std::string scratch;
  auto content = text_content(scratch);
  if (content.data() == scratch.data())
    into = std::move(scratch);
  else
    into.assign(content);
  return true;
}

bool reader::number(std::string_view& digits, type_text type) {
  if (!expect(value_kind::number, type)) return false;
  digits = raw();
  return true;
}

bool reader::boolean(bool& into) {
  if (!expect(value_kind::boolean, &go_type_text<bool>)) return false;
  into = raw() == "true";
  return true;
}

void reader::duration(nanoseconds& into) {
  if (failed()) return;
  switch (kind()) {
  case value_kind::number: {
    // Go's float64 in between. One that fits no integer becomes the least, as its conversion does on x86.
    auto digits = raw();
    double value = 0;
    if (!parse_double(digits, value)) return mismatch("number " + std::string(digits), float_type());
    constexpr double limit = 0x1p63;
    into = value >= -limit && value < limit ? nanoseconds{static_cast<std::int64_t>(value)} : nanoseconds::min();
    return;
  }
  case value_kind::text: {
    std::string scratch;
    auto parsed = duration_from_text(text_content(scratch));
    if (!parsed.value) return fail(std::move(parsed.error));
    into = *parsed.value;
    return;
  }
  default: skip();
  }
}

void reader::time(timestamp& into) {
  if (failed()) return;
  if (kind() != value_kind::text) return fail("Time.UnmarshalJSON: input is not a JSON string");
  std::string scratch;
  auto parsed = timestamp_from_text(text_content(scratch));
  if (!parsed) return fail(parsed.error().text);
  into = *parsed;
}

void reader::bytes(std::string& into) {
  if (failed()) return;
  if (kind() == value_kind::list) {
    begin_list(&bytes_type);
    into.clear();
    while (next_element()) {
      std::string_view digits;
      if (kind() == value_kind::null) {
        skip();
        into += '\0';
      } else if (number(digits, &byte_type)) {
        unsigned char value = 0;
        auto end = digits.data() + digits.size();
        auto [stop, failure] = std::from_chars(digits.data(), end, value);
        if (failure != std::errc{} || stop != end) return mismatch("number " + std::string(digits), "uint8");
        into += static_cast<char>(value);
      }
    }
    return;
  }
  if (!expect(value_kind::text, &bytes_type)) return;
  std::string scratch;
  auto decoded = base64_decode(text_content(scratch));
  if (!decoded) return fail(decoded.error().text);
  into = std::move(*decoded);
}

void reader::any(free_form& into) {
  nlohmann::json value;
  any(value);
  if (!failed()) into = free_form(std::move(value));
}

void reader::any(nlohmann::json& into) {
  if (!make_room(sizeof(nlohmann::json))) return;
  switch (kind()) {
  case value_kind::object: {
    into = nlohmann::json::object();
    at_++;
    std::string_view key;
    while (next_key(key)) {
      if (!make_room(object_allowance::map_node_bytes + sizeof(std::string))) return;
      // One recursion per level: the syntax check has limited the depth.
      any(into[std::string(key)]);
    }
    return;
  }
  case value_kind::list:
    into = nlohmann::json::array();
    at_++;
    while (next_element()) {
      into.push_back(nullptr);
      any(into.back());
    }
    return;
  case value_kind::text: {
    std::string scratch;
    into = std::string(text_content(scratch));
    return;
  }
  case value_kind::number: {
    auto digits = raw();
    double value = 0;
    if (!parse_double(digits, value)) return mismatch("number " + std::string(digits), float_type());
    into = value;
    return;
  }
  case value_kind::boolean: into = raw() == "true"; return;
  case value_kind::null: skip(); into = nullptr;
  }
}

bool reader::begin_list(type_text type) {
  if (!expect(value_kind::list, type)) return false;
  root_type_ = {}; // later values are nested
  ++at_;
  return true;
}

bool reader::next_element() {
  if (failed()) return false;
  skip_blanks();
  if (at_ >= text_.size()) return false;
  if (text_[at_] == ']') {
    ++at_;
    return false;
  }
  if (text_[at_] == ',') ++at_;
  return true;
}

bool reader::begin_object(type_text type) {
  if (!expect(value_kind::object, type)) return false;
  root_type_ = {};
  ++at_;
  return true;
}

bool reader::next_key(std::string_view& key) {
  if (failed()) return false;
  skip_blanks();
  if (at_ >= text_.size()) return false;
  if (text_[at_] == '}') {
    ++at_;
    return false;
  }
  if (text_[at_] == ',') {
    ++at_;
    skip_blanks();
  }
  key = text_content(key_scratch_);
  skip_blanks();
  ++at_; // the colon
  return true;
}

namespace detail {

const member_entry<read_member::function>* find_member(const read_table& table, std::string_view name, bool& by_alias) {
  auto accepted = [](const field& f) { return !has(f.flags, no_json) && !has(f.flags, read_only); };
  by_alias = false;
  for (const auto& entry : table)
    if (entry.name.name == name && accepted(entry.name)) return &entry;
  for (const auto& entry : table) {
    if (!accepted(entry.name)) continue;
    by_alias = !entry.name.alias.empty() && equal_fold(entry.name.alias, name);
    if (by_alias || equal_fold(entry.name.name, name)) return &entry;
  }
  return nullptr;
}

void read_record(reader& in, const read_table& table, char* object, const struct_name& name, bool lenient) {
  if (!in.begin_object(name.go_type)) return;
  reader::struct_scope scope(in, name, lenient);
  std::string_view key;
  while (in.next_key(key)) {
    bool by_alias = false;
    auto member = find_member(table, key, by_alias);
    if (member == nullptr) {
      if (in.rejects_unknown_fields()) return in.reject_field(key);
      in.skip();
      continue;
    }
    scope.enter(by_alias ? member->name.alias : member->name.name, by_alias);
    member->run(in, object + member->offset, member->name.flags);
  }
}

} // namespace detail

} // namespace praetor::json
