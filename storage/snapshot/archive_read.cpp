#include "protocol/base/hex.hpp"
#include "protocol/codec/json_read.hpp"
#include "storage/snapshot/archive.hpp"
#include "storage/snapshot/checksums.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::storage {

namespace {

constexpr std::uint64_t tar_block = 512;
/// Trailing bytes are counted for the error up to this limit.
constexpr std::uint64_t most_behind = 1 << 20;
/// Truncates a file's name in an error.
constexpr std::size_t longest_name = 100;

/// Reads a tar file from a gzip stream.
class tar_reader {
public:
  explicit tar_reader(gunzip& in) : in_(in), tar_(archive_read_new()) {
    archive_read_support_format_tar(tar_.get());
    archive_read_support_format_empty(tar_.get());
    archive_read_open(tar_.get(), this, nullptr, &tar_reader::give, nullptr);
  }

  /// The name of the next file; nothing at the end.
  expected<std::optional<std::string>> next() {
    archive_entry* entry = nullptr;
    auto code = archive_read_next_header(tar_.get(), &entry);
    if (code == ARCHIVE_EOF) return std::nullopt;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return problem();
    auto size = static_cast<std::uint64_t>(archive_entry_size(entry));
    auto start = static_cast<std::uint64_t>(archive_filter_bytes(tar_.get(), 0));
    end_ = start + (size + tar_block - 1) / tar_block * tar_block;
    auto* path = archive_entry_pathname(entry);
    std::string name(path ? path : "");
    plain_ = archive_entry_filetype(entry) == AE_IFREG && !archive_entry_hardlink(entry) &&
             !archive_entry_symlink(entry) && archive_entry_sparse_count(entry) == 0;
    return name;
  }
  /// Whether the entry is a regular file stored in full. A sparse one could claim any size, whatever the archive's.
  bool plain() const { return plain_; }

  /// The next bytes of the current file; empty at its end.
  expected<std::string_view> data() {
    auto got = archive_read_data(tar_.get(), buffer_, sizeof buffer_);
    if (got < 0) return problem();
    return std::string_view(buffer_, static_cast<std::size_t>(got));
  }

  /// Reads the rest of the stream. Only the two zero blocks that end a tar file may follow the last file.
  expected<void> conclude() {
    if (failed_) return tl::unexpected(*failed_);
    auto allowed = end_ + 2 * tar_block;
    while (in_.produced() <= allowed + most_behind) {
      auto more = in_.next();
      if (!more) return tl::unexpected(more.error());
      if (more->empty()) break;
    }
    if (in_.produced() > allowed)
      return fail(std::to_string(in_.produced() - allowed) + " unread uncompressed bytes remain");
    return {};
  }

private:
  struct closer {
    void operator()(archive* a) const { archive_read_free(a); }
  };

  static la_ssize_t give(archive* a, void* self, const void** bytes) {
    auto& reader = *static_cast<tar_reader*>(self);
    auto piece = reader.in_.next();
    if (!piece) {
      reader.failed_ = piece.error();
      archive_set_error(a, EIO, "%s", piece.error().text.c_str());
      return -1;
    }
    *bytes = piece->data();
    return static_cast<la_ssize_t>(piece->size());
  }

  tl::unexpected<error> problem() {
    if (failed_) return tl::unexpected(*failed_);
    auto* text = archive_error_string(tar_.get());
    bool cut_short = text && (std::strstr(text, "runcated") || in_.produced() < tar_block);
    return fail(cut_short ? "unexpected EOF" : "archive/tar: invalid tar header");
  }

  gunzip& in_;
  std::optional<error> failed_;
  bool plain_ = false;
  std::uint64_t end_ = 0; ///< end of the last file's data, including padding
  char buffer_[32 << 10];
  std::unique_ptr<archive, closer> tar_;
};

/// A file with a checksum in SHA256SUMS.
struct summed_file {
  std::string_view name;
  sha256 sum;
  std::string digest;
  bool listed = false;
};

/// Parses a line of SHA256SUMS: hexadecimal digits, blanks, a name; ignores what follows.
expected<std::pair<std::string, std::string>> parse_sum_line(std::string_view line) {
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  auto skip_blanks = [&] {
    while (!line.empty() && blank(line.front())) line.remove_prefix(1);
  };
  auto digit = [&]() -> int {
    if (line.empty()) return -1;
    auto value = hex_value(line.front());
    if (value >= 0) line.remove_prefix(1);
    return value;
  };
  skip_blanks();
  if (line.empty()) return fail("EOF");
  std::string sum;
  for (;;) {
    auto high = digit();
    if (high < 0) break;
    if (line.empty()) return fail("unexpected EOF");
    auto low = digit();
    if (low < 0) return fail("illegal hex digit");
    sum.push_back(static_cast<char>(high << 4 | low));
  }
  if (sum.empty()) return fail("no hex data for %x string");
  skip_blanks();
  if (line.empty()) return fail("unexpected EOF");
  std::string name;
  for (; !line.empty() && !blank(line.front()); line.remove_prefix(1)) name.push_back(line.front());
  return std::pair{std::move(sum), std::move(name)};
}

expected<void> check_sums(std::string_view list, std::array<summed_file, 2>& files) {
  for (auto& one : files) one.digest = one.sum.finish();
  while (!list.empty()) {
    auto end = list.find('\n');
    auto line = parse_sum_line(list.substr(0, end));
    if (!line) return tl::unexpected(line.error());
    list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
    summed_file* file = nullptr;
    for (auto& one : files)
      if (one.name == line->second) file = &one;
    if (!file) return fail("list missing hash for " + praetor::quoted(line->second));
    if (file->digest != line->first) return fail("hash check failed for " + praetor::quoted(line->second));
    file->listed = true;
  }
  for (auto& one : files)
    if (!one.listed) return fail("file missing for " + praetor::quoted(one.name));
  return {};
}

tl::unexpected<error> because(const char* what, const error& why) {
  return fail(std::string("failed to read snapshot file: ") + what + ": " + why.text);
}

/// Limit for a state.bin that precedes the size in meta.json. All known writers put meta.json first.
constexpr std::uint64_t most_unannounced = 16 << 20;

/// Limit for meta.json and SHA256SUMS, so that a hostile archive can't exhaust memory.
constexpr std::size_t small_file = 1 << 20;

expected<std::string> read_small(tar_reader& tar, sha256* sum) {
  std::string content;
  for (;;) {
    auto piece = tar.data();
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) return content;
    if (sum) sum->update(*piece);
    content += *piece;
    if (content.size() > small_file) return fail("file too large");
  }
}

