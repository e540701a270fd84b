#include "storage/snapshot/file_snapshot_store.hpp"

#include "protocol/base/big_endian.hpp"
#include "protocol/base/hex.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"
#include "storage/files/files.hpp"
#include "storage/snapshot/checksums.hpp"

#include <algorithm>
#include <fcntl.h>
#include <mutex>
#include <set>
#include <sys/stat.h>

namespace praetor::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece = 256 << 10;
constexpr std::string_view unfinished = ".tmp";

/// The content of meta.json in a snapshot directory.
struct stored_meta {
  snapshot_meta meta;
  blob crc;           ///< CRC-64 of state.bin, big-endian
  std::string digest; ///< hexadecimal SHA-256 of the JSON of `meta` and state.bin; absent in Consul's directories

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    snapshot_meta::fields(f, x.meta);
    f(field{"CRC"}, x.crc);
    f(field{"Digest", omit_empty}, x.digest);
  }
};

std::string crc_bytes(std::uint64_t crc) {
  std::string bytes;
  append_big_endian(bytes, crc);
  return bytes;
}

expected<stored_meta> read_meta(const fs::path& directory) {
  auto path = directory / "meta.json";
  auto text = read_file(path);
  if (!text) return tl::unexpected(text.error());
  json::read_options options;
  options.whole_text = true;
  auto meta = json::read<stored_meta>(*text, options);
  if (!meta) return fail(path.string() + " is damaged: " + meta.error().text);
  if (meta->meta.id != directory.filename()) return fail(path.string() + " is damaged: it belongs to another snapshot");
  return meta;
}

class file_source final : public snapshot_source {
public:
  file_source(snapshot_meta meta, file_handle file, fs::path path)
      : meta_(std::move(meta)), file_(std::move(file)), path_(std::move(path)) {}
  const snapshot_meta& meta() const override { return meta_; }
  expected<std::string> read_at(std::uint64_t offset, std::size_t max) override {
    auto size = static_cast<std::uint64_t>(meta_.size);
    if (offset >= size) return std::string{};
    return file_.read_at(offset, static_cast<std::size_t>(std::min<std::uint64_t>(max, size - offset)), path_);
  }

private:
  snapshot_meta meta_;
  file_handle file_;
  fs::path path_;
};

/// Reads all of state.bin and checks size and checksums.
expected<void> verify(const stored_meta& meta, const file_handle& file, const fs::path& path) {
  std::uint64_t crc = 0;
  sha256 digest;
  digest.update(json::to_string(meta.meta));
  std::uint64_t size = 0;
  for (;;) {
    auto bytes = file.read_at(size, piece, path);
    if (!bytes) return tl::unexpected(bytes.error());
    if (bytes->empty()) break;
    size += bytes->size();
    crc = crc64(*bytes, crc);
    digest.update(*bytes);
  }
  if (size != static_cast<std::uint64_t>(meta.meta.size))
    return fail(path.string() + " is damaged: it has " + std::to_string(size) + " bytes instead of " +
                std::to_string(meta.meta.size));
  bool good = meta.crc.bytes == crc_bytes(crc) && (meta.digest.empty() || meta.digest == hex(digest.finish()));
  if (!good) return fail(path.string() + " is damaged: its checksum is wrong");
  return {};
}

} // namespace

/// The directory, shared with sinks that may outlive the store.
class file_snapshot_store::contents {
public:
  contents(fs::path directory, std::size_t keep) : directory_(std::move(directory)), keep_(keep) {}

  expected<void> clean_up() {
    if (auto made = make_directories(directory_); !made) return made;
    std::error_code ignored;
    std::vector<fs::path> leftovers;
    for (auto& one : fs::directory_iterator(directory_, ignored))
      if (one.path().native().ends_with(unfinished)) leftovers.push_back(one.path());
    for (auto& one : leftovers) fs::remove_all(one, ignored);
    return {};
  }

  fs::path place(const std::string& id) const { return directory_ / id; }
  fs::path place_beside(const std::string& id) const { return directory_ / (id + std::string(unfinished)); }

