#include "sim/network.hpp"

#include "actors/rpc/rpc_kinds.hpp"

#include <caf/actor_companion.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <set>

namespace praetor::sim {

namespace {

/// An actor of the world that passes received messages to a function at once.
class stand_in {
public:
  using handler = std::function<void(caf::mailbox_element&)>;
  stand_in(caf::actor_system& system, handler on_message)
      : handle_(caf::actor_cast<caf::strong_actor_ptr>(system.spawn<caf::actor_companion, caf::hidden>())) {
    companion().on_enqueue([on_message = std::move(on_message)](caf::mailbox_element_ptr element) {
      if (element) on_message(*element);
    });
  }
  ~stand_in() { end(); }
  stand_in(const stand_in&) = delete;
  stand_in& operator=(const stand_in&) = delete;

  /// Ends it; its monitors are notified.
  void end() {
    if (std::exchange(ended_, true)) return;
    companion().on_enqueue(nullptr);
    companion().cleanup(caf::make_error(caf::exit_reason::remote_link_unreachable), nullptr);
  }
  const caf::strong_actor_ptr& handle() const { return handle_; }

private:
  caf::actor_companion& companion() const {
    return *dynamic_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(handle_));
  }
  caf::strong_actor_ptr handle_;
  bool ended_ = false;
};

/// A message on a connection.
struct frame {
  enum class kind_t : std::uint8_t { request, answer, message, last_request } kind = kind_t::message;
  std::uint64_t number = 0; ///< of a request and its answer
  std::uint16_t version = 1, envelope_kind = 0;
  std::string bytes;
};

frame frame_of(frame::kind_t kind, std::uint64_t number, const envelope& e) {
  return {kind, number, e.version, e.kind, e.bytes};
}
envelope envelope_in(frame&& f) { return {f.version, f.envelope_kind, std::move(f.bytes)}; }

} // namespace

/// The network as one life of a node sees it.
class network::port final : public connector, public std::enable_shared_from_this<network::port> {
public:
  /// @param on null: not an agent of the world
  port(network& net, sim::host* on, peer_identity who, std::shared_ptr<const bool> plugged)
      : net_(&net), alive_(net.alive_), on_(on), who_(std::move(who)), host_(host_of(who_.address)),
        plugged_(std::move(plugged)) {}

  void connect(const known_server& to, caf::actor_id,
               std::function<void(expected<remote_gateway_actor>)> done) override {
    if (usable()) net_->open(shared_from_this(), to, std::move(done));
  }
  void disconnect(const remote_gateway_actor& gateway) override;
  std::size_t unsent(const remote_gateway_actor& gateway) const override;
  expected<void> publish(const rpc_gateway_actor& gateway) override {
    gateway_ = gateway;
    return {};
  }
  bool is_open(std::uint64_t connection) const override { return accepted.contains(connection); }
  void handled(std::uint64_t, std::size_t) override {}

  bool plugged() const { return *plugged_; }
  bool usable() const { return *alive_ && *plugged_; }
  const peer_identity& who() const { return who_; }
  const std::string& host() const { return host_; }
  sim::host& on() const { return *on_; }
  bool paused() const { return on_ && on_->paused(); }
  const rpc_gateway_actor& gateway() const { return gateway_; }

  std::set<std::uint64_t> accepted;                                  ///< connections accepted by it
  std::map<caf::actor_id, std::weak_ptr<network::connection>> links; ///< by the handle that `connect` returned

private:
  network* net_;
  std::shared_ptr<const bool> alive_;
  sim::host* on_;
  peer_identity who_;
  std::string host_; ///< its IP address
  std::shared_ptr<const bool> plugged_;
  rpc_gateway_actor gateway_;
};

/// One connection. The client's end has a stand-in for the gateway, the server's end one for the client.
class network::connection final : public std::enable_shared_from_this<network::connection> {
public:
  connection(network& net, std::uint64_t number, std::shared_ptr<port> client, std::shared_ptr<port> server)
      : net_(net), number_(number), client_(std::move(client)), server_(std::move(server)) {}

  remote_gateway_actor begin() {
    identity_ = client_->who();
    identity_.connection = number_;
    auto weak = weak_from_this();
    near_ = std::make_unique<stand_in>(client_->on().system(), [weak](caf::mailbox_element& m) {
      if (auto c = weak.lock()) c->sent_by_client(m);
    });
    client_->links[near_->handle()->id()] = weak;
    begin_server();
    return caf::actor_cast<remote_gateway_actor>(near_->handle());
  }
  /// Like `begin`, for a client that is not an agent.
  void begin_loose(std::function<void(std::uint64_t, envelope)> answered) {
    identity_ = client_->who();
    identity_.connection = number_;
    loose_ = std::move(answered);
    begin_server();
  }
  /// Sends what an agent's stand-in would not send.
  void say(frame f) {
    if (!broken_ && client_->plugged()) send(true, std::move(f));
  }
  bool broken() const { return broken_; }

