#include "cluster.hpp"

using namespace praetor;
using namespace praetor::state;

namespace {

txn_op kv_op(const std::string& verb, const std::string& key, const std::string& value = {}, std::uint64_t index = 0,
             const std::string& session_id = {}) {
  txn_op op;
  op.kv.emplace();
  op.kv->verb = verb;
  op.kv->entry.key = key;
  op.kv->entry.value.bytes = value;
  op.kv->entry.modify_index = index;
  op.kv->entry.session = session_id;
  return op;
}
txn_op node_op(const std::string& verb, const std::string& name, std::uint64_t index = 0) {
  txn_op op;
  op.node.emplace();
  op.node->verb = verb;
  op.node->node.name = name;
  op.node->node.address = "9.9.9.9";
  op.node->node.modify_index = index;
  return op;
}
txn_op service_op(const std::string& verb, const std::string& on, const std::string& name, std::uint64_t index = 0) {
  txn_op op;
  op.service.emplace();
  op.service->verb = verb;
  op.service->node = on;
  op.service->service.id = op.service->service.name = name;
  op.service->service.modify_index = index;
  return op;
}
txn_op check_op(const std::string& verb, const std::string& on, const std::string& id, std::uint64_t index = 0,
                const std::string& service_id = {}) {
  txn_op op;
  op.check.emplace();
  op.check->verb = verb;
  op.check->check.node = on;
  op.check->check.check_id = op.check->check.name = id;
  op.check->check.service_id = service_id;
  op.check->check.modify_index = index;
  return op;
}

const std::string held_by = "aaaaaaaa-0000-0000-0000-000000000001";

} // namespace

TEST_CASE("each refused operation has its text") {
  cluster c;
  c.add(on_node("n"));
  session s;
  s.id = held_by;
  s.node = "n";
  c.create_session(s);
  c.kv("set", "x", "1");
  c.kv("lock", "held", "1", held_by);
  struct row {
    txn_op op;
    std::string error;
  };
  std::vector<row> rows{
      {kv_op("get", "m"), "key \"m\" doesn't exist"},
      {kv_op("cas", "x", "2", 1), "failed to set key \"x\", index is stale"},
      {kv_op("cas", "m", "2", 1), "failed to set key \"m\", index is stale"},
      {kv_op("delete-cas", "x", "", 1), "failed to delete key \"x\", index is stale"},
      {kv_op("lock", "held", "", 0, "aaaaaaaa-0000-0000-0000-000000000009"),
       "invalid session \"aaaaaaaa-0000-0000-0000-000000000009\""},
      {kv_op("lock", "x"), "missing session"},
      {kv_op("unlock", "x", "", 0, held_by),
       "failed to unlock key \"x\", lock isn't held, or is held by another session"},
      {kv_op("check-session", "m"), "failed to check session, key \"m\" doesn't exist"},
      {kv_op("check-session", "x", "", 0, "q"), "failed session check for key \"x\", current session \"\" != \"q\""},
      {kv_op("check-index", "m"), "failed to check index, key \"m\" doesn't exist"},
      {kv_op("check-index", "x", "", 3), "failed index check for key \"x\", current modify index 13 != 3"},
      {kv_op("check-not-exists", "x"), "key \"x\" exists"},
      {kv_op("bogus", "x"), "unknown KV operation: bogus"},
      {node_op("get", "t"), "node \"t\" doesn't exist"},
      {node_op("cas", "n"), "failed to set node \"n\", index is stale"},
      {node_op("cas", "n", 3), "failed to set node \"n\", index is stale"},
      {node_op("delete-cas", "n", 3), "failed to delete node \"n\", index is stale"},
      {node_op("delete-cas", "t", 3), "failed to delete node \"t\", index is stale"},
      {node_op("bogus", "n"), "unknown node operation: bogus"},
      {service_op("get", "n", "s"), "service \"s\" on node \"n\" doesn't exist"},
      {service_op("set", "nonode", "s"), "Missing node registration"},
      {service_op("cas", "n", "s", 3), "failed to set service \"s\" on node \"n\", index is stale"},
      {service_op("delete-cas", "n", "s", 3), "failed to delete service \"s\" on node \"n\", index is stale"},
      {service_op("bogus", "n", "s"), "unknown service operation: bogus"},
      {check_op("get", "n", "c"), "check \"c\" on node \"n\" doesn't exist"},
      {check_op("set", "nonode", "c"), "Missing node registration"},
      {check_op("set", "n", "c", 0, "s"), "Missing service registration"},
      {check_op("cas", "n", "c", 3), "failed to set check \"c\" on node \"n\", index is stale"},
      {check_op("delete-cas", "n", "c", 3), "failed to delete check \"c\" on node \"n\", index is stale"},
      {check_op("bogus", "n", "c"), "unknown check operation: bogus"},
  };
  for (auto& r : rows) {
    auto before = c.now_published();
    auto done = c.txn({kv_op("set", "side effect", "1"), r.op});
    INFO(r.error);
    CHECK(done.results.empty());
    REQUIRE(done.errors.size() == 1);
    CHECK(done.errors[0] == txn_error{1, r.error});
    CHECK(index_changes(*before, *c.now_published()).empty());
    CHECK_FALSE(c.key("side effect"));
  }
}

