#include "storage/state/table_writes.hpp"
#include "protocol/base/big_endian.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

/// The keys of an instance in the four trees; empty: not in that tree.
struct service_keys {
  std::string primary, by_name, by_kind, connect;

  explicit service_keys(const service_record& r) {
    const auto& s = r.service;
    auto node = lower_case(r.node), id = lower_case(s.id), peer = lower_case(s.peer_name);
    primary = tree_key({peer, node, id});
    by_name = tree_key({peer, lower_case(s.name), node, id});
    by_kind = tree_key({peer, s.kind, node, id});
    auto destination = connect_destination(s);
    if (!destination.empty()) connect = tree_key({peer, lower_case(destination), node, id});
  }
};

struct check_keys {
  std::string primary, by_instance, by_service, by_status;

  explicit check_keys(const health_check& c) {
    auto node = lower_case(c.node), id = lower_case(c.check_id), peer = lower_case(c.peer_name);
    primary = tree_key({peer, node, id});
    by_instance = tree_key({peer, node, lower_case(c.service_id), id});
    if (!c.service_name.empty()) by_service = tree_key({peer, lower_case(c.service_name), node, id});
    by_status = tree_key({peer, c.status, node, id});
  }
};

/// Moves a record of a secondary tree from its old key to its new one; empty keys mean "not in there".
template <class V>
void move_entry(radix_tree<V>& tree, const std::string& before, const std::string& after, const V& value,
                retired_parts& retired) {
  if (!before.empty() && before != after) tree.erase(before, retired);
  if (!after.empty()) tree.set(after, value, retired);
}

std::string delay_key(std::int64_t end, std::string_view key) {
  std::string out;
  append_big_endian(out, static_cast<std::uint64_t>(end));
  out += key;
  return out;
}

template <class T>
T found(const T* value) {
  return value ? *value : T{};
}

} // namespace

std::string_view connect_destination(const node_service& s) {
  if (s.kind == "connect-proxy") return s.proxy.destination_service_name;
  if (s.connect.native) return s.name;
  return {};
}

node_ptr node_named(const tables& t, std::string_view peer, std::string_view name) {
  return found(t.nodes.find(tree_key({lower_case(peer), lower_case(name)})));
}
node_ptr node_with_id(const tables& t, std::string_view peer, std::string_view id) {
  return found(t.nodes_by_id.find(tree_key({lower_case(peer), lower_case(id)})));
}
service_record_ptr service_on(const tables& t, std::string_view peer, std::string_view node, std::string_view id) {
  return found(t.services.find(tree_key({lower_case(peer), lower_case(node), lower_case(id)})));
}
health_check_ptr check_on(const tables& t, std::string_view peer, std::string_view node, std::string_view id) {
  return found(t.checks.find(tree_key({lower_case(peer), lower_case(node), lower_case(id)})));
}
session_ptr session_with_id(const tables& t, std::string_view id) { return found(t.sessions.find(lower_case(id))); }

void put_node(tables& t, retired_parts& retired, node_ptr record) {
  auto peer = lower_case(record->peer_name), key = tree_key({peer, lower_case(record->name)});
  auto old = found(t.nodes.find(key));
  if (old && !old->id.empty() && !equal_fold(old->id, record->id))
    t.nodes_by_id.erase(tree_key({peer, lower_case(old->id)}), retired);
  if (!record->id.empty()) t.nodes_by_id.set(tree_key({peer, lower_case(record->id)}), record, retired);
  t.nodes.set(key, std::move(record), retired);
}

void remove_node(tables& t, retired_parts& retired, const node& record) {
  auto peer = lower_case(record.peer_name), id = record.id;
  t.nodes.erase(tree_key({peer, lower_case(record.name)}), retired);
  if (!id.empty()) t.nodes_by_id.erase(tree_key({peer, lower_case(id)}), retired);
}

void put_service(tables& t, retired_parts& retired, service_record_ptr record) {
  service_keys keys(*record);
  auto old = found(t.services.find(keys.primary));
  auto move = [&](const service_keys* before) {
    const std::string none;
    move_entry(t.services_by_name, before ? before->by_name : none, keys.by_name, record, retired);
    move_entry(t.services_by_kind, before ? before->by_kind : none, keys.by_kind, record, retired);
    move_entry(t.services_connect, before ? before->connect : none, keys.connect, record, retired);
  };
  if (old) {
    service_keys before(*old);
    move(&before);
  } else {
    move(nullptr);
  }
  t.services.set(keys.primary, std::move(record), retired);
}

