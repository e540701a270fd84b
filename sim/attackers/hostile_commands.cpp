#include "sim/attackers/hostile_commands.hpp"

#include "protocol/codec/command.hpp"
#include "protocol/types/acl.hpp"
#include "protocol/types/coordinate.hpp"
#include "storage/state/queries_kv.hpp"

#include <iterator>
#include <limits>

namespace praetor::sim {

namespace {

/// The id of the built-in policy that allows everything.
constexpr std::string_view global_management = "00000000-0000-0000-0000-000000000001";

kv_request on_key(std::string op, std::string key, std::string value = {}) {
  kv_request r;
  r.op = std::move(op);
  r.entry.key = std::move(key);
  r.entry.value.bytes = std::move(value);
  return r;
}

register_request marked_node(const std::string& mark) {
  register_request r;
  r.datacenter = "dc1";
  r.node = mark;
  r.address = "10.66.1.1";
  auto service = std::make_shared<node_service>();
  service->id = service->name = mark;
  r.service = std::move(service);
  return r;
}

acl_token_ptr marked_token(sim::world& world, const std::string& mark) {
  acl_token t;
  t.accessor_id = world.uuid();
  t.secret_id = world.uuid();
  t.description = mark;
  t.policies.push_back({std::string(global_management), "global-management"});
  return std::make_shared<const acl_token>(std::move(t));
}

acl_policy_ptr marked_policy(sim::world& world, const std::string& mark) {
  acl_policy p;
  p.id = world.uuid();
  p.name = mark;
  p.rules = "operator = \"write\"";
  return std::make_shared<const acl_policy>(std::move(p));
}

session_request marked_session(sim::world& world, const std::string& mark) {
  session_request r;
  r.op = "create";
  r.session.id = world.uuid();
  r.session.name = mark;
  r.session.node = "server1";
  return r;
}

txn_request marked_transaction(const std::string& mark) {
  txn_request r;
  r.ops.resize(1);
  r.ops[0].kv = txn_kv_op{"set", on_key("set", "attack/" + mark, mark).entry};
  return r;
}

system_metadata_request marked_metadata(const std::string& mark) {
  system_metadata_request r;
  r.entry.key = mark;
  r.entry.value = mark;
  return r;
}

/// An existing session, or an unknown id.
std::string any_session(siege& where) {
  if (auto* leads = where.victims.leader())
    if (auto all = state::list_sessions(*leads->state(), nullptr).value; !all.empty())
      return all[where.world.below(all.size())]->id;
  return where.world.uuid();
}

} // namespace

std::string marking_command(sim::world& world, const std::string& mark) {
  using enum command_type;
  switch (world.below(9)) {
  case 0: return pack_command(register_node, marked_node(mark));
  case 1: return pack_command(session, marked_session(world, mark));
  case 2: return pack_command(txn, marked_transaction(mark));
  case 3: return pack_command(acl_token_set, acl_token_set_request{{marked_token(world, mark)}});
  case 4: return pack_command(acl_bootstrap, acl_bootstrap_request{*marked_token(world, mark), world.below(40)});
  case 5: return pack_command(acl_policy_set, acl_policy_set_request{{marked_policy(world, mark)}});
  case 6: return pack_command(system_metadata, marked_metadata(mark));
  case 7: return pack_command(restore, restore_request{mark, 0, {mark}, false});
  default: return pack_command(kvs, on_key("set", "attack/" + mark, mark));
  }
}

std::string destructive_command(siege& where) {
  using enum command_type;
  auto& world = where.world;
  switch (world.below(8)) {
  case 0: {
    deregister_request r;
    r.node = where.any_server().options().name;
    return pack_command(deregister, r);
  }
  case 1: {
    session_request r;
    r.op = "destroy";
    r.session.id = any_session(where);
    return pack_command(session, r);
  }
  case 2: return pack_command(kvs, on_key("delete-tree", ""));
  case 3: {
    autopilot_request r;
    r.config.cleanup_dead_servers = true;
    r.config.max_trailing_logs = 0;
    r.config.last_contact_threshold = nanoseconds{1};
    return pack_command(autopilot, r);
  }
  case 4: {
    tombstone_request r;
    r.reap_index = std::numeric_limits<std::uint64_t>::max();
    return pack_command(tombstone, r);
  }
  case 5: return pack_command(restore, restore_request{world.uuid(), 0, {}, true});
  case 6: return pack_command(acl_policy_delete, acl_policy_delete_request{{std::string(global_management)}});
  default: return pack_command(kvs, on_key("set", "kv/" + std::to_string(world.below(4)), "of an attacker"));
  }
}

std::string garbage(sim::world& world) {
  std::string out;
  switch (world.below(5)) {
  case 0: // nested too deeply
    return std::string(20'000, '\x91');
  case 1: // a map of four billion members
    return std::string("\xdf\xff\xff\xff\xff", 5) + std::string(16, '\x80');
  case 2: // a text of four gigabytes
    return std::string("\x81\xa4\x42ody\xdb\xff\xff\xff\xff", 11);
  case 3: return {};
  default:
    for (auto left = world.below(200); left > 0; --left) out += static_cast<char>(world.below(256));
    return out;
  }
}

std::string malformed_command(sim::world& world, const std::string& mark) {
  using enum command_type;
  auto wrecked = [&](std::string command) {
    if (command.size() < 2) return command;
    if (world.one_in(2)) return command.substr(0, 1 + world.below(command.size() - 1));
    command[1] = '\xc1'; // never a valid first byte; another byte could still yield a valid command
    return command;
  };
  switch (world.below(9)) {
  case 0: return {};
  case 1: return std::string(1, static_cast<char>(world.below(256))) + garbage(world);
  case 2: { // null among the checks
    register_request r = marked_node(mark);
    r.checks.resize(2);
    return pack_command(register_node, r);
  }
  case 3: return pack_command(acl_token_set, acl_token_set_request{{nullptr}});
  case 4: return pack_command(acl_policy_set, acl_policy_set_request{{nullptr}});
  case 5: return pack_command(kvs, on_key("no-such-verb", mark));
  case 6: return pack_command(txn, txn_request{{}, {txn_op{}}, {}});
  case 7: { // a NUL in a name that becomes part of keys
    register_request r = marked_node(mark + std::string(1, '\0') + "x");
    return pack_command(register_node, r);
  }
  default: return wrecked(marking_command(world, mark));
  }
}

} // namespace praetor::sim
