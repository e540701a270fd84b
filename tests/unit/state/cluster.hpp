#pragma once

#include "protocol/codec/command.hpp"
#include "storage/state/audit.hpp"
#include "storage/state/queries_cluster.hpp"
#include "storage/state/queries_health.hpp"
#include "storage/state/queries_kv.hpp"
#include "storage/state/transaction.hpp"
#include "tests/unit/state/archive_of.hpp"

#include <catch2/catch.hpp>
#include <set>

namespace praetor::state {

/// A published state and a log: each command is applied and published separately.
struct cluster {
  publication published;
  std::uint64_t index = 10;
  nanoseconds now = std::chrono::hours(1);

  store_ptr now_published() const { return published.load(); }

  template <class Request>
  apply_result run(command_type type, const Request& request) {
    transaction t(published.load());
    auto bytes = pack_command(type, request);
    auto r = apply(t, ++index, now, type, std::string_view(bytes).substr(1));
    published.publish(std::move(t));
    CHECK(audit(published.load()->tables()) == string_list{});
    return r;
  }

  apply_result add(register_request r) {
    if (r.address.empty()) r.address = "1.1.1.1";
    r.datacenter = "dc1";
    return run(command_type::register_node, r);
  }
  apply_result remove(const std::string& node, const std::string& service = {}, const std::string& check = {}) {
    deregister_request r;
    r.node = node;
    r.service_id = service;
    r.check_id = check;
    return run(command_type::deregister, r);
  }
  apply_result kv(const std::string& op, const std::string& key, const std::string& value = {},
                  const std::string& session_id = {}, std::uint64_t cas = 0) {
    kv_request r;
    r.op = op;
    r.entry.key = key;
    r.entry.value.bytes = value;
    r.entry.session = session_id;
    r.entry.modify_index = cas;
    return run(command_type::kvs, r);
  }
  apply_result create_session(session s) {
    session_request r;
    r.op = "create";
    r.session = std::move(s);
    return run(command_type::session, r);
  }
  apply_result destroy_session(const std::string& id) {
    session_request r;
    r.op = "destroy";
    r.session.id = id;
    return run(command_type::session, r);
  }
  txn_response txn(std::vector<txn_op> ops) {
    txn_request r;
    r.ops = std::move(ops);
    auto result = run(command_type::txn, r);
    REQUIRE(result.txn);
    return *result.txn;
  }
  kv_entry_ptr key(const std::string& k) const { return kv_get(*published.load(), k, nullptr).value; }
};

inline register_request on_node(const std::string& name, const std::string& id = {}) {
  register_request r;
  r.node = name;
  r.id = id;
  return r;
}
inline register_request with_service(register_request r, const std::string& name, const std::string& id = {}) {
  node_service s;
  s.name = name;
  s.id = id.empty() ? name : id;
  s.port = 80;
  r.service = std::make_shared<const node_service>(s);
  return r;
}
inline register_request with_check(register_request r, const std::string& id, std::string_view status = "passing",
                                   const std::string& service_id = {}) {
  health_check c;
  c.node = r.node;
  c.check_id = c.name = id;
  c.status = status;
  c.service_id = service_id;
  r.checks.push_back(std::make_shared<const health_check>(c));
  return r;
}

/// The effect of an entry on the index table: keys with their new value, or "-key" for removed ones.
inline std::set<std::string> index_changes(const store& before, const store& after) {
  std::set<std::string> out;
  after.tables().indexes.for_each([&](std::string_view key, std::uint64_t value) {
    auto old = before.tables().indexes.find(key);
    if (!old || *old != value) out.emplace(key);
  });
  before.tables().indexes.for_each([&](std::string_view key, std::uint64_t) {
    if (!after.tables().indexes.find(key)) out.insert("-" + std::string(key));
  });
  return out;
}

} // namespace praetor::state
