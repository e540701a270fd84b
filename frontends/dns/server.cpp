#include "frontends/dns/server.hpp"

#include "frontends/dns/engine.hpp"
#include "frontends/endpoints/dns_remote.hpp"

namespace praetor::dns {

namespace {

/// Whose eyes see the catalog.
std::string dns_token(const endpoints::environment& env) {
  auto settings = env.config();
  const auto& acl = settings->acl;
  return acl.dns_token.empty() ? acl.default_token : acl.dns_token;
}

} // namespace

server::server(endpoints::environment& env) : env_(env) {}
server::~server() { stop(); }

expected<void> server::start(const config::runtime_config& c) {
  if (c.dns_addrs.empty()) return {};
  question_sources sources;
  sources.state = [&env = env_] { return env.state(); };
  sources.who = [&env = env_] { return env.authorize(dns_token(env)); };
  sources.token = [&env = env_] { return dns_token(env); };
  sources.at_hand = [&env = env_](const lookup_settings& s) {
    return at_hand(env, s.dns.allow_stale ? s.dns.max_stale : nanoseconds{0});
  };
  sources.ask = [&env = env_](std::string question, std::function<void(expected<std::string>)> done) {
    answer_remote(env, std::move(question), 0, env.config()->rpc_hold_timeout, std::move(done));
  };
  sources.wall_clock = env_.outside().wall_clock;
  sources.seed = env_.outside().seed();
  engine_ = std::make_unique<engine>(std::move(sources), c);
  return engine_->start(c.dns_addrs);
}

void server::reload(const config::runtime_config& c) {
  if (engine_) engine_->reload(c);
}

void server::stop() {
  if (engine_) engine_->stop();
}

} // namespace praetor::dns
