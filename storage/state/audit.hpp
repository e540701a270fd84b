#pragma once

#include "protocol/types/values.hpp"
#include "storage/state/tables.hpp"

namespace praetor::state {

/// Finds inconsistencies that no sequence of commands may cause: a table index that does not match the records, a
/// record or an index table entry newer than the state, a record without its node, instance or session. Visits
/// everything: for the simulator and for tests. A server does not stop for a finding, because a restored archive may
/// have caused it.
/// @returns a sentence per finding
string_list audit(const tables& t);

} // namespace praetor::state
