#pragma once

#include "protocol/types/commands.hpp"
#include "storage/state/tables.hpp"

namespace praetor::state {

/// Carries out one operation of a transaction if it only reads, adding to the results or the errors.
/// @returns false if the operation is not one that only reads (then nothing was done)
bool carry_out_read(const tables& t, const txn_op& op, std::size_t op_index, txn_response& out);
/// What the errors of checks say that lack a node or an id.
inline constexpr std::string_view check_unnamed = "index error: object is missing a value for this index";
bool is_kv_read(std::string_view verb);
/// True if the operation only reads.
bool is_read(const txn_op& op);

/// Adds an entry without its value, as all operations but the gets answer.
void add_without_value(const kv_entry& entry, txn_response& out);
void add_error(std::size_t op_index, std::string what, txn_response& out);

} // namespace praetor::state
