#include "storage/agent_store/agent_store.hpp"
#include "storage/agent_store/memory_agent_store.hpp"
#include "storage/agent_store/rocksdb_agent_store.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <stdlib.h>

using namespace praetor;
using namespace praetor::storage;
namespace fs = std::filesystem;

namespace {

struct scratch_directory {
  scratch_directory() {
    auto pattern = (fs::temp_directory_path() / "praetor-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~scratch_directory() { fs::remove_all(path); }
  fs::path path;
};

std::unique_ptr<agent_store> make(const std::string& kind, const fs::path& path,
                                  std::vector<std::string>* warnings = nullptr) {
  if (kind == "memory") return std::make_unique<memory_agent_store>();
  auto opened = rocksdb_agent_store::open(path, [warnings](const std::string& text) {
    if (warnings) warnings->push_back(text);
  });
  if (!opened) FAIL(opened.error().text);
  return std::move(*opened);
}

agent_change put_text(agent_table table, std::string key, std::string value) {
  return {table, std::move(key), std::move(value)};
}

std::vector<agent_record> all(const agent_store& store, agent_table table) {
  auto found = store.load(table);
  REQUIRE(found);
  return *found;
}

using records = std::vector<agent_record>;

} // namespace

TEST_CASE("an agent store keeps its contract") {
  auto kind = GENERATE(as<std::string>{}, "memory", "rocksdb");
  CAPTURE(kind);
  scratch_directory dir;
  auto store = make(kind, dir.path / "agent");

  CHECK(all(*store, agent_table::services).empty());
  CHECK(store->sync());
  REQUIRE(store->write({put_text(agent_table::services, "b", "2"), put_text(agent_table::services, "a", "1"),
                        put_text(agent_table::checks, "a", "c")}));
  CHECK(all(*store, agent_table::services) == records{{"a", "1"}, {"b", "2"}});
  REQUIRE(store->sync());
  CHECK(all(*store, agent_table::services) == records{{"a", "1"}, {"b", "2"}});
  CHECK(*store->get(agent_table::checks, "a") == "c");
  CHECK_FALSE(store->get(agent_table::checks, "b")->has_value());

  // Deletions and new values are visible before the sync; the last one of a batch wins.
  REQUIRE(store->write({{agent_table::services, "a", std::nullopt},
                        put_text(agent_table::services, "b", "3"),
                        put_text(agent_table::services, "b", "4"),
                        put_text(agent_table::services, "", "empty key")}));
  CHECK(all(*store, agent_table::services) == records{{"", "empty key"}, {"b", "4"}});
  CHECK_FALSE(store->get(agent_table::services, "a")->has_value());
  REQUIRE(store->sync());
  CHECK(all(*store, agent_table::services) == records{{"", "empty key"}, {"b", "4"}});
  CHECK(all(*store, agent_table::checks) == records{{"a", "c"}});
  CHECK(all(*store, agent_table::check_states).empty());
}

TEST_CASE("an agent store in files is what it was at its last sync") {
  scratch_directory dir;
  {
    auto store = make("rocksdb", dir.path);
    for (int i = 0; i < 3000; ++i) {
      REQUIRE(store->write({put_text(agent_table::services, "s" + std::to_string(i % 500),
                                     std::string(2000, 'x') + std::to_string(i))}));
      if (i % 50 == 49) REQUIRE(store->sync());
    }
    REQUIRE(store->write({put_text(agent_table::identity, "lost", "never synced")}));
  }
  auto store = make("rocksdb", dir.path);
  CHECK(all(*store, agent_table::services).size() == 500);
  CHECK(*store->get(agent_table::services, "s499") == std::string(2000, 'x') + "2999");
  CHECK_FALSE(store->get(agent_table::identity, "lost")->has_value());
}

TEST_CASE("an agent store in memory forgets at a crash what was not synced") {
  memory_agent_store store;
  REQUIRE(store.write({put_text(agent_table::services, "a", "1")}));
  REQUIRE(store.sync());
  REQUIRE(store.write({{agent_table::services, "a", std::nullopt}}));
  store.crash();
  CHECK(all(store, agent_table::services) == records{{"a", "1"}});
}

TEST_CASE("a torn tail of an agent store costs the last write, other damage is an error") {
  scratch_directory dir;
  auto path = dir.path / "agent";
  {
    auto store = make("rocksdb", path);
    for (auto* key : {"a", "b", "c", "d"}) {
      REQUIRE(store->write({put_text(agent_table::checks, key, std::string(100, 'v'))}));
      REQUIRE(store->sync());
    }
  }
  fs::path wal;
  for (auto& file : fs::directory_iterator(path))
    if (file.path().extension() == ".log" && file.file_size() > 0) wal = file.path();
  SECTION("torn") {
    fs::resize_file(wal, fs::file_size(wal) - 9);
    std::vector<std::string> warnings;
    auto store = make("rocksdb", path, &warnings);
    CHECK(all(*store, agent_table::checks).size() == 3);
    CHECK(warnings.size() == 1);
  }
  SECTION("damaged") {
    auto* file = std::fopen(wal.c_str(), "r+b");
    std::fseek(file, 60, SEEK_SET);
    std::fputc('#', file);
    std::fclose(file);
    auto opened = rocksdb_agent_store::open(path, nullptr);
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().text, Catch::Contains(wal.string()) && Catch::Contains("the agent's store"));
  }
}
