#pragma once

#include "protocol/types/values.hpp"
#include "storage/state/tables.hpp"

namespace praetor::state {

/// Looks for what no sequence of commands may lead to: an index of a table that does not follow from its records, a
/// record or a row of the index table that is newer than the state, something without the node, instance or session
/// that it belongs to. Walks over everything: for the simulator and for tests. A server does not stop for it, because
/// an archive may have brought such a state.
/// @returns a sentence for each finding
string_list audit(const tables& t);

} // namespace praetor::state
