// A torn tail is dropped with a warning; earlier damage is an error that names the file.
#include "scratch.hpp"
#include "storage/rocks/crc32c.hpp"
#include "storage/rocks/sealed.hpp"

#include <catch2/catch.hpp>

#include <rocksdb/db.h>

using namespace scratch;

namespace {

/// A closed log of `batches` batches of `per_batch` entries, with one sync per batch.
void make_log(const fs::path& path, int batches, int per_batch, std::size_t size, std::size_t write_buffer = 4 << 20) {
  auto options = settings(path);
  options.write_buffer = write_buffer;
  options.reserve_bytes = 0;
  auto log = *rocksdb_log::open(options);
  raft::index_t next = 1;
  for (int i = 0; i < batches; ++i) {
    auto batch = append(next, next + static_cast<unsigned>(per_batch) - 1, 1, size);
    batch.state = raft::hard_state{static_cast<raft::term_t>(i + 1), {"a", "b"}};
    REQUIRE(log->write(batch));
    REQUIRE(log->sync());
    next += static_cast<unsigned>(per_batch);
  }
}

struct outcome {
  bool opened = false;
  std::string error;
  raft::index_t last = 0;
  std::vector<std::string> warnings;
};

/// Opens the log, checks that each entry was written, and closes it.
outcome look(const fs::path& path, std::size_t size) {
  outcome result;
  auto options = settings(path, &result.warnings);
  options.reserve_bytes = 0;
  auto log = rocksdb_log::open(options);
  if (!log) {
    result.error = log.error().text;
    return result;
  }
  result.opened = true;
  result.last = (*log)->last_index();
  if (result.last == 0) return result;
  auto all = (*log)->read(1, result.last, SIZE_MAX);
  REQUIRE(all);
  REQUIRE(all->size() == result.last);
  auto wanted = append(1, result.last, 1, size);
  for (std::size_t i = 0; i < all->size(); ++i) REQUIRE(*(*all)[i] == *wanted.entries[i]);
  return result;
}

fs::path copy_of(const fs::path& path, const directory& dir, const std::string& name) {
  auto copy = dir.path / name;
  fs::remove_all(copy);
  fs::copy(path, copy, fs::copy_options::recursive);
  return copy;
}

} // namespace

TEST_CASE("CRC-32C has the value of RFC 3720") {
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aau);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43u);
  CHECK(crc32c("123456789") == 0xe3069283u);
  CHECK(crc32c("6789", crc32c("12345")) == 0xe3069283u);
}

TEST_CASE("a sealed value is bound to its key") {
  auto sealed = seal("key", "payload");
  CHECK(unseal("key", sealed) == "payload");
  CHECK_FALSE(unseal("other", sealed));
  sealed[5] ^= 1;
  CHECK_FALSE(unseal("key", sealed));
  CHECK_FALSE(unseal("key", "abc"));
}

TEST_CASE("a write-ahead log cut anywhere in its last write loses that write alone, with a warning") {
  directory dir;
  auto whole = dir.path / "whole";
  auto entry_size = GENERATE(as<std::size_t>{}, 50, 30000); // the large ones span several blocks
  make_log(whole, 8, 3, entry_size);
  auto wal = write_ahead_logs(whole).back().filename();
  auto bytes = bytes_of(whole / wal);
  auto batch = bytes.size() / 8;
  for (std::size_t lost : {std::size_t{1}, std::size_t{8}, batch / 3, batch / 2, batch - 10}) {
    CAPTURE(entry_size, lost, bytes.size());
    auto copy = copy_of(whole, dir, "cut");
    fs::resize_file(copy / wal, bytes.size() - lost);
    auto found = look(copy, entry_size);
    REQUIRE(found.error == "");
    CHECK(found.last == 21);
    REQUIRE(found.warnings.size() == 1);
    CHECK_THAT(found.warnings[0], Catch::Contains(wal.string()) && Catch::Contains("cut short"));
    // It continues from there, and the torn bytes do not reappear.
    {
      auto log = *rocksdb_log::open(settings(copy));
      REQUIRE(log->write(append(22, 30, 1, entry_size)));
      REQUIRE(log->sync());
    }
    auto again = look(copy, entry_size);
    CHECK(again.last == 30);
    CHECK(again.warnings.empty());
  }
}

TEST_CASE("a last write of which only some blocks reached the disk is a torn tail") {
  directory dir;
  auto whole = dir.path / "whole";
  make_log(whole, 4, 4, 30000);
  auto wal = write_ahead_logs(whole).back().filename();
  auto bytes = bytes_of(whole / wal);
  auto block = bytes.size() - bytes.size() % 32768 - 2 * 32768; // inside the last write
  SECTION("zeros in its middle") { bytes.replace(block, 32768, std::string(32768, '\0')); }
  SECTION("zeros at its end") { bytes.replace(block, std::string::npos, std::string(bytes.size() - block, '\0')); }
  SECTION("garbage in its middle") { bytes.replace(block + 100, 9, "#########"); }
  write_file(whole / wal, bytes);
  auto found = look(whole, 30000);
  CHECK(found.error == "");
  CHECK(found.last == 12);
  CHECK(found.warnings.size() == 1);
}

TEST_CASE("zeros behind the last write are a torn tail") {
  directory dir;
  make_log(dir.path / "raft", 4, 4, 100);
  auto wal = write_ahead_logs(dir.path / "raft").back();
  write_file(wal, bytes_of(wal) + std::string(5000, '\0'));
  auto found = look(dir.path / "raft", 100);
  CHECK(found.last == 16);
  CHECK(found.warnings.size() == 1);
}

