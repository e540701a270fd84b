#pragma once

#include <memory>
#include <rocksdb/file_system.h>

namespace praetor::storage {

/// Files on `inner`, except that what is made is for the process's user alone, whatever the umask.
/// Setting the umask instead would change the files of health check scripts and other children as well.
std::shared_ptr<rocksdb::FileSystem> make_private_files(std::shared_ptr<rocksdb::FileSystem> inner);

} // namespace praetor::storage
