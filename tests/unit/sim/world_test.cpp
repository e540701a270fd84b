#include "sim/disk.hpp"
#include "sim/wires.hpp"
#include "sim/world.hpp"

#include "protocol/actors.hpp"

#include <caf/event_based_actor.hpp>
#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::sim;
using namespace std::chrono_literals;

namespace {

/// Records the world's time when an actor of the host wakes after this delay on its own clock.
std::shared_ptr<duration> woken_after(world& w, host& m, duration wait) {
  auto when = std::make_shared<duration>(duration::max());
  m.system().spawn([&w, wait, when](caf::event_based_actor* self) -> caf::behavior {
    self->delayed_send(self, wait, wake_atom_v);
    return {[=, &w](wake_atom) {
      *when = w.now();
      self->quit();
    }};
  });
  return when;
}

} // namespace

TEST_CASE("a host's clock may run too fast or too slowly") {
  world w(1);
  host right(w), fast(w), slow(w);
  fast.drift(0.1);
  slow.drift(-0.1);
  auto a = woken_after(w, right, 10s), b = woken_after(w, fast, 10s), c = woken_after(w, slow, 10s);
  w.run_for(20s);
  CHECK(*a == 10s);
  CHECK(*b > 9s);
  CHECK(*b < 9200ms);
  CHECK(*c > 11s);
  CHECK(*c < 11200ms);
}

TEST_CASE("a host that stands still does later what it should have done") {
  world w(1);
  host m(w), other(w);
  auto held = woken_after(w, m, 1s), free = woken_after(w, other, 1s);
  w.run_for(500ms);
  m.pause();
  w.run_for(5s);
  CHECK(*held == duration::max());
  CHECK(*free == 1s);
  m.go_on();
  w.run_for(1s);
  CHECK(*held == 5500ms);
}

TEST_CASE("troubles of links add up, and each is mended alone") {
  wires cables;
  auto both = [](auto, auto) { return true; };
  link_trouble lossy, slow, cut;
  lossy.loss = 0.5;
  slow.slower = 10ms;
  cut.cut = true;
  auto first = cables.harm(both, lossy);
  cables.harm(both, lossy);
  cables.harm([](auto from, auto) { return from == "10.0.0.1"; }, slow);
  auto gone = cables.harm([](auto, auto to) { return to == "10.0.0.2"; }, cut);
  CHECK(cables.on("10.0.0.1", "10.0.0.2").loss == Approx(0.75));
  CHECK(cables.on("10.0.0.1", "10.0.0.2").slower == 10ms);
  CHECK(cables.on("10.0.0.2", "10.0.0.1").slower == 0ms);
  CHECK(cables.is_cut("10.0.0.1", "10.0.0.2"));
  CHECK_FALSE(cables.is_cut("10.0.0.2", "10.0.0.1"));
  cables.mend(gone);
  cables.mend(first);
  CHECK_FALSE(cables.is_cut("10.0.0.1", "10.0.0.2"));
  CHECK(cables.on("10.0.0.1", "10.0.0.2").loss == Approx(0.5));
}

namespace {

storage::log_batch batch_of(raft::index_t first, raft::index_t last) {
  storage::log_batch out;
  for (auto i = first; i <= last; ++i) {
    auto e = std::make_shared<raft::entry>();
    e->index = i;
    e->term = 1;
    e->data = "entry";
    out.entries.push_back(std::move(e));
  }
  return out;
}

} // namespace

TEST_CASE("a damaged entry is an error when it is read and when the log is opened") {
  world w(1);
  disk d(w, "storage", {});
  auto plugged = d.plug_in();
  REQUIRE(plugged);
  REQUIRE(plugged->log->write(batch_of(1, 20)));
  REQUIRE(plugged->log->sync());
  REQUIRE(plugged->log->read(1, 20, SIZE_MAX));
  REQUIRE_FALSE(d.damage().empty());
  CHECK_FALSE(plugged->log->read(1, 20, SIZE_MAX));
  d.cut();
  CHECK_FALSE(d.plug_in());
  CHECK(d.has_failed());
}

TEST_CASE("an older image takes back what was written since, and no more") {
  world w(1);
  disk d(w, "storage", {});
  auto plugged = d.plug_in();
  REQUIRE(plugged);
  REQUIRE(plugged->log->write(batch_of(1, 3)));
  REQUIRE(plugged->log->sync());
  auto old = d.durable();
  REQUIRE(plugged->log->write(batch_of(4, 9)));
  REQUIRE(plugged->log->sync());
  CHECK(d.log().durable_last_index() == 9);
  d.cut();
  d.put_back(old);
  CHECK(d.log().last_index() == 3);
}

TEST_CASE("a full disk takes its reserve and then fails; a stuck one never ends a sync") {
  world w(1);
  disk d(w, "storage", {});
  auto plugged = d.plug_in();
  REQUIRE(plugged);
  REQUIRE(plugged->log->space_left());
  d.trouble().full = true;
  CHECK_FALSE(plugged->log->space_left());
  CHECK(plugged->log->write(batch_of(1, 3)));
  bool failed = false;
  for (raft::index_t i = 4; i < 100000 && !failed; ++i) failed = !plugged->log->write(batch_of(i, i));
  CHECK(failed);
  CHECK(d.has_failed());

  d.trouble().stuck = true;
  auto wait = plugged->log->sync_delay();
  CHECK(wait > 0ns);
  w.run_for(60s);
  CHECK(plugged->log->sync_delay() > 0ns);
  d.trouble().stuck = false;
  CHECK(plugged->log->sync_delay() == 0ns);
}
