#pragma once

#include "storage/warning.hpp"

#include <memory>
#include <rocksdb/file_system.h>
#include <string>

namespace praetor::storage {

/// RocksDB's files on `inner`, except that opening one waits while there are no descriptors left: to
/// RocksDB a failed open is a failed write, after which it takes no more. All other failures are passed on at once.
/// Only threads that may block on disks open files.
/// @param purpose for messages: "the Raft log in /data/raft"
/// @param warn hears when a wait begins and ends, from RocksDB's threads too
std::shared_ptr<rocksdb::FileSystem> make_patient_files(std::shared_ptr<rocksdb::FileSystem> inner, std::string purpose,
                                                        warning_callback warn);

} // namespace praetor::storage
