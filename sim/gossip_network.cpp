#include "sim/gossip_network.hpp"

namespace praetor::sim {

namespace {

/// The delay of a stream's first retransmission.
constexpr duration first_retransmission = std::chrono::milliseconds(200);

} // namespace

class gossip_network::packets final : public datagram, public std::enable_shared_from_this<packets> {
public:
  packets(gossip_network& net, std::string address, std::shared_ptr<const bool> plugged)
      : net_(net), address_(std::move(address)), plugged_(std::move(plugged)) {}

  void send(const std::string& to, std::string bytes) override {
    if (!*plugged_) return;
    auto& how = net_.behaviour_;
    auto& world = net_.world_;
    world.trace().mix(bytes);
    ++net_.sent_;
    net_.bytes_ += bytes.size();
    auto trouble = net_.trouble(address_, to);
    if (trouble.cut || world.chance(trouble.loss) || (how.lose_one_in > 0 && world.one_in(how.lose_one_in))) return;
    bool doubled = world.chance(trouble.duplicate) || (how.double_one_in > 0 && world.one_in(how.double_one_in));
    for (int copies = doubled ? 2 : 1; copies > 0; --copies) {
      auto way = net_.delay() + trouble.slower;
      if (world.chance(trouble.reorder)) way += 4 * net_.delay();
      if (trouble.bytes_a_second > 0)
        way += duration{static_cast<std::int64_t>(static_cast<double>(bytes.size()) * 1e9 / trouble.bytes_a_second)};
      world.after(way, [&net = net_, from = address_, to, bytes, sent = world.now()] {
        if (!net.passes(from, to)) return;
        if (net.observer_) net.observer_(sent, from, to, bytes.size());
        if (auto there = net.places_[to].datagrams.lock(); there && there->each_) there->each_({from, bytes});
      });
    }
  }
  void receive(std::function<void(gossip_packet)> each) override { each_ = std::move(each); }

private:
  gossip_network& net_;
  std::string address_;
  std::shared_ptr<const bool> plugged_;
  std::function<void(gossip_packet)> each_;
};

class gossip_network::streams final : public stream {
public:
  streams(gossip_network& net, std::string address, std::shared_ptr<const bool> plugged)
      : net_(net), address_(std::move(address)), plugged_(std::move(plugged)) {}

  void exchange(const std::string& to, std::string frame, std::chrono::nanoseconds timeout,
                std::function<void(expected<std::string>)> done) override {
    auto ended = std::make_shared<bool>(false);
    auto finish = [ended, plugged = plugged_, done = std::move(done)](expected<std::string> result) {
      if (!std::exchange(*ended, true) && *plugged) done(std::move(result));
    };
    auto& net = net_;
    net.bytes_ += frame.size();
    net.world_.after(timeout, [finish, to] { finish(fail("dial tcp " + to + ": i/o timeout")); });
    net.world_.after(net.stream_delay(address_, to), [&net, from = address_, to, frame = std::move(frame), finish] {
      auto it = net.places_.find(to);
      if (net.trouble(from, to).cut || net.trouble(to, from).cut) return;
      if (it == net.places_.end() || !it->second.reachable())
        return finish(fail("dial tcp " + to + ": connection refused"));
      auto there = it->second.exchanges.lock();
      if (!there || !there->each_) return finish(fail("dial tcp " + to + ": connection refused"));
      there->each_({{from, frame},
                    [&net, from, to, finish](std::string answer) {
                      net.bytes_ += answer.size();
                      net.world_.after(net.stream_delay(to, from),
                                       [&net, from, to, finish, answer = std::move(answer)] {
                                         if (!net.trouble(to, from).cut) finish(answer);
                                       });
                    },
                    {}});
    });
  }
  void accept(std::function<void(gossip_request)> each) override { each_ = std::move(each); }

private:
  gossip_network& net_;
  std::string address_;
  std::shared_ptr<const bool> plugged_;
  std::function<void(gossip_request)> each_;
};

gossip_network::gossip_network(sim::world& world, gossip_behaviour behaviour, const wires* cables)
    : world_(world), behaviour_(behaviour), wires_(cables) {}

link_trouble gossip_network::trouble(const std::string& from, const std::string& to) const {
  return wires_ ? wires_->on(host_of(from), host_of(to)) : link_trouble{};
}

bool gossip_network::passes(const std::string& from, const std::string& to) const {
  auto there = places_.find(to);
  return there != places_.end() && there->second.reachable() && !trouble(from, to).cut;
}

duration gossip_network::stream_delay(const std::string& from, const std::string& to) {
  auto how = trouble(from, to);
  auto way = delay() + how.slower;
  for (auto wait = first_retransmission; world_.chance(how.loss) && wait < 8 * first_retransmission; wait *= 2)
    way += wait;
  return way;
}

std::shared_ptr<const gossip_port> gossip_network::plug_in(const std::string& address,
                                                           std::shared_ptr<const bool> plugged) {
  auto port = std::make_shared<gossip_port>();
  auto datagrams = std::make_shared<packets>(*this, address, plugged);
  auto exchanges = std::make_shared<streams>(*this, address, plugged);
  places_[address] = {datagrams, exchanges, std::move(plugged)};
  port->packets = std::move(datagrams);
  port->streams = std::move(exchanges);
  port->nonce = [this] {
    std::array<unsigned char, 12> out{};
    for (auto& byte : out) byte = static_cast<unsigned char>(world_.below(256));
    return out;
  };
  return port;
}

} // namespace praetor::sim
