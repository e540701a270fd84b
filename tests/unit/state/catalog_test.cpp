#include "cluster.hpp"

using namespace praetor;
using namespace praetor::state;

namespace {

using keys = std::set<std::string>;
const std::string id1 = "11111111-2222-3333-4444-555555555555", id2 = "21111111-2222-3333-4444-555555555555";

/// Keys that are raised together.
keys operator+(keys a, const keys& b) {
  a.insert(b.begin(), b.end());
  return a;
}
keys nodes(const std::string& node) { return {"nodes", "peer.~:nodes", "peer.~:node." + node}; }
const keys any_nodes{"nodes", "peer.~:nodes"}, services{"services", "peer.~:services"},
    checks{"checks", "peer.~:checks"}, typical{"service_kind.typical", "peer.~:service_kind.typical"},
    typical_name{"kind_service_names.typical"};

} // namespace

TEST_CASE("each catalog command moves exactly its keys of the index table") {
  cluster c;
  auto before = c.now_published();
  auto changes = [&] {
    auto now = c.now_published();
    auto out = index_changes(*before, *now);
    before = now;
    return out;
  };
  auto n1 = on_node("n1");
  c.add(n1);
  CHECK(changes() == nodes("n1"));
  c.add(n1);
  CHECK(changes() == keys{});
  c.add(with_service(n1, "web", "w1"));
  CHECK(changes() == nodes("n1") + services + typical + typical_name + keys{"peer.~:service.web"});
  c.add(with_service(n1, "web", "w1"));
  CHECK(changes() == keys{});
  c.add(with_check(n1, "c1", "passing", "w1"));
  CHECK(changes() == checks + typical + keys{"peer.~:service.web"});
  c.add(with_check(n1, "nc"));
  CHECK(changes() == checks + typical + keys{"peer.~:service.web"});
  c.add(with_check(n1, "nc"));
  CHECK(changes() == keys{});
  c.add(with_service(n1, "api", "a1"));
  CHECK(changes() == nodes("n1") + services + typical + typical_name + keys{"peer.~:service.api"});
  c.remove("n1", {}, "nc");
  CHECK(changes() == checks + services + typical + keys{"peer.~:service.api", "peer.~:service.web"});
  c.remove("n1", {}, "c1");
  CHECK(changes() == checks + typical + keys{"peer.~:service.web"});
  c.remove("n1", "w1");
  CHECK(changes() == nodes("n1") + checks + services + typical + typical_name +
                         keys{"peer.~:service_last_extinction", "-peer.~:service.web"});
  c.remove("n1", "w1");
  c.remove("n1", {}, "zzz");
  c.remove("nonode");
  CHECK(changes() == keys{});
  auto moved = n1;
  moved.address = "2.2.2.2";
  c.add(moved);
  CHECK(changes() == nodes("n1") + typical + keys{"peer.~:service.api"});
  c.remove("n1");
  CHECK(changes() == any_nodes + checks + services + typical + typical_name +
                         keys{"peer.~:service_last_extinction", "peer.~:node_last_extinction", "-peer.~:service.api",
                              "-peer.~:node.n1"});
}

TEST_CASE("a proxy makes its destination reachable and counts for its own kind") {
  cluster c;
  auto before = c.now_published();
  node_service proxy;
  proxy.kind = "connect-proxy";
  proxy.id = "p1";
  proxy.name = "web-proxy";
  proxy.proxy.destination_service_name = "Web";
  auto r = on_node("n1");
  r.service = std::make_shared<const node_service>(proxy);
  c.add(r);
  CHECK(index_changes(*before, *c.now_published()) ==
        nodes("n1") + services +
            keys{"kind_service_names.connect-enabled", "kind_service_names.connect-proxy", "peer.~:service.web-proxy",
                 "peer.~:service_kind.connect-proxy", "service_kind.connect-proxy"});
  node_service native;
  native.id = native.name = "nat";
  native.connect.native = true;
  r.service = std::make_shared<const node_service>(native);
  c.add(r);
  auto s = c.now_published();
  auto found = service_entries(*s, {.name = "web", .tags = {}, .node_meta = {}, .connect = true, .peer = {}}, nullptr);
  REQUIRE(found.value.size() == 1);
  CHECK(found.value[0].service->id == "p1");
  CHECK(found.index == 11);
  found = service_entries(*s, {.name = "nat", .tags = {}, .node_meta = {}, .connect = true, .peer = {}}, nullptr);
  REQUIRE(found.value.size() == 1);
  CHECK(found.index == 12);
  c.remove("n1", "p1");
  CHECK(service_instances(*c.now_published(), {.name = "web", .tags = {}, .node_meta = {}, .connect = true, .peer = {}},
                          nullptr)
            .value.empty());
  CHECK(service_names_of_kind(*c.now_published(), "connect-enabled", nullptr).value == string_list{"nat"});
}

