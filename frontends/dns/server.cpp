#include "frontends/dns/server.hpp"

#include "frontends/dns/engine.hpp"
#include "frontends/endpoints/environment.hpp"

namespace praetor::dns {

server::server(endpoints::environment& env) : env_(env) {}
server::~server() { stop(); }

expected<void> server::start(const config::runtime_config& c) {
  if (c.dns_addrs.empty()) return {};
  question_sources sources;
  sources.state = [&env = env_] { return env.state(); };
  sources.who = [&env = env_] {
    auto settings = env.config();
    const auto& acl = settings->acl;
    return env.authorize(acl.dns_token.empty() ? acl.default_token : acl.dns_token);
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
