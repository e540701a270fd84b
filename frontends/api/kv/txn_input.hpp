#pragma once

#include "frontends/api/route.hpp"
#include "protocol/types/kv.hpp"

#include <vector>

namespace praetor::api::txn_endpoints {

/// The operations of a request. Those that write nothing, as far as their verbs are known, take the parameters of
/// reads.
struct transaction {
  std::vector<txn_op> ops;
  bool writes = false;
};

/// Reads the operations of a request as clients write them.
expected<transaction> given_transaction(const call& c);
/// Describes them.
free_form operations_schema(int depth);

} // namespace praetor::api::txn_endpoints
