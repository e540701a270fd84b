#pragma once

#include "frontends/api/route.hpp"
#include "protocol/types/kv.hpp"

#include <vector>

namespace praetor::api::txn_endpoints {

/// The operations of a request. A transaction whose known verbs only read takes read options.
struct transaction {
  std::vector<txn_op> ops;
  bool writes = false;
};

/// Decodes the operations of a request.
expected<transaction> given_transaction(const call& c);
/// The JSON Schema of the operations.
free_form operations_schema(int depth);

} // namespace praetor::api::txn_endpoints