void remove_service(tables& t, retired_parts& retired, const service_record& record) {
  service_keys keys(record);
  t.services_by_name.erase(keys.by_name, retired);
  t.services_by_kind.erase(keys.by_kind, retired);
  if (!keys.connect.empty()) t.services_connect.erase(keys.connect, retired);
  t.services.erase(keys.primary, retired);
}

void put_check(tables& t, retired_parts& retired, health_check_ptr record) {
  check_keys keys(*record);
  if (auto old = found(t.checks.find(keys.primary))) {
    check_keys before(*old);
    if (before.by_instance != keys.by_instance) t.checks_by_instance.erase(before.by_instance, retired);
    if (!before.by_service.empty() && before.by_service != keys.by_service)
      t.checks_by_service.erase(before.by_service, retired);
    if (before.by_status != keys.by_status) t.checks_by_status.erase(before.by_status, retired);
  }
  t.checks_by_instance.set(keys.by_instance, record, retired);
  if (!keys.by_service.empty()) t.checks_by_service.set(keys.by_service, record, retired);
  t.checks_by_status.set(keys.by_status, record, retired);
  t.checks.set(keys.primary, std::move(record), retired);
}

void remove_check(tables& t, retired_parts& retired, const health_check& record) {
  check_keys keys(record);
  t.checks_by_instance.erase(keys.by_instance, retired);
  if (!keys.by_service.empty()) t.checks_by_service.erase(keys.by_service, retired);
  t.checks_by_status.erase(keys.by_status, retired);
  t.checks.erase(keys.primary, retired);
}

void put_kv(tables& t, retired_parts& retired, kv_entry_ptr record) {
  auto old = found(t.kvs.find(record->key));
  if (!old || old->session != record->session) {
    if (old && !old->session.empty()) t.keys_by_session.erase(tree_key({lower_case(old->session), old->key}), retired);
    if (!record->session.empty())
      t.keys_by_session.set(tree_key({lower_case(record->session), record->key}), {}, retired);
  }
  std::string_view key = record->key; // stays valid: the tree keeps the record
  t.kvs.set(key, std::move(record), retired);
}

void remove_kv(tables& t, retired_parts& retired, const kv_entry& record) {
  if (!record.session.empty()) t.keys_by_session.erase(tree_key({lower_case(record.session), record.key}), retired);
  auto key = record.key;
  t.kvs.erase(key, retired);
}

string_list check_ids(const session& s) {
  string_list out = s.checks;
  out.insert(out.end(), s.node_checks.begin(), s.node_checks.end());
  for (auto& c : s.service_checks) out.push_back(c.id);
  return out;
}

void put_coordinate(tables& t, retired_parts& retired, node_coordinate_ptr record) {
  auto key = tree_key({lower_case(record->node), record->segment});
  t.coordinates.set(key, std::move(record), retired);
}

void put_session(tables& t, retired_parts& retired, session_ptr record) {
  if (auto old = session_with_id(t, record->id)) remove_session(t, retired, *old);
  auto id = lower_case(record->id), node = lower_case(record->node);
  t.sessions_by_node.set(tree_key({node, id}), {}, retired);
  for (auto& check : check_ids(*record)) t.sessions_by_check.set(tree_key({node, lower_case(check), id}), {}, retired);
  t.sessions.set(id, std::move(record), retired);
}

void remove_session(tables& t, retired_parts& retired, const session& record) {
  auto id = lower_case(record.id), node = lower_case(record.node);
  t.sessions_by_node.erase(tree_key({node, id}), retired);
  for (auto& check : check_ids(record)) t.sessions_by_check.erase(tree_key({node, lower_case(check), id}), retired);
  t.sessions.erase(id, retired);
}

void put_lock_delay(tables& t, retired_parts& retired, std::string_view key, nanoseconds end) {
  if (auto old = t.lock_delays.find(key)) t.lock_delays_by_end.erase(delay_key(*old, key), retired);
  t.lock_delays.set(key, end.count(), retired);
  t.lock_delays_by_end.set(delay_key(end.count(), key), {}, retired);
}

void drop_lock_delays(tables& t, retired_parts& retired, nanoseconds now) {
  string_list passed;
  if (now == nanoseconds::max()) now -= nanoseconds{1};
  const auto first_open = delay_key(now.count() + 1, {});
  t.lock_delays_by_end.for_each([&](std::string_view key, const present&) {
    if (key >= first_open) return false;
    passed.emplace_back(key);
    return true;
  });
  for (auto& key : passed) {
    t.lock_delays_by_end.erase(key, retired);
    t.lock_delays.erase(std::string_view(key).substr(8), retired);
  }
}

} // namespace praetor::state
