#include "protocol/acl/auth/identity.hpp"

#include "protocol/filter/go_text.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

namespace praetor::acl::auth {

namespace {

identity blank(const jwt_settings& s) {
  identity out;
  jwt_fields fields;
  for (const auto& [claim, name] : s.claim_mappings) {
    fields.values[name];
    out.variables["value." + name];
  }
  for (const auto& [claim, name] : s.list_claim_mappings) fields.lists[name];
  out.selectable = std::move(fields);
  return out;
}

identity blank(const kubernetes_settings&) {
  return {kubernetes_fields{},
          {{"serviceaccount.namespace", ""}, {"serviceaccount.name", ""}, {"serviceaccount.uid", ""}}};
}

identity blank(const aws_settings& s) {
  aws_fields fields;
  identity out{{}, {{"entity_name", ""}, {"entity_id", ""}, {"account_id", ""}}};
  if (s.entity_details) {
    out.variables["entity_path"];
    for (const auto& tag : s.entity_tags) {
      out.variables["entity_tags." + tag];
      fields.entity_tags[tag];
    }
  }
  out.selectable = std::move(fields);
  return out;
}

// ---- Claims

/// The parts of a JSON pointer, without escapes (RFC 6901).
string_list pointer_parts(std::string_view pointer) {
  string_list out;
  while (!pointer.empty()) {
    pointer.remove_prefix(1); // "/"
    auto end = std::min(pointer.find('/'), pointer.size());
    std::string part(pointer.substr(0, end));
    for (auto [escape, character] : {std::pair("~1", '/'), std::pair("~0", '~')})
      for (auto at = part.find(escape); at != part.npos; at = part.find(escape, at + 1))
        part.replace(at, 2, 1, character);
    out.push_back(std::move(part));
    pointer.remove_prefix(end);
  }
  return out;
}

const nlohmann::json* element(const nlohmann::json& list, const std::string& part) {
  auto index = filter::parse_signed(part.empty() ? "0" : part, 64);
  if (!index || *index < 0 || static_cast<std::size_t>(*index) >= list.size()) return nullptr;
  return &list[static_cast<std::size_t>(*index)];
}

/// The claim that a mapping names, by a name or a JSON pointer; null if there is none.
const nlohmann::json* find_claim(const nlohmann::json& claims, const std::string& source) {
  auto at = &claims;
  for (const auto& part : source.starts_with('/') ? pointer_parts(source) : string_list{source}) {
    if (at->is_array()) {
      at = element(*at, part);
    } else {
      auto found = at->is_object() ? at->find(part) : at->end();
      at = found == at->end() ? nullptr : &*found;
    }
    if (!at) return nullptr;
  }
  return at->is_null() ? nullptr : at;
}

/// Texts, booleans, and numbers without their fraction; nothing for other values.
std::optional<std::string> scalar_text(const nlohmann::json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (!value.is_number()) return {};
  constexpr double end = 9223372036854775808.0; // 2^63
  auto number = value.get<double>();
  bool fits = number >= -end && number < end;
  return std::to_string(fits ? static_cast<std::int64_t>(number) : std::numeric_limits<std::int64_t>::min());
}

std::string go_type(const nlohmann::json& value) {
  return value.is_array() ? "[]interface {}" : value.is_object() ? "map[string]interface {}" : "<nil>";
}

expected<string_list> list_of(const std::string& source, const nlohmann::json& claim) {
  string_list out;
  if (claim.is_object()) return fail(praetor::quoted(source) + " list claim could not be converted to string list");
  auto add = [&](const nlohmann::json& one) {
    auto text = scalar_text(one);
    if (text && !text->empty()) out.push_back(std::move(*text));
    return text.has_value();
  };
  if (!claim.is_array()) {
    add(claim);
    return out;
  }
  for (const auto& one : claim)
    if (!add(one))
      return fail("value of type " + go_type(one) + " in " + praetor::quoted(source) +
                  " list claim could not be parsed as string");
  return out;
}

} // namespace

identity blank_identity(const method_settings& s) {
  return std::visit([](const auto& one) { return blank(one); }, s);
}

expected<identity> identity_of_claims(const jwt_settings& s, const free_form& all) {
  const auto& claims = all.json();
  auto out = blank(s);
  jwt_fields fields;
  for (const auto& [source, name] : s.claim_mappings) {
    auto* claim = find_claim(claims, source);
    if (!claim) continue;
    auto text = scalar_text(*claim);
    if (!text) return fail("error converting claim '" + source + "' to string from unknown type " + go_type(*claim));
    out.variables["value." + name] = *text;
    fields.values[name] = std::move(*text);
  }
  for (const auto& [source, name] : s.list_claim_mappings) {
    auto* claim = find_claim(claims, source);
    if (!claim) continue;
    auto list = list_of(source, *claim);
    if (!list) return tl::unexpected(std::move(list.error()));
    fields.lists[name] = std::move(*list);
  }
  out.selectable = std::move(fields);
  return out;
}

} // namespace praetor::acl::auth
