#include "sim/attackers/rpc_attacker.hpp"

#include "protocol/swim/sealing.hpp"
#include "protocol/swim/wire.hpp"
#include "sim/attackers/hostile_commands.hpp"

#include <array>
#include <limits>

namespace praetor::sim {

namespace {

/// The number of invented members; small, so that a pool that accepts them stays small.
constexpr unsigned made_up_members = 12;
constexpr std::uint64_t highest = std::numeric_limits<std::uint64_t>::max();
constexpr duration stream_patience = std::chrono::seconds(3);
/// A name of this length fits into a stream, but into no packet.
constexpr std::size_t giant = 70'000;

class gossip_attacker final : public client {
public:
  gossip_attacker(siege& where, const attack& what, bool member)
      : where_(where), world_(where.world), pause_(what.pause), member_(member),
        mark_(where.new_mark(name_of(what.kind), member)), address_(where.new_machine() + ":8301") {
    if (!member_) return;
    if (auto ring = swim::keyring::of_key(gossip_key)) keys_ = *ring;
  }

  void start() override {
    where_.when_begun([this] {
      sockets_ = where_.victims.fabric().packets.plug_in(address_, plugged_);
      sockets_->packets->receive([this](const gossip_packet& p) { answer(p); });
      next();
    });
  }

private:
  void next() {
    world_.after(world_.between(duration{0}, 2 * pause_), [this] {
      if (!where_.lab.open) {
        *plugged_ = false;
        return;
      }
      act();
      next();
    });
  }

  void act() {
    const auto& all = where_.victims.nodes();
    auto& target = *all[world_.below(all.size())];
    auto to = target.options().ip + ":8301";
    if (world_.one_in(6)) return exchange(to, encode(swim::stream_message(hostile_state())));
    if (world_.one_in(10)) return exchange(to, garbage(world_));
    if (world_.one_in(8)) return sockets_->packets->send(to, garbage(world_));
    std::vector<std::string> words;
    for (auto left = 1 + world_.below(4); left > 0; --left) words.push_back(encode(hostile_word()));
    send(to, words);
  }

  void send(const std::string& to, const std::vector<std::string>& words) {
    auto packet = swim::compose_packet(words);
    if (world_.one_in(12)) packet.resize(world_.below(packet.size()));
    sockets_->packets->send(to, swim::wrap_packet(keys_, policy_, packet, sockets_->nonce()));
  }
  void exchange(const std::string& to, const std::string& body) {
    auto frame = swim::wrap_frame(keys_, policy_, body, sockets_->nonce());
    if (world_.one_in(12)) frame.resize(world_.below(frame.size()));
    sockets_->streams->exchange(to, std::move(frame), stream_patience, [](const expected<std::string>&) {});
  }

  /// Acts as a member: answers probes, so that the pool keeps it.
  void answer(const gossip_packet& p) {
    if (!member_) return;
    auto plain = swim::unwrap_packet(keys_, policy_, p.bytes);
    if (!plain) return;
    auto words = swim::decode_packet(*plain);
    if (!words) return;
    for (const auto& word : *words)
      if (auto* asked = std::get_if<swim::ping>(&word); asked && asked->target == mark_)
        send(p.from, {encode(swim::message(swim::ack{asked->sequence, {}, highest}))});
  }

  // Messages.

  /// The name of an existing member.
  std::string any_name() {
    const auto& all = where_.victims.nodes();
    return all[world_.below(all.size())]->options().name;
  }
  /// An invalid name, or one of an invented member.
  std::string odd_name() {
    switch (world_.below(4)) {
    case 0: return {};
    case 1: return mark_ + std::string("\0\n\x7f", 3);
    case 2: return std::string(world_.one_in(2) ? 900 : 300, 'n');
    default: return "made-up-" + std::to_string(world_.below(made_up_members));
    }
  }
  std::uint64_t any_count() {
    constexpr std::array<std::uint64_t, 6> counts{0, 1, 2, 1 << 20, std::uint64_t{1} << 62, highest};
    return counts[world_.below(counts.size())];
  }

