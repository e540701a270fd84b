#include "protocol/mutation.hpp"
#include "protocol/types/same_record.hpp"
#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_forms.hpp"
#include "storage/state/command_forms.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/lookups.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

void add_tombstone(step& s, std::string_view key) {
  s.tables().tombstones.set(key, s.index, s.retired());
  s.touch("tombstones");
}

/// A lock or unlock names no session or an unknown one. Clients receive 500; this status is for servers of releases
/// without error codes.
tl::unexpected<error> unusable_session(std::string text) {
  return fail(error_code::failed_precondition, std::move(text), 412);
}

/// A lock or unlock must name a session.
expected<void> need_session(const kv_entry& entry) {
  if (entry.session.empty()) return unusable_session("missing session");
  return {};
}

} // namespace

kv_entry_ptr kv_set(step& s, kv_entry entry, bool keep_session) {
  auto existing = s.tables().kvs.at(entry.key);
  entry.create_index = existing ? existing->create_index : s.index;
  if (keep_session) entry.session = existing ? existing->session : std::string();
  if (existing && same_record(*existing, entry)) return existing;
  entry.modify_index = s.index;
  auto record = std::make_shared<const kv_entry>(std::move(entry));
  s.tables().kvs.put(s.writer(), record);
  return record;
}

kv_entry_ptr kv_set_cas(step& s, kv_entry entry) {
  auto existing = s.tables().kvs.at(entry.key);
  // Index 0 requires that the key does not exist.
  bool same = entry.modify_index == (existing ? existing->modify_index : 0);
  if (!same && !mutated(mutation::compare_and_set_without_compare)) return nullptr;
  return kv_set(s, std::move(entry), true);
}

void kv_delete(step& s, std::string_view key) {
  auto existing = s.tables().kvs.at(key);
  if (!existing) return;
  add_tombstone(s, existing->key);
  s.tables().kvs.erase(s.writer(), *existing);
}

bool kv_delete_cas(step& s, std::string_view key, std::uint64_t index) {
  auto existing = s.tables().kvs.at(key);
  if (!existing) return true;
  if (existing->modify_index != index) return false;
  kv_delete(s, key);
  return true;
}

void kv_delete_tree(step& s, std::string_view prefix) {
  if (s.tables().kvs.erase_prefix(s.writer(), prefix) == 0) return;
  // Listing all keys uses the table's own index.
  if (!prefix.empty()) add_tombstone(s, prefix);
}

void drop_lock_delays(step& s) {
  const auto now = std::min(s.time, nanoseconds::max() - nanoseconds{1});
  const auto first_open = numbered_key(static_cast<std::uint64_t>(now.count() + 1), {});
  string_list passed;
  s.tables().lock_delays.by<"end">().for_each([&](std::string_view key, const present&) {
    if (key >= first_open) return false;
    passed.emplace_back(key.substr(first_open.size()));
    return true;
  });
  for (auto& key : passed) s.tables().lock_delays.erase(s.writer(), key);
}

bool lock_delayed(step& s, std::string_view key) {
  if (s.tables().lock_delays.empty() || mutated(mutation::lock_delay_ignored)) return false;
  drop_lock_delays(s);
  return s.tables().lock_delays.find(key) != nullptr;
}

expected<kv_entry_ptr> kv_lock(step& s, kv_entry entry) {
  if (auto given = need_session(entry); !given) return tl::unexpected(given.error());
  if (!session_with_id(s.tables(), entry.session))
    return unusable_session("invalid session " + praetor::quoted(entry.session));
  auto existing = s.tables().kvs.at(entry.key);
  if (!existing)
    entry.lock_index = 1;
  else if (existing->session == entry.session)
    entry.lock_index = existing->lock_index;
  else if (existing->session.empty())
    entry.lock_index = existing->lock_index + 1;
  else
    return kv_entry_ptr{};
  return kv_set(s, std::move(entry), false);
}

expected<kv_entry_ptr> kv_unlock(step& s, kv_entry entry) {
  if (auto given = need_session(entry); !given) return tl::unexpected(given.error());
  auto existing = s.tables().kvs.at(entry.key);
  if (!existing || existing->session != entry.session) return kv_entry_ptr{};
  entry.session.clear();
  entry.lock_index = existing->lock_index;
  return kv_set(s, std::move(entry), false);
}

void written_keys(const kv_request& r, key_visitor& visit) {
  if (writes_record(r.op)) key_parts(r.entry, visit);
}
void check_rules(const kv_request& r, first_fault& f) {
  f.check_one_of("Op", r.op, {"set", "cas", "lock", "unlock", "delete", "delete-cas", "delete-tree"});
  check_kv_key(r.entry, r.op, f);
}

apply_result apply_kv(step& s, kv_request request) {
  auto& entry = request.entry;
  auto won = [](const expected<kv_entry_ptr>& outcome) {
    if (outcome) return apply_result::done(*outcome != nullptr);
    return apply_result::failure(outcome.error());
  };
  const auto& op = request.op;
  if (op == "set") {
    kv_set(s, std::move(entry), true);
  } else if (op == "cas") {
    return won(kv_set_cas(s, std::move(entry)));
  } else if (op == "lock") {
    if (lock_delayed(s, entry.key)) return apply_result::done(false);
    return won(kv_lock(s, std::move(entry)));
  } else if (op == "unlock") {
    return won(kv_unlock(s, std::move(entry)));
  } else if (op == "delete") {
    kv_delete(s, entry.key);
  } else if (op == "delete-cas") {
    return apply_result::done(kv_delete_cas(s, entry.key, entry.modify_index));
  } else if (op == "delete-tree") {
    kv_delete_tree(s, entry.key);
  } else {
    return apply_result::failure("Invalid KVS operation '" + op + "'");
  }
  return apply_result::done(true);
}

template <>
record_kind row<command_type::kvs>() {
  return {.name = "KVS",
          .command = command<apply_kv>("key/value command", proposer::server),
          .archive = archived_table<&tables::kvs>(11),
          .metric = {"kvs.apply", "Milliseconds until a change of the key-value store was applied."}};
}

void written_keys(const tombstone_request&, key_visitor&) {}
void check_rules(const tombstone_request& r, first_fault& f) { f.check_one_of("Op", r.op, {"reap"}); }

apply_result apply_tombstone(step& s, const tombstone_request& request) {
  if (request.op != "reap") return apply_result::failure("Invalid Tombstone operation '" + request.op + "'");
  string_list old;
  s.tables().tombstones.for_each([&](std::string_view key, std::uint64_t index) {
    if (index <= request.reap_index) old.emplace_back(key);
  });
  for (auto& key : old) s.tables().tombstones.erase(key, s.retired());
  return {};
}

namespace {

bool write_tombstones(record_writer& out, command_type type) {
  return out.each(out.tables().tombstones, {}, [&](std::string_view key, std::uint64_t index) {
    kv_entry e;
    e.key = key;
    e.modify_index = index;
    return out.put(type, e);
  });
}

void restore_tombstone(restoring& in, std::shared_ptr<kv_entry> e) {
  in.writer(e->modify_index).raise("tombstones");
  in.t.tombstones.set(e->key, e->modify_index, in.retired);
}

} // namespace

template <>
record_kind row<command_type::tombstone>() {
  return {.name = "Tombstone",
          .command = command<apply_tombstone>("tombstone command", proposer::leader),
          .archive = archived<kv_entry, write_tombstones, restore_tombstone>(12)};
}

} // namespace praetor::state
