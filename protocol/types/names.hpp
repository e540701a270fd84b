#pragma once

#include "protocol/types/commands.hpp"
#include "protocol/types/coordinate.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace praetor {

// Names and ids appear in keys, logs, DNS answers and terminals. Control characters (bytes below 0x20, and 0x7f) are
// rejected in them; spaces, slashes, Unicode and everything else that Consul accepts are allowed. Keys of the key-value
// store may hold any byte: a key is always the last part of a longer key. Deletions are not checked, so that records of
// a restored archive can be deleted.

/// @param field the name that clients know
/// @returns `Invalid CheckID "a\x00": control characters are not allowed`, or nothing
std::optional<std::string> fault_in_name(std::string_view field, std::string_view text);

std::optional<std::string> fault_in_names(const node_service& s);
std::optional<std::string> fault_in_names(const health_check& c);
std::optional<std::string> fault_in_names(const register_request& r);
std::optional<std::string> fault_in_names(const txn_op& op);
std::optional<std::string> fault_in_names(const session& s);
std::optional<std::string> fault_in_names(const node_coordinate& c);

} // namespace praetor