  bool concerns(const std::string& address) const {
    return client_->who().address == address || server_->who().address == address;
  }
  bool touches(const std::string& host) const { return client_->host() == host || server_->host() == host; }
  std::size_t unsent() const { return unsent_; }

  /// Breaks both ends, each when it notices.
  /// @param now the server's end is down before the world continues
  void break_up(duration client_notices, duration server_notices, bool now = false) {
    if (std::exchange(broken_, true)) return;
    ++net_.broken_;
    waiting_.clear();
    auto keep = shared_from_this();
    auto& world = net_.world_;
    if (now) end_server();
    world.after(client_notices, [keep] { keep->end_client(); });
    if (!now) world.after(server_notices, [keep] { keep->end_server(); });
    net_.forget(number_);
  }

  /// One direction has fallen silent: the connection breaks unless that ends in time.
  void falls_silent() {
    auto weak = weak_from_this();
    auto silence = net_.behaviour_.silence;
    net_.world_.after(silence, [weak, since = ++cuts_] {
      auto c = weak.lock();
      if (c && !c->broken_ && c->cuts_ == since && c->is_silent())
        c->break_up(duration{0}, c->net_.world_.between(duration{0}, c->net_.behaviour_.silence));
    });
  }
  bool is_silent() const { return cut(true) || cut(false) || client_->paused() || server_->paused(); }
  /// Sends the waiting messages over repaired links.
  void healed() {
    ++cuts_;
    for (auto& [to_server, f] : std::exchange(waiting_, {})) carry(to_server, std::move(f));
  }

private:
  void begin_server() {
    far_ = std::make_unique<stand_in>(server_->on().system(), [weak = weak_from_this()](caf::mailbox_element& m) {
      if (auto c = weak.lock()) c->answered(m);
    });
    server_->accepted.insert(number_);
  }
  bool cut(bool to_server) const {
    const auto &a = client_->host(), &b = server_->host();
    return to_server ? net_.is_cut(a, b) : net_.is_cut(b, a);
  }
  /// The arrival time of a message sent now: after all earlier ones.
  duration arrival(bool to_server, std::size_t bytes) {
    const auto &a = client_->host(), &b = server_->host();
    auto trouble = to_server ? net_.wires_.on(a, b) : net_.wires_.on(b, a);
    auto& world = net_.world_;
    auto& how = net_.behaviour_;
    auto way = net_.delay() + trouble.slower;
    // A lost message is retransmitted with a doubling timeout; an overtaken one waits for its predecessors.
    for (auto wait = how.retransmission;
         trouble.loss > 0 && world.chance(trouble.loss) && wait < 8 * how.retransmission; wait *= 2)
      way += wait;
    if (trouble.reorder > 0 && world.chance(trouble.reorder)) way += net_.delay();
    auto& direction = directions_[to_server];
    auto rate = trouble.bytes_a_second > 0 ? trouble.bytes_a_second : how.bytes_a_second;
    direction.busy = std::max(direction.busy, world.now());
    if (rate > 0) direction.busy += duration{static_cast<std::int64_t>(static_cast<double>(bytes) * 1e9 / rate)};
    return direction.last = std::max(direction.last + duration{1}, direction.busy + way);
  }

  void sent_by_client(caf::mailbox_element& m) {
    if (broken_ || !client_->plugged()) return;
    auto content = m.move_content_to_message();
    if (content.match_elements<rpc_atom, envelope>()) {
      auto number = ++last_request_;
      asked_[number] = {m.sender, m.mid};
      send(true, frame_of(frame::kind_t::request, number, content.get_as<envelope>(1)));
    } else if (content.match_elements<send_atom, envelope>()) {
      send(true, frame_of(frame::kind_t::message, 0, content.get_as<envelope>(1)));
    }
  }

  void answered(caf::mailbox_element& m) {
    if (broken_ || !server_->plugged() || !m.mid.is_response()) return;
    auto content = m.move_content_to_message();
    if (!content.match_elements<envelope>()) return;
    send(false, frame_of(frame::kind_t::answer, m.mid.request_id().integer_value(), content.get_as<envelope>(0)));
  }

  void send(bool to_server, frame f) {
    ++net_.messages_;
    if (to_server) unsent_ += f.bytes.size();
    auto& b = net_.behaviour_;
    if (b.reset_every > 0 && net_.world_.one_in(b.reset_every)) return break_up(net_.delay(), net_.delay());
    carry(to_server, std::move(f));
  }

