#include "cluster.hpp"
#include "storage/state/queries_coordinates.hpp"
#include "storage/state/records.hpp"

using namespace praetor;
using namespace praetor::state;

namespace {

/// A point on the first axis, so that distances are differences.
node_coordinate_ptr at(const std::string& node, double seconds, const std::string& segment = {}) {
  node_coordinate c;
  c.node = node;
  c.segment = segment;
  c.coord.vec[0] = seconds;
  c.coord.height = 0;
  return std::make_shared<const node_coordinate>(c);
}

struct three_nodes : cluster {
  three_nodes() {
    for (auto name : {"a", "b", "c"}) add(on_node(name));
  }
};

string_list sorted(const cluster& c, std::string_view from, string_list names) {
  auto store = c.now_published();
  nearness(*store, from).sort(names, [](const std::string& n) -> std::string_view { return n; });
  return names;
}

} // namespace

TEST_CASE("coordinates are kept for nodes that exist and raise one index") {
  three_nodes c;
  auto before = c.now_published();
  c.run(command_type::coordinate_batch, coordinate_batch{at("A", 1), at("nowhere", 2)});
  auto after = c.now_published();
  CHECK(index_changes(*before, *after) == std::set<std::string>{"coordinates"});
  auto all = coordinates(*after, nullptr);
  REQUIRE(all.value.size() == 1);
  CHECK(all.value[0]->node == "A");
  CHECK(all.index == c.index);
  CHECK(node_coordinates(*after, "a", nullptr).value.size() == 1);
  CHECK(node_coordinates(*after, "b", nullptr).value.empty());
}

TEST_CASE("a node's coordinates go with it") {
  three_nodes c;
  c.run(command_type::coordinate_batch, coordinate_batch{at("a", 1), at("b", 2)});
  auto before = c.now_published();
  c.remove("a");
  CHECK(index_changes(*before, *c.now_published()).count("coordinates") == 1);
  CHECK(coordinates(*c.now_published(), nullptr).value.size() == 1);
  before = c.now_published();
  c.remove("c");
  CHECK(index_changes(*before, *c.now_published()).count("coordinates") == 0);
}

TEST_CASE("a watcher of one node's coordinate sleeps while others move") {
  three_nodes c;
  c.run(command_type::coordinate_batch, coordinate_batch{at("a", 1)});
  watch_set touched;
  node_coordinates(*c.now_published(), "a", &touched);
  auto armed = std::make_shared<trigger>();
  REQUIRE_FALSE(touched.subscribe(armed));
  c.run(command_type::coordinate_batch, coordinate_batch{at("b", 1)});
  CHECK_FALSE(armed->fired());
  c.run(command_type::coordinate_batch, coordinate_batch{at("a", 2)});
  CHECK(armed->fired());
}

TEST_CASE("rows are sorted by their distance, the unknown last and in order") {
  three_nodes c;
  for (auto name : {"d", "e"}) c.add(on_node(name));
  c.run(command_type::coordinate_batch, coordinate_batch{at("a", 1), at("b", 5), at("c", 3)});
  CHECK(sorted(c, "a", {"e", "b", "d", "c", "a"}) == string_list{"a", "c", "b", "e", "d"});
  CHECK(sorted(c, "B", {"a", "b", "c"}) == string_list{"b", "c", "a"});
  CHECK(sorted(c, "d", {"b", "a", "c"}) == string_list{"b", "a", "c"});
}

TEST_CASE("the distance counts heights, and adjustments unless they would make it negative") {
  auto a = at("a", 0)->coord, b = at("b", 1)->coord;
  CHECK(distance(a, b) == std::chrono::seconds(1));
  a.height = 0.25;
  CHECK(distance(a, b) == std::chrono::milliseconds(1250));
  b.adjustment = -0.25;
  CHECK(distance(a, b) == std::chrono::seconds(1));
  b.adjustment = -2;
  CHECK(distance(a, b) == std::chrono::milliseconds(1250));
}

TEST_CASE("coordinates survive a snapshot") {
  three_nodes c;
  c.run(command_type::coordinate_batch, coordinate_batch{at("a", 1), at("b", 2, "east")});
  auto before = c.now_published();
  auto read = read_state(archive_of(*before));
  REQUIRE(read);
  publication restored;
  restored.replace(*read);
  auto all = coordinates(*restored.load(), nullptr);
  REQUIRE(all.value.size() == 2);
  CHECK(*all.value[1] == *at("b", 2, "east"));
  CHECK(all.index == coordinates(*before, nullptr).index);
  CHECK(content_hash(*restored.load()) == content_hash(*before));
}
