// data/raft-snapshots is the raft/snapshots directory of a Consul 1.19.2 server.
#include "storage/files/files.hpp"
#include "storage/snapshot/file_snapshot_store.hpp"
#include "storage/snapshot/memory_snapshot_store.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdlib.h>

using namespace praetor;
using namespace praetor::storage;
using std::chrono::milliseconds;
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

std::unique_ptr<snapshot_store> make(const std::string& kind, const fs::path& path) {
  if (kind == "memory") return std::make_unique<memory_snapshot_store>();
  auto opened = file_snapshot_store::open_directory(path);
  if (!opened) FAIL(opened.error().text);
  return std::move(*opened);
}

snapshot_request request(std::uint64_t term, std::uint64_t index) {
  snapshot_request result;
  result.term = term;
  result.index = index;
  result.configuration.servers = {{0, "a", "1.2.3.4:8300", "disk"}};
  result.configuration_index = 1;
  result.time_ns = 77;
  return result;
}

snapshot_meta add(snapshot_store& store, std::uint64_t term, std::uint64_t index, const std::string& state,
                  milliseconds now = milliseconds(1000)) {
  auto sink = store.create(request(term, index), now);
  if (!sink) FAIL(sink.error().text);
  for (std::size_t at = 0; at < state.size(); at += 10000) REQUIRE((*sink)->write(state.substr(at, 10000)));
  auto meta = (*sink)->commit();
  if (!meta) FAIL(meta.error().text);
  return *meta;
}

std::vector<std::string> ids(snapshot_store& store) {
  std::vector<std::string> result;
  auto list = store.list();
  REQUIRE(list);
  for (auto& one : *list) result.push_back(one.id);
  return result;
}

using names = std::vector<std::string>;

void put_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void flip(const fs::path& path, std::size_t at) {
  auto bytes = *read_file(path);
  bytes.at(at) = static_cast<char>(bytes.at(at) ^ 1);
  put_file(path, bytes);
}

} // namespace

TEST_CASE("a snapshot store keeps its contract") {
  auto kind = GENERATE(as<std::string>{}, "memory", "files");
  CAPTURE(kind);
  scratch_directory dir;
  auto store = make(kind, dir.path / "raft" / "snapshots");
  CHECK(ids(*store).empty());
  auto nothing = open_newest(*store, nullptr);
  REQUIRE(nothing);
  CHECK(*nothing == nullptr);

  SECTION("what was committed is read back") {
    std::string state(700001, 's');
    state[12345] = 't';
    auto meta = add(*store, 2, 30, state);
    CHECK(meta.id == "2-30-1000");
    CHECK(meta.size == 700001);
    auto source = store->open(meta.id);
    REQUIRE(source);
    CHECK((*source)->meta() == meta);
    CHECK((*source)->meta().configuration.servers[0].storage_id == "disk");
    CHECK((*source)->meta().time_ns == 77);
    CHECK(*(*source)->read_at(0, 1 << 20) == state);
    CHECK(*(*source)->read_at(12340, 10) == "ssssstssss");
    CHECK(*(*source)->read_at(700000, 10) == "s");
    CHECK(*(*source)->read_at(700001, 10) == "");
    CHECK(*(*source)->read_at(std::uint64_t{1} << 60, 10) == "");
  }
  SECTION("an unfinished one leaves nothing") {
    {
      auto sink = store->create(request(1, 1), milliseconds(5));
      REQUIRE(sink);
      REQUIRE((*sink)->write("half"));
    }
    CHECK(ids(*store).empty());
  }
  SECTION("the newest two are kept, in order of term, index and time") {
    add(*store, 2, 9, "a");
    add(*store, 1, 100, "b");
    CHECK(ids(*store) == names{"2-9-1000", "1-100-1000"});
    add(*store, 2, 10, "c");
    CHECK(ids(*store) == names{"2-10-1000", "2-9-1000"});
    add(*store, 2, 10, "d"); // the same time gives another name
    CHECK(ids(*store) == names{"2-10-1001", "2-10-1000"});
    REQUIRE(store->reap(1));
    CHECK(ids(*store) == names{"2-10-1001"});
  }
  SECTION("an open one can be read when it is dropped") {
    add(*store, 1, 1, "first");
    auto source = store->open("1-1-1000");
    REQUIRE(source);
    add(*store, 1, 2, "second");
    add(*store, 1, 3, "third");
    CHECK_FALSE(store->open("1-1-1000"));
    CHECK(*(*source)->read_at(0, 100) == "first");
  }
  SECTION("one from another server keeps its name") {
    auto given = request(3, 50);
    given.id = "3-50-999";
    for (int round = 0; round < 2; ++round) { // a repetition is harmless
      auto sink = store->create(given, milliseconds(1));
      REQUIRE(sink);
      CHECK((*sink)->id() == "3-50-999");
      REQUIRE((*sink)->write("x"));
      REQUIRE((*sink)->commit());
    }
    CHECK(ids(*store) == names{"3-50-999"});
  }
  SECTION("names that are no names") {
    for (auto* id : {"../../etc", "1-2", "1-2-3-4", "1-2-x", "-1-2-3", "", "1-2-3/..", "1-2-"}) {
      CHECK_FALSE(store->open(id));
      CHECK_FALSE(parse_snapshot_id(id));
      auto given = request(1, 2);
      given.id = id;
      if (*id) CHECK_FALSE(store->create(given, milliseconds(1)));
    }
  }
  SECTION("a damaged newest one is passed over with a warning, and goes first") {
    add(*store, 1, 1, "first");
    add(*store, 1, 2, "second");
    if (kind == "memory")
      static_cast<memory_snapshot_store&>(*store).damage("1-2-1000");
    else
      flip(dir.path / "raft" / "snapshots" / "1-2-1000" / "state.bin", 3);
    std::vector<std::string> warnings;
    auto newest = open_newest(*store, [&](const std::string& text) { warnings.push_back(text); });
    REQUIRE(newest);
    CHECK((*newest)->meta().id == "1-1-1000");
    REQUIRE(warnings.size() == 1);
    CHECK_THAT(warnings[0], Catch::Contains("1-2-1000") && Catch::Contains("checksum"));
    add(*store, 1, 3, "third");
    CHECK(ids(*store) == names{"1-3-1000", "1-1-1000"});
  }
}

