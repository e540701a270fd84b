#pragma once

#include "protocol/types/error.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace praetor {

/// JSON whose objects keep the order of their members. Users include <nlohmann/json.hpp>.
using go_json = nlohmann::ordered_json;

/// Parses a document; the error is a sentence for people.
expected<go_json> parse_json(std::string_view text);

/// Writes like Go's encoding/json: escapes HTML characters and U+2028/9, and keeps empty lists and objects on one line.
/// Indents every level by `indent`; empty means compact.
std::string dump_json(const go_json& value, std::string_view indent = {});

/// One member of a struct that Go would decode and encode again. An absent `object` is written with the zero values of
/// its members, an absent `pointer` as null.
struct json_member {
  enum class kind { text, number, boolean, list, object, pointer, any, duration };
  std::string_view name;
  kind type = kind::text;
  bool omit_empty = false;
  const struct json_shape* nested = nullptr; ///< of an object, or of a list's elements
};
struct json_shape {
  const json_member* members;
  std::size_t count;
};

/// `value` with exactly the members of `shape`, in that order; absent members get their zero value.
go_json reshape(const go_json& value, const json_shape& shape);

/// Lenient member access: absent, null and mistyped members read as the zero value.
std::string text_of(const go_json& object, std::string_view name);
std::uint64_t number_of(const go_json& object, std::string_view name);
bool flag_of(const go_json& object, std::string_view name);
const go_json& member_of(const go_json& object, std::string_view name);

} // namespace praetor
