#include "actors/ports/remoting.hpp"

#include "actors/ports/remoting_core.hpp"

#include <caf/io/basp_broker.hpp>

namespace praetor {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

bool is_wildcard(const std::string& address) { return address.empty() || address == "0.0.0.0" || address == "::"; }

} // namespace

expected<remoting_settings> remoting_settings_of(const config::runtime_config& config, const std::string& node_id) {
  remoting_settings s;
  s.id = node_id;
  s.name = config.node_name;
  s.datacenter = config.datacenter;
  s.server = config.server;
  s.address = config.rpc_bind.host;
  s.port = static_cast<std::uint16_t>(config.rpc_bind.port);
  s.source_address = is_wildcard(config.rpc_bind.host) ? config.rpc_advertise.host : config.rpc_bind.host;
  s.most_per_address = static_cast<std::size_t>(std::max<std::int64_t>(config.rpc.max_conns_per_client, 0));
  if (config.rpc.handshake_timeout.count() > 0)
    s.handshake_time = std::chrono::duration_cast<std::chrono::milliseconds>(config.rpc.handshake_timeout);
  auto tls = make_remoting_tls(config);
  if (!tls) return tl::unexpected(tls.error());
  s.tls = *tls;
  return s;
}

void prepare_remoting(caf::actor_system_config& config) {
  config.load<caf::io::middleman>();
  // remoting_core::sweep replaces the heartbeats.
  config.set("middleman.heartbeat-interval", caf::timespan{0});
  config.set("middleman.enable-automatic-connections", false);
}

expected<std::shared_ptr<remoting>> remoting::start(caf::actor_system& system, remoting_settings settings,
                                                    logger_ptr log) {
  auto made = std::make_shared<remoting>(system, std::move(settings), std::move(log));
  if (auto opened = made->core_->open(); !opened) return tl::unexpected(opened.error());
  return made;
}

remoting::remoting(caf::actor_system& system, remoting_settings settings, logger_ptr log)
    : core_(std::make_shared<remoting_core>(system, std::move(settings), std::move(log))) {}

remoting::~remoting() { stop(); }

void remoting::connect(const known_server& to, caf::actor_id sender,
                       std::function<void(expected<remote_gateway_actor>)> done) {
  core_->connect(to, sender, std::move(done));
}

void remoting::disconnect(const remote_gateway_actor& gateway) {
  if (auto scribe = core_->find(gateway->node())) scribe->abort();
}

void remoting::sending(const remote_gateway_actor& gateway, std::size_t bytes) {
  if (auto scribe = core_->find(gateway->node())) scribe->sending(bytes);
}

std::size_t remoting::unsent(const remote_gateway_actor& gateway) const {
  auto scribe = core_->find(gateway->node());
  return scribe ? scribe->unsent() : 0;
}

bool remoting::is_open(std::uint64_t connection) const {
  auto scribe = core_->find(connection);
  return scribe && !scribe->ended();
}

void remoting::handled(std::uint64_t connection, std::size_t bytes) {
  if (auto scribe = core_->find(connection)) scribe->handled(bytes);
}

expected<void> remoting::publish(const rpc_gateway_actor& gateway) { return core_->publish(gateway); }
void remoting::reload(const remoting_settings& settings) { core_->reload(settings); }
void remoting::stop() { core_->stop(); }
std::uint16_t remoting::port() const { return core_->port(); }
std::size_t remoting::connections() const { return core_->connections(); }

} // namespace praetor
