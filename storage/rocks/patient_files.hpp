#pragma once

#include "storage/warning.hpp"

#include <memory>
#include <rocksdb/file_system.h>
#include <string>

namespace praetor::storage {

/// The files of `inner`, except that opening one waits while the process is out of descriptors: RocksDB treats a failed
/// open as a failed write and then accepts no more writes. Passes on all other failures at once. Only threads that may
/// block on disk open files.
/// @param purpose for messages: "the Raft log in /data/raft"
/// @param warn called when a wait begins and ends, also on RocksDB's threads
std::shared_ptr<rocksdb::FileSystem> make_patient_files(std::shared_ptr<rocksdb::FileSystem> inner, std::string purpose,
                                                        warning_callback warn);

} // namespace praetor::storage
