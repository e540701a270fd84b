#include "actors/gossip/gossip_addresses.hpp"

#include "protocol/base/ip_address.hpp"
#include "protocol/swim/address.hpp"

#include <charconv>
#include <mutex>

namespace praetor {

namespace {

struct host_and_port {
  std::string host;
  std::uint16_t port = 0;
};

expected<host_and_port> take_apart(std::string text, std::uint16_t default_port) {
  // In the WAN pool a member's name precedes the address.
  if (auto slash = text.find('/'); slash != text.npos) text = text.substr(slash + 1);
  host_and_port out{text, default_port};
  if (ip_address::parse(text)) return out; // an unbracketed IPv6 address
  auto colon = text.rfind(':');
  if (text.starts_with('[') && text.ends_with(']')) colon = text.npos;
  if (colon != text.npos) {
    out.host = text.substr(0, colon);
    auto [end, wrong] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), out.port);
    if (wrong != std::errc{} || end != text.data() + text.size() || out.port == 0)
      return fail("its port is not a number from 1 to 65535");
  }
  if (out.host.starts_with('[') && out.host.ends_with(']')) out.host = out.host.substr(1, out.host.size() - 2);
  if (out.host.empty()) return fail("it has no host");
  return out;
}

/// The pending lookups of one list of addresses.
struct lookups {
  std::mutex guard;
  std::vector<string_list> found; ///< by position in the list
  swim::join_failures errors;
  std::size_t open = 0;
  std::function<void(string_list, swim::join_failures)> done;

  void finish(std::size_t place, expected<string_list> addresses, const std::string& asked) {
    std::unique_lock lock(guard);
    if (addresses)
      found[place] = std::move(*addresses);
    else
      errors.push_back({asked, addresses.error().text});
    if (--open > 0) return;
    string_list all;
    for (auto& each : found) all.insert(all.end(), each.begin(), each.end());
    auto wrong = std::move(errors);
    lock.unlock();
    done(std::move(all), std::move(wrong));
  }
};

} // namespace

bool all_resolved(const string_list& addresses) {
  for (const auto& a : addresses) {
    auto parts = swim::parse_address(a);
    if (!parts || !ip_address::parse(parts->ip)) return false;
  }
  return true;
}

void resolve_addresses(const std::shared_ptr<name_resolver>& names, const string_list& addresses,
                       std::uint16_t default_port, std::function<void(string_list, swim::join_failures)> done) {
  auto all = std::make_shared<lookups>();
  all->found.resize(addresses.size());
  all->done = std::move(done);
  all->open = addresses.size() + 1; // one extra, so that it does not finish before the last lookup has started
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    auto failed = [all, i, text = addresses[i]](const std::string& why) { all->finish(i, fail(why), text); };
    auto parts = take_apart(addresses[i], default_port);
    if (!parts) {
      failed(parts.error().text);
    } else if (auto ip = ip_address::parse(parts->host)) {
      all->finish(i, string_list{swim::join_address(ip->text(), parts->port)}, {});
    } else if (!names) {
      failed("host names are not looked up here");
    } else {
      names->resolve(parts->host, [all, i, failed, port = parts->port](expected<std::vector<std::string>> ips) {
        if (!ips) return failed(ips.error().text);
        string_list out;
        for (const auto& ip : *ips) out.push_back(swim::join_address(ip, port));
        all->finish(i, std::move(out), {});
      });
    }
  }
  all->found.emplace_back();
  all->finish(addresses.size(), string_list{}, {});
}

} // namespace praetor
