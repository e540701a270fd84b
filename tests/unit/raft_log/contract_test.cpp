// The contract of every log_store implementation.
#include "scratch.hpp"
#include "storage/raft_log/memory_log.hpp"

#include <catch2/catch.hpp>

using namespace scratch;

namespace {

struct subject {
  directory dir;
  std::unique_ptr<log_store> log;
};

std::unique_ptr<log_store> make(const std::string& kind, const fs::path& path) {
  if (kind == "memory") return std::make_unique<memory_log>("id");
  auto opened = rocksdb_log::open(settings(path));
  REQUIRE(opened);
  return std::move(*opened);
}

std::vector<raft::index_t> indexes(const std::vector<raft::entry_ptr>& entries) {
  std::vector<raft::index_t> result;
  for (auto& one : entries) result.push_back(one->index);
  return result;
}

using list = std::vector<raft::index_t>;

} // namespace

TEST_CASE("a log store keeps its contract") {
  auto kind = GENERATE(as<std::string>{}, "memory", "rocksdb");
  CAPTURE(kind);
  directory dir;
  auto log = make(kind, dir.path / "raft");

  SECTION("a new log is empty and has a storage id") {
    CHECK(log->opened().fresh);
    CHECK_FALSE(log->opened().storage_id.empty());
    CHECK(log->first_index() == 1);
    CHECK(log->last_index() == 0);
    CHECK(log->entries(1, 10, 1000).empty());
    CHECK(log->term(0) == 0);
    CHECK_FALSE(log->term(1));
    CHECK(log->sync());
  }
  SECTION("entries are visible before and after the sync") {
    REQUIRE(log->write(append(1, 3, 1)));
    CHECK(indexes(log->entries(1, 9, 10000)) == list{1, 2, 3});
    REQUIRE(log->sync());
    REQUIRE(log->write(append(4, 5, 2)));
    CHECK(indexes(log->entries(2, 9, 10000)) == list{2, 3, 4, 5});
    CHECK(indexes(log->entries(2, 4, 10000)) == list{2, 3, 4});
    CHECK(log->term(3) == 1);
    CHECK(log->term(4) == 2);
    CHECK(*log->entries(4, 4, 1)[0] == *append(4, 4, 2).entries[0]);
    CHECK(*log->entries(2, 2, 1)[0] == *append(2, 2, 1).entries[0]);
  }
  SECTION("a byte limit yields at least one entry, whether synced or not") {
    REQUIRE(log->write(append(1, 2, 1, 1000)));
    REQUIRE(log->sync());
    REQUIRE(log->write(append(3, 4, 1, 1000)));
    CHECK(indexes(log->entries(1, 4, 1)) == list{1});
    CHECK(indexes(log->entries(3, 4, 1)) == list{3});
    CHECK(indexes(log->entries(1, 4, 2200)) == list{1, 2});
    CHECK(indexes(log->entries(1, 4, 3300)) == list{1, 2, 3});
  }
  SECTION("a truncated suffix is replaced, across what is synced and what is not") {
    REQUIRE(log->write(append(1, 5, 1)));
    REQUIRE(log->sync());
    REQUIRE(log->write(append(6, 8, 1)));
    log_batch batch = append(4, 4, 2);
    batch.truncate_from = 4;
    REQUIRE(log->write(batch));
    CHECK(indexes(log->entries(1, 9, 10000)) == list{1, 2, 3, 4});
    CHECK(log->term(4) == 2);
    CHECK_FALSE(log->term(5));
    log_batch again = append(4, 6, 3);
    again.truncate_from = 4;
    REQUIRE(log->write(again));
    REQUIRE(log->sync());
    CHECK(indexes(log->entries(1, 9, 10000)) == list{1, 2, 3, 4, 5, 6});
    CHECK(log->entries(4, 4, 1)[0]->term == 3);
    CHECK(log->last_index() == 6);
  }
  SECTION("a long suffix is truncated too") {
    REQUIRE(log->write(append(1, 2000, 1)));
    REQUIRE(log->sync());
    log_batch batch;
    batch.truncate_from = 3;
    REQUIRE(log->write(batch));
    REQUIRE(log->sync());
    CHECK(log->last_index() == 2);
    REQUIRE(log->write(append(3, 4, 2)));
    REQUIRE(log->sync());
    CHECK(indexes(log->entries(1, 9999, 1 << 20)) == list{1, 2, 3, 4});
  }
  SECTION("a compacted prefix is gone, its last term is still known") {
    REQUIRE(log->write(append(1, 5, 1)));
    REQUIRE(log->write(append(6, 10, 2)));
    REQUIRE(log->sync());
    REQUIRE(log->compact(6));
    CHECK(log->first_index() == 7);
    CHECK(log->term(6) == 2);
    CHECK_FALSE(log->term(5));
    CHECK(log->entries(6, 9, 1000).empty());
    CHECK(indexes(log->entries(7, 99, 10000)) == list{7, 8, 9, 10});
    REQUIRE(log->compact(3)); // deleted already
    REQUIRE(log->compact(10));
    CHECK(log->first_index() == 11);
    CHECK(log->last_index() == 10);
    CHECK(log->term(10) == 2);
    CHECK_FALSE(log->compact(11));
    REQUIRE(log->write(append(11, 11, 2)));
    CHECK(indexes(log->entries(11, 99, 10000)) == list{11});
  }
  SECTION("a reset leaves nothing but a position") {
    REQUIRE(log->write(append(1, 5, 1)));
    REQUIRE(log->sync());
    log_batch batch = append(101, 102, 4);
    batch.reset = log_position{100, 3};
    REQUIRE(log->write(batch));
    CHECK(log->first_index() == 101);
    CHECK(log->term(100) == 3);
    CHECK(indexes(log->entries(101, 200, 10000)) == list{101, 102});
    REQUIRE(log->sync());
    CHECK(indexes(log->entries(101, 200, 10000)) == list{101, 102});
    CHECK(log->entries(1, 5, 1000).empty());
  }
  SECTION("there is room to say so") {
    CHECK(log->space_left());
    CHECK_FALSE(log->space().low);
    CHECK(log->space().free_bytes > 0);
  }
}

