#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace praetor::state {

/// Keys of the trees are made of parts; each but the last ends with a zero byte. Names that are compared without regard
/// to case go in as lower case.
std::string tree_key(std::initializer_list<std::string_view> parts);
/// The prefix of all keys that begin with these parts.
std::string tree_prefix(std::initializer_list<std::string_view> parts);

/// Eight bytes, big endian, so that keys are in the order of the numbers; then `rest`.
std::string numbered_key(std::uint64_t number, std::string_view rest);
/// The number that such a key begins with.
std::uint64_t number_of_key(std::string_view key);

} // namespace praetor::state
