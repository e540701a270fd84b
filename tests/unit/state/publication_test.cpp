#include "cluster.hpp"

#include <atomic>
#include <thread>

using namespace praetor;
using namespace praetor::state;

TEST_CASE("readers see whole states that only go forward, and no waiter sleeps through a change") {
  cluster c;
  c.kv("set", "a", "0");
  c.kv("set", "b", "0");
  constexpr int writes = 1500;
  std::atomic<bool> over{false};
  std::atomic<int> wrong{0};
  auto reader = [&] {
    std::uint64_t last = 0;
    while (!over) {
      auto s = c.published.load();
      auto a = kv_get(*s, "a", nullptr), b = kv_get(*s, "b", nullptr);
      // One transaction writes both keys.
      if (a.value->value != b.value->value || a.index < last) ++wrong;
      last = a.index;
    }
  };
  auto waiter = [&] {
    std::uint64_t seen = 0;
    std::string last;
    while (last != std::to_string(writes)) {
      watch_set watch;
      auto s = c.published.load();
      auto a = kv_get(*s, "a", &watch);
      if (a.index < seen) ++wrong;
      seen = a.index;
      last = a.value->value.bytes;
      if (last == std::to_string(writes)) break;
      std::atomic<bool> woken{false};
      auto t = std::make_shared<trigger>([&] {
        woken = true;
        woken.notify_one();
      });
      // A lost wake-up would make the test hang.
      if (!watch.subscribe(t)) woken.wait(false);
      while (!t->fired() && !watch.fired()) std::this_thread::yield();
      // The callback may still be running on the writer's thread.
      if (t->fired()) woken.wait(false);
    }
  };
  std::thread threads[] = {std::thread(reader), std::thread(reader), std::thread(waiter), std::thread(waiter)};
  for (int i = 1; i <= writes; ++i) {
    txn_request r;
    for (auto key : {"a", "b"}) {
      txn_op op;
      op.kv.emplace();
      op.kv->verb = "set";
      op.kv->entry.key = key;
      op.kv->entry.value.bytes = std::to_string(i);
      r.ops.push_back(op);
    }
    c.run(command_type::txn, r);
  }
  threads[2].join();
  threads[3].join();
  over = true;
  threads[0].join();
  threads[1].join();
  CHECK(wrong == 0);
}

TEST_CASE("a batch is published once") {
  cluster c;
  watch_set watch;
  kv_get(*c.now_published(), "x", &watch);
  transaction t(c.now_published());
  for (std::uint64_t i = 11; i < 20; ++i) {
    kv_request r;
    r.op = "set";
    r.entry.key = "x";
    r.entry.value.bytes = std::to_string(i);
    auto bytes = pack_command(command_type::kvs, r);
    CHECK(apply(t, i, c.now, command_type::kvs, std::string_view(bytes).substr(1)).ok());
  }
  CHECK_FALSE(watch.fired());
  CHECK_FALSE(c.key("x"));
  c.published.publish(std::move(t));
  CHECK(watch.fired());
  CHECK(c.key("x")->modify_index == 19);
}