TEST_CASE("damage before the last write is an error that names the file, and nothing is changed") {
  directory dir;
  auto whole = dir.path / "whole";
  make_log(whole, 10, 3, 100);
  auto wal = write_ahead_logs(whole).back().filename();
  auto bytes = bytes_of(whole / wal);
  for (std::size_t at = 3; at < bytes.size() * 8 / 10; at += bytes.size() / 23) {
    CAPTURE(at);
    auto copy = copy_of(whole, dir, "bad");
    auto damaged = bytes;
    damaged[at] ^= 0x41;
    write_file(copy / wal, damaged);
    auto found = look(copy, 100);
    CHECK_FALSE(found.opened);
    CHECK_THAT(found.error, Catch::Contains(wal.string()) && Catch::Contains("Restore this directory"));
    CHECK(bytes_of(copy / wal) == damaged);
  }
}

TEST_CASE("a damaged end of an older write-ahead log is an error") {
  directory dir;
  auto path = dir.path / "raft";
  make_log(path, 3, 3, 100);
  {
    auto log = *rocksdb_log::open(settings(path)); // starts another file
    REQUIRE(log->write(append(10, 12, 1, 100)));
    REQUIRE(log->sync());
  }
  auto logs = write_ahead_logs(path);
  REQUIRE(logs.size() == 2);
  fs::resize_file(logs[0], fs::file_size(logs[0]) - 5);
  auto found = look(path, 100);
  CHECK_FALSE(found.opened);
  CHECK_THAT(found.error, Catch::Contains(logs[0].filename().string()));
}

TEST_CASE("a lost write-ahead log, table or index is an error") {
  directory dir;
  auto path = dir.path / "raft";
  make_log(path, 200, 3, 1000, 64 << 10);
  std::string lost;
  SECTION("index") {
    lost = "CURRENT";
    fs::remove(path / lost);
  }
  SECTION("table") {
    for (auto& file : fs::directory_iterator(path))
      if (file.path().extension() == ".sst") lost = file.path().filename();
    REQUIRE(lost != "");
    fs::remove(path / lost);
  }
  auto found = look(path, 1000);
  CHECK_FALSE(found.opened);
  CHECK_THAT(found.error, Catch::Contains("Restore this directory"));
}

TEST_CASE("a manifest that breaks off early is an error") {
  directory dir;
  auto path = dir.path / "raft";
  make_log(path, 200, 3, 1000, 64 << 10);
  fs::path manifest;
  for (auto& file : fs::directory_iterator(path))
    if (file.path().filename().string().starts_with("MANIFEST")) manifest = file.path();
  auto bytes = bytes_of(manifest);
  SECTION("in what looks like space that was not written yet") {
    std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(bytes.size() / 2), bytes.end(), '\0');
  }
  SECTION("by its length") { bytes.resize(bytes.size() / 2); }
  SECTION("by everything") { bytes.clear(); }
  write_file(manifest, bytes);
  auto found = look(path, 1000);
  CHECK_FALSE(found.opened);
  CHECK_THAT(found.error, Catch::Contains(manifest.string()) && Catch::Contains("Restore this directory"));
  CHECK(bytes_of(manifest) == bytes);
}

TEST_CASE("a note about the manifest that is lost or damaged loses nothing") {
  directory dir;
  auto path = dir.path / "raft";
  make_log(path, 200, 3, 1000, 64 << 10);
  auto note = path / "manifest.seal";
  REQUIRE(fs::exists(note));
  SECTION("lost") {
    fs::remove(note);
    CHECK(look(path, 1000).last == 600);
  }
  SECTION("damaged") {
    write_file(note, "nothing of the kind");
    auto found = look(path, 1000);
    CHECK(found.last == 600);
    REQUIRE(found.warnings.size() == 1);
    CHECK_THAT(found.warnings[0], Catch::Contains(note.string()));
  }
  CHECK(fs::exists(note));
  CHECK(look(path, 1000).last == 600);
}

TEST_CASE("random damage never crashes and never silently loses more than the last write") {
  directory dir;
  auto whole = dir.path / "whole";
  constexpr std::size_t size = 700;
  constexpr raft::index_t total = 120 * 3;
  make_log(whole, 120, 3, size, 64 << 10);
  std::vector<fs::path> files;
  for (auto& file : fs::directory_iterator(whole))
    if (file.is_regular_file() && file.file_size() > 0) files.push_back(file.path().filename());
  std::sort(files.begin(), files.end());

  std::mt19937_64 random(20240611);
  auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  int opened = 0;
  int refused = 0;
  for (int round = 0; round < 120; ++round) {
    auto copy = copy_of(whole, dir, "bad");
    auto name = files[pick(files.size())];
    auto bytes = bytes_of(copy / name);
    // Damage of several records at the end of a write-ahead log is indistinguishable from a truncation.
    auto hits = name.extension() == ".log" ? 1 : 1 + pick(3);
    for (std::size_t i = 0; i < hits; ++i) {
      auto at = pick(bytes.size());
      auto length = std::min<std::size_t>(1 + pick(40), bytes.size() - at);
      for (std::size_t k = 0; k < length; ++k) bytes[at + k] = static_cast<char>(random());
    }
    write_file(copy / name, bytes);
    CAPTURE(round, name.string());
    auto found = look(copy, size);
    if (!found.opened) {
      ++refused;
      CHECK_THAT(found.error, Catch::Contains(copy.string()));
      continue;
    }
    ++opened;
    CHECK(found.last >= total - 3);
    if (found.last < total) CHECK_FALSE(found.warnings.empty());
  }
  CHECK(refused > 0);
  CHECK(opened > 0);
}
