#include "storage/rocks/patient_files.hpp"

#include "storage/files/descriptor_wait.hpp"

#include <rocksdb/file_system.h>

namespace praetor::storage {

namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;

class patient_files final : public rocksdb::FileSystemWrapper {
public:
  patient_files(std::shared_ptr<rocksdb::FileSystem> inner, std::string purpose, warning_callback warn)
      : FileSystemWrapper(std::move(inner)), purpose_(std::move(purpose)), warn_(std::move(warn)) {}

  const char* Name() const override { return "patient_files"; }

  IOStatus NewSequentialFile(const std::string& path, const FileOptions& options,
                             std::unique_ptr<rocksdb::FSSequentialFile>* out, IODebugContext* debug) override {
    return patiently([&] { return target()->NewSequentialFile(path, options, out, debug); });
  }
  IOStatus NewRandomAccessFile(const std::string& path, const FileOptions& options,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* out, IODebugContext* debug) override {
    return patiently([&] { return target()->NewRandomAccessFile(path, options, out, debug); });
  }
  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* out, IODebugContext* debug) override {
    return patiently([&] { return target()->NewWritableFile(path, options, out, debug); });
  }
  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* out, IODebugContext* debug) override {
    return patiently([&] { return target()->ReopenWritableFile(path, options, out, debug); });
  }
  IOStatus NewRandomRWFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSRandomRWFile>* out, IODebugContext* debug) override {
    return patiently([&] { return target()->NewRandomRWFile(path, options, out, debug); });
  }
  IOStatus NewDirectory(const std::string& path, const IOOptions& options, std::unique_ptr<rocksdb::FSDirectory>* out,
                        IODebugContext* debug) override {
    return patiently([&] { return target()->NewDirectory(path, options, out, debug); });
  }
  IOStatus GetChildren(const std::string& path, const IOOptions& options, std::vector<std::string>* out,
                       IODebugContext* debug) override {
    return patiently([&] { return target()->GetChildren(path, options, out, debug); });
  }
  IOStatus LockFile(const std::string& path, const IOOptions& options, rocksdb::FileLock** out,
                    IODebugContext* debug) override {
    return patiently([&] { return target()->LockFile(path, options, out, debug); });
  }

private:
  /// RocksDB does not report the errno of a failure. If another file can be opened afterwards, a descriptor may have
  /// become free meanwhile, so a failure is only final when it repeats.
  template <class Open>
  IOStatus patiently(Open open) {
    constexpr int believed_after = 3; // consecutive failures while descriptors are available
    descriptor_wait wait;
    for (int failures = 0;;) {
      auto status = open();
      if (!status.IsIOError() || status.IsPathNotFound()) {
        end(wait, status.ok());
        return status;
      }
      if (has_descriptors_left()) {
        if (++failures < believed_after) continue;
        end(wait, false);
        return status;
      }
      failures = 0;
      if (wait.waited().count() == 0 && warn_)
        warn_("no file descriptors are left (EMFILE or ENFILE): " + purpose_ +
              " waits for one, and what is written waits too. Raise the limit (ulimit -n, LimitNOFILE)");
      wait.pause();
    }
  }

  void end(const descriptor_wait& wait, bool good) {
    if (good && wait.waited().count() > 0 && warn_)
      warn_(purpose_ + " goes on: it has waited " + std::to_string(wait.waited().count()) +
            " ms for a file descriptor");
  }

  std::string purpose_;
  warning_callback warn_;
};

} // namespace

std::shared_ptr<rocksdb::FileSystem> make_patient_files(std::shared_ptr<rocksdb::FileSystem> inner, std::string purpose,
                                                        warning_callback warn) {
  return std::make_shared<patient_files>(std::move(inner), std::move(purpose), std::move(warn));
}

} // namespace praetor::storage
