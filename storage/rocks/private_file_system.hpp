#pragma once

#include <memory>
#include <rocksdb/env.h>

namespace praetor::storage {

/// RocksDB's usual environment, except that what it makes is for the process's user alone, whatever the umask.
/// Setting the umask instead would change the files of health check scripts and other children as well.
std::unique_ptr<rocksdb::Env> private_environment();

} // namespace praetor::storage
