// data/real.snap was saved by Consul 1.19.2.
#include "protocol/base/hex.hpp"
#include "protocol/codec/json_write.hpp"
#include "storage/files/files.hpp"
#include "storage/snapshot/archive.hpp"
#include "storage/snapshot/checksums.hpp"

#include <catch2/catch.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <random>
#include <zlib.h>

using namespace praetor;
using namespace praetor::storage;

namespace {

const std::string real = *read_file(std::filesystem::path(PRAETOR_TEST_DATA) / "real.snap");

using files = std::vector<std::pair<std::string, std::string>>;

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string tar(const files& content) {
  std::string out(1 << 20, '\0');
  std::size_t used = 0;
  auto* a = archive_write_new();
  archive_write_set_format_ustar(a);
  archive_write_set_bytes_in_last_block(a, 1);
  archive_write_open_memory(a, out.data(), out.size(), &used);
  for (auto& [name, bytes] : content) {
    auto* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_perm(entry, 0600);
    archive_entry_set_size(entry, static_cast<la_int64_t>(bytes.size()));
    archive_write_header(a, entry);
    archive_write_data(a, bytes.data(), bytes.size());
    archive_entry_free(entry);
  }
  archive_write_close(a);
  archive_write_free(a);
  out.resize(used);
  return out;
}

std::string sum_line(const std::string& name, const std::string& bytes) {
  sha256 sum;
  sum.update(bytes);
  return hex(sum.finish()) + "  " + name + "\n";
}

std::string problem(const std::string& archive) {
  auto unpacked = unpack_archive(archive);
  return unpacked ? "" : unpacked.error().text;
}

snapshot_meta some_meta() {
  snapshot_meta meta;
  meta.id = "2-17-1700000000000";
  meta.index = 17;
  meta.term = 2;
  meta.configuration.servers = {{0, "id-1", "10.0.0.1:8300", "disk-1"}, {1, "id-2", "10.0.0.2:8300", ""}};
  meta.configuration_index = 3;
  meta.peers = packed_peers(meta.configuration);
  meta.time_ns = 99;
  return meta;
}

} // namespace

