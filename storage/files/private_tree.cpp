#include "storage/files/private_tree.hpp"

#include "storage/files/files.hpp"

#include <cerrno>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace praetor::storage {

namespace fs = std::filesystem;

namespace {

constexpr mode_t permissions = 07777, of_others = S_IRWXG | S_IRWXO | S_ISUID | S_ISGID;
/// Deeper than any tree that an agent writes.
constexpr int deepest = 32;

struct directory_closer {
  void operator()(DIR* d) const { ::closedir(d); }
};

class privacy {
public:
  explicit privacy(private_report& report) : report_(report) {}

  /// @param handle of the directory at `path`
  void directory(file_handle handle, const fs::path& path, int depth) {
    struct stat info {};
    if (::fstat(handle.get(), &info) != 0) return refuse("stat", path);
    restrict(handle.get(), path, info.st_mode, report_.directories);
    if (depth >= deepest) return report_.refused.push_back(path.string() + " is too deep inside");
    // The stream needs a descriptor of its own.
    std::unique_ptr<DIR, directory_closer> entries(::fdopendir(::fcntl(handle.get(), F_DUPFD_CLOEXEC, 0)));
    if (!entries) return refuse("open", path);
    while (auto* entry = ::readdir(entries.get())) {
      std::string name = entry->d_name;
      if (name != "." && name != "..") one(handle.get(), name, path / name, depth);
    }
  }

private:
  void one(int parent, const std::string& name, const fs::path& path, int depth) {
    struct stat info {};
    if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) refuse("stat", path);
      return;
    }
    bool folder = S_ISDIR(info.st_mode);
    if (!folder && (!S_ISREG(info.st_mode) || (info.st_mode & of_others) == 0)) return;
    // If the entry was replaced meanwhile, neither follow a link nor block on a FIFO.
    int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | (folder ? O_DIRECTORY : 0);
    file_handle handle(::openat(parent, name.c_str(), flags));
    if (!handle.is_open()) return refuse("open", path);
    if (folder) return directory(std::move(handle), path, depth + 1);
    if (::fstat(handle.get(), &info) == 0 && S_ISREG(info.st_mode))
      restrict(handle.get(), path, info.st_mode, report_.files);
  }

  void restrict(int handle, const fs::path& path, mode_t mode, std::size_t& count) {
    if ((mode & of_others) == 0) return;
    if (::fchmod(handle, mode & permissions & ~of_others) != 0) return refuse("chmod", path);
    ++count;
    if (report_.first.empty()) report_.first = path.string();
  }

  void refuse(const char* doing, const fs::path& path) {
    report_.refused.push_back(std::string(doing) + " " + path.string() + ": " + std::strerror(errno));
  }

  private_report& report_;
};

} // namespace

expected<private_report> make_private(const fs::path& directory) {
  auto handle = file_handle::open(directory, O_RDONLY | O_DIRECTORY);
  if (!handle) return tl::unexpected(handle.error());
  private_report report;
  privacy(report).directory(std::move(*handle), directory, 0);
  return report;
}

expected<void> make_private_directory(const fs::path& directory) {
  constexpr mode_t usual = 0755, own = 0700;
  auto whole = fs::absolute(directory).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path(); // "data/"
  if (auto above = make_directories(whole.parent_path(), usual); !above) return above;
  return make_directories(whole, own);
}

} // namespace praetor::storage
