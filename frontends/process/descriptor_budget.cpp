#include "frontends/process/descriptor_budget.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace praetor {

namespace {

/// More descriptors are useless: each connection costs memory too.
constexpr std::uint64_t most_used = 1 << 18;

/// Descriptors needed besides accepted connections: two databases of 64 files each, snapshots, listeners, event loops,
/// and connections to servers, checks and resolvers. A busy agent has more checks, so the reserve grows with the limit;
/// at a low limit it takes half.
constexpr std::size_t fixed_reserve = 256, growing_reserve = 8;

/// The maximal number of connections of each kind, whatever the limit.
constexpr std::size_t most_http = 60000, most_rpc = 30000, most_dns = 4096, most_gossip = 512;

/// The shares of the rest in percent. A client agent has no RPC listener, and HTTP gets that share.
constexpr std::size_t http_percent = 50, rpc_percent = 30, dns_percent = 12, gossip_percent = 4;

std::size_t part(std::size_t whole, std::size_t percent, std::size_t most) {
  return std::clamp<std::size_t>(whole * percent / 100, 1, most);
}

/// At most as configured, and never so much that a single address could lock out all others.
std::size_t of_one(std::size_t total, std::uint64_t configured, std::size_t percent) {
  auto fair = part(total, percent, total);
  return configured == 0 ? fair : static_cast<std::size_t>(std::min<std::uint64_t>(configured, fair));
}

} // namespace

descriptor_budget divide_descriptors(std::uint64_t limit, const descriptor_wishes& wishes) {
  descriptor_budget out;
  out.limit = static_cast<std::size_t>(limit == 0 ? most_used : std::min(limit, most_used));
  out.reserve = std::min(out.limit / 2, fixed_reserve + out.limit / growing_reserve);
  auto left = out.limit - out.reserve;
  out.http.in_total = part(left, wishes.server ? http_percent : http_percent + rpc_percent, most_http);
  if (wishes.server) out.rpc.in_total = part(left, rpc_percent, most_rpc);
  out.dns.in_total = part(left, dns_percent, most_dns);
  out.gossip.in_total = part(left, gossip_percent, most_gossip); // per pool; there are at most two

  out.http.of_one_address = of_one(out.http.in_total, wishes.http_of_one, 90);
  // Client agents behind one NAT look like a single one.
  if (wishes.server) out.rpc.of_one_address = of_one(out.rpc.in_total, wishes.rpc_of_one, 75);
  out.dns.of_one_address = of_one(out.dns.in_total, 0, 50);
  out.gossip.of_one_address = of_one(out.gossip.in_total, 0, 50);
  return out;
}

descriptor_limit raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  descriptor_limit out{limit.rlim_cur, limit.rlim_cur};
  auto wanted = std::min<rlim_t>(limit.rlim_max, most_used);
  if (wanted <= limit.rlim_cur) return out;
  limit.rlim_cur = wanted;
  if (::setrlimit(RLIMIT_NOFILE, &limit) == 0) out.now = wanted;
  return out;
}

} // namespace praetor