tl::unexpected<error> wrong_size(const snapshot_meta& meta) {
  return because("failed to read or write snapshot data",
                 error{"state.bin does not have the " + std::to_string(meta.size) + " bytes that meta.json states"});
}

tl::unexpected<error> too_early() {
  return because("failed to read or write snapshot data",
                 error{"state.bin comes before meta.json, which states its size"});
}

/// @param size bytes passed on so far
/// @param stated the maximal number
expected<void> read_state(tar_reader& tar, sha256& sum, std::uint64_t& size, std::uint64_t stated,
                          const byte_sink& out) {
  for (;;) {
    auto piece = tar.data();
    if (!piece) return tl::unexpected(piece.error());
    if (piece->empty()) return {};
    size += piece->size();
    if (size > stated) return {}; // the caller reports it
    sum.update(*piece);
    if (auto done = out(*piece); !done) return done;
  }
}

expected<void> read_meta(tar_reader& tar, sha256& sum, snapshot_meta& into) {
  auto text = read_small(tar, &sum);
  if (!text) return because("failed to read snapshot metadata", text.error());
  json::read_options options;
  options.whole_text = true;
  auto read = json::read(*text, into, options);
  if (!read) return because("failed to decode snapshot metadata", read.error());
  auto absurd = [](const std::string& what) { return because("failed to decode snapshot metadata", error{what}); };
  if (into.size < 0) return absurd("Size is " + std::to_string(into.size) + "; it has to be positive");
  if (into.index == 0 || into.index > largest_index)
    return absurd("Index is " + std::to_string(into.index) + "; it has to be from 1 to 2^62");
  return {};
}

} // namespace

expected<snapshot_meta> read_archive(byte_source in, const byte_sink& state) {
  gunzip unpacked(std::move(in));
  if (auto begun = unpacked.begin(); !begun) return fail("failed to decompress snapshot: " + begun.error().text);
  tar_reader tar(unpacked);
  snapshot_meta meta;
  std::array<summed_file, 2> files{summed_file{"meta.json", {}, {}, false}, summed_file{"state.bin", {}, {}, false}};
  std::string sums;
  std::uint64_t stated = most_unannounced;
  std::uint64_t size = 0;
  bool announced = false;
  for (;;) {
    if (size > stated) return announced ? wrong_size(meta) : too_early();
    auto name = tar.next();
    if (!name) return because("failed reading snapshot", name.error());
    if (!*name) break;
    if (tar.plain() && **name == "meta.json") {
      if (auto read = read_meta(tar, files[0].sum, meta); !read) return tl::unexpected(read.error());
      stated = static_cast<std::uint64_t>(meta.size);
      announced = true;
    } else if (tar.plain() && **name == "state.bin") {
      if (auto read = read_state(tar, files[1].sum, size, stated, state); !read)
        return because("failed to read or write snapshot data", read.error());
    } else if (tar.plain() && **name == "SHA256SUMS") {
      auto text = read_small(tar, nullptr);
      if (!text) return because("failed to read snapshot hashes", text.error());
      sums += *text;
      if (sums.size() > small_file) return because("failed to read snapshot hashes", error{"file too large"});
    } else {
      return fail("failed to read snapshot file: unexpected file " + praetor::quoted((*name)->substr(0, longest_name)) +
                  " in snapshot");
    }
  }
  if (auto checked = check_sums(sums, files); !checked)
    return because("failed checking integrity of snapshot", checked.error());
  if (size != stated) return wrong_size(meta);
  if (auto done = tar.conclude(); !done) return tl::unexpected(done.error());
  return meta;
}

expected<snapshot_archive> unpack_archive(std::string_view archive) {
  snapshot_archive result;
  auto meta = read_archive(source_of(archive), [&](std::string_view bytes) -> expected<void> {
    result.state += bytes;
    return {};
  });
  if (!meta) return tl::unexpected(meta.error());
  result.meta = std::move(*meta);
  return result;
}

} // namespace praetor::storage
