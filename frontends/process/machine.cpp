#include "frontends/process/machine.hpp"

#include <arpa/inet.h>
#include <array>
#include <bit>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <ifaddrs.h>
#include <net/if.h>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>

namespace praetor {

namespace fs = std::filesystem;

namespace {

/// Go prints the operating system's words in lower case.
std::string system_text(int number) {
  std::string text = std::strerror(number);
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

/// The interface that the default route leaves through, or "".
std::string default_interface() {
  std::ifstream routes("/proc/net/route");
  std::string line;
  std::getline(routes, line);
  while (std::getline(routes, line)) {
    std::istringstream words(line);
    std::string name, destination;
    words >> name >> destination;
    if (destination == "00000000") return name;
  }
  return {};
}

int prefix_of(const sockaddr* mask) {
  if (!mask) return 0;
  int bits = 0;
  if (mask->sa_family == AF_INET) return std::popcount(reinterpret_cast<const sockaddr_in*>(mask)->sin_addr.s_addr);
  for (auto byte : reinterpret_cast<const sockaddr_in6*>(mask)->sin6_addr.s6_addr) bits += std::popcount(byte);
  return bits;
}

unsigned flags_of(unsigned system) {
  unsigned out = 0;
  for (auto [bit, flag] : {std::pair<unsigned, unsigned>{IFF_UP, config::interface_flags::up},
                           {IFF_BROADCAST, config::interface_flags::broadcast},
                           {IFF_LOOPBACK, config::interface_flags::loopback},
                           {IFF_POINTOPOINT, config::interface_flags::point_to_point},
                           {IFF_MULTICAST, config::interface_flags::multicast}})
    if (system & bit) out |= flag;
  return out;
}

} // namespace

config::environment::path_kind machine_environment::kind_of(const std::string& path) {
  std::error_code problem;
  auto status = fs::status(path, problem);
  if (!fs::exists(status)) return path_kind::missing;
  return fs::is_directory(status) ? path_kind::directory : path_kind::file;
}

expected<std::string> machine_environment::read_file(const std::string& path) {
  errno = 0;
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(system_text(errno));
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

expected<std::vector<config::environment::entry>> machine_environment::list_directory(const std::string& path) {
  std::error_code problem;
  std::vector<entry> out;
  for (fs::directory_iterator it(path, problem), end; !problem && it != end; it.increment(problem)) {
    std::error_code ignored;
    out.push_back({it->path().filename().string(), fs::is_directory(it->path(), ignored)});
  }
  if (problem) return fail(system_text(problem.value()));
  return out;
}

expected<std::vector<config::interface_address>> machine_environment::interfaces() {
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return fail(system_text(errno));
  std::vector<config::interface_address> out;
  auto leaving = default_interface();
  for (auto* i = list; i; i = i->ifa_next) {
    if (!i->ifa_addr || (i->ifa_addr->sa_family != AF_INET && i->ifa_addr->sa_family != AF_INET6)) continue;
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* address = i->ifa_addr->sa_family == AF_INET
                            ? static_cast<const void*>(&reinterpret_cast<sockaddr_in*>(i->ifa_addr)->sin_addr)
                            : &reinterpret_cast<sockaddr_in6*>(i->ifa_addr)->sin6_addr;
    if (!::inet_ntop(i->ifa_addr->sa_family, address, text.data(), text.size())) continue;
    out.push_back({i->ifa_name, text.data(), prefix_of(i->ifa_netmask), flags_of(i->ifa_flags), leaving == i->ifa_name});
  }
  ::freeifaddrs(list);
  return out;
}

expected<std::string> machine_environment::hostname() {
  std::array<char, 256> text{};
  if (::gethostname(text.data(), text.size() - 1) != 0) return fail(system_text(errno));
  return std::string(text.data());
}

std::optional<std::string> machine_environment::getenv(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (!value) return {};
  return std::string(value);
}

std::uint64_t machine_environment::max_file_descriptors() {
  rlimit limit{};
  return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 0;
}

} // namespace praetor
