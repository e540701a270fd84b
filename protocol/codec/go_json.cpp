#include "protocol/codec/go_json.hpp"

#include "protocol/codec/json_scan.hpp"
#include "protocol/codec/json_write.hpp"

#include <nlohmann/json.hpp>

namespace praetor {

namespace {

const go_json null_value;

void write_value(std::string& out, const go_json& value, std::string_view indent, std::size_t depth) {
  auto line = [&](std::size_t levels) {
    if (indent.empty()) return;
    out += '\n';
    for (std::size_t i = 0; i < levels; ++i) out += indent;
  };
  bool first = true;
  auto next = [&] {
    if (!first) out += ',';
    first = false;
    line(depth + 1);
  };
  if (value.is_string()) return json::write_text(out, value.get_ref<const std::string&>());
  if (value.is_number_float()) return json::write_float(out, value.get<double>());
  if (value.is_array()) {
    out += '[';
    for (auto& item : value) {
      next();
      write_value(out, item, indent, depth + 1);
    }
    if (!value.empty()) line(depth);
    out += ']';
    return;
  }
  if (value.is_object()) {
    out += '{';
    for (auto& [name, item] : value.items()) {
      next();
      json::write_text(out, name);
      out += indent.empty() ? ":" : ": ";
      write_value(out, item, indent, depth + 1);
    }
    if (!value.empty()) line(depth);
    out += '}';
    return;
  }
  out += value.dump();
}

bool is_zero(const go_json& value) {
  if (value.is_null()) return true;
  if (value.is_string() || value.is_array() || value.is_object())
    return value.is_string() ? value.get_ref<const std::string&>().empty() : value.empty();
  if (value.is_boolean()) return !value.get<bool>();
  return value.is_number() && value.get<double>() == 0;
}

go_json zero_of(const json_member& member) {
  switch (member.type) {
  case json_member::kind::text: return "";
  case json_member::kind::duration: return "0s";
  case json_member::kind::number: return 0;
  case json_member::kind::boolean: return false;
  case json_member::kind::object: return member.nested ? reshape(go_json::object(), *member.nested) : go_json(nullptr);
  case json_member::kind::pointer:
  case json_member::kind::list:
  case json_member::kind::any: break;
  }
  return nullptr;
}

go_json shaped_member(const go_json& value, const json_member& member) {
  if (value.is_null()) return zero_of(member);
  if (!member.nested) return value;
  if (value.is_object()) return reshape(value, *member.nested);
  if (!value.is_array()) return value;
  auto list = go_json::array();
  for (auto& item : value) list.push_back(reshape(item, *member.nested));
  return list;
}

} // namespace

expected<go_json> parse_json(std::string_view text) {
  auto value = go_json::parse(text.begin(), text.end(), nullptr, false);
  if (value.is_discarded()) {
    auto why = json::scan(text, true, 10'000).error;
    return fail(why.empty() ? "invalid JSON" : why);
  }
  return value;
}

std::string dump_json(const go_json& value, std::string_view indent) {
  std::string out;
  write_value(out, value, indent, 0);
  return out;
}

go_json reshape(const go_json& value, const json_shape& shape) {
  auto result = go_json::object();
  for (std::size_t i = 0; i < shape.count; ++i) {
    auto& member = shape.members[i];
    auto shaped = shaped_member(member_of(value, member.name), member);
    if (member.omit_empty && is_zero(shaped)) continue;
    result[std::string(member.name)] = std::move(shaped);
  }
  return result;
}

const go_json& member_of(const go_json& object, std::string_view name) {
  if (!object.is_object()) return null_value;
  auto found = object.find(std::string(name));
  return found == object.end() ? null_value : *found;
}

std::string text_of(const go_json& object, std::string_view name) {
  auto& value = member_of(object, name);
  return value.is_string() ? value.get<std::string>() : std::string{};
}

std::uint64_t number_of(const go_json& object, std::string_view name) {
  auto& value = member_of(object, name);
  return value.is_number() ? value.get<std::uint64_t>() : 0;
}

bool flag_of(const go_json& object, std::string_view name) {
  auto& value = member_of(object, name);
  return value.is_boolean() && value.get<bool>();
}

} // namespace praetor