TEST_CASE("creation and modification indexes follow the content") {
  cluster c;
  c.add(with_check(with_service(on_node("n1"), "web"), "c"));
  c.add(with_check(with_service(on_node("n1"), "web"), "c"));
  auto s = c.now_published();
  auto entries =
      service_entries(*s, {.name = "WEB", .tags = {}, .node_meta = {}, .connect = false, .peer = {}}, nullptr);
  REQUIRE(entries.value.size() == 1);
  auto& e = entries.value[0];
  CHECK(e.node->modify_index == 11);
  CHECK(e.service->modify_index == 11);
  CHECK(e.service->weights == service_weights{});
  REQUIRE(e.checks.size() == 1);
  CHECK(e.checks[0]->modify_index == 11);
  c.add(with_check(on_node("n1"), "c", "warning"));
  auto check = find_check(*c.now_published(), "N1", "C", nullptr).value;
  REQUIRE(check);
  CHECK(check->create_index == 11);
  CHECK(check->modify_index == 13);
  CHECK(checks_in_state(*c.now_published(), "passing", {}, nullptr).value.empty());
  CHECK(checks_in_state(*c.now_published(), "warning", {}, nullptr).value.size() == 1);
  c.remove("n1", {}, "c");
  c.add(with_check(on_node("n1"), "c"));
  CHECK(find_check(*c.now_published(), "n1", "c", nullptr).value->create_index == 15);
}

TEST_CASE("a node's identity is its id, and a name belongs to a living node") {
  cluster c;
  CHECK(c.add(on_node("a1", id1)).ok());
  CHECK(c.add(on_node("a1")).ok());
  CHECK(find_node(*c.now_published(), "a1", nullptr).value->id.empty());
  CHECK(c.add(with_check(with_service(on_node("a1", id1), "s"), "serfHealth")).ok());
  CHECK(c.add(on_node("a1", id2)).error == "failed inserting node: Error while renaming Node ID: \"" + id2 +
                                               "\": Node name a1 is reserved by node " + id1 +
                                               " with name a1 (1.1.1.1)");
  SECTION("the same id under a new name renames the node, and what ran on it is gone") {
    CHECK(c.add(on_node("a2", id1)).ok());
    auto s = c.now_published();
    CHECK_FALSE(find_node(*s, "a1", nullptr).value);
    auto n = find_node_by_name_or_id(*s, "1111", nullptr).value;
    REQUIRE(n);
    CHECK(n->name == "a2");
    CHECK(n->create_index == 11);
    CHECK(n->modify_index == 15);
    CHECK(node_services(*s, "a2", nullptr).value.services.empty());
    CHECK(list_services(*s, {}, nullptr).value.empty());
  }
  SECTION("a healthy node keeps its name, a failed one loses it") {
    CHECK(c.add(with_check(with_service(on_node("b2", id2), "bs"), "serfHealth")).ok());
    CHECK(c.add(on_node("b2", id1)).error == "failed inserting node: Error while renaming Node ID: \"" + id1 +
                                                 "\" (1.1.1.1): Node name b2 is reserved by node " + id2 +
                                                 " with name b2 (1.1.1.1)");
    CHECK(find_node(*c.now_published(), "a1", nullptr).value);
    CHECK(c.add(with_check(on_node("b2", id2), "serfHealth", "critical")).ok());
    CHECK(c.add(on_node("b2", id1)).ok());
    auto s = c.now_published();
    CHECK(list_nodes(*s, {}, nullptr).value.size() == 1);
    CHECK(find_node(*s, "b2", nullptr).value->id == id1);
    CHECK_FALSE(find_node_by_name_or_id(*s, id2, nullptr).value);
    CHECK(node_services(*s, "b2", nullptr).value.services.size() == 1);
  }
  SECTION("a node without id may be given one") {
    CHECK(c.add(with_check(on_node("plain"), "serfHealth")).ok());
    CHECK(c.add(on_node("plain", id2)).ok());
    CHECK(find_node(*c.now_published(), "plain", nullptr).value->id == id2);
  }
}

