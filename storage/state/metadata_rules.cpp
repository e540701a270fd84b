#include "storage/state/metadata_rules.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

constexpr std::size_t most_pairs = 64, longest_key = 128, longest_value = 512;
constexpr std::string_view reserved_prefix = "consul-";

bool key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// Empty if the pair is valid.
std::string_view complaint(std::string_view key, std::string_view value, std::string_view kind) {
  if (key.empty()) return "Key cannot be blank";
  if (!std::all_of(key.begin(), key.end(), key_character)) return "Key contains invalid characters";
  if (key.size() > longest_key) return "Key is too long (limit: 128 characters)";
  bool allowed = kind == "mesh-gateway" && key == "consul-wan-federation";
  if (key.starts_with(reserved_prefix) && !allowed) return "Key prefix 'consul-' is reserved for internal use";
  if (value.size() > longest_value) return "Value is too long (limit: 512 characters)";
  return {};
}

} // namespace

expected<void> check_metadata(const string_map& meta, std::string_view kind) {
  if (meta.size() > most_pairs) return fail("Node metadata cannot contain more than 64 key/value pairs");
  for (auto& [key, value] : meta)
    if (auto why = complaint(key, value, kind); !why.empty())
      return fail("Couldn't load metadata pair ('" + key + "', '" + value + "'): " + std::string(why));
  return {};
}

} // namespace praetor::state
