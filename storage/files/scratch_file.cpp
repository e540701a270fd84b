#include "storage/files/scratch_file.hpp"

#include "storage/files/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace praetor::storage {

namespace fs = std::filesystem;

namespace {

/// Bytes written between two checks of the free space.
constexpr std::uint64_t space_check_interval = 4 << 20;

class memory_scratch final : public scratch_file {
public:
  memory_scratch(std::string content, std::uint64_t max_bytes) : content_(std::move(content)), max_bytes_(max_bytes) {}

  expected<void> write(std::string_view bytes) override {
    if (bytes.size() > max_bytes_ - std::min<std::uint64_t>(content_.size(), max_bytes_))
      return fail("more than " + std::to_string(max_bytes_) + " bytes are not kept in memory", 507);
    content_ += bytes;
    return {};
  }
  expected<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t max) const override {
    if (offset >= content_.size()) return std::size_t{0};
    auto count = std::min<std::size_t>(max, content_.size() - offset);
    std::memcpy(buffer, content_.data() + offset, count);
    return count;
  }
  std::uint64_t size() const override { return content_.size(); }
  expected<std::string_view> view() override { return std::string_view(content_); }
  expected<std::shared_ptr<scratch_file>> another() const override { return make_memory_scratch({}, max_bytes_); }

private:
  std::string content_;
  std::uint64_t max_bytes_;
};

expected<file_handle> open_nameless(const fs::path& directory) {
  auto handle = file_handle::open(directory, O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
  if (handle || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL)) return handle;
  // The file system has no O_TMPFILE: unlink the name at once.
  auto path = (directory / "scratch-XXXXXX").string();
  auto descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) return tl::unexpected(system_error("mkostemp", path));
  ::unlink(path.c_str());
  return file_handle(descriptor);
}

class disk_scratch final : public scratch_file {
public:
  disk_scratch(fs::path directory, file_handle handle, std::uint64_t least_free)
      : directory_(std::move(directory)), handle_(std::move(handle)), least_free_(least_free) {}
  ~disk_scratch() override { unmap(); }

  expected<void> write(std::string_view bytes) override {
    unmap();
    if (size_ + bytes.size() > checked_)
      if (auto room = check_space(bytes.size()); !room) return room;
    if (auto written = handle_.write(bytes, directory_); !written) return written;
    size_ += bytes.size();
    return {};
  }

  expected<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t max) const override {
    for (;;) {
      auto got = ::pread(handle_.get(), buffer, max, static_cast<off_t>(offset));
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) return tl::unexpected(system_error("read", directory_));
    }
  }

  std::uint64_t size() const override { return size_; }

  expected<std::string_view> view() override {
    if (size_ == 0) return std::string_view();
    if (!mapped_) {
      auto* at = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, handle_.get(), 0);
      if (at == MAP_FAILED) return tl::unexpected(system_error("mmap", directory_));
      mapped_ = at;
    }
    return std::string_view(static_cast<const char*>(mapped_), size_);
  }

  expected<std::shared_ptr<scratch_file>> another() const override { return make_scratch_in(directory_, least_free_); }

private:
  expected<void> check_space(std::uint64_t more) {
    struct statvfs space {};
    if (::fstatvfs(handle_.get(), &space) != 0) return tl::unexpected(system_error("statvfs", directory_));
    auto free = static_cast<std::uint64_t>(space.f_bavail) * space.f_frsize;
    auto ahead = std::max(more, space_check_interval);
    if (free < least_free_ + ahead)
      return fail("too little space is left in " + directory_.string() + ": " + std::to_string(free) +
                      " bytes are free, and " + std::to_string(least_free_) + " have to stay so",
                  507);
    checked_ = size_ + ahead;
    return {};
  }

  void unmap() {
    if (mapped_) ::munmap(mapped_, size_);
    mapped_ = nullptr;
  }

  fs::path directory_;
  file_handle handle_;
  std::uint64_t least_free_;
  std::uint64_t size_ = 0;
  std::uint64_t checked_ = 0; ///< the free space was checked up to this size
  void* mapped_ = nullptr;
};

} // namespace

std::shared_ptr<scratch_file> make_memory_scratch(std::string content, std::uint64_t max_bytes) {
  return std::make_shared<memory_scratch>(std::move(content), max_bytes);
}

expected<std::shared_ptr<scratch_file>> make_scratch_in(const fs::path& directory, std::uint64_t least_free) {
  auto handle = open_nameless(directory);
  if (!handle) return tl::unexpected(handle.error());
  return std::make_shared<disk_scratch>(directory, std::move(*handle), least_free);
}

std::function<expected<std::size_t>(char*, std::size_t)> reader_of(std::shared_ptr<const scratch_file> file) {
  return [file = std::move(file), at = std::uint64_t{0}](char* buffer, std::size_t max) mutable {
    auto got = file->read_at(at, buffer, max);
    if (got) at += *got;
    return got;
  };
}

} // namespace praetor::storage
