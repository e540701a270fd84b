#pragma once

#include "storage/warning.hpp"

#include <memory>
#include <rocksdb/env.h>
#include <string>

namespace praetor::storage {

/// RocksDB's files on the system's file system, except that opening one waits while there are no descriptors left: to
/// RocksDB a failed open is a failed write, after which it takes no more. All other failures are passed on at once.
/// Only threads that may block on disks open files.
/// @param purpose for messages: "the Raft log in /data/raft"
/// @param warn hears when a wait begins and ends, from RocksDB's threads too
std::unique_ptr<rocksdb::Env> make_patient_files(std::string purpose, warning_callback warn);

} // namespace praetor::storage