TEST_CASE("checksums have their published values") {
  CHECK(crc64("123456789") == 0x995dc9bbdf1939fau);
  CHECK(crc64("456789", crc64("123")) == 0x995dc9bbdf1939fau);
  CHECK(crc64(std::string(100, 'a') + "b") == crc64("b", crc64(std::string(100, 'a'))));
  sha256 sum;
  sum.update("ab");
  sum.update("c");
  CHECK(hex(sum.finish()) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("an archive that Consul saved is read") {
  auto found = unpack_archive(real);
  REQUIRE(found);
  CHECK(found->meta.version == 1);
  CHECK(found->meta.id == "2-23-1795214703435");
  CHECK(found->meta.index == 23);
  CHECK(found->meta.term == 2);
  CHECK(found->meta.configuration_index == 1);
  CHECK(found->meta.size == 14493);
  CHECK(found->state.size() == 14493);
  REQUIRE(found->meta.configuration.servers.size() == 1);
  CHECK(found->meta.configuration.servers[0].address == "127.0.0.1:18952");
  CHECK(found->meta.peers == packed_peers(found->meta.configuration));

  auto repacked = pack_archive(found->meta, found->state, std::chrono::seconds(1700000000));
  REQUIRE(repacked);
  auto again = unpack_archive(*repacked);
  REQUIRE(again);
  CHECK(again->meta == found->meta);
  CHECK(again->state == found->state);
}

TEST_CASE("an archive keeps meta data and state, and tells clients nothing of our disks") {
  std::mt19937_64 random(7);
  for (std::size_t size : {0, 1, 511, 512, 513, 100000, 3000000}) {
    std::string state(size, '\0');
    for (auto& c : state) c = static_cast<char>(random() % 61);
    auto archive = pack_archive(some_meta(), state, std::chrono::seconds(1700000000));
    REQUIRE(archive);
    auto found = unpack_archive(*archive);
    REQUIRE(found);
    CHECK(found->state == state);
    CHECK(found->meta.size == static_cast<std::int64_t>(size));
    CHECK(found->meta.configuration.servers[0].storage_id == "");
    CHECK(found->meta.time_ns == 0);
    CHECK(found->meta.peers.bytes == "\x91\xad" + std::string("10.0.0.1:8300"));
  }
}

TEST_CASE("a state that is not of the announced size is not archived") {
  auto meta = some_meta();
  meta.size = 10;
  auto drop = [](std::string_view) -> expected<void> { return {}; };
  CHECK_FALSE(write_archive(meta, source_of("short"), std::chrono::seconds(0), drop));
  CHECK_FALSE(write_archive(meta, source_of("longer than ten bytes"), std::chrono::seconds(0), drop));
  auto full = [](std::string_view) -> expected<void> { return fail("no space"); };
  auto written = write_archive(meta, source_of("ten bytes."), std::chrono::seconds(0), full);
  REQUIRE_FALSE(written);
  CHECK(written.error().text == "no space");
}

TEST_CASE("a bad archive is refused in the reference's words") {
  auto whole = *unpack_archive(real);
  auto meta = json::to_string(whole.meta) + "\n";
  auto& state = whole.state;
  auto sums = sum_line("meta.json", meta) + sum_line("state.bin", state);
  auto pack = [](const files& content) { return gzip(tar(content)); };
  auto with_sums = [&](const std::string& list) {
    return problem(pack({{"meta.json", meta}, {"state.bin", state}, {"SHA256SUMS", list}}));
  };
  const std::string reading = "failed to read snapshot file: ";
  const std::string checking = reading + "failed checking integrity of snapshot: ";

  // Compression.
  CHECK(problem("") == "failed to decompress snapshot: EOF");
  CHECK(problem("\x1f\x8b") == "failed to decompress snapshot: unexpected EOF");
  CHECK(problem("hello world, this is no archive") == "failed to decompress snapshot: gzip: invalid header");
  CHECK(problem(gzip("not a tar")) == reading + "failed reading snapshot: unexpected EOF");
  CHECK(problem(gzip(std::string(2000, 'n'))) == reading + "failed reading snapshot: archive/tar: invalid tar header");
  CHECK(problem(gzip("")) == checking + "file missing for \"meta.json\"");
  CHECK(problem(real.substr(0, real.size() / 2)) == reading + "failed to read or write snapshot data: unexpected EOF");
  CHECK(problem(real.substr(0, real.size() - 1)) == "unexpected EOF");
  auto flipped = real;
  flipped[flipped.size() - 6] = static_cast<char>(~flipped[flipped.size() - 6]);
  CHECK(problem(flipped) == "gzip: invalid checksum");
  CHECK(problem(real + "xx") == "unexpected EOF");
  CHECK(problem(real + std::string(10, '\0')) == "gzip: invalid header");
  CHECK(problem(real + gzip("abc")) == "3 unread uncompressed bytes remain");
  CHECK(problem(real + gzip("")) == "");
  CHECK(problem(gzip(tar({{"meta.json", meta}, {"state.bin", state}, {"SHA256SUMS", sums}}) +
                     std::string(2048, '\0'))) == "2048 unread uncompressed bytes remain");
  CHECK(problem(gzip(tar({{"meta.json", meta}, {"state.bin", state}}).substr(0, 4000))) ==
        reading + "failed to read or write snapshot data: unexpected EOF");

  // Files.
  CHECK(problem(pack({{"SHA256SUMS", sums}, {"state.bin", state}, {"meta.json", meta}})) == "");
  CHECK(problem(pack({{"meta.json", meta}, {"x", "1"}})) == reading + "unexpected file \"x\" in snapshot");
  CHECK(problem(pack({{"d/", ""}})) == reading + "unexpected file \"d/\" in snapshot");
  CHECK(problem(pack({{"meta.json", "{x"}})) == reading + "failed to decode snapshot metadata: invalid character 'x' "
                                                          "looking for beginning of object key string");
  CHECK(problem(pack({{"meta.json", R"({"Index":"x"})"}})) ==
        reading + "failed to decode snapshot metadata: json: cannot unmarshal string into Go struct field "
                  "SnapshotMeta.Index of type uint64");
  CHECK(problem(pack({{"state.bin", state}, {"SHA256SUMS", sums}})) ==
        checking + "hash check failed for \"meta.json\"");
  CHECK(problem(pack({{"meta.json", meta}, {"SHA256SUMS", sums}})) == checking + "hash check failed for \"state.bin\"");
  CHECK(problem(pack({{"meta.json", meta}, {"state.bin", state}})) == checking + "file missing for \"meta.json\"");
  CHECK(problem(pack({{"meta.json", meta}, {"meta.json", meta}, {"state.bin", state}, {"SHA256SUMS", sums}})) ==
        checking + "hash check failed for \"meta.json\"");

  // Checksums.
  CHECK(with_sums(sum_line("meta.json", meta)) == checking + "file missing for \"state.bin\"");
  CHECK(with_sums(sum_line("state.bin", state)) == checking + "file missing for \"meta.json\"");
  CHECK(with_sums(sums + "00  foo\n") == checking + "list missing hash for \"foo\"");
  CHECK(with_sums("junk\n") == checking + "no hex data for %x string");
  CHECK(with_sums("zzzz  meta.json\n") == checking + "no hex data for %x string");
  CHECK(with_sums("abcd  meta.json\n") == checking + "hash check failed for \"meta.json\"");
  CHECK(with_sums(sums + "a b c\n") == checking + "illegal hex digit");
  CHECK(with_sums(sums + "\n") == checking + "EOF");
  auto loose = sums;
  loose.pop_back();
  loose.replace(loose.find("  "), 2, "\t");
  CHECK(with_sums(loose) == "");
}

TEST_CASE("no damaged archive is taken for a whole one, and none crashes") {
  auto whole = *unpack_archive(real);
  std::mt19937_64 random(99);
  int refused = 0;
  for (int round = 0; round < 2000; ++round) {
    auto bytes = real;
    auto at = random() % bytes.size();
    if (round % 2 == 0)
      bytes[at] = static_cast<char>(random());
    else
      bytes.resize(at);
    auto found = unpack_archive(bytes);
    if (!found) {
      ++refused;
      continue;
    }
    CHECK(found->state == whole.state); // the flipped byte was equal, or in gzip's own header
    CHECK(found->meta == whole.meta);
  }
  CHECK(refused > 1900);
}

namespace {

/// An archive of these with matching checksums.
std::string archive_with(const std::string& meta, const std::string& state) {
  auto sums = sum_line("meta.json", meta) + sum_line("state.bin", state);
  return gzip(tar({{"meta.json", meta}, {"state.bin", state}, {"SHA256SUMS", sums}}));
}

std::string meta_text(std::int64_t size, std::uint64_t index = 17) {
  auto meta = some_meta();
  meta.size = size;
  meta.index = index;
  return json::to_string(meta);
}

/// Compressed zeros, generated without holding them in memory.
std::string gzipped_zeros(std::uint64_t count) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
  const std::string zeros(1 << 20, '\0');
  std::string out, piece(1 << 16, '\0');
  for (bool last = false; !last;) {
    auto some = std::min<std::uint64_t>(count, zeros.size());
    count -= some;
    last = count == 0;
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zeros.data()));
    stream.avail_in = static_cast<uInt>(some);
    do {
      stream.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream.avail_out = static_cast<uInt>(piece.size());
      deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH);
      out.append(piece, 0, piece.size() - stream.avail_out);
    } while (stream.avail_out == 0);
  }
  deflateEnd(&stream);
  return out;
}

