#include "cluster.hpp"
#include "shape_of.hpp"
#include "storage/state/records.hpp"

#include <random>

using namespace praetor;
using namespace praetor::state;

namespace {

/// Commands that collide as often as possible.
class command_source {
public:
  explicit command_source(unsigned seed) : random_(seed) {}

  void run_one(cluster& c) {
    c.now += std::chrono::milliseconds(random_() % 3000);
    switch (random_() % 12) {
    case 0:
    case 1:
    case 2:
    case 3: c.add(registration()); break;
    case 4: c.remove(node_name(), pick({"", "web", "Api", "p1"}), pick({"", "serfHealth", "c1"})); break;
    case 5: c.create_session(new_session()); break;
    case 6: c.destroy_session(session_id()); break;
    case 7: transaction(c); break;
    default:
      c.kv(pick({"set", "set", "cas", "lock", "lock", "unlock", "delete", "delete-cas", "delete-tree"}), key(),
           pick({"1", "2"}), session_id(), random_() % 2 == 0 ? 0 : c.index - random_() % 8);
    }
  }

private:
  std::string pick(std::initializer_list<const char*> list) { return *(list.begin() + random_() % list.size()); }
  std::string node_name() { return pick({"n1", "n2", "N2", "n3"}); }
  std::string key() { return pick({"a", "a/b", "a/c", "b", "abc", ""}); }
  std::string session_id() { return "aaaaaaaa-0000-0000-0000-00000000000" + std::to_string(random_() % 4); }

  register_request registration() {
    auto r = on_node(node_name(),
                     pick({"", "", "11111111-2222-3333-4444-555555555551", "11111111-2222-3333-4444-555555555552"}));
    r.address = pick({"1.1.1.1", "2.2.2.2"});
    r.skip_node_update = random_() % 4 == 0;
    if (random_() % 2 == 0) {
      node_service s;
      s.id = pick({"web", "Api", "p1"});
      s.name = pick({"web", "WEB", "api"});
      s.kind = pick({"", "", "connect-proxy"});
      s.proxy.destination_service_name = s.kind.empty() ? "" : pick({"web", "db"});
      s.connect.native = s.kind.empty() && random_() % 4 == 0;
      r.service = std::make_shared<const node_service>(s);
    }
    for (auto n = random_() % 3; n > 0; --n)
      r = with_check(r, pick({"serfHealth", "c1", "c2"}), pick({"passing", "warning", "critical"}),
                     pick({"", "", "web", "Api"}));
    return r;
  }
  session new_session() {
    session s;
    s.id = session_id();
    s.node = node_name();
    s.behavior = pick({"release", "delete"});
    s.lock_delay = std::chrono::seconds(random_() % 3);
    if (random_() % 2 == 0) s.node_checks = {pick({"serfHealth", "c1"})};
    return s;
  }
  void transaction(cluster& c) {
    std::vector<txn_op> ops(1 + random_() % 4);
    for (auto& op : ops) {
      switch (random_() % 4) {
      case 0:
        op.node.emplace();
        op.node->verb = pick({"set", "delete"});
        op.node->node.name = node_name();
        op.node->node.address = pick({"1.1.1.1", "2.2.2.2"});
        break;
      case 1:
        op.service.emplace();
        op.service->verb = pick({"set", "delete"});
        op.service->node = node_name();
        op.service->service.id = op.service->service.name = pick({"web", "Api"});
        break;
      default:
        op.kv.emplace();
        op.kv->verb = pick({"set", "delete", "delete-tree", "lock", "unlock", "get-tree", "check-not-exists"});
        op.kv->entry.key = key();
        op.kv->entry.session = session_id();
      }
    }
    c.txn(ops);
  }

  std::mt19937 random_;
};

/// The visible answers as text.
struct observed {
  service_query query;
  std::string text;
  std::uint64_t index = 0;
  watch_set watch;

  std::string ask(const store& s, watch_set* w) {
    auto r = service_entries(s, query, w);
    index = r.index;
    return msgpack::pack(r.value);
  }
};

void check_references(const tables& t) {
  t.services.for_each([&](std::string_view, const service_record_ptr& r) {
    CHECK(t.nodes.find(tree_key({"", lower_case(r->node)})));
  });
  t.checks.for_each([&](std::string_view, const health_check_ptr& c) {
    CHECK(t.nodes.find(tree_key({"", lower_case(c->node)})));
  });
  t.sessions.for_each([&](std::string_view, const session_ptr& s) {
    CHECK(t.nodes.find(tree_key({"", lower_case(s->node)})));
  });
  t.kvs.for_each([&](std::string_view, const kv_entry_ptr& e) {
    if (!e->session.empty()) CHECK(t.sessions.find(lower_case(e->session)));
  });
}

} // namespace

TEST_CASE("whatever the commands, secondary indexes follow from the records and servers agree") {
  auto seed = GENERATE(1u, 2u, 3u, 4u);
  cluster live, restored;
  command_source commands(seed), same_commands(seed);
  std::vector<std::unique_ptr<observed>> waiting;
  for (int round = 0; round < 600; ++round) {
    auto s = live.now_published();
    for (auto name : {"web", "api", "db"})
      for (bool connect : {false, true}) {
        if (round % 3 != 0) continue;
        auto o = std::make_unique<observed>();
        o->query.name = name;
        o->query.connect = connect;
        o->text = o->ask(*s, &o->watch);
        waiting.push_back(std::move(o));
      }
    auto before_index = live.index;
    commands.run_one(live);
    same_commands.run_one(restored);
    CHECK(live.index == before_index + 1);
    s = live.now_published();
    std::erase_if(waiting, [&](auto& o) {
      auto index = o->index;
      auto text = o->ask(*s, nullptr);
      // A cached answer is valid as long as none of its cells has fired, and a changed answer has a higher index.
      if (text != o->text) {
        CHECK(o->watch.fired());
        CHECK(o->index > index);
      }
      CHECK(o->index >= index);
      return o->watch.fired();
    });
    check_references(s->tables());
    if (round % 20 == 19) {
      auto tables = read_state(archive_of(*s, record_scope::internal));
      REQUIRE(tables);
      REQUIRE(difference(shape_of(*tables), shape_of(s->tables())) == "");
      // One server continues from its log, the other from a snapshot.
      restored.published.replace(*tables);
      REQUIRE(content_hash(*restored.now_published()) == content_hash(*s));
    } else {
      REQUIRE(content_hash(*restored.now_published()) == content_hash(*s));
    }
  }
}
