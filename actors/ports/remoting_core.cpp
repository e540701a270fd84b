#include "actors/ports/remoting_core.hpp"

#include "actors/ports/as_tuple.hpp"
#include "protocol/base/url.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <caf/io/basp_broker.hpp>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstring>
#include <netinet/tcp.h>

namespace praetor {

namespace asio = boost::asio;
using asio::ip::tcp;
using std::chrono::milliseconds;

namespace {

/// The timeout for acknowledgements of the peer's kernel (TCP_USER_TIMEOUT).
constexpr unsigned user_timeout_milliseconds = 5000;
constexpr auto after_full_table = milliseconds(100);
/// Total memory of frames and answers of all connections.
constexpr std::size_t most_memory = 512 << 20;
/// Reserved per connection for heartbeats, votes and small appends.
constexpr fair_share::terms memory_terms{.own = 64 << 10};
/// Limits on unidentified connections, per address and in total. Many agents may share one address (NAT) and reconnect
/// at the same moment; those rejected retry.
constexpr std::size_t most_unknown_per_address = 128, most_unknown = 1024;

/// Not the node's own id: each connection is a separate node to this process, and its id contains the connection's
/// number.
caf::node_id alias_of(std::uint64_t number) {
  caf::node_id::default_data::host_id_type host{};
  std::memcpy(host.data(), &number, sizeof number);
  return caf::make_node_id(static_cast<std::uint32_t>(number % 0xffffffff + 1), host);
}

void tune(tcp::socket& socket) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  int fd = socket.native_handle();
  int idle = 10, interval = 5, count = 3;
  setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout_milliseconds, sizeof user_timeout_milliseconds);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof count);
  socket.non_blocking(true, ignored);
}

std::string text_of(const tcp::endpoint& e) {
  return join_host_port(e.address().to_string(), std::to_string(e.port()));
}

expected<tcp::endpoint> endpoint_of(const std::string& text) {
  auto colon = text.rfind(':');
  auto bad = [&] { return fail("address " + praetor::quoted(text) + " is no ip:port"); };
  if (colon == text.npos) return bad();
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  boost::system::error_code wrong;
  auto address = asio::ip::make_address(host, wrong);
  std::uint16_t port = 0;
  auto [end, problem] = std::from_chars(text.data() + colon + 1, text.data() + text.size(), port);
  if (wrong || problem != std::errc{} || end != text.data() + text.size() || port == 0) return bad();
  return tcp::endpoint(address, port);
}

/// Waits for the broker's answer about a connection, which arrives as a message.
void wait_for_gateway(caf::event_based_actor* self, caf::actor broker, remoting_scribe_ptr scribe, milliseconds time,
                      remoting_core::connected done) {
  self->request(broker, time, caf::connect_atom_v, caf::io::scribe_ptr(scribe), std::uint16_t{0})
      .then(
          [scribe, done](caf::node_id&, caf::strong_actor_ptr& gateway, std::set<std::string>&) {
            if (gateway) return done(caf::actor_cast<remote_gateway_actor>(gateway));
            scribe->abort();
            done(fail("the server takes no requests yet"));
          },
          [scribe, done](caf::error&) {
            scribe->abort();
            done(fail("the connection broke while it was made"));
          });
}

} // namespace

remoting_core::remoting_core(caf::actor_system& system, remoting_settings settings, logger_ptr log)
    : system_(system), log_(std::move(log)),
      broker_(system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"))), acceptor_(context_),
      sweeper_(context_), memory_(std::make_shared<fair_share>(most_memory, memory_terms)),
      settings_(std::move(settings)) {}

remoting_core::~remoting_core() { stop(); }

expected<void> remoting_core::open() {
  if (settings_.server) {
    boost::system::error_code failed;
    auto address = asio::ip::make_address(settings_.address, failed);
    tcp::endpoint where(address, settings_.port);
    auto refuse = [&](const char* step) {
      return fail("Failed to start RPC layer: listen tcp " + settings_.address + ":" + std::to_string(settings_.port) +
                  ": " + step + std::strerror(failed.value()));
    };
    if (failed) return fail("Failed to start RPC layer: " + praetor::quoted(settings_.address) + " is no IP address");
    acceptor_.open(where.protocol(), failed);
    if (!failed) acceptor_.set_option(asio::socket_base::reuse_address(true), failed);
    if (failed) return refuse("");
    acceptor_.bind(where, failed);
    if (failed) return refuse("bind: ");
    acceptor_.listen(asio::socket_base::max_listen_connections, failed);
    if (failed) return refuse("");
    port_ = acceptor_.local_endpoint().port();
  }
  thread_ = std::thread([this] {
    // Block signals: the main thread handles them.
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    auto keep = asio::make_work_guard(context_);
    context_.run();
  });
  return {};
}

void remoting_core::stop() {
  std::unordered_map<caf::node_id, entry> last;
  {
    std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true)) return;
    last.swap(table_);
    gateway_ = nullptr;
  }
  context_.stop();
  if (thread_.joinable()) thread_.join();
  for (auto& [alias, e] : last) e.scribe->abort();
  broker_ = nullptr;
}

