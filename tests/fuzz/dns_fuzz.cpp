#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "frontends/api/dns/dns_questions.hpp"

namespace {

praetor::dns::questions& front() {
  static praetor::dns::questions one = [] {
    praetor::config::runtime_config c;
    c.datacenter = "dc1";
    c.dns_alt_domain = "alt.";
    praetor::dns::question_sources s;
    auto store = std::make_shared<const praetor::state::store>();
    s.state = [store] { return store; };
    s.who = [] { return praetor::acl::allow_all(); };
    s.wall_clock = [] { return praetor::nanoseconds(0); };
    return praetor::dns::questions(std::move(s), c);
  }();
  return one;
}

} // namespace

/// Parses arbitrary bytes as a client's packet, and as a recursor's reply. An answer has the client's ID and the QR bit
/// (RFC 1035 4.1.1).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor::dns;
  std::string_view packet(reinterpret_cast<const char*>(data), size);
  for (auto how : {transport::udp, transport::tcp}) {
    auto result = front().answer(packet, how);
    if (result.what != outcome::action::reply) continue;
    if (result.message.size() < 12 || result.message.substr(0, 2) != packet.substr(0, 2)) std::abort();
    if (!(static_cast<unsigned char>(result.message[2]) & 0x80)) std::abort();
  }
  (void)front().failure(packet, transport::udp);
  (void)addresses_in(packet);
  return 0;
}
