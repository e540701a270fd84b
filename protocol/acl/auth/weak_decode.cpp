#include "protocol/acl/auth/weak_decode.hpp"

#include "protocol/filter/go_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace praetor::acl::auth {

namespace {

/// Go's strconv.FormatFloat(x, 'f', -1, 64).
std::string decimal(double x) {
  std::array<char, 400> buffer;
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), x, std::chars_format::fixed).ptr;
  return {buffer.data(), end};
}

/// Go's int64(x).
std::int64_t whole(double x) {
  constexpr double end = 9223372036854775808.0; // 2^63
  return x >= -end && x < end ? static_cast<std::int64_t>(x) : std::numeric_limits<std::int64_t>::min();
}

/// Go's name of the type of a decoded JSON value.
std::string type_name(const nlohmann::json& value) {
  if (value.is_boolean()) return "bool";
  if (value.is_number()) return "float64";
  if (value.is_array()) return "[]interface {}";
  if (value.is_object()) return "map[string]interface {}";
  return "string";
}
/// Go's kind of it.
std::string kind_name(const nlohmann::json& value) {
  return value.is_array() ? "slice" : value.is_object() ? "map" : type_name(value);
}

/// The beginning of Go's %v. Cut, because it becomes a part of an error.
std::string shown(const nlohmann::json& value) {
  constexpr std::size_t most = 200;
  std::string out;
  if (value.is_string()) {
    out = value.get<std::string>();
  } else if (value.is_array()) {
    out = "[";
    for (const auto& one : value) {
      if (out.size() > most) break;
      out += (out.size() > 1 ? " " : "") + shown(one);
    }
    out += "]";
  } else if (value.is_object()) {
    out = "map[";
    for (auto one = value.begin(); one != value.end() && out.size() < most; ++one)
      out += (out.size() > 4 ? " " : "") + one.key() + ":" + shown(*one);
    out += "]";
  } else {
    out = value.is_null() ? "<nil>" : value.is_number() ? decimal(value.get<double>()) : value.dump();
  }
  return out.substr(0, most);
}

} // namespace

const nlohmann::json* weak_decoder::take(std::string_view name) {
  known_.emplace_back(name);
  const auto& object = object_.json();
  if (!object.is_object()) return nullptr;
  auto found = object.find(std::string(name));
  if (found == object.end())
    for (auto one = object.begin(); one != object.end() && found == object.end(); ++one)
      if (equal_fold(one.key(), name)) found = one;
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

void weak_decoder::mismatch(const std::string& name, std::string_view type, const nlohmann::json& value) {
  errors_.push_back("'" + name + "' expected type '" + std::string(type) + "', got unconvertible type '" +
                    type_name(value) + "', value: '" + shown(value) + "'");
}

void weak_decoder::decode_text(const std::string& name, const nlohmann::json& value, std::string& into) {
  if (value.is_string())
    into = value.get<std::string>();
  else if (value.is_boolean())
    into = value.get<bool>() ? "1" : "0";
  else if (value.is_number())
    into = decimal(value.get<double>());
  else if (!value.is_null())
    mismatch(name, "string", value);
}

void weak_decoder::decode_integer(const std::string& name, const nlohmann::json& value, std::string_view type,
                                  std::int64_t& into) {
  if (value.is_boolean()) {
    into = value.get<bool>();
  } else if (value.is_number()) {
    into = whole(value.get<double>());
  } else if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    auto parsed = filter::parse_signed(text.empty() ? "0" : text, 64);
    if (!parsed) return errors_.push_back("cannot parse '" + name + "' as int: " + parsed.error().text);
    into = *parsed;
  } else {
    mismatch(name, type, value);
  }
}

void weak_decoder::decode_map(const std::string& name, const nlohmann::json& value, string_map& into) {
  if (value.is_array()) { // of maps, which are merged
    for (std::size_t i = 0; i < value.size(); ++i)
      if (!value[i].is_null()) {
        auto element = name + "[" + std::to_string(i) + "]";
        if (!value[i].is_object())
          return errors_.push_back("'" + element + "' expected a map, got '" + kind_name(value[i]) + "'");
        decode_map(element, value[i], into);
      }
    return;
  }
  if (!value.is_object()) return errors_.push_back("'" + name + "' expected a map, got '" + kind_name(value) + "'");
  for (auto one = value.begin(); one != value.end(); ++one)
    decode_text(name + "[" + one.key() + "]", *one, into[one.key()]);
}

void weak_decoder::decode_member(std::string_view name, std::string& into) {
  if (auto* value = take(name)) decode_text(std::string(name), *value, into);
}

void weak_decoder::decode_member(std::string_view name, bool& into) {
  auto* value = take(name);
  if (!value) return;
  if (value->is_boolean()) {
    into = value->get<bool>();
  } else if (value->is_number()) {
    into = value->get<double>() != 0;
  } else if (value->is_string()) {
    const auto& text = value->get_ref<const std::string&>();
    auto parsed = filter::parse_boolean(text);
    if (!parsed && !text.empty())
      return errors_.push_back("cannot parse '" + std::string(name) + "' as bool: " + parsed.error().text);
    into = parsed && *parsed;
  } else {
    mismatch(std::string(name), "bool", *value);
  }
}

void weak_decoder::decode_member(std::string_view name, std::int64_t& into) {
  if (auto* value = take(name)) decode_integer(std::string(name), *value, "int", into);
}

void weak_decoder::decode_member(std::string_view name, nanoseconds& into) {
  auto* value = take(name);
  std::int64_t count = 0;
  if (value) decode_integer(std::string(name), *value, "time.Duration", count);
  into = nanoseconds{count};
}

void weak_decoder::decode_member(std::string_view name, string_list& into) {
  auto* value = take(name);
  if (!value) return;
  std::string prefix(name);
  if (value->is_array()) {
    for (std::size_t i = 0; i < value->size(); ++i)
      decode_text(prefix + "[" + std::to_string(i) + "]", (*value)[i], into.emplace_back());
  } else if (!value->is_object() || !value->empty()) {
    decode_text(prefix + "[0]", *value, into.emplace_back());
  }
}

void weak_decoder::decode_member(std::string_view name, string_map& into) {
  if (auto* value = take(name)) decode_map(std::string(name), *value, into);
}

expected<void> weak_decoder::finish() {
  std::string unknown;
  const auto& object = object_.json();
  if (!object.is_object() && !object.is_null()) errors_.push_back("'' expected a map, got '" + kind_name(object) + "'");
  if (object.is_object())
    for (auto one = object.begin(); one != object.end(); ++one) {
      bool known = std::any_of(known_.begin(), known_.end(),
                               [&](const std::string& name) { return equal_fold(name, one.key()); });
      if (!known) unknown += (unknown.empty() ? "" : ", ") + one.key();
    }
  if (!unknown.empty()) errors_.push_back("'' has invalid keys: " + unknown);
  if (errors_.empty()) return {};
  std::sort(errors_.begin(), errors_.end());
  std::string out = "error decoding config: " + std::to_string(errors_.size()) + " error(s) decoding:\n";
  for (const auto& one : errors_) out += "\n* " + one;
  return fail(std::move(out));
}

} // namespace praetor::acl::auth
