#pragma once

#include "storage/raft_log/rocksdb_log.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <stdlib.h>
#include <string>
#include <vector>

namespace scratch {

namespace fs = std::filesystem;
using namespace praetor;
using namespace praetor::storage;

/// A temporary directory.
struct directory {
  directory() {
    auto pattern = (fs::temp_directory_path() / "praetor-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~directory() { fs::remove_all(path); }
  fs::path path;
};

inline std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

inline raft::entry_ptr make_entry(raft::index_t index, raft::term_t term, std::string data = "data") {
  auto one = std::make_shared<raft::entry>();
  one->index = index;
  one->term = term;
  one->time_ns = static_cast<std::int64_t>(index) * 1000;
  one->data = std::move(data);
  return one;
}

inline log_batch append(raft::index_t from, raft::index_t to, raft::term_t term, std::size_t size = 20) {
  log_batch batch;
  for (auto i = from; i <= to; ++i)
    batch.entries.push_back(make_entry(i, term, std::to_string(i) + std::string(size, 'x')));
  return batch;
}

inline rocksdb_log_settings settings(const fs::path& path, std::vector<std::string>* warnings = nullptr) {
  rocksdb_log_settings result;
  result.directory = path;
  result.new_storage_id = "11111111-2222-3333-4444-555555555555";
  result.reserve_bytes = 1 << 20;
  result.low_mark = 1 << 20;
  if (warnings) result.warn = [warnings](const std::string& text) { warnings->push_back(text); };
  return result;
}

/// The non-empty write-ahead logs, oldest first.
inline std::vector<fs::path> write_ahead_logs(const fs::path& path) {
  std::vector<fs::path> result;
  for (auto& file : fs::directory_iterator(path))
    if (file.path().extension() == ".log" && file.file_size() > 0) result.push_back(file.path());
  std::sort(result.begin(), result.end());
  return result;
}

} // namespace scratch
