#include "storage/rocks/wal_check.hpp"

#include "storage/files/files.hpp"
#include "storage/rocks/crc32c.hpp"

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace praetor::storage {

namespace {

namespace fs = std::filesystem;

// The format of a RocksDB write-ahead log: blocks of 32 KiB that consist of fragments with a 7-byte header (masked
// CRC-32C of type and payload, length, type) and a payload; the rest of a block with no room for a header is zero.
constexpr std::size_t block_size = 32768;
constexpr std::size_t header_size = 7;
enum fragment_type : unsigned char { none = 0, full = 1, first = 2, middle = 3, last = 4 };

struct fragment {
  fragment_type type = none;
  std::size_t size = 0; ///< including the header
};

unsigned byte_at(std::string_view data, std::size_t at) { return static_cast<unsigned char>(data[at]); }

/// The fragment at `at`, if it is complete and valid.
std::optional<fragment> sound_fragment(std::string_view file, std::size_t at) {
  auto room = std::min(block_size - at % block_size, file.size() - at);
  if (room < header_size) return std::nullopt;
  auto type = byte_at(file, at + 6);
  if (type < full || type > last) return std::nullopt;
  std::size_t length = byte_at(file, at + 4) | byte_at(file, at + 5) << 8;
  if (header_size + length > room) return std::nullopt;
  std::uint32_t stored = 0;
  for (unsigned i = 0; i < 4; ++i) stored |= byte_at(file, at + i) << (8 * i);
  auto sum = crc32c(file.substr(at + 6, 1 + length));
  auto masked = ((sum >> 15) | (sum << 17)) + 0xa282ead8u;
  if (stored != masked) return std::nullopt;
  return fragment{static_cast<fragment_type>(type), header_size + length};
}

/// The end of the record that starts or continues in the damaged fragment at `at`, if its header is still plausible and
/// says that the record ends here.
std::optional<std::size_t> claimed_end(std::string_view file, std::size_t at) {
  auto room = std::min(block_size - at % block_size, file.size() - at);
  if (room < header_size) return std::nullopt;
  auto type = byte_at(file, at + 6);
  if (type != full && type != last) return std::nullopt;
  std::size_t length = byte_at(file, at + 4) | byte_at(file, at + 5) << 8;
  if (header_size + length > room) return std::nullopt;
  return at + header_size + length;
}

struct findings {
  std::size_t records = 0;    ///< valid records before any damage
  std::size_t good_bytes = 0; ///< the end of the last valid record
  std::optional<std::size_t> damage;
  std::optional<std::size_t> record_after_damage;
};

std::optional<std::size_t> next_record(std::string_view file, std::size_t from) {
  for (auto at = from; at + header_size <= file.size(); ++at) {
    auto type = byte_at(file, at + 6);
    if ((type == full || type == first) && sound_fragment(file, at)) return at;
  }
  return std::nullopt;
}

/// The position of the first non-zero byte from `from` on.
std::optional<std::size_t> next_written(std::string_view file, std::size_t from) {
  auto at = file.find_first_not_of('\0', from);
  return at == file.npos ? std::nullopt : std::optional(at);
}

findings look_through(std::string_view file) {
  findings result;
  bool inside = false; // inside an incomplete record
  std::size_t at = 0;
  while (at < file.size()) {
    auto left_in_block = block_size - at % block_size;
    if (left_in_block < header_size) {
      at = std::min(at + left_in_block, file.size());
      if (!inside) result.good_bytes = at;
      continue;
    }
    auto found = sound_fragment(file, at);
    bool starts = found && (found->type == full || found->type == first);
    if (!found || starts == inside) {
      result.damage = at;
      result.record_after_damage = next_record(file, starts ? at : at + 1);
      if (auto end = claimed_end(file, at); !found && end && !result.record_after_damage)
        result.record_after_damage = next_written(file, *end);
      return result;
    }
    at += found->size;
    inside = found->type == first || found->type == middle;
    if (inside) continue;
    ++result.records;
    result.good_bytes = at;
  }
  if (inside) result.damage = result.good_bytes;
  return result;
}

expected<void> cut(const fs::path& path, std::size_t size) {
  auto handle = file_handle::open(path, O_WRONLY);
  if (!handle) return tl::unexpected(handle.error());
  if (::ftruncate(handle->get(), static_cast<off_t>(size)) != 0) return tl::unexpected(system_error("truncate", path));
  return handle->sync(path);
}

/// The write-ahead logs in the order of writing: their names are numbers.
std::vector<fs::path> logs_of(const fs::path& directory) {
  std::vector<std::pair<std::uint64_t, fs::path>> numbered;
  std::error_code ignored;
  for (auto& file : fs::directory_iterator(directory, ignored)) {
    auto stem = file.path().stem().string();
    bool digits = !stem.empty() && stem.size() < 19 && stem.find_first_not_of("0123456789") == std::string::npos;
    if (digits && file.path().extension() == ".log") numbered.emplace_back(std::stoull(stem), file.path());
  }
  std::sort(numbered.begin(), numbered.end());
  std::vector<fs::path> result;
  for (auto& [number, path] : numbered) result.push_back(std::move(path));
  return result;
}

std::string damage_text(const fs::path& path, const findings& found, const std::string& evidence) {
  return path.string() + " is damaged at byte " + std::to_string(*found.damage) + ", before its end (" + evidence +
         "): what was acknowledged there is unreadable. Nothing was changed. Restore this directory from a backup, or "
         "move it away to let this server start empty";
}

} // namespace

expected<void> mend_write_ahead_logs(const fs::path& directory, const warning_callback& warn) {
  auto logs = logs_of(directory);
  std::optional<std::pair<fs::path, findings>> torn;
  std::size_t torn_size = 0;
  for (auto& path : logs) {
    auto content = read_file(path);
    if (!content) return tl::unexpected(content.error());
    auto found = look_through(*content);
    if (found.damage && found.record_after_damage)
      return fail(damage_text(path, found, "a record begins at byte " + std::to_string(*found.record_after_damage)));
    if (torn && (found.records > 0 || found.damage))
      return fail(damage_text(torn->first, torn->second, "the later " + path.filename().string() + " has records"));
    if (!found.damage) continue;
    torn_size = content->size();
    torn.emplace(path, found);
  }
  if (!torn) return {};
  auto& [path, found] = *torn;
  if (auto done = cut(path, found.good_bytes); !done) return done;
  if (warn)
    warn(path.string() + " ended in a write that a crash cut short; dropped its last " +
         std::to_string(torn_size - found.good_bytes) + " bytes, from byte " + std::to_string(found.good_bytes));
  return {};
}

} // namespace praetor::storage
