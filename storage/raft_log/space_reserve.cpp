#include "storage/raft_log/space_reserve.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/statvfs.h>
#include <unistd.h>

namespace praetor::storage {

space_reserve::space_reserve(std::filesystem::path file, std::uint64_t size, std::uint64_t low_mark,
                             warning_callback warn)
    : file_(std::move(file)), size_(size), low_mark_(low_mark), warn_(std::move(warn)) {
  std::error_code ignored;
  held_ = std::filesystem::file_size(file_, ignored) == size_ && !ignored;
  if (!held_) {
    std::filesystem::remove(file_, ignored);
    if (look() && free_ >= size_ + low_mark_) take();
  }
  check();
}

bool space_reserve::look() {
  struct statvfs info {};
  if (::statvfs(file_.parent_path().c_str(), &info) != 0) return false;
  free_ = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
  return true;
}

void space_reserve::take() {
  int fd = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  held_ = size_ == 0 || ::posix_fallocate(fd, 0, static_cast<off_t>(size_)) == 0;
  ::close(fd);
  if (!held_) ::unlink(file_.c_str());
}

void space_reserve::give_up() {
  ::unlink(file_.c_str());
  held_ = false;
}

bool space_reserve::check() {
  if (!look()) return !low_;
  if (!low_ && (!held_ || free_ < low_mark_)) {
    low_ = true;
    auto left = free_;
    give_up();
    if (warn_)
      warn_("the disk of " + file_.parent_path().string() + " is nearly full (" + std::to_string(left >> 20) +
            " MiB free): writes are refused until " + std::to_string((size_ + 2 * low_mark_) >> 20) + " MiB are free");
    look();
  } else if (low_ && free_ >= size_ + 2 * low_mark_) {
    take();
    low_ = !held_;
    if (!low_ && warn_) warn_("there is room again on the disk of " + file_.parent_path().string());
    look();
  }
  return !low_;
}

} // namespace praetor::storage
