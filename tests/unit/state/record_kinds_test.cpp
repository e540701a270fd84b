#include "cluster.hpp"
#include "protocol/base/named_values.hpp"
#include "storage/state/record_kinds.hpp"
#include "storage/state/records.hpp"

#include <algorithm>
#include <map>

using namespace praetor;
using namespace praetor::state;

namespace {

constexpr auto& named = named_values<command_type, 256>;

using record_map = std::map<std::uint8_t, std::vector<std::string>>;

record_map records_of(const store& s) {
  record_map out;
  for_each_record(s, record_scope::internal, [&](std::uint8_t type, std::string_view bytes) {
    out[type].emplace_back(bytes);
    return true;
  });
  return out;
}

void add_catalog_and_keys(cluster& c) {
  c.add(with_check(with_service(on_node("n1", "11111111-2222-3333-4444-555555555555"), "web"), "serfHealth"));
  session s;
  s.id = "aaaaaaaa-0000-0000-0000-000000000001";
  s.node = "n1";
  s.lock_delay = std::chrono::seconds(15);
  c.create_session(s);
  c.kv("lock", "delayed", "v", s.id);
  c.destroy_session(s.id);
  c.create_session(s);
  c.kv("set", "kept", "v");
  c.kv("set", "gone", "v");
  c.kv("delete", "gone");
  auto place = std::make_shared<node_coordinate>();
  place->node = "n1";
  c.run(command_type::coordinate_batch, coordinate_batch{place});
}

void add_access(cluster& c) {
  auto policy = std::make_shared<acl_policy>();
  policy->id = policy->name = "p";
  c.run(command_type::acl_policy_set, acl_policy_set_request{{policy}});
  auto role = std::make_shared<acl_role>();
  role->id = role->name = "r";
  role->policies = {{"p", ""}};
  acl_role_set_request roles;
  roles.roles = {role};
  c.run(command_type::acl_role_set, roles);
  acl_token token;
  token.accessor_id = "accessor";
  token.secret_id = "secret";
  token.policies = {{"p", ""}};
  token.roles = {{"r", ""}};
  token.service_identities = {{"web", {}}};
  token.expiration_time = timestamp::from_unix(std::chrono::hours(2));
  acl_token_set_request tokens;
  tokens.tokens = {std::make_shared<const acl_token>(token)};
  c.run(command_type::acl_token_set, tokens);
}

void add_cluster_settings(cluster& c) {
  c.run(command_type::autopilot, autopilot_request{});
  system_metadata_request metadata;
  metadata.entry = {"key", "value"};
  c.run(command_type::system_metadata, metadata);
  auto root = std::make_shared<ca_root>();
  root->id = "r1";
  root->active = true;
  auto provider = std::make_shared<ca_provider_state>();
  provider->id = "s1";
  ca_request ca;
  ca.roots = {root};
  ca.config = std::make_shared<const ca_configuration>();
  ca.provider_state = provider;
  for (const auto* op : {"set-roots", "set-config", "set-provider-state"}) {
    ca.op = op;
    CHECK(c.run(command_type::connect_ca, ca).ok());
  }
  restore_request piece;
  piece.id = "restore";
  piece.data.bytes = "begun";
  c.run(command_type::restore, piece);
}

/// A state with all records that this release writes.
store_ptr full_state() {
  cluster c;
  add_catalog_and_keys(c);
  add_access(c);
  add_cluster_settings(c);
  return c.now_published();
}

/// Adds records that this release does not write.
void add_unwritten(state_builder& b) {
  auto opaque = msgpack::pack(system_metadata_entry{"a", "b", 1, 1});
  for (const auto* kind : archived_kinds())
    if (!kind->archive.json && kind->type != command_type::chunking_state)
      CHECK(b.add(static_cast<std::uint8_t>(kind->type), opaque));
  CHECK(b.add(static_cast<std::uint8_t>(command_type::index_offset), "\x81\xa6Offset\x05"));
}

/// @param extend called with the builder after all records of `s`
template <class Extend>
store rebuilt(const store& s, Extend extend) {
  state_builder b(s.last_index());
  for_each_record(s, record_scope::internal, [&](std::uint8_t type, std::string_view bytes) {
    CHECK(b.add(type, bytes));
    return true;
  });
  extend(b);
  return store(std::move(b).finish(), watch_cell_ptr::make(), 1);
}

} // namespace

TEST_CASE("each value of command_type has a row, and nothing else has one") {
  CHECK(record_kinds().size() == named.size());
  for (int number = 0; number < 256; ++number) {
    INFO(number);
    auto type = static_cast<command_type>(number);
    const auto* kind = find_kind(static_cast<std::uint8_t>(number));
    CHECK((kind != nullptr) == (std::find(named.begin(), named.end(), type) != named.end()));
    if (kind) CHECK(kind->type == type);
  }
}

TEST_CASE("names, places in the archive and metrics belong to one kind each") {
  std::set<std::string_view> names, metrics, nouns;
  std::set<int> places;
  for (const auto& kind : record_kinds()) {
    INFO(kind.name);
    CHECK_FALSE(kind.name.empty());
    CHECK(names.insert(kind.name).second);
    if (kind.archive.place > 0) CHECK(places.insert(kind.archive.place).second);
    if (!kind.metric.name.empty()) {
      CHECK(metrics.insert(kind.metric.name).second);
      CHECK_FALSE(kind.metric.meaning.empty());
      CHECK(kind.command.apply);
    }
    if (kind.command.apply) CHECK(nouns.insert(kind.command.noun).second);
  }
}

TEST_CASE("a kind with a place in the archive can be written and restored") {
  for (const auto& kind : record_kinds()) {
    INFO(kind.name);
    CHECK((kind.archive.place > 0) == (kind.archive.write != nullptr));
    if (kind.archive.write) CHECK(kind.archive.restore);
  }
  int last = 0;
  for (const auto* kind : archived_kinds()) {
    CHECK(kind->archive.place > last);
    last = kind->archive.place;
  }
}

TEST_CASE("an archive is in the order that Consul writes") {
  std::vector<int> order;
  for (const auto* kind : archived_kinds()) order.push_back(static_cast<int>(kind->type));
  CHECK(order == std::vector<int>{32, 33, 0,  6,  3,  17, 19, 23, 25, 27, 2,  5,   7,   9,   12,
                                  13, 14, 15, 22, 30, 31, 16, 35, 38, 40, 42, 200, 208, 209, 29});
}

TEST_CASE("records of each kind come back as they were") {
  auto first = rebuilt(*full_state(), add_unwritten);
  auto records = records_of(first);
  auto second = rebuilt(first, [](state_builder&) {});
  auto restored = records_of(second);
  for (const auto* kind : archived_kinds()) {
    INFO(kind->name);
    auto number = static_cast<std::uint8_t>(kind->type);
    CHECK_FALSE(records[number].empty());
    CHECK(restored[number] == records[number]);
  }
}

TEST_CASE("a record that this release knows has a JSON form, and a damaged one has none") {
  for (const auto& [type, records] : records_of(*full_state())) {
    INFO(static_cast<int>(type));
    const auto* kind = find_kind(type);
    REQUIRE(kind);
    if (!kind->archive.json) continue;
    CHECK_FALSE(kind->archive.json(records.front()).empty());
    CHECK(kind->archive.json("\xc1").empty());
  }
}
