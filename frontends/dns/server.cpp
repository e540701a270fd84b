#include "frontends/dns/server.hpp"

#include "frontends/api/dns/dns_remote.hpp"
#include "frontends/dns/engine.hpp"

namespace praetor::dns {

server::server(api::environment& env) : env_(env) {}
server::~server() { stop(); }

expected<void> server::start(const config::runtime_config& c, stream_limits streams) {
  if (c.dns_addrs.empty()) return {};
  engine_ = std::make_unique<engine>(sources_of(env_), c, std::move(streams));
  return engine_->start(c.dns_addrs);
}

void server::reload(const config::runtime_config& c) {
  if (engine_) engine_->reload(c);
}

void server::stop() {
  if (engine_) engine_->stop();
}

} // namespace praetor::dns
