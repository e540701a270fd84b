#include "storage/state/audit.hpp"

#include "tests/unit/state/cluster.hpp"

using namespace praetor;
using namespace praetor::state;

namespace {

/// Tables with handwritten content that no command produces.
struct forged_state {
  struct tables tables;
  retired_parts retired;

  forged_state() { tables.last_index = 10; }
  table_writer writer(std::uint64_t index) { return {tables.indexes, retired, index}; }
  void put(kv_entry e, std::uint64_t index) { tables.kvs.put(writer(index), std::make_shared<const kv_entry>(e)); }
};

kv_entry changed_at(std::uint64_t created, std::uint64_t modified) {
  kv_entry e;
  e.key = "a";
  e.create_index = created;
  e.modify_index = modified;
  return e;
}

} // namespace

TEST_CASE("what commands lead to stands the audit") {
  cluster c;
  c.add(with_check(with_service(on_node("n1"), "web"), "c1"));
  session s;
  s.id = "11111111-2222-3333-4444-555555555555";
  s.node = "n1";
  c.create_session(s);
  c.kv("lock", "a", "1", s.id);
  c.remove("n1", "web");
  c.remove("n1");
  CHECK(audit(c.now_published()->tables()) == string_list{});
}

TEST_CASE("a record that is newer than the state, or was changed before it was created, is found") {
  forged_state sound, future, reversed;
  sound.put(changed_at(3, 10), 10);
  CHECK(audit(sound.tables) == string_list{});
  future.put(changed_at(3, 11), 10);
  CHECK(audit(future.tables) == string_list{"kvs: a record was created at 3, changed at 11, in a state of index 10"});
  reversed.put(changed_at(4, 3), 4);
  CHECK(audit(reversed.tables) == string_list{"kvs: a record was created at 4, changed at 3, in a state of index 10"});
}

TEST_CASE("a row of the index table that is newer than the state is found") {
  forged_state f;
  f.put(changed_at(3, 10), 11);
  CHECK(audit(f.tables) == string_list{"index table: kvs is at 11, in a state of index 10"});
}

TEST_CASE("a key of a session that is gone and a check of a node that is gone are found") {
  forged_state f;
  auto held = changed_at(3, 3);
  held.session = "gone";
  f.put(held, 3);
  health_check c;
  c.node = "n1";
  c.check_id = "c1";
  f.tables.checks.put(f.writer(4), std::make_shared<const health_check>(c));
  CHECK(audit(f.tables) == string_list{"checks: c1 has no node n1", "kvs: a is held by no session: gone"});
}
