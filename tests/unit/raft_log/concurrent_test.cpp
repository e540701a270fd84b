#include "scratch.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

using namespace scratch;

TEST_CASE("readers see consecutive entries while the log is written, truncated and compacted") {
  directory dir;
  auto opened = rocksdb_log::open(settings(dir.path));
  REQUIRE(opened);
  auto& log = **opened;
  std::atomic<bool> done = false;
  std::atomic<int> faults = 0;
  std::atomic<int> reads = 0;
  std::thread reader([&] {
    std::mt19937_64 random(5);
    while (!done) {
      auto first = log.first_index();
      auto from = first + random() % 60;
      auto found = log.read(from, from + random() % 60, 1 << 20);
      if (!found) {
        ++faults;
        continue;
      }
      for (std::size_t i = 0; i < found->size(); ++i) {
        auto& one = *(*found)[i];
        // An entry's data names the index and term that it was written with.
        auto text = std::to_string(one.index) + "/" + std::to_string(one.term);
        if (one.index != from + i || one.data != text) ++faults;
        if (i > 0 && one.term < (*found)[i - 1]->term) ++faults;
      }
      ++reads;
    }
  });

  std::mt19937_64 random(6);
  raft::term_t term = 1;
  for (int round = 0; round < 400; ++round) {
    log_batch batch;
    auto next = log.last_index() + 1;
    if (random() % 4 == 0 && next > log.first_index()) {
      ++term;
      next -= random() % std::min<raft::index_t>(20, next - log.first_index() + 1);
      batch.truncate_from = next;
    }
    for (auto i = next; i < next + random() % 30; ++i)
      batch.entries.push_back(make_entry(i, term, std::to_string(i) + "/" + std::to_string(term)));
    REQUIRE(log.write(batch));
    if (random() % 2 == 0) REQUIRE(log.sync());
    if (random() % 10 == 0 && log.last_index() > log.first_index() + 40)
      REQUIRE(log.compact(log.first_index() + random() % 30));
  }
  done = true;
  reader.join();
  CHECK(faults == 0);
  CHECK(reads > 0);
}