TEST_CASE("snapshots in files are there after a restart, unfinished ones are not") {
  scratch_directory dir;
  {
    auto store = make("files", dir.path);
    add(*store, 1, 5, std::string(300000, 'z'));
    auto sink = store->create(request(1, 6), milliseconds(1));
    REQUIRE(sink);
    REQUIRE((*sink)->write("half"));
    fs::copy(dir.path / "1-6-1.tmp", dir.path / "1-7-1.tmp", fs::copy_options::recursive); // as left by a crash
  }
  auto store = make("files", dir.path);
  CHECK(ids(*store) == names{"1-5-1000"});
  CHECK_FALSE(fs::exists(dir.path / "1-7-1.tmp"));
  CHECK(store->open("1-5-1000"));
}

TEST_CASE("any damage to a snapshot in files is noticed") {
  scratch_directory dir;
  auto store = make("files", dir.path);
  add(*store, 4, 5, std::string(5000, 'z'));
  auto meta = dir.path / "4-5-1000" / "meta.json";
  auto state = dir.path / "4-5-1000" / "state.bin";
  SECTION("in the state") { flip(state, 4999); }
  SECTION("a short state") { fs::resize_file(state, 4998); }
  SECTION("a long state") { fs::resize_file(state, 5001); }
  SECTION("no state") { fs::remove(state); }
  SECTION("no meta data") { fs::remove(meta); }
  SECTION("each byte of the meta data") {
    auto good = *read_file(meta);
    for (std::size_t at = 0; at + 2 < good.size(); ++at) {
      CAPTURE(at, good.substr(at, 10));
      flip(meta, at);
      auto opened = store->open("4-5-1000");
      put_file(meta, good);
      // The case of a letter in a field's name may change: names are case-insensitive.
      if (opened) CHECK((*opened)->meta() == (*store->open("4-5-1000"))->meta());
    }
    CHECK(store->open("4-5-1000"));
    flip(meta, 1);
  }
  auto newest = open_newest(*store, nullptr);
  REQUIRE_FALSE(newest);
  CHECK_THAT(newest.error().text, Catch::Contains("no Raft snapshot is whole") && Catch::Contains("4-5-1000"));
  REQUIRE(store->list());
  CHECK(store->list()->size() == 1);
  CHECK(store->list()->front().index == 5);
}

TEST_CASE("the snapshot directory of a Consul server is read") {
  scratch_directory dir;
  fs::copy(fs::path(PRAETOR_TEST_DATA) / "raft-snapshots", dir.path / "s", fs::copy_options::recursive);
  auto store = make("files", dir.path / "s");
  auto newest = open_newest(*store, nullptr);
  REQUIRE(newest);
  REQUIRE(*newest);
  CHECK((*newest)->meta().index == 23);
  CHECK((*newest)->read_at(0, 1 << 20)->size() == 14493);
  flip(dir.path / "s" / "2-23-1795214703435" / "state.bin", 100);
  CHECK_FALSE(open_newest(*store, nullptr));
}

TEST_CASE("the meta data of a snapshot are Raft's, both ways") {
  raft::snapshot_meta meta;
  meta.id = "1-2-3";
  meta.index = 2;
  meta.term = 1;
  meta.time_ns = 5;
  meta.size = 10;
  meta.members = {7, {{{{"a", "disk-a"}, "10.0.0.1:8300", true}, {{"b", "disk-b"}, "10.0.0.2:8300", false}}}};
  CHECK(to_raft(from_raft(meta)) == meta);
}
