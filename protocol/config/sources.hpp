#pragma once

#include <string>
#include <vector>

#include "protocol/config/load.hpp"
#include "protocol/hcl/value.hpp"

namespace praetor::config {

/// One source of configuration, read but not yet matched against the schema.
struct source_text {
  std::string name; ///< the name in messages: a path, "flags-0.hcl"
  hcl::value tree;
  bool from_user = true;
};

/// All sources in merge order. Appends warnings about skipped files and deprecated flags to `warnings`.
expected<std::vector<source_text>> collect(const sources& from, environment& env, std::vector<std::string>& warnings);

/// Whether -dev is given, in either form.
bool wants_dev_mode(const sources& from);

/// Built-in values, those of -dev, and the values that users can't change.
hcl::value default_values();
hcl::value dev_values();
hcl::value fixed_values();
hcl::value dev_fixed_values();

/// Moves the deprecated keys of one source to their replacements.
void replace_deprecated(hcl::value& tree, std::vector<std::string>& warnings);
/// Warns about Consul Enterprise keys and removes them.
void drop_enterprise(hcl::value& tree, std::vector<std::string>& warnings);

} // namespace praetor::config
