#include "frontends/cli/process_environment.hpp"

#include "frontends/cli/command.hpp"

#include <arpa/inet.h>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <netdb.h>
#include <sys/resource.h>
#include <unistd.h>

namespace praetor::cli {

namespace {

/// The interface of the IPv4 default route.
std::string default_interface() {
  std::ifstream routes("/proc/net/route");
  std::string line, name, destination;
  std::getline(routes, line);
  while (routes >> name >> destination && std::getline(routes, line))
    if (destination == "00000000") return name;
  return {};
}

unsigned portable_flags(unsigned flags) {
  using namespace config::interface_flags;
  return (flags & IFF_UP ? up : 0) | (flags & IFF_BROADCAST ? broadcast : 0) | (flags & IFF_LOOPBACK ? loopback : 0) |
         (flags & IFF_POINTOPOINT ? point_to_point : 0) | (flags & IFF_MULTICAST ? multicast : 0);
}

int prefix_length(const sockaddr* mask) {
  int bits = 0;
  auto count = [&](const void* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) bits += std::popcount(static_cast<const unsigned char*>(bytes)[i]);
  };
  if (mask == nullptr) return 0;
  if (mask->sa_family == AF_INET6)
    count(&reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr, sizeof(in6_addr));
  else
    count(&reinterpret_cast<const sockaddr_in*>(mask)->sin_addr, sizeof(in_addr));
  return bits;
}

std::string address_text(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(address)->sin6_addr, text, sizeof text);
  else
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(address)->sin_addr, text, sizeof text);
  return text;
}

/// The system error alone: "open X: permission denied" without the path.
std::string bare(const std::string& text) {
  auto at = text.rfind(": ");
  return at == std::string::npos ? text : text.substr(at + 2);
}

} // namespace

config::environment::path_kind process_environment::kind_of(const std::string& path) {
  std::error_code code;
  auto status = std::filesystem::status(path, code);
  if (!std::filesystem::exists(status)) return path_kind::missing;
  return std::filesystem::is_directory(status) ? path_kind::directory : path_kind::file;
}

expected<std::string> process_environment::read_file(const std::string& path) {
  auto content = cli::read_file(path);
  if (!content) return fail(bare(content.error().text));
  return content;
}

expected<std::vector<config::environment::entry>> process_environment::list_directory(const std::string& path) {
  std::error_code code;
  std::vector<entry> entries;
  std::filesystem::directory_iterator each(path, code), end;
  for (; !code && each != end; each.increment(code)) {
    std::error_code ignored;
    entries.push_back({each->path().filename().string(), each->is_directory(ignored)});
  }
  if (code) return fail(errno_text(code.value()));
  return entries;
}

expected<std::vector<config::interface_address>> process_environment::interfaces() {
  ifaddrs* found = nullptr;
  if (::getifaddrs(&found) != 0) return fail(errno_text(errno));
  std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner(found, ::freeifaddrs);
  auto way_out = default_interface();
  std::vector<config::interface_address> result;
  for (auto each = found; each != nullptr; each = each->ifa_next) {
    if (each->ifa_addr == nullptr) continue;
    if (each->ifa_addr->sa_family != AF_INET && each->ifa_addr->sa_family != AF_INET6) continue;
    config::interface_address address;
    address.interface = each->ifa_name;
    address.ip = address_text(each->ifa_addr);
    address.prefix_length = prefix_length(each->ifa_netmask);
    address.flags = portable_flags(each->ifa_flags);
    address.is_default = address.interface == way_out;
    result.push_back(std::move(address));
  }
  return result;
}

expected<std::string> process_environment::hostname() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return fail(errno_text(errno));
  return std::string(name);
}

std::optional<std::string> process_environment::getenv(const std::string& name) {
  auto value = std::getenv(name.c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

std::uint64_t process_environment::max_file_descriptors() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

} // namespace praetor::cli