own_side remoting_core::own() const {
  auto s = settings();
  own_side out;
  out.own.id = s.id;
  out.own.name = s.name;
  out.own.datacenter = s.datacenter;
  out.own.server = s.server;
  out.tls = s.tls;
  if (s.secret) {
    out.secret = s.secret();
    out.ready = out.secret != nullptr;
  }
  return out;
}

remoting_settings remoting_core::settings() const {
  std::lock_guard lock(mutex_);
  return settings_;
}

void remoting_core::reload(const remoting_settings& settings) {
  std::lock_guard lock(mutex_);
  settings_.tls = settings.tls;
  settings_.most_per_address = settings.most_per_address;
  settings_.most_in_total = settings.most_in_total;
  settings_.handshake_time = settings.handshake_time;
}

remoting_scribe_ptr remoting_core::find(const caf::node_id& alias) const {
  std::lock_guard lock(mutex_);
  auto it = table_.find(alias);
  return it == table_.end() ? nullptr : it->second.scribe;
}

remoting_scribe_ptr remoting_core::find(std::uint64_t connection) const { return find(alias_of(connection)); }

std::size_t remoting_core::connections() const {
  std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(table_.begin(), table_.end(), [](const auto& e) { return !e.second.scribe->ended(); }));
}

expected<void> remoting_core::publish(const rpc_gateway_actor& gateway) {
  if (!acceptor_.is_open()) return fail("this agent does not listen for server RPC: it is no server");
  {
    std::lock_guard lock(mutex_);
    gateway_ = gateway;
  }
  asio::post(context_, [this] {
    if (!std::exchange(accepting_, true)) asio::co_spawn(context_, accept_all(), asio::detached);
  });
  return {};
}

void remoting_core::complain(const std::string& address, const std::string& text) {
  asio::post(context_, [this, address, text] {
    if (complaints_.admits(address.substr(0, address.rfind(':')), text, steady::now()))
      log_->write(log_level::warn, "agent.rpc", "refused a connection", {{"from", address}, {"error", text}});
  });
}

void remoting_core::enter(const std::string& address) {
  for (auto* each : {&by_address_[address], &all_}) {
    ++each->connections;
    ++each->unknown;
  }
}

void remoting_core::introduce(const std::string& address) {
  for (auto* each : {&by_address_[address], &all_}) --each->unknown;
}

void remoting_core::leave(const std::string& address, bool introduced) {
  if (!introduced) introduce(address);
  --all_.connections;
  auto it = by_address_.find(address);
  if (it != by_address_.end() && --it->second.connections == 0) by_address_.erase(it);
}

std::string remoting_core::crowded(const std::string& ip) const {
  auto limits = settings();
  auto it = by_address_.find(ip);
  auto here = it == by_address_.end() ? crowd{} : it->second;
  if (limits.most_per_address > 0 && here.connections >= limits.most_per_address)
    return "has " + std::to_string(here.connections) +
           " connections already; limits.rpc_max_conns_per_client allows no more";
  if (limits.most_in_total > 0 && all_.connections >= limits.most_in_total)
    return "comes when there are " + std::to_string(all_.connections) + " connections, which is the most";
  if (here.unknown >= most_unknown_per_address || all_.unknown >= most_unknown)
    return "comes when " + std::to_string(here.unknown) + " connections of its address and " +
           std::to_string(all_.unknown) + " together have not said who they are";
  return {};
}

asio::awaitable<void> remoting_core::accept_all() {
  for (;;) {
    tcp::endpoint from;
    auto [failed, socket] = co_await acceptor_.async_accept(from, as_tuple);
    if (failed == asio::error::operation_aborted) co_return;
    if (failed) {
      // Out of descriptors: retry later.
      asio::steady_timer wait(context_, after_full_table);
      co_await wait.async_wait(as_tuple);
      continue;
    }
    asio::co_spawn(context_, admit(std::move(socket), from), asio::detached);
  }
}

asio::awaitable<void> remoting_core::admit(tcp::socket socket, tcp::endpoint from) {
  auto ip = from.address().to_string();
  auto address = text_of(from);
  if (auto why = crowded(ip); !why.empty()) {
    complain(address, why);
    co_return;
  }
  enter(ip);
  tune(socket);
  handshake_wire wire(std::move(socket));
  wire.expires_after(settings().handshake_time);
  auto peer = co_await admit_peer(wire, own());
  if (!peer) {
    complain(address, peer.error().text);
    co_return leave(ip, false);
  }
  rpc_gateway_actor gateway;
  {
    std::lock_guard lock(mutex_);
    gateway = gateway_;
  }
  if (!gateway) co_return leave(ip, false);
  auto scribe = make_scribe(wire, *peer, from, false, gateway->id());
  if (!scribe) co_return leave(ip, false);
  introduce(ip);
  caf::anon_send(broker_, caf::publish_atom_v, caf::io::scribe_ptr(scribe), port_,
                 caf::actor_cast<caf::strong_actor_ptr>(gateway),
                 system_.message_types(caf::detail::type_list<remote_gateway_actor>{}));
}

