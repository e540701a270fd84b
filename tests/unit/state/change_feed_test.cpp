#include "cluster.hpp"
#include "storage/state/record_kinds.hpp"

using namespace praetor;
using namespace praetor::state;

namespace {

/// Reads the change feed of a cluster.
struct feed_reader {
  std::vector<published_changes> seen;
  std::shared_ptr<const change_feed::reader> subscription;

  explicit feed_reader(publication& from)
      : subscription(from.feed().follow([this](const published_changes& changes) { seen.push_back(changes); })) {}
  string_list last_tables() const {
    string_list out;
    for (const auto& one : seen.back().changes) out.emplace_back(one.table->name);
    return out;
  }
};

/// Applies several commands in one transaction.
template <class... Requests>
void run_together(cluster& c, const Requests&... requests) {
  auto t = c.published.begin();
  auto one = [&](command_type type, const auto& request) {
    auto bytes = pack_command(type, request);
    apply(t, ++c.index, c.now, type, std::string_view(bytes).substr(1));
  };
  (one(requests.first, requests.second), ...);
  c.published.publish(std::move(t));
}

kv_request set_key(const std::string& key, const std::string& value) {
  kv_request r;
  r.op = "set";
  r.entry.key = key;
  r.entry.value.bytes = value;
  return r;
}

} // namespace

TEST_CASE("a transaction records nothing while nobody reads the feed") {
  cluster c;
  CHECK(c.published.begin().changes() == nullptr);
  {
    feed_reader reader(c.published);
    CHECK(c.published.begin().changes() != nullptr);
  }
  c.kv("set", "a", "1");
  CHECK(c.published.begin().changes() == nullptr);
}

TEST_CASE("a reader gets the changes of each publication, in the order of the writes") {
  cluster c;
  feed_reader reader(c.published);
  run_together(c, std::pair(command_type::kvs, set_key("a", "1")), std::pair(command_type::kvs, set_key("b", "2")),
               std::pair(command_type::kvs, set_key("a", "3")));
  REQUIRE(reader.seen.size() == 1);
  const auto& [before, after, changes, incomplete] = reader.seen[0];
  CHECK_FALSE(incomplete);
  CHECK(before->tables().kvs.empty());
  CHECK(after == c.now_published());
  REQUIRE(changes.size() == 3);
  CHECK(changes[1].key == "b");
  CHECK(changes[2].index == c.index);
  CHECK(before_in<kv_schema>(changes[2])->value.bytes == "1");
  CHECK(after_in<kv_schema>(changes[2])->value.bytes == "3");
}

TEST_CASE("one registration changes several tables") {
  cluster c;
  feed_reader reader(c.published);
  auto r = with_check(with_service(on_node("n1"), "web"), "c", "passing", "web");
  r.address = "1.1.1.1";
  run_together(c, std::pair(command_type::register_node, r));
  CHECK(reader.last_tables() == string_list{"nodes", "services", "checks"});
  run_together(c, std::pair(command_type::register_node, r));
  CHECK(reader.last_tables().empty());
  deregister_request gone;
  gone.node = "n1";
  run_together(c, std::pair(command_type::deregister, gone));
  CHECK(reader.last_tables() == string_list{"checks", "services", "nodes"});
}

TEST_CASE("what a failed command has written is no change") {
  cluster c;
  feed_reader reader(c.published);
  txn_request r;
  r.ops.resize(2);
  r.ops[0].kv = txn_kv_op{"set", set_key("a", "1").entry};
  r.ops[1].kv = txn_kv_op{"check-index", set_key("b", "").entry};
  r.ops[1].kv->entry.modify_index = 7;
  run_together(c, std::pair(command_type::kvs, set_key("first", "1")), std::pair(command_type::txn, r));
  REQUIRE(reader.seen.size() == 1);
  REQUIRE(reader.seen[0].changes.size() == 1);
  CHECK(reader.seen[0].changes[0].key == "first");
}

TEST_CASE("a reader learns when the list of changes is not complete") {
  cluster c;
  auto begun_before = c.published.begin();
  feed_reader reader(c.published);
  c.published.publish(std::move(begun_before));
  REQUIRE(reader.seen.size() == 1);
  CHECK(reader.seen[0].incomplete);
  c.published.replace({});
  REQUIRE(reader.seen.size() == 2);
  CHECK(reader.seen[1].incomplete);
  CHECK(reader.seen[1].after == c.now_published());
}

TEST_CASE("the changes of a table belong to a kind of record that archives hold") {
  cluster c;
  feed_reader reader(c.published);
  session_request s;
  s.op = "create";
  s.session.id = "aaaaaaaa-0000-0000-0000-000000000001";
  s.session.node = "n1";
  s.session.lock_delay = std::chrono::seconds(15);
  auto lock = set_key("a", "1");
  lock.op = "lock";
  lock.entry.session = s.session.id;
  auto end = s;
  end.op = "destroy";
  auto node = on_node("n1");
  node.address = "1.1.1.1";
  run_together(c, std::pair(command_type::register_node, node), std::pair(command_type::session, s),
               std::pair(command_type::kvs, lock), std::pair(command_type::session, end));
  CHECK(reader.last_tables() == string_list{"nodes", "sessions", "kvs", "sessions", "kvs", "lock_delays"});
  for (const auto& one : reader.seen.back().changes) {
    INFO(one.table->name);
    const auto* kind = find_kind(static_cast<std::uint8_t>(one.table->kind));
    REQUIRE(kind);
    CHECK(kind->archive.place > 0);
  }
}
