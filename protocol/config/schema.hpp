#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/hcl/value.hpp"

namespace praetor::config {

/// The type of a key.
enum class key_kind {
  boolean,
  integer,          ///< int
  unsigned_32,      ///< uint32
  unsigned_64,      ///< uint64
  unsigned_integer, ///< uint
  number,           ///< float64
  text,             ///< string
  duration,         ///< string, converted later
  text_list,
  text_map,
  text_list_map, ///< map of lists of texts
  any_map,       ///< free-form
  any_map_list,  ///< list of free-form maps
  block,
  block_list,
  block_map,
};

constexpr bool is_integer(key_kind kind) { return kind >= key_kind::integer && kind <= key_kind::unsigned_integer; }

/// How a key behaves besides its type. Combine with `|`.
enum key_trait : unsigned {
  plain = 0,
  reloadable = 1,  ///< takes effect on reload; all other keys wait for the next start
  whole = 2,       ///< a later source replaces the whole block instead of merging field by field
  fixed = 4,       ///< accepted, but users cannot change it
  enterprise = 8,  ///< accepted with a warning, no effect
  deprecated = 16, ///< rewritten to another key with a warning
  secret = 32,     ///< hidden in every view
  no_effect = 64,  ///< validated, but this release ignores it; applies to a block's keys too
};

/// One key of the configuration. The children of a block are its fields.
struct key_spec {
  std::string name;
  key_kind kind = key_kind::block;
  unsigned traits = plain;
  std::string alias = {};                        ///< a second accepted name
  const std::vector<key_spec>* fields = nullptr; ///< of a block, block list or block map; the known keys of a free-form
                                                 ///< map
  /// For a key without effect: the value that describes what the program does anyway.
  std::string satisfied_by = {};

  bool has(key_trait t) const { return (traits & t) != 0; }
};

/// The top level: every key of a configuration file.
const std::vector<key_spec>& schema();
/// The keys of service and check definitions.
const std::vector<key_spec>& service_schema();
const std::vector<key_spec>& check_schema();

/// The outcome of matching a source against the schema.
struct decoded {
  hcl::value tree;                       ///< known keys only, with canonical names and checked types
  std::vector<std::string> unknown_keys; ///< as paths: "dns_config.foo", "services[0].a"
  std::vector<std::string> type_errors;
};

decoded decode(const std::vector<key_spec>& fields, const hcl::value& source);

/// Merges `later` over `into`: scalars replace, lists append, maps overlay, blocks merge.
void merge(const std::vector<key_spec>& fields, hcl::value& into, hcl::value later);

} // namespace praetor::config
