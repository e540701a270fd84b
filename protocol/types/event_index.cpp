#include "protocol/types/event_index.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <string>

namespace praetor {

std::uint64_t event_index(std::string_view id) {
  std::string digits;
  std::copy_if(id.begin(), id.end(), std::back_inserter(digits), [](char c) { return c != '-'; });
  std::uint64_t halves[2] = {0, 0};
  if (digits.size() != 32) return 1;
  for (std::size_t i = 0; i < 2; ++i)
    std::from_chars(digits.data() + i * 16, digits.data() + i * 16 + 16, halves[i], 16);
  return halves[0] ^ halves[1];
}

} // namespace praetor