TEST_CASE("a registration that fails leaves no trace") {
  cluster c;
  auto r = with_check(with_check(with_service(on_node("fresh"), "web"), "good"), "bad", "passing", "nope");
  auto before = c.now_published();
  CHECK(c.add(r).error == "failed inserting check: Missing service registration on node \"fresh\"");
  CHECK(index_changes(*before, *c.now_published()).empty());
  CHECK_FALSE(find_node(*c.now_published(), "fresh", nullptr).value);
  health_check other;
  other.node = "zz";
  other.name = "x";
  auto elsewhere = on_node("fresh");
  elsewhere.check = std::make_shared<const health_check>(other);
  CHECK(c.add(elsewhere).error == "check node \"zz\" does not match node \"fresh\"");
  node_service bad;
  bad.id = bad.name = "zz";
  bad.meta["consul-x"] = "1";
  auto reserved = on_node("fresh");
  reserved.service = std::make_shared<const node_service>(bad);
  CHECK(c.add(reserved).error ==
        "failed inserting service: Invalid Service Meta for node fresh and serviceID zz: Couldn't load metadata pair "
        "('consul-x', '1'): Key prefix 'consul-' is reserved for internal use");
  CHECK(index_changes(*before, *c.now_published()).empty());
  CHECK(c.now_published()->tables().nodes.empty());
}

TEST_CASE("skipping the node update leaves an existing node alone") {
  cluster c;
  auto r = on_node("n");
  r.skip_node_update = true;
  c.add(r);
  r.address = "9.9.9.9";
  c.add(with_service(r, "zz"));
  auto found = node_services(*c.now_published(), "n", nullptr);
  CHECK(found.value.node->address == "1.1.1.1");
  CHECK(found.value.services.size() == 1);
  CHECK(found.index == 12);
}

TEST_CASE("queries carry the index of the narrowest key that covers them") {
  cluster c;
  auto instances = [&](const char* name) {
    return service_entries(*c.now_published(),
                           {.name = name, .tags = {}, .node_meta = {}, .connect = false, .peer = {}}, nullptr)
        .index;
  };
  CHECK(list_nodes(*c.now_published(), {}, nullptr).index == 1);
  CHECK(instances("none") == 1);
  c.add(with_service(on_node("n1"), "web")); // 11
  c.add(with_service(on_node("n2"), "db"));  // 12
  c.add(with_check(on_node("n2"), "c"));     // 13
  CHECK(instances("web") == 11);
  CHECK(instances("db") == 13);
  CHECK(instances("none") == 13); // nothing was removed yet: the maximum of the tables
  CHECK(service_instances(*c.now_published(),
                          {.name = "none", .tags = {}, .node_meta = {}, .connect = false, .peer = {}}, nullptr)
            .index == 12);
  CHECK(find_node(*c.now_published(), "nonode", nullptr).index == 1);
  CHECK(list_services(*c.now_published(), {}, nullptr).index == 12);
  CHECK(node_checks(*c.now_published(), "n1", nullptr).index == 13);
  c.remove("n1", "web"); // 14
  CHECK(instances("web") == 14);
  CHECK(instances("none") == 14);
  CHECK(instances("db") == 13);
  c.remove("n1"); // 15
  CHECK(find_node(*c.now_published(), "n1", nullptr).index == 15);
  CHECK(list_nodes(*c.now_published(), {}, nullptr).index == 15);
}

