#pragma once

#include "protocol/types/acl.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/store.hpp"

#include <functional>
#include <string>

namespace praetor::api {

/// What a token or a role is made of, as far as it has to be brought into form before it is stored: links by name
/// become links by id, what is given twice counts once, templates get their ids.
/// @returns what can't be stored
expected<void> normalize(acl_token& t, const state::store& s);
expected<void> normalize(acl_role& r, const state::store& s);

/// Checks a new token and fills in what clients leave out.
/// @param new_uuid makes ids
/// @param now since 1970
expected<void> complete_new(acl_token& t, const state::store& s, const std::function<std::string()>& new_uuid,
                            nanoseconds now);
/// Checks a changed token, and takes over from the stored one what can't change.
expected<void> complete_changed(acl_token& t, const state::store& s, nanoseconds now);

/// Whether no record has this id yet, neither as accessor nor as secret.
bool is_free(const state::store& s, const std::string& id);

} // namespace praetor::api
