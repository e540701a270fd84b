#include "protocol/codec/structural_hash.hpp"

#include <nlohmann/json.hpp>

namespace praetor::detail {

namespace {

std::uint64_t hash_any(const nlohmann::json& value) {
  using kind = nlohmann::json::value_t;
  switch (value.type()) {
  case kind::object: {
    std::uint64_t hash = 0;
    for (auto i = value.begin(); i != value.end(); ++i) hash ^= combine_hashes(hash_text(i.key()), hash_any(*i));
    return hash;
  }
  case kind::array: {
    std::uint64_t hash = 0;
    for (const auto& element : value) hash = combine_hashes(hash, hash_any(element));
    return hash;
  }
  case kind::string: return hash_text(value.get_ref<const std::string&>());
  case kind::boolean: return structural_hash(value.get<bool>());
  // Numbers in free-form JSON are float64 in Go, even integral ones.
  case kind::number_integer:
  case kind::number_unsigned:
  case kind::number_float: return structural_hash(value.get<double>());
  default: return hash_of_nothing;
  }
}

} // namespace

// A free-form member is a map in Go: one that is unset hashes as an empty map, and not as an absent value.
std::uint64_t hash_free_form(const free_form& value) { return value.is_null() ? 0 : hash_any(value.json()); }

} // namespace praetor::detail