TEST_CASE("all errors are listed, results come in order and without values but for gets") {
  cluster c;
  auto failed = c.txn({kv_op("set", "z1", "1"), kv_op("get", "z1"), kv_op("check-index", "z1", "", 1),
                       kv_op("get", "nokey"), kv_op("get-tree", "z")});
  CHECK(failed.errors == std::vector<txn_error>{{2, "failed index check for key \"z1\", current modify index 11 != 1"},
                                                {3, "key \"nokey\" doesn't exist"}});
  auto done = c.txn({kv_op("set", "z1", "1"), kv_op("get", "z1"), kv_op("get-tree", "z"), kv_op("delete", "z1"),
                     kv_op("get-tree", "z"), kv_op("get-or-empty", "z9"), kv_op("check-not-exists", "z1")});
  CHECK(done.errors.empty());
  REQUIRE(done.results.size() == 4);
  CHECK(done.results[0].kv->value.bytes.empty());
  CHECK(done.results[0].kv->modify_index == 12);
  CHECK(done.results[1].kv->value.bytes == "1");
  CHECK(done.results[3].kv->key == "z9");
  CHECK(done.results[3].kv->modify_index == 0);
}

TEST_CASE("the catalog in a transaction") {
  cluster c;
  auto done = c.txn({node_op("cas", "n"), service_op("cas", "n", "s"), check_op("set", "n", "c", 0, "s"),
                     check_op("get", "n", "c"), node_op("get", "N")});
  CHECK(done.errors.empty());
  REQUIRE(done.results.size() == 5);
  CHECK(done.results[0].node->modify_index == 11);
  CHECK(done.results[1].service->weights);
  CHECK(done.results[2].check->status == "critical");
  CHECK(done.results[2].check->service_name == "s");
  done = c.txn({check_op("delete", "n", "c"), service_op("delete-cas", "n", "s", 11), node_op("delete", "n"),
                node_op("delete", "n")});
  CHECK(done.errors.empty());
  CHECK(done.results.empty());
  CHECK(c.now_published()->tables().nodes.empty());
}

TEST_CASE("a lock delay is reported alone") {
  cluster c;
  c.add(on_node("n"));
  session s;
  s.id = held_by;
  s.node = "n";
  s.lock_delay = std::chrono::seconds(5);
  c.create_session(s);
  c.kv("lock", "k", "", held_by);
  c.destroy_session(held_by);
  auto done = c.txn({kv_op("get", "nokey"), kv_op("lock", "k", "", 0, held_by)});
  CHECK(done.errors == std::vector<txn_error>{{1, "failed to lock key \"k\" due to lock delay"}});
}

TEST_CASE("a transaction that only reads needs no log") {
  cluster c;
  c.kv("set", "x", "1");
  CHECK(is_read_only({}));
  CHECK(is_read_only({kv_op("get", "x"), kv_op("check-not-exists", "y"), node_op("get", "n")}));
  CHECK_FALSE(is_read_only({kv_op("get", "x"), kv_op("set", "x")}));
  auto done = read_transaction(*c.now_published(), {kv_op("get", "x"), kv_op("get-tree", "")});
  CHECK(done.value.results.size() == 2);
  CHECK(read_transaction(*c.now_published(), {kv_op("get", "q")}).value.errors.size() == 1);
}

TEST_CASE("results cross processes") {
  apply_result r;
  r.txn.emplace();
  auto e = std::make_shared<kv_entry>();
  e->key = "k";
  r.txn->results.push_back({e, nullptr, nullptr, nullptr});
  r.txn->errors.push_back({3, "what"});
  r.flag = false;
  auto back = msgpack::unpack<apply_result>(msgpack::pack(r));
  REQUIRE(back);
  CHECK(back->flag == false);
  REQUIRE(back->txn);
  CHECK(back->txn->results[0].kv->key == "k");
  CHECK(back->txn->errors == r.txn->errors);
  CHECK_FALSE(back->number);
}

TEST_CASE("a command of a newer release is passed over, with an error unless it says that it may be skipped") {
  cluster c;
  CHECK(c.run(static_cast<command_type>(60), kv_request{}).unreadable);
  CHECK_FALSE(c.run(static_cast<command_type>(128 + 60), kv_request{}).unreadable);
  CHECK(c.now_published()->last_index() == 12);
}