  std::vector<snapshot_meta> list() const {
    std::vector<snapshot_meta> result;
    std::error_code ignored;
    for (auto& one : fs::directory_iterator(directory_, ignored)) {
      auto id = one.path().filename().string();
      auto name = parse_snapshot_id(id);
      if (!name) continue;
      auto stored = read_meta(one.path());
      if (stored) {
        result.push_back(std::move(stored->meta));
        continue;
      }
      snapshot_meta unreadable;
      unreadable.id = id;
      unreadable.term = name->term;
      unreadable.index = name->index;
      unreadable.size = -1;
      result.push_back(std::move(unreadable));
    }
    sort_newest_first(result);
    return result;
  }

  expected<std::unique_ptr<snapshot_source>> open(const std::string& id) {
    std::error_code ignored;
    if (!parse_snapshot_id(id) || !fs::is_directory(place(id), ignored))
      return fail("there is no Raft snapshot " + praetor::quoted(id), 404);
    auto path = place(id) / "state.bin";
    auto meta = read_meta(place(id));
    if (!meta) return reject(id, meta.error());
    auto file = file_handle::open(path, O_RDONLY);
    if (!file) return reject(id, file.error());
    if (auto good = verify(*meta, *file, path); !good) return reject(id, good.error());
    return std::make_unique<file_source>(std::move(meta->meta), std::move(*file), std::move(path));
  }

  expected<void> reap(std::size_t keep) {
    auto all = list();
    {
      std::lock_guard lock(guard_);
      std::stable_partition(all.begin(), all.end(),
                            [&](const snapshot_meta& one) { return one.size >= 0 && !damaged_.contains(one.id); });
    }
    for (std::size_t i = keep; i < all.size(); ++i)
      if (auto gone = remove(all[i].id); !gone) return gone;
    return {};
  }
  expected<void> reap() { return reap(keep_); }

  /// Moves a finished snapshot into place. Equal ids have equal content: keeps a valid one that exists.
  expected<void> publish(const std::string& id) {
    std::error_code problem;
    if (fs::exists(place(id), problem)) {
      if (open(id)) {
        fs::remove_all(place_beside(id), problem);
        return {};
      }
      if (auto gone = remove(id); !gone) return gone;
    }
    fs::rename(place_beside(id), place(id), problem);
    if (problem) return fail("rename " + place_beside(id).string() + ": " + problem.message());
    std::lock_guard lock(guard_);
    damaged_.erase(id);
    return sync_directory(directory_);
  }

private:
  tl::unexpected<error> reject(const std::string& id, error why) {
    std::lock_guard lock(guard_);
    damaged_.insert(id);
    return tl::unexpected(std::move(why));
  }

  /// Renames it first, so that a crash leaves no partial snapshot in its place.
  expected<void> remove(const std::string& id) {
    auto aside = directory_ / (id + ".old" + std::string(unfinished));
    std::error_code problem;
    fs::rename(place(id), aside, problem);
    if (problem) return fail("rename " + place(id).string() + ": " + problem.message());
    fs::remove_all(aside, problem);
    if (problem) return fail("remove " + aside.string() + ": " + problem.message());
    return {};
  }

  fs::path directory_;
  std::size_t keep_;
  std::mutex guard_;
  std::set<std::string> damaged_; ///< ids that failed verification
};

class file_snapshot_store::sink final : public snapshot_sink {
public:
  sink(std::shared_ptr<contents> contents, snapshot_meta meta)
      : contents_(std::move(contents)), meta_(std::move(meta)) {}
  ~sink() override {
    if (done_) return;
    std::error_code ignored;
    fs::remove_all(contents_->place_beside(meta_.id), ignored);
  }

  expected<void> begin() {
    auto directory = contents_->place_beside(meta_.id);
    std::error_code problem;
    fs::remove_all(directory, problem);
    if (::mkdir(directory.c_str(), 0700) != 0) return tl::unexpected(system_error("mkdir", directory));
    auto file = file_handle::open(path(), O_WRONLY | O_CREAT | O_TRUNC);
    if (!file) return tl::unexpected(file.error());
    file_ = std::move(*file);
    return {};
  }

