#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace praetor::state {

/// Tree keys consist of parts; each except the last is terminated by a zero byte. Case-insensitive names are
/// lower-cased.
std::string tree_key(std::initializer_list<std::string_view> parts);
/// The prefix of all keys that start with these parts.
std::string tree_prefix(std::initializer_list<std::string_view> parts);

/// Eight bytes, big-endian, so that keys sort by number; then `rest`.
std::string numbered_key(std::uint64_t number, std::string_view rest);
/// The number at the start of such a key.
std::uint64_t number_of_key(std::string_view key);

} // namespace praetor::state
