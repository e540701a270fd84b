#pragma once

#include "protocol/types/commands.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/log_command.hpp"

#include <span>
#include <string_view>

namespace praetor::state {

struct step;
struct restoring;
class record_writer;

/// How the leader checks a command of the Raft log and how every server applies it.
struct command_form {
  std::string_view noun;         ///< for error texts
  proposer least{};              ///< the least trusted one that may propose it
  const void* request = nullptr; ///< detail::request_tag of the struct of its MessagePack
  /// Why the leader does not append this request, if so. @param request points to the struct
  expected<void> (*check)(const void* request) = nullptr;
  /// The same for MessagePack, which has to be read to its end.
  expected<void> (*check_packed)(std::string_view payload) = nullptr;
  /// Applies a payload of any content. A payload that is not readable or does not fit the tables is an error result.
  /// Null: this release has no such command.
  apply_result (*apply)(step& s, std::string_view payload) = nullptr;
};

/// How a record gets into an archive of the state and back.
struct archive_form {
  int place = 0; ///< an archive holds the kinds in ascending places, from 1; 0: it holds none of this kind
  /// Writes all records of the kind. @returns false if the reader of the archive stopped
  bool (*write)(record_writer& out, command_type type) = nullptr;
  /// Adds one record to the state. Null: an archive with it is refused.
  expected<void> (*restore)(restoring& in, command_type type, std::string_view bytes) = nullptr;
  /// The record in the form of the HTTP API. Null: this release does not know its members.
  std::string (*json)(std::string_view bytes) = nullptr;
};

/// The series of the milliseconds until such a command is applied. Empty name: there is none.
struct command_metric {
  std::string_view name, meaning;
};

/// Everything that is particular to one kind of log command and snapshot record. Both share the type byte.
struct record_kind {
  command_type type;
  std::string_view name; ///< in `snapshot inspect` and `snapshot decode`; unique
  command_form command = {};
  archive_form archive = {};
  command_metric metric = {};
};

/// All kinds, in the order of their numbers.
std::span<const record_kind> record_kinds();
/// The kinds that archives hold, in the order of the archive.
std::span<const record_kind* const> archived_kinds();
/// The kind of that type byte, or null.
const record_kind* find_kind(std::uint8_t type);
/// The kind of that type byte if the log may hold such commands, or null.
const record_kind* find_command(std::uint8_t type);

} // namespace praetor::state