  /// Messages arrive in order.
  void carry(bool to_server, frame f) {
    if (cut(to_server)) {
      waiting_.emplace_back(to_server, std::move(f));
      return;
    }
    auto& world = net_.world_;
    auto due = arrival(to_server, f.bytes.size());
    auto shared = std::make_shared<frame>(std::move(f));
    world.after(due - world.now(), [weak = weak_from_this(), to_server, shared, sent = world.now()] {
      auto c = weak.lock();
      if (!c || c->broken_) return;
      // Messages in transit are lost when the link is cut.
      if (c->cut(to_server))
        c->waiting_.emplace_back(to_server, std::move(*shared));
      else
        c->arrive(to_server, std::move(*shared), sent);
    });
  }

  void arrive(bool to_server, frame f, duration sent) {
    auto& trace = net_.world_.trace();
    trace.mix(number_);
    trace.mix(std::string_view(f.bytes));
    net_.bytes_ += f.bytes.size();
    if (net_.observer_) {
      const auto &a = client_->who().name, &b = server_->who().name;
      net_.observer_(sent, to_server ? a : b, to_server ? b : a, f.envelope_kind, f.bytes.size());
    }
    if (to_server) unsent_ -= std::min(unsent_, f.bytes.size());
    auto& end = to_server ? server_ : client_;
    if (!end->plugged()) return;
    if (!to_server && loose_) return loose_(f.number, envelope_in(std::move(f)));
    if (!to_server) {
      auto it = asked_.find(f.number);
      if (it == asked_.end()) return;
      auto [sender, mid] = it->second;
      asked_.erase(it);
      if (sender)
        sender->enqueue(near_->handle(), mid.response_id(), caf::make_message(envelope_in(std::move(f))), nullptr);
      return;
    }
    if (!server_->gateway()) return;
    if (f.kind == frame::kind_t::last_request) break_up(duration{0}, duration{0}, true);
    if (net_.tap_ && !loose_) net_.tap_({f.version, f.envelope_kind, f.bytes});
    hand_over(std::move(f));
  }

  void hand_over(frame f) {
    auto* gateway = caf::actor_cast<caf::abstract_actor*>(server_->gateway());
    auto id = caf::message_id{f.number}.with_normal_priority();
    switch (f.kind) {
    case frame::kind_t::request:
    case frame::kind_t::last_request:
      gateway->enqueue(far_->handle(), id, caf::make_message(rpc_atom_v, envelope_in(std::move(f)), identity_),
                       nullptr);
      return;
    case frame::kind_t::answer:
      gateway->enqueue(far_->handle(), id.response_id(), caf::make_message(envelope_in(std::move(f))), nullptr);
      return;
    case frame::kind_t::message:
      gateway->enqueue(far_->handle(), caf::make_message_id(),
                       caf::make_message(send_atom_v, envelope_in(std::move(f)), identity_), nullptr);
      return;
    }
  }

  void end_client() {
    asked_.clear();
    if (!near_) return;
    client_->links.erase(near_->handle()->id());
    near_->end();
  }
  void end_server() {
    server_->accepted.erase(number_);
    if (server_->plugged() && server_->gateway())
      caf::anon_send(server_->gateway(), messages::connection_ended{number_});
    far_->end();
  }

  network& net_;
  std::uint64_t number_;
  peer_identity identity_; ///< the client's, stamped onto its messages
  std::shared_ptr<port> client_, server_;
  std::unique_ptr<stand_in> near_, far_;               ///< near_ is null if the client is not an agent
  std::function<void(std::uint64_t, envelope)> loose_; ///< null if the client is an agent
  std::map<std::uint64_t, std::pair<caf::strong_actor_ptr, caf::message_id>> asked_;
  std::deque<std::pair<bool, frame>> waiting_; ///< waiting behind a cut link; true: to the server
  struct direction {
    duration last{0}; ///< arrival time of the newest message
    duration busy{0}; ///< when the link becomes free
  };
  std::array<direction, 2> directions_; ///< [1]: to the server
  std::uint64_t last_request_ = 0, cuts_ = 0;
  std::size_t unsent_ = 0;
  bool broken_ = false;
};

void network::port::disconnect(const remote_gateway_actor& gateway) {
  if (!*alive_) return;
  auto it = links.find(gateway->id());
  if (it == links.end()) return;
  if (auto c = it->second.lock()) c->break_up(duration{0}, net_->delay());
}

std::size_t network::port::unsent(const remote_gateway_actor& gateway) const {
  auto it = links.find(gateway->id());
  auto c = it == links.end() ? nullptr : it->second.lock();
  return c ? c->unsent() : 0;
}

network::network(sim::world& world, wires& cables, network_behaviour behaviour)
    : world_(world), wires_(cables), behaviour_(behaviour) {
  wires_.when_changed([this, alive = alive_] {
    if (*alive) wires_changed();
  });
}

