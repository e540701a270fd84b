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

/// How the leader validates a log command, and how every server applies it. Made by command<> (command_forms.hpp).
struct command_form {
  std::string_view noun;         ///< for error texts
  proposer least{};              ///< the least trusted source that may propose it
  const void* request = nullptr; ///< detail::request_tag of the struct in its MessagePack
  /// Validates a request before it is appended. @param request points to the struct
  expected<void> (*check)(const void* request) = nullptr;
  /// The same for MessagePack, which must be read to its end.
  expected<void> (*check_packed)(std::string_view payload) = nullptr;
  /// Applies any payload. A malformed one, or one that the tables can't hold, gives an error result. Null: this release
  /// has no such command.
  apply_result (*apply)(step& s, std::string_view payload) = nullptr;
};

/// How a record is written to an archive and restored. Made by archived<> and archived_table<> (archive_forms.hpp).
struct archive_form {
  int place = 0; ///< position in the archive, ascending from 1; 0: not part of it
  /// Writes all records of the kind. @returns false if the archive's reader stopped
  bool (*write)(record_writer& out, command_type type) = nullptr;
  /// Adds one record to the state. Null: an archive that contains it is rejected.
  expected<void> (*restore)(restoring& in, command_type type, std::string_view bytes) = nullptr;
  /// The record in the form of the HTTP API. Null: unknown to this release.
  std::string (*json)(std::string_view bytes) = nullptr;
};

/// The metric for the time to apply such a command, in milliseconds. Empty name: none.
struct command_metric {
  std::string_view name, meaning;
};

/// Everything specific to one kind of log command and snapshot record, which share the type byte.
struct record_kind {
  std::string_view name; ///< unique; in `snapshot inspect` and `snapshot decode`
  command_form command = {};
  archive_form archive = {};
  command_metric metric = {};
  command_type type = {}; ///< set by record_kinds()
};

/// The row of a kind. Each kind has a specialisation beside its functions, in storage/state/apply_<area>.cpp; those of
/// features that this release does not have are listed in record_kinds.cpp. A number without a row does not link.
template <command_type Type>
record_kind row();

/// All kinds, sorted by number.
std::span<const record_kind> record_kinds();
/// The kinds in archives, in archive order.
std::span<const record_kind* const> archived_kinds();
/// The kind with that type byte, or null.
const record_kind* find_kind(std::uint8_t type);
/// The kind with that type byte if the log may hold such commands, or null.
const record_kind* find_command(std::uint8_t type);

} // namespace praetor::state