TEST_CASE("a memory log loses at a crash what was not synced") {
  memory_log log("id");
  REQUIRE(log.write(append(1, 3, 1)));
  REQUIRE(log.sync());
  log_batch vote = append(4, 4, 1);
  vote.state = raft::hard_state{2, {"a", "b"}};
  REQUIRE(log.write(vote));
  REQUIRE(log.write(append(5, 5, 1)));
  SECTION("all of it") {
    log.crash();
    CHECK(log.last_index() == 3);
    CHECK(log.opened().state.term == 0);
  }
  SECTION("or the later part") {
    log.crash(1);
    CHECK(log.last_index() == 4);
    CHECK(log.opened().state.term == 2);
    CHECK(log.opened().last_index == 4);
  }
}

TEST_CASE("log and snapshot must fit together") {
  memory_log log("id");
  REQUIRE(log.write(append(1, 5, 1)));
  REQUIRE(log.write(append(6, 10, 2)));
  REQUIRE(log.sync());
  std::vector<std::string> warnings;
  auto warn = [&](const std::string& text) { warnings.push_back(text); };

  SECTION("a snapshot inside the log changes nothing") {
    REQUIRE(join_snapshot(log, log_position{6, 2}, warn));
    REQUIRE(join_snapshot(log, std::nullopt, warn));
    CHECK(log.last_index() == 10);
  }
  SECTION("a snapshot right before a compacted log fits") {
    REQUIRE(log.compact(6));
    REQUIRE(join_snapshot(log, log_position{6, 2}, warn));
    CHECK(log.last_index() == 10);
  }
  SECTION("missing entries are an error") {
    REQUIRE(log.compact(6));
    auto joined = join_snapshot(log, log_position{4, 1}, warn);
    REQUIRE_FALSE(joined);
    CHECK_THAT(joined.error().text, Catch::Contains("entries 5 to 6 are missing"));
    auto none = join_snapshot(log, std::nullopt, warn);
    REQUIRE_FALSE(none);
    CHECK_THAT(none.error().text, Catch::Contains("there is no snapshot: entries 1 to 6 are missing"));
  }
  SECTION("a log that ends before the snapshot is replaced by it") {
    REQUIRE(join_snapshot(log, log_position{20, 3}, warn));
    CHECK(log.first_index() == 21);
    CHECK(log.term(20) == 3);
    CHECK(warnings.size() == 1);
  }
  SECTION("a log that contradicts the snapshot is replaced by it") {
    REQUIRE(join_snapshot(log, log_position{8, 3}, warn));
    CHECK(log.first_index() == 9);
    CHECK(log.last_index() == 8);
    CHECK(warnings.size() == 1);
  }
}