network::~network() { *alive_ = false; }

std::shared_ptr<connector> network::plug_in(sim::host& on, peer_identity who, std::shared_ptr<const bool> plugged) {
  auto address = who.address;
  auto made = std::make_shared<port>(*this, &on, std::move(who), std::move(plugged));
  ports_[address] = made;
  return made;
}

duration network::delay() {
  auto took = world_.between(behaviour_.fastest, behaviour_.slowest);
  if (behaviour_.retransmit_every > 0 && world_.one_in(behaviour_.retransmit_every)) took += behaviour_.retransmission;
  return took;
}

void network::open(const std::shared_ptr<port>& from, const known_server& to,
                   std::function<void(expected<remote_gateway_actor>)> done) {
  make(from, to.address, to.id, [done = std::move(done)](expected<std::shared_ptr<connection>> made) {
    if (!made) return done(tl::unexpected(made.error()));
    done((*made)->begin());
    if ((*made)->is_silent()) (*made)->falls_silent();
  });
}

void network::make(const std::shared_ptr<port>& from, const std::string& to, const std::string& id,
                   made_callback done) {
  auto there = ports_.find(to);
  auto server = there == ports_.end() ? nullptr : there->second.lock();
  bool reachable =
      server && !is_cut(from->host(), server->host()) && !is_cut(server->host(), from->host()) && !server->paused();
  // A refused connection fails at once, a cut link times out.
  auto wait = !server || reachable ? delay() : behaviour_.connect_timeout;
  world_.after(wait, [this, from, weak = std::weak_ptr<port>(server), to, id, reachable, done = std::move(done)] {
    if (!from->plugged()) return;
    auto server = weak.lock();
    if (server && !reachable) return done(fail("dial tcp " + to + ": i/o timeout"));
    if (!server || !server->plugged() || !server->gateway())
      return done(fail("dial tcp " + to + ": connect: connection refused"));
    if (!id.empty() && server->who().id != id) return done(fail("the server at " + to + " is " + server->who().id));
    auto number = ++made_;
    auto made = std::make_shared<connection>(*this, number, from, server);
    open_.emplace(number, made);
    done(std::move(made));
  });
}

/// The owner's end of a loose line.
class network::dialled_line final : public loose_line {
public:
  explicit dialled_line(std::weak_ptr<connection> over) : over_(std::move(over)) {}

  bool open() const override {
    auto c = over_.lock();
    return c && !c->broken();
  }
  void request(std::uint64_t number, envelope e) override { say(frame::kind_t::request, number, e); }
  void message(envelope e) override { say(frame::kind_t::message, 0, e); }
  void answer(std::uint64_t number, envelope e) override { say(frame::kind_t::answer, number, e); }
  void last_request(std::uint64_t number, envelope e) override { say(frame::kind_t::last_request, number, e); }
  void close() override {
    if (auto c = over_.lock()) c->break_up(duration{0}, duration{0});
  }

private:
  void say(frame::kind_t kind, std::uint64_t number, const envelope& e) {
    if (auto c = over_.lock()) c->say(frame_of(kind, number, e));
  }
  std::weak_ptr<connection> over_;
};

void network::dial(peer_identity who, const std::string& to, std::function<void(std::uint64_t, envelope)> answered,
                   std::function<void(loose_line_ptr)> done) {
  auto from = std::make_shared<port>(*this, nullptr, std::move(who), std::make_shared<const bool>(true));
  make(from, to, "", [answered = std::move(answered), done = std::move(done)](auto made) {
    if (!made) return done(nullptr);
    (*made)->begin_loose(answered);
    done(std::make_shared<dialled_line>(*made));
  });
}

std::string_view name_of_message(std::uint16_t kind) {
  auto* row = find_rpc_kind(kind);
  return row ? row->name : "unknown";
}

void network::forget(std::uint64_t number) { open_.erase(number); }

void network::lost(const std::string& address, bool silently) {
  auto all = open_;
  for (auto& [number, c] : all) {
    if (!c->concerns(address)) continue;
    auto notice = [&] { return silently ? behaviour_.silence + delay() : delay(); };
    auto client = notice();
    c->break_up(client, notice());
  }
}

void network::reset(const std::string& host) {
  auto all = open_;
  for (auto& [number, c] : all)
    if (c->touches(host)) c->break_up(delay(), delay());
}

void network::paused(const std::string& host) {
  for (auto& [number, c] : open_) {
    if (!c->touches(host)) continue;
    if (c->is_silent()) c->falls_silent();
  }
}

void network::wires_changed() {
  auto all = open_;
  for (auto& [number, c] : all) {
    c->healed();
    if (c->is_silent()) c->falls_silent();
  }
}

} // namespace praetor::sim
