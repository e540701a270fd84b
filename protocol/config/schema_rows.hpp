#pragma once

#include <initializer_list>
#include <utility>

#include "protocol/config/schema.hpp"

/// The syntax of the rows in the schema's tables.
namespace praetor::config::schema_rows {

using k = key_kind;
using fields = std::vector<key_spec>;

inline key_spec key(std::string name, k kind, unsigned traits = plain) {
  return {std::move(name), kind, traits, {}, nullptr, {}};
}
inline key_spec aliased(std::string name, std::string alias, k kind, unsigned traits = plain) {
  return {std::move(name), kind, traits, std::move(alias), nullptr, {}};
}
inline key_spec block(std::string name, const fields& inner, unsigned traits = plain) {
  return {std::move(name), k::block, traits, {}, &inner, {}};
}
inline key_spec blocks(std::string name, const fields& inner, unsigned traits = plain) {
  return {std::move(name), k::block_list, traits, {}, &inner, {}};
}
inline key_spec named_blocks(std::string name, const fields& inner, unsigned traits = plain) {
  return {std::move(name), k::block_map, traits, {}, &inner, {}};
}
/// Adds several keys of one kind.
inline void add(fields& to, k kind, unsigned traits, std::initializer_list<const char*> names) {
  for (const auto* n : names) to.push_back(key(n, kind, traits));
}

} // namespace praetor::config::schema_rows
