#include "protocol/swim/address.hpp"

#include "protocol/base/url.hpp"
#include "protocol/types/values.hpp"

#include <charconv>

namespace praetor::swim {

std::string join_address(std::string_view ip, std::uint16_t port) { return join_host_port(ip, std::to_string(port)); }

expected<split_address> parse_address(std::string_view address) {
  auto bad = [&](const char* why) {
    return fail("address " + praetor::quoted(address) + " " + why + "; \"ip:port\" is wanted");
  };
  auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return bad("has no port");
  auto host = address.substr(0, colon), digits = address.substr(colon + 1);
  split_address result;
  auto [stop, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), result.port);
  if (failure != std::errc{} || stop != digits.data() + digits.size()) return bad("has no numeric port");
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos)
    return bad("has an IPv6 address without brackets");
  if (host.empty()) return bad("has no IP");
  result.ip = host;
  return result;
}

} // namespace praetor::swim
