#include "sim/resolver.hpp"

#include "protocol/codec/msgpack.hpp"

namespace praetor::sim {

namespace {

std::vector<std::string> addresses_of(std::string_view message) {
  std::vector<std::string> out;
  for (const auto& r : dns::addresses_in(message)) {
    if (r.type != dns::rr::a) continue;
    std::string text;
    for (char c : r.tail) text.append(text.empty() ? "" : ".").append(std::to_string(static_cast<unsigned char>(c)));
    out.push_back(std::move(text));
  }
  return out;
}

} // namespace

resolver::resolver(api::environment& env) : env_(env), questions_(dns::sources_of(env), *env.config()) {}

void resolver::look_up(const std::string& name, callback done) {
  auto packet = dns::address_query(0, name);
  take(questions_.answer(packet, dns::transport::udp), packet, done);
}

void resolver::take(dns::outcome what, const std::string& packet, const callback& done) {
  using action = dns::outcome::action;
  if (what.what == action::reply) {
    auto code = dns::rcode_of(what.message);
    bool tells = code == dns::rcode::no_error || code == dns::rcode::name_error;
    return done(tells ? std::optional(addresses_of(what.message)) : std::nullopt);
  }
  // The simulation has no recursors.
  if (what.what != action::ask) return done(std::nullopt);
  auto told = [this, packet, done](expected<std::string> answer) {
    dns::remote_reply reply;
    if (!answer || !msgpack::unpack(*answer, reply)) return done(std::nullopt);
    take(questions_.answer(packet, dns::transport::udp, nullptr, &reply), packet, done);
  };
  dns::answer_remote(env_, std::move(what.question), {0, env_.config()->rpc_hold_timeout, {}}, std::move(told));
}

} // namespace praetor::sim
