#include "frontends/process/work_lane.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <vector>

using namespace praetor;

namespace {

/// Keeps a lane busy until it is released.
class blocker {
public:
  explicit blocker(work_lane& lane) {
    REQUIRE(lane.run("blocker", [this] {
      begun_.set_value();
      go_.get_future().wait();
    }));
    begun_.get_future().wait();
  }
  void let_go() { go_.set_value(); }

private:
  std::promise<void> begun_, go_;
};

} // namespace

TEST_CASE("a work lane takes clients in turns") {
  work_lane lane;
  blocker busy(lane);
  std::vector<std::string> order;
  std::promise<void> done;
  for (auto piece : {"a1", "a2", "a3"}) REQUIRE(lane.run("a", [&order, piece] { order.push_back(piece); }));
  for (auto piece : {"c1", "c2"}) REQUIRE(lane.run("c", [&order, piece] { order.push_back(piece); }));
  REQUIRE(lane.run("a", [&] { done.set_value(); }));
  busy.let_go();
  done.get_future().wait();
  CHECK(order == std::vector<std::string>{"c1", "a1", "c2", "a2", "a3"});
}

TEST_CASE("a work lane refuses what would wait behind too much, of one client and of all") {
  work_lane lane({.most_waiting = 5, .most_of_one = 3});
  blocker busy(lane);
  int refused = 0;
  for (int i = 0; i < 10; ++i)
    if (!lane.run("greedy", [] {})) ++refused;
  CHECK(refused == 7);
  CHECK(lane.run("modest", [] {}));
  CHECK(lane.run("another", [] {}));
  CHECK_FALSE(lane.run("late", [] {}));
  busy.let_go();
  std::promise<void> done;
  while (!lane.run("after", [&] { done.set_value(); })) std::this_thread::yield();
  done.get_future().wait();
}

TEST_CASE("a stopped work lane drops what waits and takes nothing more") {
  work_lane lane({.most_waiting = 1 << 30, .most_of_one = 1 << 30});
  blocker busy(lane);
  auto held = std::make_shared<int>(1);
  REQUIRE(lane.run("a", [held] { *held = 2; }));
  auto stopping = std::async(std::launch::async, [&] { lane.stop(); });
  while (lane.run("b", [] {})) std::this_thread::yield();
  busy.let_go();
  stopping.wait();
  CHECK(*held == 1);
  CHECK(held.use_count() == 1);
}
