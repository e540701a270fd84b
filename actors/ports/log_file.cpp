#include "actors/ports/log_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

namespace praetor {

namespace fs = std::filesystem;

rotated_file_sink::rotated_file_sink(const log_options& options) : options_(options) {
  fs::path path = options.file;
  if (options.file.ends_with('/')) path /= "consul.log";
  path_ = path.string();
  extension_ = path.has_extension() ? path.extension().string() : ".log";
  stem_ = path.has_extension() ? (path.parent_path() / path.stem()).string() : path_;
}

rotated_file_sink::~rotated_file_sink() {
  if (file_) std::fclose(file_);
}

expected<void> rotated_file_sink::open() {
  std::error_code ignored;
  if (auto parent = fs::path(path_).parent_path(); !parent.empty()) fs::create_directories(parent, ignored);
  auto fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) return fail("log_file: open " + path_ + ": " + std::strerror(errno));
  file_ = ::fdopen(fd, "a");
  struct stat info {};
  size_ = ::fstat(fd, &info) == 0 ? info.st_size : 0;
  created_ = std::chrono::system_clock::now();
  return {};
}

std::string rotated_file_sink::archive_name(std::int64_t now) const {
  return stem_ + "-" + std::to_string(now) + extension_;
}

void rotated_file_sink::rotate() {
  auto now = std::chrono::system_clock::now();
  std::fclose(file_);
  file_ = nullptr;
  std::error_code ignored;
  fs::rename(path_, archive_name(std::chrono::nanoseconds(now.time_since_epoch()).count()), ignored);
  prune();
  (void)open();
}

void rotated_file_sink::prune() {
  if (options_.rotate_max_files == 0) return;
  std::vector<std::string> archives;
  std::error_code ignored;
  fs::path directory = fs::path(path_).parent_path();
  if (directory.empty()) directory = ".";
  auto prefix = fs::path(stem_).filename().string() + "-";
  for (const auto& entry : fs::directory_iterator(directory, ignored)) {
    auto name = entry.path().filename().string();
    if (name.starts_with(prefix) && name.ends_with(extension_)) archives.push_back(entry.path().string());
  }
  std::sort(archives.begin(), archives.end());
  auto keep = options_.rotate_max_files < 0 ? 0u : static_cast<std::size_t>(options_.rotate_max_files);
  for (std::size_t i = 0; i + keep < archives.size(); ++i) fs::remove(archives[i], ignored);
}

void rotated_file_sink::sink_it_(const spdlog::details::log_msg& message) {
  if (!file_) return;
  auto length = static_cast<std::int64_t>(message.payload.size()) + 1;
  bool old = options_.rotate_after.count() > 0 && std::chrono::system_clock::now() - created_ >= options_.rotate_after;
  if (old || (options_.rotate_bytes > 0 && size_ + length > options_.rotate_bytes && size_ > 0)) rotate();
  if (!file_) return;
  std::fwrite(message.payload.data(), 1, message.payload.size(), file_);
  std::fputc('\n', file_);
  std::fflush(file_);
  size_ += length;
}

void rotated_file_sink::flush_() {
  if (file_) std::fflush(file_);
}

} // namespace praetor
