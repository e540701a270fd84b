#include "scratch.hpp"
#include "storage/files/files.hpp"
#include "storage/files/private_tree.hpp"
#include "storage/rocks/database.hpp"
#include "storage/rocks/private_file_system.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

using namespace praetor::storage;
namespace fs = std::filesystem;

namespace {

/// Sets an empty umask temporarily.
class open_umask {
public:
  open_umask() : before_(::umask(0)) {}
  ~open_umask() { ::umask(before_); }
  open_umask(const open_umask&) = delete;
  open_umask& operator=(const open_umask&) = delete;

private:
  mode_t before_;
};

unsigned mode_of(const fs::path& path) {
  struct stat info {};
  REQUIRE(::lstat(path.c_str(), &info) == 0);
  return info.st_mode & 07777u;
}

/// Entries of a directory, including itself, that give permissions to others.
std::vector<std::string> open_to_others(const fs::path& directory) {
  std::vector<std::string> out;
  if (mode_of(directory) & 077u) out.push_back(directory);
  for (const auto& each : fs::recursive_directory_iterator(directory))
    if (!each.is_symlink() && (mode_of(each.path()) & 077u)) out.push_back(each.path());
  return out;
}

void write(const fs::path& path, mode_t mode) {
  std::ofstream(path) << "secret";
  REQUIRE(::chmod(path.c_str(), mode) == 0);
}

} // namespace

TEST_CASE("what RocksDB writes is for its user alone, whatever the umask") {
  open_umask all_allowed;
  scratch::directory where;
  database_settings settings;
  settings.directory = where.path / "new" / "raft";
  settings.purpose = "the Raft log";
  settings.families = {"entries"};
  settings.write_buffer = 64 << 10;
  for (int run = 0; run < 2; ++run) {
    auto opened = database::open(settings);
    REQUIRE(opened);
    auto& db = **opened;
    for (int i = 0; i < 50; ++i) {
      rocksdb::WriteBatch batch;
      batch.Put(db.family(1), "key " + std::to_string(run * 50 + i), std::string(4096, 's'));
      REQUIRE(db.commit(batch));
    }
    REQUIRE(db.db().Flush({}, db.family(1)).ok());
    REQUIRE(db.db().CompactRange({}, db.family(1), nullptr, nullptr).ok());
    CHECK(open_to_others(where.path / "new") == std::vector<std::string>{});
  }
  CHECK(open_to_others(where.path / "new") == std::vector<std::string>{});
}

TEST_CASE("directories and replaced files are for their user alone, whatever the umask") {
  open_umask all_allowed;
  scratch::directory where;
  auto inside = where.path / "new" / "serf";
  REQUIRE(make_directories(inside));
  REQUIRE(replace_file(inside / "local.keyring", "[]"));
  CHECK(open_to_others(where.path / "new") == std::vector<std::string>{});
}

TEST_CASE("the permissions of others are taken away from a whole tree, and counted") {
  scratch::directory where;
  auto top = where.path / "data";
  fs::create_directories(top / "raft" / "snapshots");
  for (const auto& d : {top, top / "raft", top / "raft" / "snapshots"}) REQUIRE(::chmod(d.c_str(), 0755) == 0);
  write(top / "raft" / "000007.log", 0644);
  write(top / "raft" / "snapshots" / "state.bin", 0640);
  write(top / "node-id", 0600);
  auto found = make_private(top);
  REQUIRE(found);
  CHECK(found->directories == 3);
  CHECK(found->files == 2);
  CHECK(found->first == top.string());
  CHECK(found->refused.empty());
  CHECK(open_to_others(top) == std::vector<std::string>{});
  CHECK(mode_of(top / "raft" / "000007.log") == 0600);
  auto again = make_private(top);
  REQUIRE(again);
  CHECK(again->directories + again->files == 0);
}

TEST_CASE("a symbolic link inside a private tree is not followed") {
  scratch::directory where;
  auto top = where.path / "data";
  fs::create_directories(top);
  fs::create_directories(where.path / "elsewhere");
  write(where.path / "elsewhere" / "file", 0644);
  REQUIRE(::chmod((where.path / "elsewhere").c_str(), 0755) == 0);
  fs::create_symlink(where.path / "elsewhere", top / "directory");
  fs::create_symlink(where.path / "elsewhere" / "file", top / "file");
  fs::create_symlink(where.path / "nowhere", top / "dangling");
  auto found = make_private(top);
  REQUIRE(found);
  CHECK(found->refused.empty());
  CHECK(mode_of(where.path / "elsewhere") == 0755);
  CHECK(mode_of(where.path / "elsewhere" / "file") == 0644);
}

TEST_CASE("the data directory itself may be a symbolic link") {
  scratch::directory where;
  fs::create_directories(where.path / "disk");
  write(where.path / "disk" / "file", 0644);
  fs::create_symlink(where.path / "disk", where.path / "data");
  REQUIRE(make_private(where.path / "data"));
  CHECK(mode_of(where.path / "disk" / "file") == 0600);
  CHECK(mode_of(where.path / "disk") == 0700);
}

TEST_CASE("what is neither a directory nor a file keeps its permissions") {
  scratch::directory where;
  auto top = where.path / "data";
  fs::create_directories(top);
  auto path = (top / "http.sock").string();
  int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un at{};
  at.sun_family = AF_UNIX;
  REQUIRE(path.size() < sizeof at.sun_path);
  path.copy(at.sun_path, path.size());
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
  REQUIRE(::chmod(path.c_str(), 0666) == 0);
  REQUIRE(::mkfifo((top / "fifo").c_str(), 0644) == 0);
  auto found = make_private(top);
  ::close(fd);
  REQUIRE(found);
  CHECK(found->files == 0);
  CHECK(mode_of(path) == 0666);
}

TEST_CASE("a directory that is made private has usual directories above it") {
  scratch::directory where;
  auto before = ::umask(022);
  auto made = make_private_directory(where.path / "var" / "lib" / "data/");
  ::umask(before);
  REQUIRE(made);
  CHECK(mode_of(where.path / "var" / "lib") == 0755);
  CHECK(mode_of(where.path / "var" / "lib" / "data") == 0700);
}
