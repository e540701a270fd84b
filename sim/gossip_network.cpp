#include "sim/gossip_network.hpp"

namespace praetor::sim {

class gossip_network::packets final : public datagram, public std::enable_shared_from_this<packets> {
public:
  packets(gossip_network& net, std::string address, std::shared_ptr<const bool> plugged)
      : net_(net), address_(std::move(address)), plugged_(std::move(plugged)) {}

  void send(const std::string& to, std::string bytes) override {
    if (!*plugged_) return;
    auto& how = net_.behaviour_;
    auto& world = net_.world_;
    world.trace().mix(bytes);
    if (how.lose_one_in > 0 && world.one_in(how.lose_one_in)) return;
    unsigned copies = how.double_one_in > 0 && world.one_in(how.double_one_in) ? 2 : 1;
    while (copies-- > 0)
      world.after(net_.delay(), [&net = net_, from = address_, to, bytes] {
        if (!net.passes(from, to)) return;
        if (auto there = net.places_[to].datagrams.lock(); there && there->each_) there->each_({from, bytes});
      });
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
    net.world_.after(timeout, [finish, to] { finish(fail("dial tcp " + to + ": i/o timeout")); });
    net.world_.after(net.delay(), [&net, from = address_, to, frame = std::move(frame), finish] {
      auto it = net.places_.find(to);
      if (it == net.places_.end() || !it->second.reachable())
        return finish(fail("dial tcp " + to + ": connection refused"));
      if (!net.passes(from, to) || !net.passes(to, from)) return;
      auto there = it->second.exchanges.lock();
      if (!there || !there->each_) return finish(fail("dial tcp " + to + ": connection refused"));
      there->each_({{from, frame}, [&net, from, to, finish](std::string answer) {
                      net.world_.after(net.delay(), [&net, from, to, finish, answer = std::move(answer)] {
                        if (net.passes(to, from)) finish(answer);
                      });
                    }});
    });
  }
  void accept(std::function<void(gossip_request)> each) override { each_ = std::move(each); }

private:
  gossip_network& net_;
  std::string address_;
  std::shared_ptr<const bool> plugged_;
  std::function<void(gossip_request)> each_;
};

gossip_network::gossip_network(sim::world& world, gossip_behaviour behaviour) : world_(world), behaviour_(behaviour) {}

bool gossip_network::passes(const std::string& from, const std::string& to) const {
  auto there = places_.find(to);
  return there != places_.end() && there->second.reachable() && !cuts_.contains({from, to});
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