std::string tar_header(const std::string& name, std::uint64_t size, char type = '0') {
  std::string block(512, '\0');
  auto put = [&](std::size_t at, const std::string& text) { block.replace(at, text.size(), text); };
  char octal[16];
  std::snprintf(octal, sizeof octal, "%011llo", static_cast<unsigned long long>(size));
  put(0, name);
  put(100, "0000600");
  put(124, octal);
  put(136, "00000000000");
  block[156] = type;
  put(257, std::string("ustar\00000", 8));
  put(148, std::string(8, ' '));
  unsigned sum = 0;
  for (unsigned char c : block) sum += c;
  std::snprintf(octal, sizeof octal, "%06o", sum);
  put(148, std::string(octal) + '\0' + ' ');
  return block;
}

} // namespace

TEST_CASE("a state that is not of the size that its meta data state is refused") {
  const std::string reading = "failed to read snapshot file: failed to read or write snapshot data: ";
  CHECK(problem(archive_with(meta_text(5), "state")) == "");
  for (std::int64_t lie : {0, 4, 6, 1 << 30})
    CHECK(problem(archive_with(meta_text(lie), "state")) ==
          reading + "state.bin does not have the " + std::to_string(lie) + " bytes that meta.json states");
  CHECK(problem(archive_with(meta_text(-1), "state")) == "failed to read snapshot file: failed to decode snapshot "
                                                         "metadata: Size is -1; it has to be positive");
}

TEST_CASE("a state that comes before its size may be small only") {
  auto archive = gzip(tar_header("state.bin", 1 << 30)) + gzipped_zeros(32 << 20);
  CHECK(problem(archive) == "failed to read snapshot file: failed to read or write snapshot data: state.bin comes "
                            "before meta.json, which states its size");
}

