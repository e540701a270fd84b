#pragma once

#include "protocol/types/commands.hpp"
#include "storage/state/tables.hpp"

namespace praetor::state {

/// Executes one operation of a transaction if it is a read, adding to the results or errors.
/// @returns false if it is not a read (then nothing was done)
bool carry_out_read(const tables& t, const txn_op& op, std::size_t op_index, txn_response& out);
/// The error for checks without a node or an id.
inline constexpr std::string_view check_unnamed = "index error: object is missing a value for this index";
bool is_kv_read(std::string_view verb);
/// Whether the operation is a read.
bool is_read(const txn_op& op);

/// Adds an entry without its value, as all operations except gets return it.
void add_without_value(const kv_entry& entry, txn_response& out);
void add_error(std::size_t op_index, std::string what, txn_response& out);

} // namespace praetor::state
