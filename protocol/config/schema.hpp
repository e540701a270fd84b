#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "protocol/config/key_row.hpp"
#include "protocol/hcl/value.hpp"
#include "protocol/types/field.hpp"

namespace praetor::config {

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
/// The keys of service and check definitions, which follow from the field lists of `protocol/types/definitions.hpp`.
const std::vector<key_spec>& service_schema();
const std::vector<key_spec>& check_schema();
/// The key of a definition's field; empty if files have none for it.
std::string key_of(const field& f);

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