  const std::string& id() const override { return meta_.id; }

  expected<void> write(std::string_view bytes) override {
    meta_.size += static_cast<std::int64_t>(bytes.size());
    crc_ = crc64(bytes, crc_);
    if (buffer_.size() + bytes.size() < piece) {
      buffer_ += bytes;
      return {};
    }
    if (auto done = flush(); !done) return done;
    return file_.write(bytes, path());
  }

  expected<snapshot_meta> commit() override {
    auto directory = contents_->place_beside(meta_.id);
    if (auto done = flush(); !done) return tl::unexpected(done.error());
    if (auto done = file_.sync(path()); !done) return tl::unexpected(done.error());
    stored_meta stored;
    stored.meta = meta_;
    stored.crc.bytes = crc_bytes(crc_);
    auto digest = digest_of_file();
    if (!digest) return tl::unexpected(digest.error());
    stored.digest = std::move(*digest);
    // Also makes state.bin's name durable.
    if (auto done = replace_file(directory / "meta.json", json::to_string(stored) + "\n"); !done)
      return tl::unexpected(done.error());
    if (auto done = contents_->publish(meta_.id); !done) return tl::unexpected(done.error());
    done_ = true;
    if (auto done = contents_->reap(); !done) return tl::unexpected(done.error());
    return meta_;
  }

private:
  fs::path path() const { return contents_->place_beside(meta_.id) / "state.bin"; }

  expected<void> flush() {
    auto done = file_.write(buffer_, path());
    buffer_.clear();
    return done;
  }

  /// The digest begins with the metadata, which are complete only now. Computing it from the file also verifies that
  /// the written data can be read.
  expected<std::string> digest_of_file() {
    auto file = file_handle::open(path(), O_RDONLY);
    if (!file) return tl::unexpected(file.error());
    sha256 digest;
    digest.update(json::to_string(meta_));
    std::uint64_t size = 0;
    std::uint64_t crc = 0;
    for (;;) {
      auto bytes = file->read_at(size, piece, path());
      if (!bytes) return tl::unexpected(bytes.error());
      if (bytes->empty()) break;
      size += bytes->size();
      crc = crc64(*bytes, crc);
      digest.update(*bytes);
    }
    if (crc != crc_) return fail(path().string() + " does not hold what was written to it");
    return hex(digest.finish());
  }

  std::shared_ptr<contents> contents_;
  snapshot_meta meta_;
  file_handle file_;
  std::string buffer_;
  std::uint64_t crc_ = 0;
  bool done_ = false;
};

file_snapshot_store::file_snapshot_store(std::shared_ptr<contents> contents) : contents_(std::move(contents)) {}

expected<std::unique_ptr<file_snapshot_store>> file_snapshot_store::open_directory(const fs::path& directory,
                                                                                   std::size_t keep) {
  auto inside = std::make_shared<contents>(directory, keep);
  if (auto done = inside->clean_up(); !done) return tl::unexpected(done.error());
  return std::unique_ptr<file_snapshot_store>(new file_snapshot_store(std::move(inside)));
}

expected<std::unique_ptr<snapshot_sink>> file_snapshot_store::create(snapshot_request request,
                                                                     std::chrono::milliseconds now) {
  auto taken = [&](const std::string& id) {
    std::error_code ignored;
    return fs::exists(contents_->place(id), ignored) || fs::exists(contents_->place_beside(id), ignored);
  };
  auto meta = meta_of(request, now, taken);
  if (!meta) return tl::unexpected(meta.error());
  auto made = std::make_unique<sink>(contents_, std::move(*meta));
  if (auto begun = made->begin(); !begun) return tl::unexpected(begun.error());
  return made;
}

expected<std::vector<snapshot_meta>> file_snapshot_store::list() { return contents_->list(); }
expected<std::unique_ptr<snapshot_source>> file_snapshot_store::open(const std::string& id) {
  return contents_->open(id);
}
expected<void> file_snapshot_store::reap(std::size_t keep) { return contents_->reap(keep); }

} // namespace praetor::storage
