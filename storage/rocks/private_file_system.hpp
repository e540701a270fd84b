#pragma once

#include <memory>
#include <rocksdb/file_system.h>

namespace praetor::storage {

/// The files of `inner`, created for the process's user only, whatever the umask. Changing the umask instead would also
/// affect the files of health check scripts and other children.
std::shared_ptr<rocksdb::FileSystem> make_private_files(std::shared_ptr<rocksdb::FileSystem> inner);

} // namespace praetor::storage
