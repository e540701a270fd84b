#pragma once

#include "protocol/acl/content_hash.hpp"
#include "protocol/codec/command.hpp"
#include "storage/state/audit.hpp"
#include "storage/state/record_kinds.hpp"
#include "storage/state/records.hpp"
#include "storage/state/transaction.hpp"
#include "tests/unit/state/archive_of.hpp"
#include "tests/unit/state/shape_of.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace praetor::state {

/// Valid commands of every kind, with few names, so that they collide.
inline std::vector<std::string> valid_entries() {
  std::vector<std::string> out;
  auto add = [&](command_type type, const auto& request) { out.push_back(pack_command(type, request)); };
  register_request r;
  r.datacenter = "dc1";
  r.id = "11111111-2222-3333-4444-555555555551";
  r.node = "n1";
  r.address = "1.1.1.1";
  r.node_meta = {{"a", "b"}};
  r.tagged_addresses = {{"lan", "1.1.1.1"}};
  add(command_type::register_node, r);
  auto service = std::make_shared<node_service>();
  service->id = service->name = "web";
  service->port = 80;
  service->tags = {"v1"};
  service->weights = service_weights{};
  service->tagged_addresses = {{"lan", {"1.1.1.1", 80}}};
  r.service = service;
  auto check = std::make_shared<health_check>();
  check->node = "n1";
  check->check_id = check->name = "c1";
  check->status = "critical";
  check->service_id = "web";
  check->definition.http = "http://a";
  check->definition.header = {{"h", {"v"}}};
  r.checks = {check};
  add(command_type::register_node, r);
  auto proxy = std::make_shared<node_service>(*service);
  proxy->id = proxy->name = "p1";
  proxy->kind = "connect-proxy";
  proxy->proxy.destination_service_name = "web";
  proxy->proxy.config.json() = {{"list", {1, -2, 0.5, nullptr, true, "x"}}};
  proxy->proxy.upstreams.resize(1);
  r.node = "N1";
  r.service = proxy;
  r.checks.clear();
  auto serf = std::make_shared<health_check>();
  serf->check_id = serf->name = "serfHealth";
  serf->status = "passing";
  r.check = serf;
  add(command_type::register_node, r);
  r = {};
  r.node = "n2";
  r.address = "2.2.2.2";
  r.check = serf;
  add(command_type::register_node, r);
  deregister_request d;
  d.node = "n1";
  d.check_id = "c1";
  add(command_type::deregister, d);
  d.check_id.clear();
  d.service_id = "web";
  add(command_type::deregister, d);
  d.service_id.clear();
  add(command_type::deregister, d);
  session_request s;
  s.op = "create";
  s.session.id = "aaaaaaaa-0000-0000-0000-000000000000";
  s.session.node = "n1";
  s.session.behavior = "release";
  s.session.ttl = "10s";
  s.session.lock_delay = std::chrono::seconds(15);
  s.session.node_checks = {"serfHealth"};
  add(command_type::session, s);
  s.session.behavior = "delete";
  s.session.service_checks = {{"c1", ""}};
  add(command_type::session, s);
  s.op = "destroy";
  add(command_type::session, s);
  kv_request k;
  for (auto op : {"set", "lock", "unlock", "cas", "delete", "delete-cas", "delete-tree"}) {
    k.op = op;
    k.entry.key = "a/b";
    k.entry.value.bytes = "value";
    k.entry.session = s.session.id;
    add(command_type::kvs, k);
  }
  tombstone_request reap;
  reap.reap_index = 20;
  add(command_type::tombstone, reap);
  auto place = std::make_shared<node_coordinate>();
  place->node = "n1";
  add(command_type::coordinate_batch, coordinate_batch{place});
  txn_request t;
  t.ops.resize(6);
  t.ops[0].kv = txn_kv_op{"lock", k.entry};
  t.ops[1].kv = txn_kv_op{"get-tree", k.entry};
  t.ops[2].node = txn_node_op{"set", {}};
  t.ops[2].node->node.name = "n1";
  t.ops[3].service = txn_service_op{"set", "n1", *service};
  t.ops[4].check = txn_check_op{"set", *check};
  t.ops[5].session = txn_session_op{"delete", s.session};
  add(command_type::txn, t);
  t.ops = {t.ops[2], t.ops[3]};
  t.ops[0].node->verb = "delete";
  add(command_type::txn, t);
  ca_request ca;
  auto root = std::make_shared<ca_root>();
  root->id = "r1";
  root->active = true;
  ca.op = "set-roots";
  ca.roots = {root};
  add(command_type::connect_ca, ca);
  auto config = std::make_shared<ca_configuration>();
  config->provider = "consul";
  config->config = free_form(nlohmann::json{{"LeafCertTTL", "72h"}});
  ca.config = config;
  for (auto op : {"set-config", "set-roots-config", "increment-provider-serial"}) {
    ca.op = op;
    add(command_type::connect_ca, ca);
  }
  auto provider = std::make_shared<ca_provider_state>();
  provider->id = "s1";
  ca.provider_state = provider;
  for (auto op : {"set-provider-state", "delete-provider-state"}) {
    ca.op = op;
    add(command_type::connect_ca, ca);
  }
  system_metadata_request meta;
  meta.entry = {"key", "value"};
  add(command_type::system_metadata, meta);
  add(command_type::autopilot, autopilot_request{});
  acl_policy_set_request policies;
  auto policy = std::make_shared<acl_policy>();
  policy->id = "policy-1";
  policy->name = "p";
  policy->rules = "key \"a\" { policy = \"read\" }";
  policies.policies = {policy};
  add(command_type::acl_policy_set, policies);
  acl_role_set_request roles;
  auto role = std::make_shared<acl_role>();
  role->id = "role-1";
  role->name = "r";
  role->policies = {{"policy-1", ""}};
  roles.roles = {role};
  add(command_type::acl_role_set, roles);
  acl_token token;
  token.accessor_id = "accessor-1";
  token.secret_id = "secret-1";
  token.policies = {{"policy-1", ""}};
  token.roles = {{"role-1", ""}};
  token.service_identities = {{"web", {}}};
  token.node_identities = {{"n1", "dc1"}};
  token.expiration_time = timestamp::from_unix(std::chrono::hours(2));
  add(command_type::acl_bootstrap, acl_bootstrap_request{token, 0});
  acl_token_set_request tokens;
  tokens.tokens = {std::make_shared<const acl_token>(token)};
  add(command_type::acl_token_set, tokens);
  add(command_type::acl_token_delete, acl_token_delete_request{{"accessor-1"}});
  add(command_type::acl_role_delete, acl_role_delete_request{{"role-1"}});
  add(command_type::acl_policy_delete, acl_policy_delete_request{{"policy-1"}});
  restore_request whole;
  whole.id = "restore-1";
  whole.done = true;
  whole.data.bytes = archive_of(store());
  add(command_type::restore, whole);
  whole.done = false;
  add(command_type::restore, whole);
  return out;
}

