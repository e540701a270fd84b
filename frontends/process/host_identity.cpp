#include "frontends/process/host_identity.hpp"

#include "protocol/base/hex.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <openssl/evp.h>

namespace praetor {

namespace {

constexpr std::size_t longest_file = 256;

std::string trimmed(std::string text) {
  auto blank = [](unsigned char c) { return c <= ' '; };
  text.erase(std::find_if_not(text.rbegin(), text.rend(), blank).base(), text.end());
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), blank));
  return text;
}

bool is_hexadecimal(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// Inserts the hyphens of a UUID after 8, 12, 16 and 20 digits. @param digits 32 hexadecimal ones
std::string with_hyphens(const std::string& digits) {
  std::string out = digits;
  for (std::size_t place : {20U, 16U, 12U, 8U}) out.insert(place, 1, '-');
  return out;
}

/// The UUID in lower case; the hyphens in `text` are optional.
std::optional<std::string> uuid_in(std::string text) {
  text = lower_case(trimmed(std::move(text)));
  auto digits = text;
  std::erase(digits, '-');
  if (digits.size() != 32 || !std::ranges::all_of(digits, is_hexadecimal)) return std::nullopt;
  auto out = with_hyphens(digits);
  return text == out || text == digits ? std::optional(out) : std::nullopt;
}

std::optional<std::string> uuid_of_host(const system_file_reader& read) {
  for (const char* path : {"/sys/class/dmi/id/product_uuid", "/etc/machine-id", "/proc/sys/kernel/random/boot_id"})
    if (auto text = read(path))
      if (auto uuid = uuid_in(std::move(*text))) return uuid;
  return std::nullopt;
}

} // namespace

std::optional<std::string> node_id_of_host(const system_file_reader& read) {
  auto uuid = uuid_of_host(read);
  if (!uuid) return std::nullopt;
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (EVP_Digest(uuid->data(), uuid->size(), hash.data(), &size, EVP_sha512(), nullptr) != 1) return std::nullopt;
  return with_hyphens(hex({reinterpret_cast<const char*>(hash.data()), 16}));
}

std::optional<std::string> node_id_of_host() {
  return node_id_of_host([](const std::string& path) -> std::optional<std::string> {
    std::ifstream file(path);
    if (!file) return std::nullopt;
    std::string text(longest_file, '\0');
    file.read(text.data(), longest_file);
    text.resize(static_cast<std::size_t>(file.gcount()));
    return text;
  });
}

} // namespace praetor
