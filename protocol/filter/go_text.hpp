#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <cstdint>
#include <string>
#include <string_view>

/// Text conversions of Go's strconv.
namespace praetor::filter {

/// Unquotes the content of a double-quoted Go string. Returns false if it is malformed.
bool unquote(std::string_view content, std::string& into);

// Parses numbers with Go's prefixes (0x, 0o, 0b, 0) and underscores. The error's text is Go's: `strconv.ParseInt:
// parsing "x": invalid syntax`, `... value out of range`.
expected<std::int64_t> parse_signed(std::string_view text, int bits);
expected<std::uint64_t> parse_unsigned(std::string_view text, int bits);
expected<double> parse_float(std::string_view text);
/// 1, t, T, TRUE, true, True and their opposites.
expected<bool> parse_boolean(std::string_view text);

} // namespace praetor::filter
