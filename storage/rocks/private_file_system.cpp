#include "storage/rocks/private_file_system.hpp"

#include <cerrno>
#include <cstring>
#include <string>
#include <sys/stat.h>

namespace praetor::storage {

namespace {

using rocksdb::FileOptions;
using rocksdb::FSDirectory;
using rocksdb::FSRandomRWFile;
using rocksdb::FSWritableFile;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

constexpr mode_t file_mode = 0600, directory_mode = 0700;

/// Others could open a new file for an instant only if its directory were accessible, which is made private too.
class private_file_system final : public rocksdb::FileSystemWrapper {
public:
  using FileSystemWrapper::FileSystemWrapper;
  const char* Name() const override { return "private"; }

  IOStatus NewWritableFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSWritableFile>* made,
                           IODebugContext* context) override {
    return restricted(target()->NewWritableFile(name, options, made, context), name, file_mode);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions& options,
                              std::unique_ptr<FSWritableFile>* made, IODebugContext* context) override {
    return restricted(target()->ReopenWritableFile(name, options, made, context), name, file_mode);
  }
  IOStatus ReuseWritableFile(const std::string& name, const std::string& old, const FileOptions& options,
                             std::unique_ptr<FSWritableFile>* made, IODebugContext* context) override {
    return restricted(target()->ReuseWritableFile(name, old, options, made, context), name, file_mode);
  }
  IOStatus NewRandomRWFile(const std::string& name, const FileOptions& options, std::unique_ptr<FSRandomRWFile>* made,
                           IODebugContext* context) override {
    return restricted(target()->NewRandomRWFile(name, options, made, context), name, file_mode);
  }
  IOStatus LockFile(const std::string& name, const IOOptions& options, rocksdb::FileLock** lock,
                    IODebugContext* context) override {
    return restricted(target()->LockFile(name, options, lock, context), name, file_mode);
  }
  IOStatus CreateDir(const std::string& name, const IOOptions& options, IODebugContext* context) override {
    return restricted(target()->CreateDir(name, options, context), name, directory_mode);
  }
  IOStatus CreateDirIfMissing(const std::string& name, const IOOptions& options, IODebugContext* context) override {
    return restricted(target()->CreateDirIfMissing(name, options, context), name, directory_mode);
  }

private:
  static IOStatus restricted(IOStatus made, const std::string& name, mode_t mode) {
    if (!made.ok() || ::chmod(name.c_str(), mode) == 0) return made;
    return IOStatus::IOError("chmod " + name, std::strerror(errno));
  }
};

} // namespace

std::shared_ptr<rocksdb::FileSystem> make_private_files(std::shared_ptr<rocksdb::FileSystem> inner) {
  return std::make_shared<private_file_system>(std::move(inner));
}

} // namespace praetor::storage
