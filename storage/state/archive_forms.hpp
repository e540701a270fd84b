#pragma once

#include "protocol/codec/json_write.hpp"
#include "protocol/codec/msgpack.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/record_kinds.hpp"
#include "storage/state/records.hpp"
#include "storage/state/value_limits.hpp"

#include <functional>
#include <memory>

namespace praetor::state {

/// Emits the records of a state. Each function returns false once the visitor has stopped.
class record_writer {
public:
  record_writer(const struct tables& t, record_scope scope, const record_visitor& visit)
      : t_(t), scope_(scope), visit_(visit) {}

  const struct tables& tables() const { return t_; }
  record_scope scope() const { return scope_; }

  template <class Record>
  bool put(command_type type, const Record& record) {
    buffer_.clear();
    msgpack::pack(buffer_, record);
    return put_packed(type, buffer_);
  }
  bool put_packed(command_type type, std::string_view bytes) { return visit_(static_cast<std::uint8_t>(type), bytes); }
  /// Calls `visit(key, value)` for all keys of a tree below `prefix`, until it returns false.
  template <class Tree, class Visit>
  static bool each(const Tree& tree, std::string_view prefix, Visit visit) {
    bool going = true;
    tree.for_each(prefix, nullptr, [&](std::string_view key, const auto& value) { return going = visit(key, value); });
    return going;
  }
  /// Emits all records of a tree.
  template <class Tree>
  bool put_all(command_type type, const Tree& tree) {
    return each(tree, {}, [&](std::string_view, const auto& record) { return put(type, *record); });
  }

private:
  const struct tables& t_;
  record_scope scope_;
  const record_visitor& visit_;
  std::string buffer_;
};

/// A state that is being restored from an archive.
struct restoring {
  restored_state& built;
  struct tables& t;
  retired_parts retired = {}; // no one watches the state yet: dropped

  explicit restoring(restored_state& into) : built(into), t(into.tables) {}
  /// Writes like an entry with that index, so that tables raise the keys that the records' indexes imply.
  table_writer writer(std::uint64_t index) { return {t.indexes, retired, index}; }
};

namespace detail {

tl::unexpected<error> bad_record(command_type type, const std::string& why);

/// Reads a record and adds it to the state. Rejects null elements, which the tables can't hold, and skips names with a
/// zero byte, which no one can query.
template <class Record, auto Add>
expected<void> restore_record(restoring& in, command_type type, std::string_view bytes) {
  auto record = std::make_shared<Record>();
  if (auto done = msgpack::unpack(bytes, *record); !done) return bad_record(type, done.error().text);
  first_fault f;
  check_value<depth_of_check::structure>(*record, {}, f);
  if (f.found()) return bad_record(type, f.text());
  if constexpr (has_key_parts<Record>)
    if (!has_sound_keys(*record)) return {};
  if constexpr (std::same_as<decltype(Add(in, std::move(record))), expected<void>>)
    return Add(in, std::move(record));
  else
    Add(in, std::move(record));
  return {};
}

template <class Record>
std::string json_of(std::string_view bytes) {
  std::string out;
  if (auto record = msgpack::unpack<Record>(bytes)) json::write(out, *record);
  return out;
}

} // namespace detail

/// The form of records whose MessagePack is that of a Record.
/// @tparam Write bool(record_writer&, command_type)
/// @tparam Add (restoring&, std::shared_ptr<Record>): adds it to the state unchanged; void or expected<void>
template <class Record, auto Write, auto Add>
constexpr archive_form archived(int place) {
  return {place, Write, &detail::restore_record<Record, Add>, &detail::json_of<Record>};
}

/// The table of a state that a member of `tables` or `acl_tables` points to.
template <class State, class Area, class Table>
auto& table_of(State& t, Table Area::*member) {
  if constexpr (std::same_as<Area, acl_tables>)
    return t.acl.*member;
  else
    return t.*member;
}

/// Emits all records of a table.
template <auto Member>
bool write_table(record_writer& out, command_type type) {
  return out.put_all(type, table_of(out.tables(), Member));
}

/// Puts a record into a table, with its own ModifyIndex.
template <auto Member, class Record>
void restore_into(restoring& in, std::shared_ptr<Record> r) {
  auto index = in.t.last_index;
  if constexpr (requires { r->modify_index; }) index = r->modify_index;
  table_of(in.t, Member).put(in.writer(index), std::move(r));
}

/// The form of a table whose records are the archive's.
template <auto Member>
constexpr archive_form archived_table(int place) {
  using record = typename std::remove_cvref_t<decltype(table_of(std::declval<tables&>(), Member))>::record;
  static_assert(has_key_parts<record>, "there is no key_parts beside the schema");
  return archived<record, write_table<Member>, restore_into<Member, record>>(place);
}

// Record types that this release does not interpret; kept for snapshots, in their place of the archive.

bool write_opaque(record_writer& out, command_type type);
expected<void> restore_opaque(restoring& in, command_type type, std::string_view bytes);

constexpr archive_form carried_along(int place) { return {place, &write_opaque, &restore_opaque, nullptr}; }

} // namespace praetor::state