/// Two servers that apply the same arbitrary entries. Any violation ends the process.
class entry_trial {
public:
  entry_trial() { now_ = std::chrono::hours(1); }

  const publication& state() const { return one_; }

  /// Applies an entry to both. @param entry type byte and MessagePack
  void apply(const std::string& entry) {
    ++index_;
    auto accepted = check_command(entry, proposer::leader).has_value();
    auto a = apply_on(one_, entry), b = apply_on(two_, entry);
    PRAETOR_ASSERT(msgpack::pack(a) == msgpack::pack(b));
    PRAETOR_ASSERT(a.unreadable == b.unreadable);
    // An entry that the leader accepts can be applied, or fails because of the state.
    PRAETOR_ASSERT(!accepted || !a.unreadable);
    if (a.ok() && !entry.empty() && entry[0] == static_cast<char>(command_type::restore)) restored_ = true;
    PRAETOR_ASSERT(one_.load()->log_index() == index_);
  }
  void pass_time(nanoseconds time) { now_ += time; }

  /// Both states are equal, and so is one restored from the first one's snapshot.
  void compare() {
    auto store = one_.load();
    PRAETOR_ASSERT(content_hash(*store) == content_hash(*two_.load()));
    PRAETOR_ASSERT(difference(shape_of(store->tables()), shape_of(two_.load()->tables())).empty());
    auto tables = read_state(archive_of(*store, record_scope::internal));
    // An archive may contain what no server writes, for example two tokens with one secret.
    if (restored_) return;
    PRAETOR_ASSERT(audit(store->tables()).empty());
    PRAETOR_ASSERT(tables);
    auto gap = difference(shape_of(*tables), shape_of(store->tables()));
    if (!gap.empty()) std::fprintf(stderr, "the snapshot differs in %s\n", gap.c_str());
    PRAETOR_ASSERT(gap.empty());
    two_.replace(*tables); // continues from there
    PRAETOR_ASSERT(content_hash(*two_.load()) == content_hash(*store));
  }

private:
  apply_result apply_on(publication& p, const std::string& entry) {
    transaction t(p.load());
    apply_result r;
    if (!entry.empty())
      r = praetor::state::apply(t, index_, now_, static_cast<command_type>(static_cast<unsigned char>(entry[0])),
                                std::string_view(entry).substr(1));
    else
      pass(t, index_);
    p.publish(std::move(t));
    return r;
  }

