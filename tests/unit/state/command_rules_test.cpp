#include "cluster.hpp"
#include "storage/state/command.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/record_kinds.hpp"
#include "storage/state/records.hpp"
#include "tests/unit/state/entry_trial.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <thread>

using namespace praetor;
using namespace praetor::state;
using namespace std::string_literals;

// Bytes become a command only through validation.
static_assert(!std::is_constructible_v<log_command, std::string>);

namespace {

/// Why the leader rejects the command; empty if it accepts it. Both ways of validation must agree.
template <class Request>
std::string refusal(command_type type, const Request& request) {
  auto local = encode_command(type, request);
  auto foreign = check_command(pack_command(type, request), proposer::leader);
  REQUIRE(local.has_value() == foreign.has_value());
  if (local) return {};
  CHECK(local.error() == foreign.error());
  CHECK(local.error().status == 400);
  return local.error().text;
}

register_request a_registration() { return with_check(with_service(on_node("n"), "web"), "c"); }

template <class Change>
std::string registration_with(Change change) {
  auto r = a_registration();
  change(r);
  return refusal(command_type::register_node, r);
}

template <class Change>
std::string service_with(Change change) {
  return registration_with([&](register_request& r) {
    auto s = *r.service;
    change(s);
    r.service = std::make_shared<const node_service>(std::move(s));
  });
}

kv_request kv(const std::string& op, const std::string& key) {
  kv_request r;
  r.op = op;
  r.entry.key = key;
  return r;
}

session_request new_session(const std::string& ttl) {
  session_request r;
  r.op = "create";
  r.session.id = "s";
  r.session.node = "n";
  r.session.ttl = ttl;
  return r;
}

txn_request transaction_of(txn_op op) {
  txn_request r;
  r.ops.push_back(std::move(op));
  return r;
}

bool mentions(const std::string& text, const std::string& part) {
  INFO(text);
  INFO(part);
  return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("null elements are refused by the place where they stand") {
  CHECK(registration_with([](auto&) {}) == "");
  CHECK(registration_with([](auto& r) { r.service = nullptr; }) == "");
  CHECK(registration_with([](auto& r) { r.checks.push_back(nullptr); }) ==
        "Invalid registration: Checks[1]: null is not allowed");
  ca_request ca;
  ca.op = "set-roots";
  ca.roots = {nullptr};
  CHECK(mentions(refusal(command_type::connect_ca, ca), "Roots[0]: null is not allowed"));
  ca.roots.clear();
  ca.op = "set-config";
  CHECK(mentions(refusal(command_type::connect_ca, ca), "Config: must not be null for set-config"));
  CHECK(mentions(refusal(command_type::acl_token_set, acl_token_set_request{{nullptr}}), "Tokens[0]: null"));
  CHECK(mentions(refusal(command_type::acl_policy_set, acl_policy_set_request{{nullptr}}), "Policies[0]: null"));
  CHECK(mentions(refusal(command_type::acl_role_set, acl_role_set_request{{nullptr}}), "Roles[0]: null"));
  CHECK(mentions(refusal(command_type::coordinate_batch, coordinate_batch{nullptr}), "[0]: null is not allowed"));
}

TEST_CASE("control characters are refused in all that becomes part of a key, and in no key itself") {
  for (const auto& bad : {"a\0b"s, "a\nb"s, "\x7f"s}) {
    CHECK(mentions(registration_with([&](auto& r) { r.node = bad; }), "Node: "));
    CHECK(mentions(registration_with([&](auto& r) { r.id = bad; }), "ID: "));
    CHECK(mentions(registration_with([&](auto& r) { r.peer_name = bad; }), "PeerName: "));
    CHECK(mentions(service_with([&](auto& s) { s.id = bad; }), "Service.ID: "));
    CHECK(mentions(service_with([&](auto& s) { s.name = bad; }), "Service.Service: "));
    CHECK(mentions(service_with([&](auto& s) { s.kind = bad; }), "Service.Kind: "));
    CHECK(mentions(service_with([&](auto& s) { s.proxy.destination_service_name = bad; }),
                   "Service.Proxy.DestinationServiceName: "));
    for (auto member : {&health_check::check_id, &health_check::status, &health_check::service_id}) {
      CHECK(registration_with([&](auto& r) {
              auto c = *r.checks[0];
              c.*member = bad;
              r.checks[0] = std::make_shared<const health_check>(c);
            }) != "");
    }
    auto s = new_session("");
    s.session.node_checks = {bad};
    CHECK(mentions(refusal(command_type::session, s), "Session.NodeChecks: "));
    auto lock = kv("lock", "k");
    lock.entry.session = bad;
    CHECK(mentions(refusal(command_type::kvs, lock), "Session: "));
    CHECK(refusal(command_type::kvs, kv("set", bad)) == "");
    txn_op op;
    op.service = txn_service_op{"set", bad, {}};
    CHECK(mentions(refusal(command_type::txn, transaction_of(op)), "Service.Node: "));
    // What was once accepted must be removable.
    deregister_request gone;
    gone.node = bad;
    CHECK(refusal(command_type::deregister, gone) == "");
  }
}

TEST_CASE("unknown verbs are refused, and told which are known") {
  CHECK(mentions(refusal(command_type::kvs, kv("steal", "k")), "Op: \"steal\" is unknown; known are set, cas"));
  CHECK(mentions(refusal(command_type::kvs, kv("set", "")), "Key: must not be empty"));
  CHECK(refusal(command_type::kvs, kv("delete-tree", "")) == "");
  auto s = new_session("");
  s.op = "renew";
  CHECK(mentions(refusal(command_type::session, s), "known are create, destroy"));
  CHECK(mentions(refusal(command_type::tombstone, tombstone_request{"", "sow", 1}), "known are reap"));
  ca_request ca;
  ca.op = "x";
  CHECK(mentions(refusal(command_type::connect_ca, ca), "Op: \"x\""));
  system_metadata_request meta;
  meta.op = "x";
  CHECK(mentions(refusal(command_type::system_metadata, meta), "Op: \"x\""));
  txn_op op;
  op.kv = txn_kv_op{"steal", {}};
  CHECK(mentions(refusal(command_type::txn, transaction_of(op)), "KV.Verb: \"steal\""));
  op = {};
  op.check = txn_check_op{"lock", {}};
  CHECK(mentions(refusal(command_type::txn, transaction_of(op)), "Check.Verb: \"lock\""));
  op = {};
  op.session = txn_session_op{"create", {}};
  CHECK(mentions(refusal(command_type::txn, transaction_of(op)), "Session.Verb: \"create\""));
  CHECK(mentions(refusal(command_type::txn, transaction_of({})), "exactly one kind"));
}

TEST_CASE("numbers, times, texts and lists beyond their limits are refused") {
  for (auto port : {std::int64_t{-2}, std::int64_t{65536}, std::numeric_limits<std::int64_t>::max()})
    CHECK(mentions(service_with([&](auto& s) { s.port = port; }), "Service.Port: " + std::to_string(port)));
  CHECK(service_with([](auto& s) { s.port = 65535; }) == "");
  CHECK(mentions(service_with([](auto& s) { s.tagged_addresses["lan"] = {"", 70000}; }), "TaggedAddresses"));
  CHECK(mentions(service_with([](auto& s) { s.name.assign(longest_name + 1, 'a'); }), "limit of names"));
  CHECK(service_with([](auto& s) { s.name.assign(longest_name, 'a'); }) == "");
  CHECK(mentions(service_with([](auto& s) { s.address.assign(longest_text + 1, 'a'); }), "Service.Address: longer"));
  CHECK(mentions(service_with([](auto& s) { s.tags.resize(most_elements + 1); }), "Service.Tags: more than"));
  CHECK(mentions(registration_with([](auto& r) {
                   for (std::size_t i = 0; i <= most_elements; ++i) r.node_meta[std::to_string(i)];
                 }),
                 "NodeMeta: more than"));
  CHECK(mentions(service_with([](auto& s) {
                   nlohmann::json deep = 1;
                   for (std::size_t i = 0; i < deepest_free_form + 1; ++i)
                     deep = nlohmann::json::array({std::move(deep)});
                   s.proxy.config.json() = {{"a", std::move(deep)}};
                 }),
                 "Service.Proxy.Config: nested deeper"));
  CHECK(mentions(refusal(command_type::kvs, kv("set", std::string(longest_key + 1, 'k'))), "Key: longer"));
  CHECK(refusal(command_type::kvs, kv("set", std::string(longest_key, 'k'))) == "");
  for (const auto* ttl : {"soon", "-1s", "25h", "300000h", "9999999999h"})
    CHECK(mentions(refusal(command_type::session, new_session(ttl)), "Session.TTL: "));
  for (const auto* ttl : {"", "0s", "15s", "24h"}) CHECK(refusal(command_type::session, new_session(ttl)) == "");
  autopilot_request a;
  CHECK(refusal(command_type::autopilot, a) == "");
  a.config.last_contact_threshold = nanoseconds::max();
  CHECK(mentions(refusal(command_type::autopilot, a), "Config.LastContactThreshold: "));
  node_coordinate place;
  place.node = "n";
  auto batch = [&] { return coordinate_batch{std::make_shared<const node_coordinate>(place)}; };
  CHECK(refusal(command_type::coordinate_batch, batch()) == "");
  place.coord.vec.resize(3);
  CHECK(mentions(refusal(command_type::coordinate_batch, batch()), "Coord.Vec: not 8 numbers"));
  place.coord = {};
  place.coord.height = std::numeric_limits<double>::quiet_NaN();
  CHECK(mentions(refusal(command_type::coordinate_batch, batch()), "Coord.Height: not a finite number"));
  acl_token t;
  t.accessor_id = "a";
  t.secret_id = "s";
  t.expiration_time = timestamp{std::numeric_limits<std::int64_t>::max(), 0};
  CHECK(mentions(refusal(command_type::acl_token_set, acl_token_set_request{{std::make_shared<const acl_token>(t)}}),
                 "Tokens[0].ExpirationTime: not a time"));
  txn_request many;
  for (std::size_t i = 0; i <= most_operations; ++i) many.ops.emplace_back().kv = txn_kv_op{"get", {}};
  CHECK(mentions(refusal(command_type::txn, many), "Ops: 129 operations"));
}

TEST_CASE("rules of a policy that can't be read are refused") {
  auto p = std::make_shared<acl_policy>();
  p->id = p->name = "p";
  p->rules = "key \"a\" { policy = ";
  CHECK(mentions(refusal(command_type::acl_policy_set, acl_policy_set_request{{p}}), "Rules: "));
}

TEST_CASE("bytes of another process are read to their end, and by their type") {
  auto refused = [](std::string bytes) {
    auto r = check_command(std::move(bytes), proposer::leader);
    return r ? ""s : r.error().text;
  };
  auto good = pack_command(command_type::kvs, kv("set", "k"));
  CHECK(refused(good) == "");
  CHECK(mentions(refused(good + "x"), "1 bytes follow its end"));
  CHECK(mentions(refused(good.substr(0, good.size() - 1)), "Invalid key/value command: MessagePack: "));
  CHECK(mentions(refused(""), "without any bytes"));
  CHECK(mentions(refused("\x07\x80"), "command type 7 is unknown"));
  CHECK(mentions(refused("\xbc\x80"), "command type 188 is unknown"));
  CHECK(mentions(refused("\x02\x93\x01\x02\x03"), "found a list instead of a map"));
  CHECK(mentions(refused("\x00\x81\xa6"
                         "Checks\xdd\xff\xff\xff\xff"s),
                 "the data ends too early"));
  CHECK(mentions(refused("\x00\x81\xa7Service\x81\xa4Port\xcf\xff\xff\xff\xff\xff\xff\xff\xff"s),
                 "integer out of range"));
  CHECK(mentions(refused(std::string(largest_command + 1, '\0')), "is larger than"));
}

TEST_CASE("only the leader itself proposes what is the leader's, and agents propose for the catalog alone") {
  for (const auto& entry : valid_entries()) {
    auto type = static_cast<command_type>(static_cast<std::uint8_t>(entry[0]));
    INFO(static_cast<int>(type));
    bool catalog = type == command_type::register_node || type == command_type::deregister;
    bool leaders = type == command_type::tombstone || type == command_type::coordinate_batch ||
                   type == command_type::connect_ca || type == command_type::system_metadata ||
                   type == command_type::restore;
    auto of_agent = check_command(entry, proposer::agent), of_server = check_command(entry, proposer::server);
    CHECK(of_agent.has_value() == catalog);
    CHECK(of_server.has_value() == !leaders);
    if (!of_agent) CHECK(of_agent.error().status == 403);
  }
}

TEST_CASE("entries that the leader would refuse today are errors when they are applied, and change nothing") {
  cluster c;
  c.add(with_service(on_node("n"), "web"));
  auto before = content_hash(*c.now_published());
  auto unreadable = [&](command_type type, const auto& request) {
    auto r = c.run(type, request);
    auto s = c.now_published();
    return r.unreadable && !r.ok() && s->tables().nodes.size() == 1 && s->tables().kvs.empty();
  };
  auto r = with_check(on_node("n"), "c");
  r.checks.push_back(nullptr);
  CHECK(unreadable(command_type::register_node, r));
  r = with_service(on_node("m"), "a\0b"s);
  CHECK(unreadable(command_type::register_node, r));
  CHECK(unreadable(command_type::kvs, kv("set", std::string(longest_key + 1, 'k'))));
  ca_request ca;
  ca.op = "set-roots";
  ca.roots = {nullptr};
  CHECK(unreadable(command_type::connect_ca, ca));
  CHECK(unreadable(command_type::acl_token_set, acl_token_set_request{{nullptr}}));
  // A kind that the tables use for another purpose.
  r = with_service(on_node("n"), "x");
  auto service = *r.service;
  service.kind = "connect-enabled";
  r.service = std::make_shared<const node_service>(service);
  CHECK_FALSE(c.add(r).ok());
  CHECK(content_hash(*c.now_published()) != before); // only indexes increase
  CHECK(c.now_published()->tables().services.size() == 1);
}

TEST_CASE("a session id with a zero byte does not pose as another session's key") {
  cluster c;
  c.add(on_node("n"));
  session s;
  s.node = "n";
  s.id = "s";
  CHECK(c.create_session(s).ok());
  s.id = "s\0x"s;
  CHECK(c.create_session(s).unreadable);
  CHECK_FALSE(c.kv("lock", "k", "", s.id).ok());
  CHECK(c.destroy_session("s").ok());
}

TEST_CASE("times and delays at the ends of what can be counted overflow nothing") {
  cluster c;
  c.now = nanoseconds::max();
  c.add(on_node("n"));
  session s;
  s.id = "s";
  s.node = "n";
  s.lock_delay = nanoseconds::max();
  c.create_session(s);
  c.kv("lock", "k", "", "s");
  c.destroy_session("s");
  CHECK(lock_delay_end(*c.now_published(), "k") == nanoseconds::max());
  CHECK(c.kv("lock", "k", "", "t").flag == false);
  for (auto seconds : {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    acl_token t;
    t.accessor_id = "a" + std::to_string(seconds);
    t.secret_id = "s" + std::to_string(seconds);
    t.expiration_time = timestamp{seconds, 5};
    CHECK(c.run(command_type::acl_token_set, acl_token_set_request{{std::make_shared<const acl_token>(t)}}).ok());
  }
  CHECK(c.now_published()->tables().acl.tokens.by<"expiry">().size() == 2);
}

TEST_CASE("the deepest tree that keys can make is walked, replaced and freed on a thread's usual stack") {
  std::thread([] {
    radix_tree<std::uint64_t> tree;
    retired_parts retired;
    std::string key;
    for (std::size_t i = 0; i < longest_key; ++i) tree.set(key += 'k', i, retired);
    std::size_t seen = 0;
    tree.for_each([&](std::string_view, std::uint64_t) { ++seen; });
    CHECK(seen == longest_key);
    auto kept = tree;
    CHECK(tree.erase_prefix("k", retired) == longest_key);
    retired.wake();
    CHECK(kept.memory() > 0);
  }).join();
}

TEST_CASE("records that no server writes are refused when a state is read") {
  auto read = [](std::uint8_t type, const std::string& bytes) {
    state_builder builder(1);
    auto done = builder.add(type, bytes);
    return done ? ""s : done.error().text;
  };
  register_request r = with_service(on_node("n"), "web");
  CHECK(mentions(read(0, msgpack::pack(r)), "no record before it has: \"n\""));
  r.checks = {nullptr};
  CHECK(mentions(read(0, msgpack::pack(r)), "Checks[0]: null is not allowed"));
  CHECK(mentions(read(6, msgpack::pack(coordinate_batch{nullptr})), "null is not allowed"));
  // A name that no one can query is skipped, so that a server with an old snapshot still starts.
  state_builder builder(9);
  CHECK(builder.add(0, msgpack::pack(on_node("n"))));
  CHECK(builder.add(0, msgpack::pack(with_service(on_node("n"), "a\0b"s))));
  CHECK(std::move(builder).finish().services.empty());
}

TEST_CASE("an archive whose indexes leave no room to count on is refused, and replaces nothing") {
  for (bool in_header : {true, false}) {
    kv_entry e;
    e.key = "k";
    e.modify_index = in_header ? 1 : largest_index + 1;
    restore_request r;
    r.id = "r";
    r.data.bytes = "\x81\xa9LastIndex\xcf";
    for (int shift = 56; shift >= 0; shift -= 8)
      r.data.bytes += static_cast<char>((in_header ? largest_index + 1 : 1) >> shift & 0xff);
    r.data.bytes += '\x02' + msgpack::pack(e);
    r.done = true;
    cluster c;
    c.kv("set", "here", "x");
    auto done = c.run(command_type::restore, r);
    CHECK(mentions(done.error, "so that changes could not be counted on"));
    CHECK(c.key("here"));
    CHECK(c.now_published()->log_index() == c.index);
  }
}
