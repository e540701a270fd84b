#pragma once

#include "protocol/types/commands.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/log_command.hpp"

#include <span>
#include <string_view>

namespace praetor::state {

struct step;

/// One kind of command of the Raft log: all that is particular to it.
struct command_kind {
  command_type type;
  std::string_view name; ///< for error texts
  proposer least;        ///< the least trusted one that may propose it
  const void* request;   ///< detail::request_tag of the struct of its MessagePack
  /// Why the leader does not append this request, if so. @param request points to the struct
  expected<void> (*check)(const void* request);
  /// The same for MessagePack, which has to be read to its end.
  expected<void> (*check_packed)(std::string_view payload);
  /// Applies whatever the payload holds. What can't be read, and what the tables can't hold, is an error result.
  apply_result (*apply)(step& s, std::string_view payload);
};

/// All kinds, in the order of their numbers.
std::span<const command_kind> command_kinds();
/// The kind of that type byte, or null.
const command_kind* find_kind(std::uint8_t type);

} // namespace praetor::state
