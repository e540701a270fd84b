#include "protocol/config/keys.hpp"
#include "protocol/config/paths.hpp"
#include "protocol/config/sources.hpp"
#include "protocol/hcl/parse.hpp"
#include "protocol/types/error.hpp"

namespace praetor::config {

namespace {

using hcl::value;

/// Parses the built-in value of a row.
value parsed(key_kind kind, std::string_view text) {
  if (kind == key_kind::text || kind == key_kind::duration) return value::of(std::string(text));
  auto tree = hcl::parse_hcl("v = " + std::string(text));
  PRAETOR_ASSERT(tree.has_value());
  return *tree->find("v");
}

value values_of(std::string_view key_row::*column, bool fixed_ones) {
  auto out = value::empty_object();
  for (const auto& section : key_sections)
    for (const auto& row : section.rows)
      if (!(row.*column).empty() && row.has(fixed) == fixed_ones)
        slot_at(out, row.path) = parsed(row.kind, row.*column);
  return out;
}

} // namespace

value default_values() { return values_of(&key_row::initial, false); }
value dev_values() { return values_of(&key_row::in_dev_mode, false); }
value fixed_values() { return values_of(&key_row::initial, true); }
value dev_fixed_values() { return values_of(&key_row::in_dev_mode, true); }

} // namespace praetor::config
