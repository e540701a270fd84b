#include "protocol/codec/structural_hash.hpp"

namespace praetor::detail {

std::uint64_t hash_free_form(const free_form& value) {
  switch (value.type()) {
  case free_form::value_t::object: {
    std::uint64_t hash = 0;
    for (auto i = value.begin(); i != value.end(); ++i) hash ^= combine_hashes(hash_text(i.key()), hash_free_form(*i));
    return hash;
  }
  case free_form::value_t::array: {
    std::uint64_t hash = 0;
    for (const auto& element : value) hash = combine_hashes(hash, hash_free_form(element));
    return hash;
  }
  case free_form::value_t::string: return hash_text(value.get_ref<const std::string&>());
  case free_form::value_t::boolean: return structural_hash(value.get<bool>());
  // A client's numbers are float64, whatever they look like.
  case free_form::value_t::number_integer:
  case free_form::value_t::number_unsigned:
  case free_form::value_t::number_float: return structural_hash(value.get<double>());
  default: return hash_of_nothing;
  }
}

} // namespace praetor::detail
