#include "cluster.hpp"
#include "storage/state/records.hpp"

#include <nlohmann/json.hpp>

using namespace praetor;
using namespace praetor::state;

namespace {

std::string bytes_of(const store& s, record_scope scope) {
  std::string out;
  CHECK(write_state(s, scope, [&](std::string_view piece) {
    out += piece;
    return true;
  }));
  return out;
}

void fill(cluster& c) {
  c.add(with_check(with_service(on_node("n1", "11111111-2222-3333-4444-555555555555"), "web"), "serfHealth"));
  c.add(with_check(with_service(on_node("n2"), "Db"), "c", "warning", "Db"));
  session s;
  s.id = "aaaaaaaa-0000-0000-0000-000000000001";
  s.node = "n1";
  s.node_checks = {"serfHealth"};
  s.lock_delay = std::chrono::seconds(15);
  c.create_session(s);
  s.id.back() = '2';
  c.create_session(s);
  c.kv("lock", "held", std::string("\0\xff", 2), "aaaaaaaa-0000-0000-0000-000000000001");
  c.kv("lock", "freed", "v", s.id);
  c.destroy_session(s.id);
  c.kv("set", "gone", "v");
  c.kv("delete", "gone");
  c.remove("n2", "Db");
  autopilot_request a;
  c.run(command_type::autopilot, a);
  system_metadata_request m;
  m.entry.key = "virtual-ips";
  m.entry.value = "true";
  c.run(command_type::system_metadata, m);
  ca_root root;
  root.id = "ab:cd";
  root.active = true;
  ca_request roots;
  roots.op = "set-roots";
  roots.roots.push_back(std::make_shared<const ca_root>(root));
  CHECK(c.run(command_type::connect_ca, roots).flag == true);
  ca_request config;
  config.op = "set-config";
  ca_configuration ca;
  ca.cluster_id = "uuid";
  ca.provider = "consul";
  ca.config.json() = {{"LeafCertTTL", "72h"}};
  config.config = std::make_shared<const ca_configuration>(ca);
  CHECK(c.run(command_type::connect_ca, config).flag == true);
}

} // namespace

TEST_CASE("a state written and read back is the same state") {
  cluster c;
  fill(c);
  auto before = c.now_published();
  auto bytes = bytes_of(*before, record_scope::internal);
  auto tables = read_state(bytes);
  REQUIRE(tables);
  cluster d;
  watch_set waiting;
  kv_get(*d.now_published(), "held", &waiting);
  d.published.replace(*tables);
  CHECK(waiting.fired());
  auto after = d.now_published();
  CHECK(content_hash(*before) == content_hash(*after));
  CHECK(bytes_of(*after, record_scope::internal) == bytes);
  CHECK(after->last_index() == before->last_index());
  CHECK(index_changes(*before, *after).empty());
  CHECK(lock_delay_end(*after, "freed") == lock_delay_end(*before, "freed"));
  // The restored state evolves like the original.
  d.index = c.index;
  for (auto* which : {&c, &d}) {
    which->add(with_check(on_node("n1", "11111111-2222-3333-4444-555555555555"), "serfHealth", "critical"));
    which->add(with_service(on_node("n2"), "other"));
    which->remove("n1");
  }
  CHECK(content_hash(*c.now_published()) == content_hash(*d.now_published()));
}

TEST_CASE("an archive for users has no lock delays, and every other record") {
  cluster c;
  fill(c);
  std::vector<int> types;
  for_each_record(*c.now_published(), record_scope::exported, [&](std::uint8_t type, std::string_view) {
    if (types.empty() || types.back() != type) types.push_back(type);
    return true;
  });
  CHECK(types == std::vector<int>{0, 3, 2, 5, 9, 13, 15, 31, 16, 29});
  auto tables = read_state(bytes_of(*c.now_published(), record_scope::exported));
  REQUIRE(tables);
  CHECK(tables->lock_delays.empty());
}

TEST_CASE("records of tables that are not used here are carried along in their place") {
  state_builder b(7);
  auto token = msgpack::pack(system_metadata_entry{"a", "b", 1, 1});
  CHECK(b.add(25, token));
  CHECK(b.add(32, token));
  CHECK(b.add(25, token));
  CHECK(b.add(255, "anything"));
  CHECK(b.add(70, token).error().text == "msg type 70 is a Consul Enterprise log entry. Consul CE cannot restore it");
  store s(std::move(b).finish(), watch_cell_ptr::make(), 1);
  std::vector<int> types;
  for_each_record(s, record_scope::exported, [&](std::uint8_t type, std::string_view bytes) {
    if (type != 29) CHECK(bytes == token);
    types.push_back(type);
    return true;
  });
  CHECK(types == std::vector<int>{32, 25, 25, 29});
}

TEST_CASE("the hash tells states apart") {
  cluster a, b;
  CHECK(content_hash(*a.now_published()) == content_hash(*b.now_published()));
  a.kv("set", "x", "1");
  b.kv("set", "x", "2");
  CHECK(content_hash(*a.now_published()) != content_hash(*b.now_published()));
}

TEST_CASE("damaged records are errors") {
  CHECK_FALSE(read_state(""));
  cluster c;
  fill(c);
  auto bytes = bytes_of(*c.now_published(), record_scope::internal);
  CHECK_FALSE(read_state(std::string_view(bytes).substr(0, bytes.size() - 3)));
}
