#pragma once

#include "protocol/types/acl.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/store.hpp"

#include <functional>
#include <string>

namespace praetor::api {

/// Normalizes the parts of a token or role for storage: links by name become links by id, duplicates are removed,
/// templates get their ids.
/// @returns the error if it can't be stored
expected<void> normalize(acl_token& t, const state::store& s);
expected<void> normalize(acl_role& r, const state::store& s);

/// Validates a new token and fills in what clients omit.
/// @param new_uuid generates ids
/// @param now since 1970
expected<void> complete_new(acl_token& t, const state::store& s, const std::function<std::string()>& new_uuid,
                            nanoseconds now);
/// Validates a changed token, and copies immutable members from the stored one.
expected<void> complete_changed(acl_token& t, const state::store& s, nanoseconds now);

/// Whether the id is unused, both as accessor and as secret.
bool is_free(const state::store& s, const std::string& id);

} // namespace praetor::api