remoting_scribe_ptr remoting_core::make_scribe(handshake_wire& wire, const admitted_peer& peer,
                                               const tcp::endpoint& where, bool dialled, caf::actor_id target) {
  remoting_scribe::setup s;
  s.socket = wire.release(s.session);
  if (s.socket < 0) return nullptr;
  auto number = ++last_connection_;
  s.alias = alias_of(number);
  s.who.connection = number;
  s.who.id = peer.said.id;
  s.who.name = peer.said.name;
  s.who.datacenter = peer.said.datacenter;
  s.who.claims_server = peer.said.server;
  s.who.certified_server = peer.certified_server;
  s.who.names = peer.names;
  s.who.address = text_of(where);
  s.dialled = dialled;
  s.target = target;
  s.memory = memory_;
  s.complain = [weak = weak_from_this(), address = s.who.address](const std::string& text) {
    if (auto core = weak.lock()) core->complain(address, text);
  };
  s.ended = [weak = weak_from_this(), number] {
    if (auto core = weak.lock()) core->ended(number);
  };
  auto alias = s.alias;
  auto scribe = caf::make_counted<remoting_scribe>(system_, static_cast<std::int64_t>(number) << 32, std::move(s));
  std::lock_guard lock(mutex_);
  if (stopped_) return nullptr;
  table_.emplace(alias, entry{scribe, dialled ? std::string() : where.address().to_string()});
  if (!std::exchange(sweeping_, true)) asio::post(context_, [this] { sweep(); });
  return scribe;
}

void remoting_core::ended(std::uint64_t connection) {
  asio::post(context_, [this, connection] {
    std::string from;
    rpc_gateway_actor gateway;
    {
      std::lock_guard lock(mutex_);
      auto it = table_.find(alias_of(connection));
      if (it == table_.end()) return;
      from = std::move(it->second.from);
      table_.erase(it);
      gateway = gateway_;
    }
    if (from.empty()) return; // dialled: no one sends requests over it
    leave(from, true);
    if (gateway) caf::anon_send(gateway, messages::connection_ended{connection});
  });
}

void remoting_core::connect(known_server to, caf::actor_id sender, connected done) {
  asio::post(context_, [this, to = std::move(to), sender, done = std::move(done)]() mutable {
    asio::co_spawn(context_, dial(std::move(to), sender, std::move(done)), asio::detached);
  });
}

asio::awaitable<boost::system::error_code> remoting_core::open_towards(handshake_wire& wire,
                                                                       const tcp::endpoint& where) {
  boost::system::error_code failed;
  wire.socket().open(where.protocol(), failed);
  if (failed) co_return failed;
  tune(wire.socket());
  // Servers compare a connection's source address with the address of that server in gossip. An address that this
  // machine does not have (NAT) can't be bound; the system chooses one then.
  auto source = asio::ip::make_address(settings().source_address, failed);
  if (!failed && source.is_v4() == where.address().is_v4() && !source.is_unspecified())
    wire.socket().bind(tcp::endpoint(source, 0), failed);
  auto [refused] = co_await wire.socket().async_connect(where, as_tuple);
  co_return refused;
}

asio::awaitable<expected<remoting_scribe_ptr>> remoting_core::reach(const known_server& to, caf::actor_id sender) {
  auto where = endpoint_of(to.address);
  if (!where) co_return tl::unexpected(where.error());
  handshake_wire wire{tcp::socket(context_)};
  wire.expires_after(settings().dial_time);
  auto refused = co_await open_towards(wire, *where);
  if (wire.expired()) co_return fail("nobody answered in time");
  if (refused) co_return fail(refused.message());
  auto peer = co_await greet_server(wire, own(), to);
  if (wire.expired()) co_return fail("the server did not answer in time");
  if (!peer) co_return tl::unexpected(peer.error());
  auto scribe = make_scribe(wire, *peer, *where, true, sender);
  if (!scribe) co_return fail("the agent ends");
  co_return scribe;
}

asio::awaitable<void> remoting_core::dial(known_server to, caf::actor_id sender, connected done) {
  auto scribe = co_await reach(to, sender);
  if (!scribe) {
    done(fail("dial " + to.address + ": " + scribe.error().text));
    co_return;
  }
  system_.spawn<caf::hidden>(wait_for_gateway, broker_, *scribe, settings().dial_time, std::move(done));
}

void remoting_core::sweep() {
  auto limits = settings();
  auto now = steady::now();
  bool servers = false, any = false;
  {
    std::lock_guard lock(mutex_);
    for (auto& [alias, entry] : table_) {
      auto& scribe = *entry.scribe;
      if (scribe.ended()) continue;
      bool both = limits.server && scribe.who().claims_server;
      servers = servers || both;
      any = true;
      if (scribe.stalled_for(now) > (both ? limits.server_loss : limits.client_loss))
        scribe.abort();
      else
        scribe.heartbeat(now, both ? limits.server_silence : limits.client_silence);
    }
    sweeping_ = any;
  }
  if (!any) return;
  sweeper_.expires_after((servers ? limits.server_silence : limits.client_silence) / 2);
  sweeper_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) sweep();
  });
}

} // namespace praetor