TEST_CASE("nothing of a state beyond its stated size is handed on") {
  auto archive = archive_with(meta_text(100), std::string(100'000, 'x'));
  std::size_t taken = 0;
  CHECK_FALSE(read_archive(source_of(archive), [&](std::string_view bytes) -> expected<void> {
    taken += bytes.size();
    return {};
  }));
  CHECK(taken <= 100);
}

TEST_CASE("absurd indexes in the meta data of an archive are refused") {
  CHECK(problem(archive_with(meta_text(5, 1), "state")) == "");
  CHECK(problem(archive_with(meta_text(5, largest_index), "state")) == "");
  for (std::uint64_t absurd : {std::uint64_t{0}, largest_index + 1, ~std::uint64_t{0}})
    CHECK(problem(archive_with(meta_text(5, absurd), "state")) ==
          "failed to read snapshot file: failed to decode snapshot metadata: Index is " + std::to_string(absurd) +
              "; it has to be from 1 to 2^62");
}

TEST_CASE("a few megabytes that would become many gigabytes are refused without being unpacked") {
  auto bomb = gzipped_zeros(64 << 20);
  CHECK(bomb.size() < 128 << 10);
  gunzip small(source_of(bomb));
  small.limit_expansion(1 << 20, 128);
  std::uint64_t produced = 0;
  std::string why;
  for (;;) {
    auto piece = small.next();
    if (!piece) why = piece.error().text;
    if (!piece || piece->empty()) break;
    produced += piece->size();
  }
  CHECK(why == "the archive expands to more than 128 times its size");
  CHECK(produced <= (1 << 20) + (128 << 10));
}

TEST_CASE("a small state of zeros is no bomb") {
  std::string zeros(300'000, '\0');
  CHECK(problem(archive_with(meta_text(300'000), zeros)) == "");
}

TEST_CASE("what follows the last file is not unpacked without end") {
  auto meta = meta_text(5);
  auto sums = sum_line("meta.json", meta) + sum_line("state.bin", "state");
  auto whole = tar({{"meta.json", meta}, {"state.bin", "state"}, {"SHA256SUMS", sums}});
  std::uint64_t read = 0;
  auto archive = gzip(whole) + gzipped_zeros(64 << 20);
  std::string_view rest = archive;
  auto counted = [&](char* buffer, std::size_t max) -> expected<std::size_t> {
    auto some = std::min(max, std::min<std::size_t>(rest.size(), 512));
    rest.copy(buffer, some);
    rest.remove_prefix(some);
    read += some;
    return some;
  };
  auto found = read_archive(counted, [](std::string_view) -> expected<void> { return {}; });
  REQUIRE_FALSE(found);
  CHECK(found.error().text.find("unread uncompressed bytes remain") != std::string::npos);
  CHECK(read < archive.size() / 2);
}

TEST_CASE("links, devices and sparse files are no files of a snapshot") {
  auto meta = meta_text(5);
  auto block = meta + std::string(512 - meta.size() % 512, '\0');
  auto begin = tar_header("meta.json", meta.size()) + block;
  for (char type : {'1', '2', '3', '5', '6'}) {
    auto archive = gzip(begin + tar_header("state.bin", 0, type) + std::string(1024, '\0'));
    CHECK(problem(archive) == "failed to read snapshot file: unexpected file \"state.bin\" in snapshot");
  }
  // GNU sparse: a single hole of an exabyte.
  auto sparse = tar_header("state.bin", 0, 'S');
  sparse.replace(257, 8, "ustar  \0", 8);
  sparse.replace(386, 24,
                 std::string("00000000000\0"
                             "00000000000\0",
                             24));
  sparse.replace(483, 12, std::string("\x80\0\0\0\x10\0\0\0\0\0\0\0", 12));
  sparse.replace(148, 8, std::string(8, ' '));
  unsigned sum = 0;
  for (unsigned char c : sparse) sum += c;
  char octal[16];
  std::snprintf(octal, sizeof octal, "%06o", sum);
  sparse.replace(148, 8, std::string(octal) + '\0' + ' ');
  CHECK_FALSE(problem(gzip(begin + sparse + std::string(1024, '\0'))).empty());
}

TEST_CASE("the same file again and again does not fill memory") {
  auto meta = meta_text(5);
  files content{{"meta.json", meta}};
  for (int i = 0; i < 50; ++i) content.emplace_back("state.bin", "state");
  CHECK(problem(gzip(tar(content))) == "failed to read snapshot file: failed to read or write snapshot data: state.bin "
                                       "does not have the 5 bytes that meta.json states");
  files sums{{"meta.json", meta}};
  for (int i = 0; i < 200; ++i) sums.emplace_back("SHA256SUMS", std::string(4096, '\n'));
  CHECK_FALSE(problem(gzip(tar(sums))).empty());
}