TEST_CASE("a write elsewhere wakes nobody") {
  cluster c;
  c.add(with_service(on_node("n1"), "web"));
  c.add(with_service(on_node("n2"), "db"));
  watch_set health, missing, node, list;
  auto s = c.now_published();
  auto query = [](const char* name) {
    return service_query{.name = name, .tags = {}, .node_meta = {}, .connect = false, .peer = {}};
  };
  service_entries(*s, query("web"), &health);
  service_entries(*s, query("nothing"), &missing);
  node_services(*s, "n1", &node);
  service_instances(*s, query("web"), &list);
  SECTION("another service") {
    c.add(with_check(on_node("n2"), "c"));
    c.add(with_service(on_node("n2"), "db", "db2"));
    CHECK_FALSE(health.fired());
    CHECK_FALSE(node.fired());
    CHECK_FALSE(list.fired());
  }
  SECTION("another service, seen by who waits for one that is not there") {
    c.add(with_service(on_node("n2"), "gone"));
    c.remove("n2", "gone");
    auto index = service_entries(*c.now_published(), query("nothing"), nullptr).index;
    c.add(with_service(on_node("n2"), "db", "db2"));
    // It may wake, but its index is unchanged, so clients do not notice.
    CHECK(service_entries(*c.now_published(), query("nothing"), nullptr).index == index);
  }
  SECTION("a check of its node") {
    c.add(with_check(on_node("n1"), "c"));
    CHECK(health.fired());
    CHECK_FALSE(node.fired());
    CHECK_FALSE(list.fired());
  }
  SECTION("the missing service appears") {
    c.add(with_service(on_node("n1"), "nothing"));
    CHECK(missing.fired());
    CHECK(node.fired());
    CHECK_FALSE(list.fired());
  }
  SECTION("the service goes") {
    c.remove("n1", "web");
    CHECK(health.fired());
    CHECK(list.fired());
  }
  SECTION("the node changes") {
    auto moved = on_node("n1");
    moved.address = "5.5.5.5";
    c.add(moved);
    CHECK(health.fired());
    CHECK(list.fired());
    CHECK(node.fired());
  }
  SECTION("the state is replaced") {
    c.published.replace(s->tables());
    CHECK(health.fired());
    CHECK(missing.fired());
    CHECK(c.now_published()->history() == s->history() + 1);
  }
}

TEST_CASE("an instance that takes another name leaves the old one") {
  cluster c;
  c.add(with_check(with_service(on_node("n1"), "web", "w1"), "c1", "passing", "w1"));
  watch_set old_name;
  service_entries(*c.now_published(), {.name = "web", .tags = {}, .node_meta = {}, .connect = false, .peer = {}},
                  &old_name);
  c.add(with_service(on_node("n1"), "api", "w1"));
  CHECK(old_name.fired());
  auto s = c.now_published();
  CHECK(list_services(*s, {}, nullptr).value.count("web") == 0);
  CHECK(service_entries(*s, {.name = "web", .tags = {}, .node_meta = {}, .connect = false, .peer = {}}, nullptr)
            .value.empty());
  CHECK(service_entries(*s, {.name = "api", .tags = {}, .node_meta = {}, .connect = false, .peer = {}}, nullptr)
            .value.size() == 1);
  // A check keeps the service name at the time of its registration.
  CHECK(service_checks(*s, "web", {}, nullptr).value.size() == 1);
}

TEST_CASE("a check that moves from one instance to another changes the health of both") {
  cluster c;
  c.add(with_check(with_service(on_node("n1"), "a"), "c", "passing", "a"));
  c.add(with_service(on_node("n1"), "b"));
  watch_set a;
  service_entries(*c.now_published(), {.name = "a", .tags = {}, .node_meta = {}, .connect = false, .peer = {}}, &a);
  c.add(with_check(on_node("n1"), "c", "passing", "b"));
  CHECK(a.fired());
  CHECK(index_of(*c.now_published(), "peer.~:service.a") == 13);
  CHECK(service_checks(*c.now_published(), "a", {}, nullptr).value.empty());
  CHECK(service_checks(*c.now_published(), "b", {}, nullptr).value.size() == 1);
}

TEST_CASE("filters by tag and node meta") {
  cluster c;
  auto r = with_service(on_node("n1"), "web");
  r.node_meta = {{"rack", "1"}};
  auto service = *r.service;
  service.tags = {"Blue", "v1"};
  r.service = std::make_shared<const node_service>(service);
  c.add(r);
  c.add(with_service(on_node("n2"), "web"));
  auto s = c.now_published();
  auto count = [&](string_list tags, string_map meta) {
    return service_entries(*s, {.name = "web", .tags = tags, .node_meta = meta, .connect = false, .peer = {}}, nullptr)
        .value.size();
  };
  CHECK(count({}, {}) == 2);
  CHECK(count({"blue"}, {}) == 1);
  CHECK(count({"blue", "V1"}, {}) == 1);
  CHECK(count({"blue", "v2"}, {}) == 0);
  CHECK(count({}, {{"rack", "1"}}) == 1);
  CHECK(list_nodes(*s, {{"rack", "1"}}, nullptr).value.size() == 1);
  CHECK(list_services(*s, {}, nullptr).value.at("web") == string_list{"Blue", "v1"});
  CHECK(list_services(*s, {{"rack", "2"}}, nullptr).value.empty());
  CHECK(find_by_address(*s, "1.1.1.1", nullptr).value.nodes.size() == 2);
}
