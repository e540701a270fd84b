#include "storage/files/files.hpp"

#include "storage/files/descriptor_wait.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace praetor::storage {

namespace fs = std::filesystem;

error system_error(std::string_view doing, const fs::path& path) {
  return {std::string(doing) + " " + path.string() + ": " + std::strerror(errno)};
}

file_handle::~file_handle() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

expected<file_handle> file_handle::open(const fs::path& path, int flags, mode_t mode) {
  constexpr std::chrono::seconds patience{5}; // how long to wait for descriptors; snapshots are retried later
  int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  for (descriptor_wait wait; descriptor < 0 && is_out_of_descriptors(errno) && wait.waited() < patience;) {
    wait.pause();
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  }
  if (descriptor < 0) return tl::unexpected(system_error("open", path));
  return file_handle(descriptor);
}

expected<void> file_handle::write(std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    auto done = ::write(descriptor_, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return tl::unexpected(system_error("write", path));
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return {};
}

expected<void> file_handle::sync(const fs::path& path) {
  if (::fsync(descriptor_) != 0) return tl::unexpected(system_error("sync", path));
  return {};
}

expected<std::string> file_handle::read_at(std::uint64_t offset, std::size_t max, const fs::path& path) const {
  std::string bytes(max, '\0');
  std::size_t filled = 0;
  while (filled < max) {
    auto got = ::pread(descriptor_, bytes.data() + filled, max - filled, static_cast<off_t>(offset + filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return tl::unexpected(system_error("read", path));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
  }
  bytes.resize(filled);
  return bytes;
}

expected<void> sync_directory(const fs::path& directory) {
  auto handle = file_handle::open(directory, O_RDONLY | O_DIRECTORY);
  if (!handle) return tl::unexpected(handle.error());
  return handle->sync(directory);
}

expected<void> make_directories(const fs::path& directory, mode_t mode) {
  std::error_code ignored;
  if (directory.empty() || fs::is_directory(directory, ignored)) return {};
  auto parent = fs::absolute(directory).lexically_normal().parent_path();
  if (auto done = make_directories(parent, mode); !done) return done;
  if (::mkdir(directory.c_str(), mode) != 0 && errno != EEXIST) return tl::unexpected(system_error("mkdir", directory));
  return sync_directory(parent);
}

expected<std::string> read_file(const fs::path& path) {
  auto handle = file_handle::open(path, O_RDONLY);
  if (!handle) return tl::unexpected(handle.error());
  std::string content;
  constexpr std::size_t piece = 256 << 10;
  for (;;) {
    auto part = handle->read_at(content.size(), piece, path);
    if (!part) return part;
    content += *part;
    if (part->size() < piece) return content;
  }
}

expected<void> replace_file(const fs::path& path, std::string_view content, mode_t mode) {
  auto beside = path;
  beside += ".tmp";
  auto handle = file_handle::open(beside, O_WRONLY | O_CREAT | O_TRUNC, mode);
  if (!handle) return tl::unexpected(handle.error());
  if (auto done = handle->write(content, beside); !done) return done;
  if (auto done = handle->sync(beside); !done) return done;
  if (::rename(beside.c_str(), path.c_str()) != 0) return tl::unexpected(system_error("rename", beside));
  return sync_directory(fs::absolute(path).parent_path());
}

} // namespace praetor::storage
