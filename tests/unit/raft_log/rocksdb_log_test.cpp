#include "scratch.hpp"
#include "storage/raft_log/space_reserve.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <rocksdb/db.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace scratch;

namespace {

std::unique_ptr<rocksdb_log> open_log(const fs::path& path, std::vector<std::string>* warnings = nullptr) {
  auto opened = rocksdb_log::open(settings(path, warnings));
  if (!opened) FAIL(opened.error().text);
  return std::move(*opened);
}

/// Runs `work` in a child process; returns its exit status.
template <class Work>
int in_child(Work work) {
  auto child = ::fork();
  if (child == 0) ::_exit(work());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

} // namespace

TEST_CASE("a Raft log is what it was when it is opened again") {
  directory dir;
  auto path = dir.path / "data" / "raft";
  raft::configuration members;
  members.servers.push_back({{"id", "storage"}, "127.0.0.1:8300", true});
  {
    auto log = open_log(path);
    CHECK(log->opened().fresh);
    log_batch batch = append(1, 4, 1);
    batch.state = raft::hard_state{3, {"me", "my-disk"}};
    auto change = std::make_shared<raft::entry>();
    change->index = 5;
    change->term = 2;
    change->kind = raft::entry_kind::configuration;
    change->data = raft::encode(members);
    batch.entries.push_back(change);
    REQUIRE(log->write(batch));
    REQUIRE(log->write(append(6, 300, 3, 2000)));
    REQUIRE(log->sync());
    REQUIRE(log->compact(2));
    REQUIRE(log->write(append(301, 310, 3))); // never synced
  }
  auto log = open_log(path);
  auto& found = log->opened();
  CHECK_FALSE(found.fresh);
  CHECK(found.storage_id == "11111111-2222-3333-4444-555555555555");
  CHECK(found.state == raft::hard_state{3, {"me", "my-disk"}});
  CHECK(found.first_index == 3);
  CHECK(found.last_index == 300);
  CHECK(found.before_first_term == 1);
  REQUIRE(found.configurations.size() == 1);
  CHECK(found.configurations[0].index == 5);
  CHECK(found.configurations[0].value == members);
  CHECK(*log->entries(77, 77, 1)[0] == *append(77, 77, 3, 2000).entries[0]);
  CHECK(log->term(4) == 1);
}

TEST_CASE("a Raft log survives many restarts, resets and compactions") {
  directory dir;
  raft::index_t next = 1;
  for (int round = 0; round < 6; ++round) {
    auto log = open_log(dir.path);
    CHECK(log->last_index() == next - 1);
    REQUIRE(log->write(append(next, next + 499, 1, 3000)));
    REQUIRE(log->sync());
    next += 500;
    if (round % 2 == 1) REQUIRE(log->compact(next - 100));
    if (round == 3) {
      log_batch batch;
      next += 1000;
      batch.reset = log_position{next - 1, 1};
      REQUIRE(log->write(batch));
      REQUIRE(log->sync());
    }
  }
}

TEST_CASE("two cannot use one Raft log") {
  directory dir;
  auto log = open_log(dir.path);
  auto second = rocksdb_log::open(settings(dir.path));
  REQUIRE_FALSE(second);
  CHECK_THAT(second.error().text, Catch::Contains("in use by another process"));
}

TEST_CASE("small memtables: a Raft log that went through many files reads the same") {
  directory dir;
  auto options = settings(dir.path);
  options.write_buffer = 128 << 10;
  {
    auto log = *rocksdb_log::open(options);
    for (raft::index_t i = 1; i <= 3000; i += 10) {
      REQUIRE(log->write(append(i, i + 9, 1, 500)));
      REQUIRE(log->sync());
      if (i == 2001) REQUIRE(log->compact(1500));
    }
    CHECK(log->entries(1501, 3000, 1 << 30).size() == 1500);
  }
  auto opened = rocksdb_log::open(options);
  if (!opened) FAIL(opened.error().text);
  auto& log = *opened;
  CHECK(log->first_index() == 1501);
  CHECK(log->last_index() == 3000);
  CHECK(*log->entries(1999, 1999, 1)[0] == *append(1999, 1999, 1, 500).entries[0]);
}

TEST_CASE("the reserve is given up on a nearly full disk and taken back") {
  directory dir;
  std::vector<std::string> warnings;
  auto warn = [&](const std::string& text) { warnings.push_back(text); };
  auto file = dir.path / "reserve";
  {
    space_reserve reserve(file, 1 << 20, 4096, warn);
    CHECK(reserve.check());
    CHECK(fs::file_size(file) == 1 << 20);
    CHECK(reserve.held() == 1 << 20);
    CHECK(warnings.empty());
  }
  // A low mark above any disk size: full from the start.
  space_reserve full(file, 1 << 20, std::uint64_t{1} << 60, warn);
  CHECK_FALSE(full.check());
  CHECK_FALSE(fs::exists(file));
  CHECK(warnings.size() == 1);
}

TEST_CASE("a disk that really fills up: proposals are refused first, and resume when there is room") {
  if (::geteuid() != 0) return;
  directory dir;
  auto disk = dir.path / "disk";
  fs::create_directory(disk);
  if (::mount("none", disk.c_str(), "tmpfs", 0, "size=24m") != 0) return; // not allowed to mount here
  std::vector<std::string> warnings;
  {
    auto log = open_log(disk / "raft", &warnings);
    CHECK(log->space_left());
    auto ballast = disk / "ballast";
    {
      std::ofstream out(ballast, std::ios::binary);
      std::string block(64 << 10, 'b');
      while (log->space_left() && out.write(block.data(), static_cast<std::streamsize>(block.size()))) out.flush();
    }
    CHECK_FALSE(log->space_left());
    CHECK(log->space().low);
    CHECK_FALSE(fs::exists(disk / "raft" / "reserve"));
    // The reserve leaves room for necessary writes.
    log_batch vote = append(1, 1, 1);
    vote.state = raft::hard_state{2, {"a", "b"}};
    CHECK(log->write(vote));
    CHECK(log->sync());
    fs::remove(ballast);
    CHECK(log->space_left());
    CHECK(fs::exists(disk / "raft" / "reserve"));
    CHECK(warnings.size() == 2);

    // Ignoring the warning: the write fails, and everything afterwards is rejected.
    bool failed = false;
    for (raft::index_t i = 2; i < 100 && !failed; ++i) {
      REQUIRE(log->write(append(i, i, 1, 1 << 20)));
      failed = !log->sync();
    }
    CHECK(failed);
    CHECK_FALSE(log->write(append(500, 500, 1)));
    CHECK_FALSE(log->sync());
  }
  ::umount2(disk.c_str(), MNT_DETACH);
}

TEST_CASE("a log waits while there are no file descriptors left, and goes on when there are") {
  directory dir;
  auto status = in_child([&] {
    static rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 2;
    static std::atomic<int> waits{0}, ends{0};
    auto options = settings(dir.path / "raft");
    options.write_buffer = 64 << 10; // to need new files often
    options.warn = [](const std::string& text) {
      if (text.find("no file descriptors are left") != text.npos) {
        ++waits;
        ::setrlimit(RLIMIT_NOFILE, &limit); // as if connections had closed
      }
      if (text.find("goes on: it has waited") != text.npos) ++ends;
    };
    auto log = rocksdb_log::open(options);
    if (!log) return 3;
    rlimit none{3, limit.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    // Until the first new file, because RocksDB's background threads, which write tables, do not survive a fork.
    raft::index_t last = 0;
    while (ends == 0 && last < 300) {
      ++last;
      if (!(*log)->write(append(last, last, 1, 5000)) || !(*log)->sync()) return 4;
    }
    write_file(dir.path / "last", std::to_string(last));
    return waits > 0 && ends > 0 ? 0 : 5;
  });
  CHECK(status == 0);
  CHECK(open_log(dir.path / "raft")->last_index() == std::stoull(bytes_of(dir.path / "last")));
}

TEST_CASE("a write beyond the file size limit is an error, and what was acknowledged stays") {
  directory dir;
  auto acknowledged = dir.path / "acknowledged";
  auto path = dir.path / "raft";
  auto status = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    auto options = settings(path);
    options.reserve_bytes = 0;
    auto log = rocksdb_log::open(options);
    if (!log) return 2;
    struct rlimit limit {
      200 << 10, 200 << 10
    };
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (raft::index_t i = 1; i < 1000; ++i) {
      if (!(*log)->write(append(i, i, 1, 5000))) return 3;
      if (!(*log)->sync()) return (*log)->sync() ? 4 : 0;
      write_file(acknowledged, std::to_string(i));
    }
    return 5;
  });
  CHECK(status == 0);
  auto log = open_log(path);
  CHECK(log->last_index() >= std::stoull(bytes_of(acknowledged)));
}
