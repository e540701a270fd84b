#include "protocol/base/ip_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace praetor {

std::optional<ip_address> ip_address::parse(std::string_view text) {
  ip_address out;
  std::string copy(text);
  if (inet_pton(AF_INET, copy.c_str(), out.bytes.data()) == 1) return out;
  out.is_v4 = false;
  if (inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::equal(mapped.begin(), mapped.end(), out.bytes.begin())) {
    ip_address v4;
    std::copy(out.bytes.begin() + 12, out.bytes.end(), v4.bytes.begin());
    return v4;
  }
  return out;
}

std::string ip_address::text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  inet_ntop(is_v4 ? AF_INET : AF_INET6, bytes.data(), buffer.data(), buffer.size());
  return buffer.data();
}

bool ip_address::is_any() const {
  return std::ranges::all_of(bytes, [](auto b) { return b == 0; });
}

ip_address ip_address::masked(int prefix_length) const {
  auto out = *this;
  for (int i = 0; i < 16; ++i) {
    auto keep = std::clamp(prefix_length - 8 * i, 0, 8);
    out.bytes[static_cast<std::size_t>(i)] &= static_cast<std::uint8_t>(0xff00 >> keep);
  }
  return out;
}

bool ip_network::contains(const ip_address& address) const {
  return address.is_v4 == base.is_v4 && address.masked(prefix_length) == base;
}

std::optional<ip_network> ip_network::parse(std::string_view text) {
  auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto ip = ip_address::parse(text.substr(0, slash));
  auto digits = text.substr(slash + 1);
  int length = -1;
  auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (!ip || code != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (ip->is_v4 && text.find(':') != text.npos) length -= 96; // ::ffff:10.0.0.0/104
  if (length < 0 || length > ip->bits()) return std::nullopt;
  return ip_network{ip->masked(length), length};
}

std::string ip_network::text() const { return base.text() + "/" + std::to_string(prefix_length); }

bool is_within(std::string_view address, std::span<const std::string> networks) {
  auto ip = ip_address::parse(address);
  return ip && std::ranges::any_of(networks, [&](const std::string& text) {
           auto network = ip_network::parse(text);
           return network && network->contains(*ip);
         });
}

bool is_any_address(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  auto ip = ip_address::parse(text);
  return ip && ip->is_any();
}

} // namespace praetor