  swim::alive alive_of(std::string name, std::string address) {
    swim::alive a;
    a.incarnation = any_count();
    a.name = std::move(name);
    a.address = std::move(address);
    a.tags = {{"role", "node"}, {"dc", "dc1"}, {"id", id_}};
    return a;
  }
  swim::alive own_word() {
    auto a = alive_of(mark_, address_);
    a.incarnation = ++incarnation_;
    return a;
  }

  swim::message hostile_word() {
    switch (world_.below(14)) {
    case 0: return swim::suspect{any_count(), any_name(), world_.one_in(2) ? mark_ : any_name()};
    case 1: return swim::dead{any_count(), any_name(), world_.one_in(2) ? mark_ : any_name()};
    case 2: return alive_of(any_name(), "10.66.9.9:8301");
    case 3: return alive_of(odd_name(), world_.one_in(3) ? "nowhere" : "10.66.9.8:8301");
    case 4: return swim::leave_intent{any_count(), any_name(), world_.one_in(2)};
    case 5: return swim::join_intent{any_count(), world_.one_in(2) ? any_name() : odd_name()};
    case 6:
    case 7: return swim::user_event{any_count() + world_.below(2000), mark_, std::string(200, 'e'), world_.one_in(2)};
    case 8: return hostile_query();
    case 9:
      return swim::query_response{any_count(), static_cast<std::uint32_t>(world_.below(100)), any_name(), true, mark_};
    case 10:
      return swim::indirect_ping{static_cast<std::uint32_t>(world_.below(100)), any_name(), "10.66.9.7:8301", mark_};
    case 11: return swim::ack{static_cast<std::uint32_t>(world_.below(1000)), {}, highest};
    case 12: return swim::relay{"10.66.9.7:8301", encode(swim::message(swim::nack{1}))};
    default: return own_word();
    }
  }

  swim::query hostile_query() {
    swim::query q;
    q.time = any_count() + world_.below(2000);
    q.id = static_cast<std::uint32_t>(world_.below(1000));
    q.source = any_name();
    q.address = "10.66.9.7:8301";
    if (world_.one_in(2)) q.tags["role"] = "(((((a{1,100}){1,100}){1,100}){1,100}){1,100})*";
    q.wants_ack = true;
    q.relay_factor = 255;
    q.timeout = nanoseconds{std::numeric_limits<std::int64_t>::max()};
    q.name = mark_;
    q.payload = std::string(300, 'q');
    return q;
  }

  swim::push_pull hostile_state() {
    swim::push_pull s;
    s.join = world_.one_in(2);
    s.nodes.push_back({own_word(), swim::node_condition::alive});
    for (auto left = world_.below(6); left > 0; --left) {
      auto condition = static_cast<swim::node_condition>(world_.below(5));
      auto name = world_.one_in(2) ? any_name() : odd_name();
      if (world_.one_in(6)) name = std::string(giant, 'g');
      s.nodes.push_back({alive_of(std::move(name), "10.66.9.6:8301"), condition});
    }
    s.time = any_count();
    s.event_time = any_count();
    s.query_time = any_count();
    s.status_times[any_name()] = any_count();
    s.status_times[odd_name()] = any_count();
    if (world_.one_in(2)) s.left.push_back(any_name());
    for (auto left = world_.below(40); left > 0; --left)
      s.events.push_back({any_count() + world_.below(2000), mark_, std::string(200, 'e'), false});
    return s;
  }

  siege& where_;
  sim::world& world_;
  duration pause_;
  bool member_;
  std::string mark_, address_;
  std::string id_ = world_.uuid();
  swim::keyring keys_;
  swim::sealing_policy policy_;
  std::shared_ptr<bool> plugged_ = std::make_shared<bool>(true);
  std::shared_ptr<const gossip_port> sockets_;
  std::uint64_t incarnation_ = 0;
};

} // namespace

std::unique_ptr<client> make_gossip_attacker(siege& where, const attack& what, bool member) {
  return std::make_unique<gossip_attacker>(where, what, member);
}

} // namespace praetor::sim
