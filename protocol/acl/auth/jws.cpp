#include "protocol/acl/auth/jws.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/types/free_form.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace praetor::acl::auth {

namespace {

/// The depth to which a header may be nested.
constexpr std::size_t deepest_header = 32;

expected<std::string> decoded(std::string_view part) {
  while (part.ends_with('=')) part.remove_suffix(1);
  return base64url_decode(part);
}

/// As Go names it in errors.
std::string json_kind(const nlohmann::json& value) { return value.is_boolean() ? "bool" : value.type_name(); }

/// A text member of the header; empty if it is missing.
expected<std::string> member(const nlohmann::json& header, const char* name, const std::string& what) {
  auto found = header.find(name);
  if (found == header.end() || found->is_null()) return std::string();
  if (found->is_string()) return found->get<std::string>();
  return fail("failed to unmarshal " + what + ": json: cannot unmarshal " + json_kind(*found) +
              " into Go value of type string: " +
              praetor::quoted(found->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)));
}

expected<nlohmann::json> parse_header(std::string_view bytes) {
  auto read = json::read<free_form>(bytes, {.max_depth = deepest_header, .whole_text = true});
  if (!read) return fail(std::move(read.error().text));
  if (!read->json().is_object())
    return fail("json: cannot unmarshal " + json_kind(read->json()) + " into Go value of type jose.rawHeader");
  return read->json();
}

} // namespace

expected<signed_text> parse_signed_text(std::string_view token) {
  std::string dense(token);
  std::erase_if(dense, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  auto first = dense.find('.'), second = first == dense.npos ? first : dense.find('.', first + 1);
  if (second == dense.npos || dense.find('.', second + 1) != dense.npos)
    return fail("go-jose/go-jose: compact JWS format must have three parts");
  std::array<std::string, 3> parts;
  std::array<std::string_view, 3> encoded{std::string_view(dense).substr(0, first),
                                          std::string_view(dense).substr(first + 1, second - first - 1),
                                          std::string_view(dense).substr(second + 1)};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto part = decoded(encoded[i]);
    if (!part) return fail(std::move(part.error().text));
    parts[i] = std::move(*part);
  }
  auto header = parse_header(parts[0]);
  if (!header) return tl::unexpected(std::move(header.error()));
  signed_text out;
  auto algorithm = member(*header, "alg", "algorithm"), key_id = member(*header, "kid", "key ID");
  if (!algorithm) return tl::unexpected(std::move(algorithm.error()));
  if (!key_id) return tl::unexpected(std::move(key_id.error()));
  out.algorithm = std::move(*algorithm);
  out.key_id = std::move(*key_id);
  out.payload = std::move(parts[1]);
  out.signature = std::move(parts[2]);
  out.input = dense.substr(0, second);
  out.verifiable = !header->contains("crit") && !header->contains("b64");
  return out;
}

} // namespace praetor::acl::auth
