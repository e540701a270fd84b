#include "sim/attackers/rpc_attacker.hpp"

#include "protocol/codec/msgpack.hpp"
#include "sim/attackers/hostile_requests.hpp"

namespace praetor::sim {

namespace {

/// More requests per burst than a single connection may have running while all others are idle: half of the total.
constexpr unsigned burst = 18'000;
/// Sent in batches, because remoting limits the bytes in transit.
constexpr unsigned at_once = 1'000;
constexpr duration between_pieces = std::chrono::milliseconds(10);
/// How long it keeps what it has taken.
constexpr duration holds = std::chrono::seconds(2);
/// Connections opened only to be dropped, each with a running request.
constexpr unsigned short_lives = 40;

/// Sends requests that wait for an event that never happens.
class hoarder final : public client {
public:
  hoarder(siege& where, const attack& what)
      : where_(where), world_(where.world), pause_(what.pause), mark_(where.new_mark(name_of(what.kind), true)),
        id_(world_.uuid()), address_(where.new_machine()) {}

  void start() override {
    where_.when_begun([this] { rest(); });
  }

private:
  void later(duration wait, std::function<void()> action) {
    world_.after(wait, [this, action = std::move(action)] {
      if (where_.lab.open) return action();
      if (line_) line_->close();
    });
  }
  void rest() {
    later(world_.between(duration{0}, 2 * pause_), [this] { dial(); });
  }

  void dial() {
    auto* leads = where_.victims.leader();
    auto& n = leads ? *leads : where_.any_server();
    peer_identity who;
    who.id = id_;
    who.name = mark_;
    who.datacenter = "dc1";
    who.address = address_ + ":" + std::to_string(20'000 + world_.below(20'000));
    where_.victims.fabric().lines.dial(
        who, n.options().ip + ":8300", [this](std::uint64_t, const envelope& e) { where_.told(mark_, e.bytes); },
        [this](loose_line_ptr made) {
          line_ = std::move(made);
          if (!line_) return rest();
          if (lives_++ % (short_lives + 1) == 0) return take_all();
          ask(1);
          later(pause_, [this] { leave(); });
        });
  }

  void take_all(std::uint64_t asked = 0) {
    if (asked >= burst) return later(holds, [this] { leave(); });
    for (std::uint64_t number = asked + 1; number <= asked + at_once; ++number) ask(number);
    later(between_pieces, [this, asked] { take_all(asked + at_once); });
  }

  void ask(std::uint64_t number) {
    rpc_request r;
    r.number = number;
    r.hold = std::chrono::seconds(7);
    r.body = question_;
    envelope e;
    e.kind = static_cast<std::uint16_t>(rpc_kind::request);
    msgpack::pack(e.bytes, r);
    line_->request(number, std::move(e));
  }

  void leave() {
    if (line_) line_->close();
    line_ = nullptr;
    rest();
  }

  siege& where_;
  sim::world& world_;
  duration pause_;
  std::string mark_, id_, address_;
  /// The key does not exist, and the index is never reached.
  std::string question_ = encode_body({"GET", "/v1/kv/attack/none", "", "index", "1000000000"});
  loose_line_ptr line_;
  unsigned lives_ = 0;
};

} // namespace

std::unique_ptr<client> make_hoarder(siege& where, const attack& what) {
  return std::make_unique<hoarder>(where, what);
}

} // namespace praetor::sim
