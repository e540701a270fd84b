#include "protocol/mutation.hpp"
#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_forms.hpp"
#include "storage/state/command_forms.hpp"
#include "storage/state/key_parts.hpp"
#include "storage/state/lookups.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

constexpr nanoseconds longest_lock_delay = std::chrono::seconds(60);

/// The last part of each key below a prefix.
template <class Tree>
string_list names_below(const Tree& tree, const std::string& prefix) {
  string_list out;
  tree.for_each(prefix, nullptr,
                [&](std::string_view key, const present&) { out.emplace_back(key.substr(prefix.size())); });
  return out;
}

/// Saturates at the range of nanoseconds.
nanoseconds later(nanoseconds time, nanoseconds delay) {
  return time > nanoseconds::max() - delay ? nanoseconds::max() : time + delay;
}

void delay_lock(step& s, const std::string& key, nanoseconds end) {
  s.tables().lock_delays.put(s.writer(), std::make_shared<const lock_delay>(lock_delay{key, end.count()}));
}

} // namespace

expected<std::string> create_session(step& s, session created) {
  if (created.id.empty()) return fail("Missing session ID");
  if (created.behavior.empty()) created.behavior = "release";
  if (created.behavior != "release" && created.behavior != "delete")
    return fail("Invalid session behavior: " + created.behavior);
  created.create_index = created.modify_index = s.index;
  if (!node_named(s.tables(), {}, created.node)) return fail("Missing node registration");
  for (auto& id : check_ids(created)) {
    auto check = check_on(s.tables(), {}, created.node, id);
    if (!check) return fail("Missing check '" + id + "' registration");
    if (check->status == health_critical) return fail("Check '" + id + "' is in critical state");
  }
  auto id = created.id;
  s.tables().sessions.put(s.writer(), std::make_shared<const session>(std::move(created)));
  return id;
}

void delete_session(step& s, std::string_view id) {
  auto ended = session_with_id(s.tables(), id);
  if (!ended) return;
  s.tables().sessions.erase(s.writer(), *ended);
  auto delay = std::min(ended->lock_delay, longest_lock_delay);
  if (delay > nanoseconds::zero()) drop_lock_delays(s);
  for (auto& key : names_below(s.tables().kvs.by<"session">(), tree_prefix({lower_case(ended->id)}))) {
    auto held = s.tables().kvs.at(key);
    if (!held) continue;
    if (ended->behavior == "delete") {
      kv_delete(s, key);
    } else {
      auto entry = *held;
      entry.session.clear();
      kv_set(s, std::move(entry), false);
    }
    if (delay > nanoseconds::zero()) delay_lock(s, key, later(s.time, delay));
  }
}

void delete_sessions_of_check(step& s, std::string_view node_name, std::string_view check_id) {
  auto prefix = tree_prefix({lower_case(node_name), lower_case(check_id)});
  for (auto& id : names_below(s.tables().sessions.by<"check">(), prefix)) delete_session(s, id);
}

void delete_sessions_of_node(step& s, std::string_view node_name) {
  for (auto& id : names_below(s.tables().sessions.by<"node">(), tree_prefix({lower_case(node_name)})))
    delete_session(s, id);
}

void written_keys(const session_request& r, key_visitor& visit) {
  if (r.op == "create") key_parts(r.session, visit);
}
void check_rules(const session_request& r, first_fault& f) {
  f.check_one_of("Op", r.op, {"create", "destroy"});
  f.need("Session.ID", r.session.id);
  if (r.op != "create" || r.session.ttl.empty()) return;
  auto ttl = duration_from_text(r.session.ttl);
  if (!ttl.value) return f.add("Session.TTL", ttl.error);
  if (ttl.value->count() < 0 || *ttl.value > longest_session_ttl)
    f.add("Session.TTL",
          duration_to_text(*ttl.value) + " is not between 0s and " + duration_to_text(longest_session_ttl));
}

apply_result apply_session(step& s, session_request request) {
  if (request.op == "create") {
    auto id = create_session(s, std::move(request.session));
    if (!id) return apply_result::failure(id.error().text);
    apply_result r;
    r.text = *id;
    return r;
  }
  if (request.op == "destroy") {
    delete_session(s, request.session.id);
    return {};
  }
  return apply_result::failure("Invalid Session operation '" + request.op + "'");
}

template <>
record_kind row<command_type::session>() {
  return {.name = "Session",
          .command = command<apply_session>("session command", proposer::server),
          .archive = archived_table<&tables::sessions>(5),
          .metric = {"session.apply", "Milliseconds until a change of a session was applied."}};
}

namespace {

bool write_lock_delays(record_writer& out, command_type type) {
  if (out.scope() == record_scope::exported || mutated(mutation::lock_delay_forgotten_by_snapshot)) return true;
  return out.put_all(type, out.tables().lock_delays);
}

} // namespace

template <>
record_kind row<command_type::lock_delay>() {
  return {.name = "LockDelay",
          .archive = archived<lock_delay, write_lock_delays, restore_into<&tables::lock_delays, lock_delay>>(27)};
}

} // namespace praetor::state
