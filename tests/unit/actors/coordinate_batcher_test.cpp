#include "actors/leader/coordinate_batcher.hpp"
#include "protocol/codec/msgpack.hpp"
#include "stage.hpp"

#include <limits>
#include <set>

using namespace praetor;

namespace {

struct batching : stage {
  batching() {
    coordinate_limits limits;
    limits.period = 5s;
    limits.batch_size = 2;
    limits.most_batches = 2;
    batcher = keep(system.spawn(coordinate_batcher, ports_ptr(outside), writes(), limits));
  }
  void place(const std::string& node, double where) {
    auto c = std::make_shared<node_coordinate>();
    c->node = node;
    c->coord.vec[0] = where;
    caf::anon_send(batcher, locate_atom_v, local<std::shared_ptr<const node_coordinate>>{std::move(c)});
    run();
  }
  coordinate_batch batch(std::size_t which) const {
    auto out = msgpack::unpack<coordinate_batch>(std::string_view(proposed.at(which)).substr(1));
    REQUIRE(out);
    return *out;
  }
  coordinate_batcher_actor batcher;
};

} // namespace

TEST_CASE("coordinates are written once a period, the newest of each node, a batch at a time") {
  batching w;
  w.place("a", 0.1);
  w.place("b", 0.2);
  w.place("a", 0.3);
  w.place("c", 0.4);
  CHECK(w.proposed.empty());
  w.advance(5s);
  REQUIRE(w.proposed.size() == 2);
  REQUIRE(w.batch(0).size() == 2);
  CHECK(w.batch(0)[0]->node == "a");
  CHECK(w.batch(0)[0]->coord.vec[0] == 0.3);
  CHECK(w.batch(1).at(0)->node == "c");
  w.advance(60s);
  CHECK(w.proposed.size() == 2); // nothing new, so nothing is written
}

TEST_CASE("a coordinate that the log does not take is discarded alone") {
  batching w;
  w.place("a", 0.1);
  w.place("b\n", 0.1);
  w.place("c", std::numeric_limits<double>::infinity());
  w.advance(5s);
  REQUIRE(w.proposed.size() == 1);
  CHECK(w.batch(0).size() == 1);
  CHECK(w.log->count("Discarded coordinate updates number_discarded=2") == 1);
}

TEST_CASE("what exceeds the batches of a period is discarded and counted, but not what replaces") {
  batching w;
  for (auto node : {"a", "b", "c", "d", "e", "f"}) w.place(node, 0.1);
  w.place("d", 0.2);
  w.advance(5s);
  REQUIRE(w.proposed.size() == 2);
  CHECK(w.batch(1)[1]->node == "d");
  CHECK(w.batch(1)[1]->coord.vec[0] == 0.2);
  w.advance(5s);
  CHECK(w.log->count("Discarded coordinate updates number_discarded=2") == 1);
  w.place("e", 0.1);
  w.advance(5s);
  CHECK(w.proposed.size() == 3);
}