  publication one_, two_;
  std::uint64_t index_ = 0;
  nanoseconds now_{};
  bool restored_ = false;
};

/// Reads decisions from bytes; zeros once they are exhausted.
class decision_source {
public:
  explicit decision_source(std::string_view bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    auto out = static_cast<std::uint8_t>(bytes_.front());
    bytes_.remove_prefix(1);
    return out;
  }
  std::size_t number(std::size_t end) {
    auto high = byte();
    return end == 0 ? 0 : (std::size_t{high} << 8 | byte()) % end;
  }
  std::string_view take(std::size_t size) {
    auto out = bytes_.substr(0, size);
    bytes_.remove_prefix(out.size());
    return out;
  }

private:
  std::string_view bytes_;
};

/// Changes an entry in one place.
inline void mutate(std::string& entry, decision_source& decide) {
  using namespace std::string_literals;
  static const std::array hostile{"\xc0"s,
                                  "\x80"s,
                                  "\x90"s,
                                  "\xa0"s,
                                  "\xdd\xff\xff\xff\xff"s,
                                  "\xdf\xff\xff\xff\xff"s,
                                  "\xdb\xff\xff\xff\xff"s,
                                  "\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s,
                                  "\xd3\x80\x00\x00\x00\x00\x00\x00\x00"s,
                                  "\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"s,
                                  "\x92\xc0\xc0"s,
                                  "\xa1\x00"s,
                                  "\xc1"s};
  auto at = decide.number(entry.size() + 1);
  auto what = decide.byte();
  const auto& token = hostile[(what >> 3) % hostile.size()];
  switch (what & 7) {
  case 0:
    if (at < entry.size()) entry[at] = static_cast<char>(decide.byte());
    break;
  case 1: entry.insert(at, token); break;
  case 2:
    if (at < entry.size()) entry.replace(at, 1, token);
    break;
  case 3: entry.erase(at, 1 + decide.number(16)); break;
  case 4: entry.resize(at); break;
  case 5: entry.insert(at, entry.substr(at, 1 + decide.number(64))); break;
  case 6:
    if (at < entry.size()) entry[at] = '\0';
    break;
  // Replaces a short text by another value of the same length: most others would break what follows.
  default:
    if (at < entry.size() && (entry[at] & 0xe0) == 0xa0 && at + 1 + (entry[at] & 0x1f) <= entry.size())
      entry.replace(at, 1 + static_cast<std::size_t>(entry[at] & 0x1f), token);
  }
}

/// Applies entries according to the decisions: arbitrary bytes, and valid ones with a few mutations.
inline void run_trial(std::string_view decisions) {
  static const auto valid = valid_entries();
  entry_trial trial;
  decision_source decide(decisions);
  constexpr int most_entries = 200; // enough for all kinds to interact, and fast enough for thousands of runs
  for (int i = 0; i < most_entries && !decide.at_end(); ++i) {
    auto how = decide.byte();
    std::string entry;
    if (how >= 0xf0) {
      entry = decide.take(decide.number(512));
    } else {
      entry = valid[decide.number(valid.size())];
      for (auto n = how % 4; n > 0; --n) mutate(entry, decide);
    }
    if ((how & 0x40) != 0) trial.pass_time(std::chrono::seconds(how % 16));
    trial.apply(entry);
    if (i % 16 == 15) trial.compare();
  }
  trial.compare();
}

} // namespace praetor::state
