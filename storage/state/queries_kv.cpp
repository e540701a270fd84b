#include "storage/state/queries_kv.hpp"
#include "storage/state/index_table.hpp"
#include "storage/state/index_watch.hpp"
#include "storage/state/lookups.hpp"
#include "storage/state/reading.hpp"
#include "storage/state/txn_reads.hpp"

#include <algorithm>
#include <array>

namespace praetor::state {

namespace {

std::uint64_t kvs_index(const tables& t) { return max_index(t, {"kvs", "tombstones"}); }

/// The index of a list: the newest change or deletion below the prefix.
std::uint64_t prefix_index(const tables& t, std::string_view prefix, std::uint64_t newest_entry) {
  if (prefix.empty()) return kvs_index(t);
  auto newest = newest_entry;
  t.tombstones.for_each(prefix, index_watch::current(),
                        [&](std::string_view, std::uint64_t index) { newest = std::max(newest, index); });
  return newest == 0 ? kvs_index(t) : newest;
}

} // namespace

result<kv_entry_ptr> kv_get(const store& s, std::string_view key, watch_set* watch) {
  reading r(s, watch);
  auto found = r.t.kvs.find(key, watch);
  return found ? r.done((*found)->modify_index, *found) : r.done(kvs_index(r.t), kv_entry_ptr{});
}

result<std::vector<kv_entry_ptr>> kv_list(const store& s, std::string_view prefix, watch_set* watch) {
  reading r(s, watch);
  std::vector<kv_entry_ptr> out;
  std::uint64_t newest = 0;
  r.t.kvs.for_each(prefix, watch, [&](std::string_view, const kv_entry_ptr& e) {
    newest = std::max(newest, e->modify_index);
    out.push_back(e);
  });
  return r.done(prefix_index(r.t, prefix, newest), std::move(out));
}

result<string_list> kv_keys(const store& s, std::string_view prefix, std::string_view separator, watch_set* watch,
                            const std::function<bool(std::string_view)>& admit) {
  reading r(s, watch);
  string_list out;
  std::uint64_t newest = 0;
  r.t.kvs.for_each(prefix, watch, [&](std::string_view key, const kv_entry_ptr& e) {
    newest = std::max(newest, e->modify_index);
    if (admit && !admit(key)) return;
    if (!separator.empty()) {
      auto at = key.find(separator, prefix.size());
      if (at != std::string_view::npos) key = key.substr(0, at + separator.size());
    }
    // Keys with the same folded form are adjacent.
    if (out.empty() || out.back() != key) out.emplace_back(key);
  });
  return r.done(prefix_index(r.t, prefix, newest), std::move(out));
}

nanoseconds lock_delay_end(const store& s, std::string_view key) {
  auto delay = s.tables().lock_delays.at(key);
  return nanoseconds{delay ? delay->end : 0};
}

namespace {

std::uint64_t sessions_index(const tables& t) { return index_value(t, "sessions"); }

} // namespace

result<session_ptr> find_session(const store& s, std::string_view id, watch_set* watch) {
  reading r(s, watch);
  auto found = r.t.sessions.find(lower_case(id), watch);
  return r.done(sessions_index(r.t), found ? *found : session_ptr{});
}

result<std::vector<session_ptr>> list_sessions(const store& s, watch_set* watch) {
  reading r(s, watch);
  std::vector<session_ptr> out;
  r.t.sessions.for_each({}, watch, [&](std::string_view, const session_ptr& e) { out.push_back(e); });
  return r.done(sessions_index(r.t), std::move(out));
}

result<std::vector<session_ptr>> node_sessions(const store& s, std::string_view node, watch_set* watch) {
  reading r(s, watch);
  std::vector<session_ptr> out;
  auto prefix = tree_prefix({lower_case(node)});
  r.t.sessions.by<"node">().for_each(prefix, watch, [&](std::string_view key, const present&) {
    if (auto found = r.t.sessions.find(key.substr(prefix.size()))) out.push_back(*found);
  });
  return r.done(sessions_index(r.t), std::move(out));
}

bool is_kv_write(std::string_view verb) {
  constexpr std::array<std::string_view, 7> writes{"set", "delete", "delete-cas", "delete-tree",
                                                   "cas", "lock",   "unlock"};
  return std::find(writes.begin(), writes.end(), verb) != writes.end();
}

bool is_record_write(std::string_view verb) {
  return verb == "set" || verb == "cas" || verb == "delete" || verb == "delete-cas";
}

bool is_kv_verb(std::string_view verb) { return is_kv_read(verb) || is_kv_write(verb); }

bool is_read_only(const std::vector<txn_op>& ops) { return std::all_of(ops.begin(), ops.end(), is_read); }

result<txn_response> read_transaction(const store& s, const std::vector<txn_op>& ops) {
  reading r(s, nullptr);
  txn_response out;
  for (std::size_t i = 0; i < ops.size(); ++i) carry_out_read(r.t, ops[i], i, out);
  if (!out.errors.empty()) out.results.clear();
  return r.done(s.last_index(), std::move(out));
}

} // namespace praetor::state
