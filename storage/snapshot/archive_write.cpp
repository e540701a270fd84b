#include "protocol/base/hex.hpp"
#include "protocol/codec/json_write.hpp"
#include "storage/snapshot/archive.hpp"
#include "storage/snapshot/checksums.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <memory>
#include <optional>
#include <zlib.h>

namespace praetor::storage {

namespace {

/// Compresses its input into the sink.
class gzip_writer {
public:
  explicit gzip_writer(const byte_sink& out) : out_(out) {
    constexpr int gzip = 16 + MAX_WBITS;
    PRAETOR_ASSERT(deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  }
  gzip_writer(const gzip_writer&) = delete;
  gzip_writer& operator=(const gzip_writer&) = delete;
  ~gzip_writer() { deflateEnd(&stream_); }

  expected<void> write(std::string_view bytes) { return run(bytes, Z_NO_FLUSH); }
  expected<void> finish() { return run({}, Z_FINISH); }

private:
  expected<void> run(std::string_view bytes, int flush) {
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    int code = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(buffer_);
      stream_.avail_out = sizeof buffer_;
      code = deflate(&stream_, flush);
      PRAETOR_ASSERT(code != Z_STREAM_ERROR);
      std::size_t count = sizeof buffer_ - stream_.avail_out;
      if (count == 0) continue;
      if (auto done = out_(std::string_view(buffer_, count)); !done) return done;
    } while (stream_.avail_out == 0 || (flush == Z_FINISH && code != Z_STREAM_END));
    return {};
  }

  const byte_sink& out_;
  z_stream stream_{};
  char buffer_[32 << 10];
};

/// Writes a tar file to a gzip_writer; pads it with the two final zero blocks only, because Consul rejects more.
class tar_writer {
public:
  tar_writer(gzip_writer& out, std::chrono::seconds now) : out_(out), now_(now), tar_(archive_write_new()) {
    archive_write_set_format_pax_restricted(tar_.get());
    archive_write_set_bytes_per_block(tar_.get(), 32 << 10);
    archive_write_set_bytes_in_last_block(tar_.get(), 1);
    archive_write_open(tar_.get(), this, nullptr, &tar_writer::take, nullptr);
  }

  expected<void> begin(const char* name, std::int64_t size) {
    std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), name);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    archive_entry_set_size(entry.get(), size);
    archive_entry_set_mtime(entry.get(), now_.count(), 0);
    if (archive_write_header(tar_.get(), entry.get()) != ARCHIVE_OK) return problem();
    return {};
  }

  expected<void> data(std::string_view bytes) {
    auto written = archive_write_data(tar_.get(), bytes.data(), bytes.size());
    if (written < 0 || static_cast<std::size_t>(written) != bytes.size()) return problem();
    return {};
  }

  expected<void> file(const char* name, std::string_view content) {
    if (auto done = begin(name, static_cast<std::int64_t>(content.size())); !done) return done;
    return data(content);
  }

  expected<void> finish() {
    if (archive_write_close(tar_.get()) != ARCHIVE_OK) return problem();
    return {};
  }

private:
  struct closer {
    void operator()(archive* a) const { archive_write_free(a); }
  };

  static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t size) {
    auto& writer = *static_cast<tar_writer*>(self);
    if (writer.failed_) return -1;
    auto done = writer.out_.write({static_cast<const char*>(bytes), size});
    if (done) return static_cast<la_ssize_t>(size);
    writer.failed_ = done.error();
    return -1;
  }

  expected<void> problem() {
    if (failed_) return tl::unexpected(*failed_);
    auto* text = archive_error_string(tar_.get());
    return fail(std::string("failed to write snapshot archive: ") + (text ? text : "unknown error"));
  }

  gzip_writer& out_;
  std::chrono::seconds now_;
  std::optional<error> failed_;
  std::unique_ptr<archive, closer> tar_;
};

/// The metadata for clients: without the members that only Praetor servers use.
snapshot_meta public_meta(snapshot_meta meta) {
  for (auto& one : meta.configuration.servers) one.storage_id.clear();
  meta.time_ns = 0;
  return meta;
}

} // namespace

expected<void> write_archive(const snapshot_meta& meta, const byte_source& state, std::chrono::seconds now,
                             const byte_sink& out) {
  gzip_writer gzip(out);
  tar_writer tar(gzip, now);
  auto meta_text = json::to_string(public_meta(meta)) + "\n";
  if (auto done = tar.file("meta.json", meta_text); !done) return done;
  if (auto done = tar.begin("state.bin", meta.size); !done) return done;
  sha256 state_sum;
  std::string buffer(64 << 10, '\0');
  auto left = static_cast<std::uint64_t>(meta.size);
  for (;;) {
    auto got = state(buffer.data(), buffer.size());
    if (!got) return tl::unexpected(got.error());
    if (*got > left || (*got == 0 && left > 0))
      return fail("failed to write snapshot archive: the state is not of the announced size");
    if (*got == 0) break;
    left -= *got;
    std::string_view bytes(buffer.data(), *got);
    state_sum.update(bytes);
    if (auto done = tar.data(bytes); !done) return done;
  }
  sha256 meta_sum;
  meta_sum.update(meta_text);
  auto sums = hex(meta_sum.finish()) + "  meta.json\n" + hex(state_sum.finish()) + "  state.bin\n";
  if (auto done = tar.file("SHA256SUMS", sums); !done) return done;
  if (auto done = tar.finish(); !done) return done;
  return gzip.finish();
}

expected<std::string> pack_archive(const snapshot_meta& meta, std::string_view state, std::chrono::seconds now) {
  auto sized = meta;
  sized.size = static_cast<std::int64_t>(state.size());
  std::string archive;
  auto done = write_archive(sized, source_of(state), now, [&](std::string_view bytes) -> expected<void> {
    archive += bytes;
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return archive;
}

} // namespace praetor::storage
