#include "storage/rocks/manifest_seal.hpp"

#include "protocol/base/big_endian.hpp"
#include "storage/files/files.hpp"
#include "storage/rocks/crc32c.hpp"
#include "storage/rocks/sealed.hpp"

#include <algorithm>
#include <fcntl.h>
#include <string>
#include <string_view>

namespace praetor::storage {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view seal_name = "manifest.seal";

struct manifest_seal {
  std::uint64_t size = 0;
  std::uint32_t sum = 0; ///< CRC-32C of the manifest's first `size` bytes
  std::string name;      ///< "MANIFEST-000005"
};

std::string encode(const manifest_seal& one) {
  std::string out;
  append_big_endian<std::uint64_t>(out, one.size);
  append_big_endian<std::uint32_t>(out, one.sum);
  out += one.name;
  return seal(seal_name, out);
}

std::optional<manifest_seal> decode(std::string_view bytes) {
  auto payload = unseal(seal_name, bytes);
  if (!payload) return std::nullopt;
  auto size = take_big_endian<std::uint64_t>(*payload);
  auto sum = take_big_endian<std::uint32_t>(*payload);
  if (!size || !sum) return std::nullopt;
  return manifest_seal{*size, *sum, std::string(*payload)};
}

/// The name in CURRENT, without its line end.
expected<std::string> current_manifest(const fs::path& directory) {
  auto name = read_file(directory / "CURRENT");
  if (!name) return name;
  name->erase(std::find(name->begin(), name->end(), '\n'), name->end());
  return name;
}

} // namespace

expected<void> seal_manifest(const fs::path& directory) {
  auto name = current_manifest(directory);
  if (!name) return tl::unexpected(name.error());
  auto path = directory / *name;
  auto handle = file_handle::open(path, O_RDONLY);
  if (!handle) return tl::unexpected(handle.error());
  auto content = read_file(path);
  if (!content) return tl::unexpected(content.error());
  if (auto synced = handle->sync(path); !synced) return synced;
  return replace_file(directory / seal_name, encode({content->size(), crc32c(*content), *name}));
}

expected<void> check_manifest(const fs::path& directory, const warning_callback& warn) {
  std::error_code ignored;
  if (!fs::exists(directory / seal_name, ignored)) return {};
  auto bytes = read_file(directory / seal_name);
  if (!bytes) return tl::unexpected(bytes.error());
  auto noted = decode(*bytes);
  if (!noted) {
    if (warn) warn((directory / seal_name).string() + " is damaged; nothing is lost by it, and it is written anew");
    return {};
  }
  auto name = current_manifest(directory);
  if (!name) return tl::unexpected(name.error());
  if (*name != noted->name) return {}; // a later start crashed before it sealed its own manifest
  auto path = directory / *name;
  auto content = read_file(path);
  if (!content) return tl::unexpected(content.error());
  if (content->size() >= noted->size && crc32c(std::string_view(*content).substr(0, noted->size)) == noted->sum)
    return {};
  return fail(path.string() + " is damaged: it no longer says which tables there are. Nothing was changed. Restore " +
              "this directory from a backup, or move it away to let this server start empty");
}

} // namespace praetor::storage
