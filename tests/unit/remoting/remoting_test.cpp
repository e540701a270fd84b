#include "processes.hpp"

#include "actors/ports/remoting_hello.hpp"
#include "actors/ports/remoting_scribe.hpp"
#include "actors/rpc/peer_link.hpp"

#include <arpa/inet.h>
#include <caf/io/all.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <future>

using namespace praetor;

namespace {

/// A raw TCP connection.
class raw_connection {
public:
  explicit raw_connection(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0);
  }
  ~raw_connection() { ::close(fd_); }
  raw_connection(const raw_connection&) = delete;

  void send(const std::string& bytes) { CHECK(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) > 0); }
  /// Reads until the peer closes; empty after 10 s.
  std::string read_all() {
    std::string out;
    char buffer[4096];
    for (;;) {
      pollfd p{fd_, POLLIN, 0};
      if (::poll(&p, 1, 10000) <= 0) return out + " (never closed)";
      auto n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return out;
      out.append(buffer, static_cast<std::size_t>(n));
    }
  }

private:
  int fd_;
};

} // namespace

TEST_CASE("a server's gateway answers another server, which it knows by name") {
  test_process one({.name = "one"}), two({.name = "two"});
  auto gateway = two.connect(one.as_server());
  REQUIRE(gateway);
  CHECK(two.ask(*gateway, "hello") == "echo hello");
  CHECK(two.ask(*gateway, "3000000", 2).size() == 3000000);
  auto who = one.first_peer();
  CHECK(who.name == "two");
  CHECK(who.id == "id-of-two");
  CHECK(who.datacenter == "dc1");
  CHECK(who.claims_server);
  CHECK(!who.certified_server);
  CHECK(who.names.empty());
  CHECK(who.address.starts_with("127.0.0.1:"));
  CHECK(one.links->is_open(who.connection));
  two.links->disconnect(*gateway);
  CHECK(eventually([&] {
    std::lock_guard lock(one.seen->mutex);
    return one.seen->departed == std::vector{who.connection};
  }));
  CHECK(!one.links->is_open(who.connection));
}

TEST_CASE("messages that are not answered arrive") {
  test_process one({.name = "one"}), two({.name = "two"});
  auto gateway = two.connect(one.as_server());
  REQUIRE(gateway);
  for (int i = 0; i < 1000; ++i) two.tell(*gateway, {});
  CHECK(eventually([&] { return one.seen->messages == 1000; }));
}

TEST_CASE("no more is read from a peer than the gateway deals with") {
  test_process one({.name = "one", .loss = std::chrono::minutes(1)}),
      two({.name = "two", .loss = std::chrono::minutes(1)});
  auto gateway = two.connect(one.as_server());
  REQUIRE(gateway);
  CHECK(two.ask(*gateway, "first") == "echo first");
  one.seen->stuck = true;
  constexpr std::size_t size = 1 << 20, count = 64;
  for (std::size_t i = 0; i < count; ++i) {
    two.links->sending(*gateway, size);
    two.tell(*gateway, std::string(size, 'x'));
  }
  auto window = scribe_limits{}.unhandled / size;
  CHECK(eventually([&] { return one.seen->messages > window; }));
  CHECK(eventually([&] { return two.links->unsent(*gateway) > size; }));
  CHECK(one.seen->messages <= window + 2);
  // The stuck bytes are processed: the rest follows.
  one.seen->stuck = false;
  one.links->handled(one.first_peer().connection, one.seen->messages * size);
  CHECK(eventually([&] { return one.seen->messages == count; }));
  CHECK(two.ask(*gateway, "after it") == "echo after it");
}

TEST_CASE("a peer that asks in nobody's name, or in many names, is sent away") {
  test_process one({.name = "one"}), two({.name = "two"});
  auto gateway = two.connect(one.as_server());
  REQUIRE(gateway);
  SECTION("nobody") {
    caf::anon_send(*gateway, send_atom_v, envelope{});
    CHECK(eventually([&] { return one.log->contain("sent a message in nobody's name"); }));
  }
  SECTION("many") {
    CHECK(two.ask(*gateway, "as one") == "echo as one");
    caf::scoped_actor other{*two.system, true};
    other->send(*gateway, send_atom_v, envelope{});
    CHECK(eventually([&] { return one.log->contain("sent messages in the name of several actors"); }));
  }
  CHECK(eventually([&] { return one.links->connections() == 0; }));
  CHECK(one.seen->messages == 0);
}

TEST_CASE("two servers connect to each other at the same moment, again and again") {
  test_process one({.name = "one"}), two({.name = "two"});
  for (int i = 0; i < 10; ++i) {
    std::atomic<int> worked{0};
    remote_gateway_actor to_one, to_two;
    two.connect(one.as_server(), [&](expected<remote_gateway_actor> r) {
      if (r) to_one = *r;
      ++worked;
    });
    one.connect(two.as_server(), [&](expected<remote_gateway_actor> r) {
      if (r) to_two = *r;
      ++worked;
    });
    REQUIRE(eventually([&] { return worked == 2; }));
    REQUIRE(to_one);
    REQUIRE(to_two);
    CHECK(two.ask(to_one, "a") == "echo a");
    CHECK(one.ask(to_two, "b") == "echo b");
    two.links->disconnect(to_one);
    one.links->disconnect(to_two);
  }
  CHECK(eventually([&] { return one.links->connections() == 0 && two.links->connections() == 0; }));
}

TEST_CASE("a connection is a handle of its own, and its end is seen on both sides") {
  test_process one({.name = "one"}), two({.name = "two"});
  auto first = two.connect(one.as_server()), second = two.connect(one.as_server());
  REQUIRE(first);
  REQUIRE(second);
  CHECK(*first != *second);
  caf::scoped_actor self{*two.system, true};
  self->monitor(*first);
  two.links->disconnect(*first);
  bool down = false;
  self->receive([&](const caf::down_msg&) { down = true; }, caf::after(std::chrono::seconds(20)) >> [] {});
  CHECK(down);
  CHECK(two.ask(*second, "still there") == "echo still there");
  CHECK(eventually([&] { return one.links->connections() == 1; }));
}

TEST_CASE("the end of a process is seen at once by those that are linked to it") {
  test_process two({.name = "two"});
  caf::scoped_actor self{*two.system, true};
  {
    test_process one({.name = "one"});
    auto gateway = two.connect(one.as_server());
    REQUIRE(gateway);
    self->monitor(*gateway);
  }
  bool down = false;
  self->receive([&](const caf::down_msg&) { down = true; }, caf::after(std::chrono::seconds(2)) >> [] {});
  CHECK(down);
}

TEST_CASE("a peer that falls silent is given up") {
  test_process one({.name = "one", .loss = std::chrono::milliseconds(600)});
  raw_connection peer(one.links->port());
  // A complete hello, then silence, like a suspended process.
  hello h;
  h.id = "x";
  h.name = "two";
  h.datacenter = "dc1";
  h.server = true;
  peer.send(encode_hello(h));
  auto said = peer.read_all();
  CHECK(said.starts_with("PRTR"));
  CHECK(said.find("never closed") == said.npos);
  CHECK(eventually([&] { return one.links->connections() == 0; }));
}

TEST_CASE("idle connections stay") {
  test_process one({.name = "one", .loss = std::chrono::milliseconds(800)}),
      two({.name = "two", .loss = std::chrono::milliseconds(800)});
  auto gateway = two.connect(one.as_server());
  REQUIRE(gateway);
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  CHECK(eventually([&] { return std::chrono::steady_clock::now() > until; }));
  CHECK(two.ask(*gateway, "after a while") == "echo after a while");
}

TEST_CASE("who may not connect is told why, and the log says so once") {
  test_process one({.name = "one"});
  SECTION("another datacenter") {
    test_process two({.name = "two", .datacenter = "dc2"});
    auto refused = two.connect(one.as_server());
    REQUIRE(!refused);
    CHECK(refused.error().text.find("the server refuses this agent, which it says is of datacenter \"dc2\", not "
                                    "\"dc1\"") != std::string::npos);
    CHECK(!two.connect(one.as_server()));
    CHECK(eventually([&] { return one.log->contain("error=is of datacenter \"dc2\", not \"dc1\""); }));
    CHECK(one.log->count("refused a connection") == 1);
  }
  SECTION("another server answers") {
    test_process two({.name = "two"});
    auto wanted = one.as_server();
    wanted.id = "id-of-three";
    auto refused = two.connect(wanted);
    REQUIRE(!refused);
    CHECK(refused.error().text.find("server \"one\" (id-of-one) answers there, not id-of-three") != std::string::npos);
  }
  SECTION("Consul") {
    raw_connection consul(one.links->port());
    consul.send(std::string("\x04\0\0\0\0", 5));
    CHECK(consul.read_all().empty());
    CHECK(eventually([&] { return one.log->contain("speaks Consul's own server RPC (type 4, RPC)"); }));
  }
  SECTION("HTTP") {
    raw_connection browser(one.links->port());
    browser.send("GET / HTTP/1.1\r\n\r\n");
    CHECK(browser.read_all().empty());
    CHECK(eventually([&] { return one.log->contain("speaks HTTP; this is the server RPC port"); }));
  }
  SECTION("garbage behind the magic") {
    raw_connection stranger(one.links->port());
    stranger.send("PRTR\xff\xff\xff\xff");
    CHECK(stranger.read_all().find("announces a hello of 4294967295 bytes") != std::string::npos);
  }
  SECTION("an admitted peer that announces a frame of 1.9 GB") {
    raw_connection peer(one.links->port());
    hello h;
    h.id = "x";
    h.name = "two";
    h.datacenter = "dc1";
    peer.send(encode_hello(h) + std::string("\x01\0\0\0\x70\0\0\0", 8) + std::string(24, '\0'));
    CHECK(peer.read_all().find("never closed") == std::string::npos);
    CHECK(eventually([&] { return one.log->contain("announced a frame of 1879048192 bytes"); }));
  }
  SECTION("an admitted peer that sends no frames") {
    raw_connection peer(one.links->port());
    hello h;
    h.id = "x";
    h.name = "two";
    h.datacenter = "dc1";
    peer.send(encode_hello(h) + std::string(64, '\xff'));
    CHECK(peer.read_all().find("never closed") == std::string::npos);
    CHECK(eventually([&] { return one.log->contain("refused a connection"); }));
  }
  SECTION("too many of one address") {
    test_process few({.name = "few", .most_per_address = 2}), two({.name = "two"});
    auto a = two.connect(few.as_server()), b = two.connect(few.as_server());
    REQUIRE(a);
    REQUIRE(b);
    CHECK(!two.connect(few.as_server()));
    CHECK(eventually([&] { return few.log->contain("limits.rpc_max_conns_per_client allows no more"); }));
    two.links->disconnect(*a);
    CHECK(eventually([&] { return two.connect(few.as_server()).has_value(); }));
  }
}

TEST_CASE("a dead address fails in its time") {
  test_process one({.name = "one"});
  known_server nobody;
  nobody.name = "nobody";
  nobody.datacenter = "dc1";
  SECTION("nobody listens") {
    nobody.address = "127.0.0.1:1";
    auto r = one.connect(nobody);
    REQUIRE(!r);
    CHECK(r.error().text == "dial 127.0.0.1:1: Connection refused");
  }
  SECTION("somebody listens and says nothing") {
    int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&at), size) == 0);
    REQUIRE(::listen(fd, 1) == 0);
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size);
    nobody.address = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
    auto r = one.connect(nobody);
    REQUIRE(!r);
    CHECK(r.error().text.find("did not answer in time") != std::string::npos);
    ::close(fd);
  }
  SECTION("no address at all") {
    nobody.address = "somewhere";
    auto r = one.connect(nobody);
    REQUIRE(!r);
    CHECK(r.error().text.find("is no ip:port") != std::string::npos);
  }
}

TEST_CASE("a port in use is named") {
  test_process one({.name = "one"});
  remoting_settings s;
  s.server = true;
  s.address = "127.0.0.1";
  s.port = one.links->port();
  auto second = remoting::start(*one.system, s, one.log);
  REQUIRE(!second);
  CHECK(second.error().text ==
        "Failed to start RPC layer: listen tcp 127.0.0.1:" + std::to_string(s.port) + ": bind: Address already in use");
}

TEST_CASE("a gateway that ended is replaced by one that is published again") {
  test_process one({.name = "one"}), two({.name = "two"});
  auto gateway = two.connect(one.as_server());
  REQUIRE(gateway);
  caf::scoped_actor self{*two.system, true};
  self->monitor(*gateway);
  caf::anon_send_exit(one.gateway, caf::exit_reason::user_shutdown);
  bool down = false;
  self->receive([&](const caf::down_msg&) { down = true; }, caf::after(std::chrono::seconds(20)) >> [] {});
  CHECK(down);
  test_process three({.name = "three"});
  REQUIRE(one.links->publish(three.gateway));
}

namespace {

/// Remoting that records the maximum of unsent bytes.
class measured_links final : public connector {
public:
  explicit measured_links(std::shared_ptr<connector> inner) : inner_(std::move(inner)) {}
  void connect(const known_server& to, caf::actor_id sender,
               std::function<void(expected<remote_gateway_actor>)> done) override {
    inner_->connect(to, sender, std::move(done));
  }
  void disconnect(const remote_gateway_actor& g) override { inner_->disconnect(g); }
  void sending(const remote_gateway_actor& g, std::size_t bytes) override {
    inner_->sending(g, bytes);
    most = std::max(most.load(), inner_->unsent(g));
  }
  std::size_t unsent(const remote_gateway_actor& g) const override { return inner_->unsent(g); }
  expected<void> publish(const rpc_gateway_actor& g) override { return inner_->publish(g); }
  bool is_open(std::uint64_t connection) const override { return inner_->is_open(connection); }
  void handled(std::uint64_t connection, std::size_t bytes) override { inner_->handled(connection, bytes); }
  std::atomic<std::size_t> most{0};

private:
  std::shared_ptr<connector> inner_;
};

} // namespace

TEST_CASE("a server that does not read is not sent more than the window, and gets the rest when it reads") {
  test_process one({.name = "one", .loss = std::chrono::minutes(1)}),
      two({.name = "two", .loss = std::chrono::minutes(1)});
  auto links = std::make_shared<measured_links>(two.links);
  auto outside = std::make_shared<ports>();
  outside->links = links;
  outside->seed = [] { return 1; };
  auto link = two.system->spawn(peer_link, ports_ptr(outside), one.as_server(), raft_peer_actor{}, rpc_router_actor{});
  auto ask = [&](std::string bytes) {
    auto call = std::make_shared<remote_call>();
    call->request.kind = 1;
    call->request.bytes = std::move(bytes);
    call->deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    auto answer = std::make_shared<std::promise<std::string>>();
    call->done = [answer](expected<envelope> e, bool reached) {
      answer->set_value(e ? e->bytes : (reached ? "late: " : "refused: ") + e.error().text);
    };
    caf::anon_send(link, rpc_atom_v, local<std::shared_ptr<remote_call>>{call});
    return answer->get_future();
  };
  REQUIRE(eventually([&] { return ask("up").get() == "echo up"; }));

  // Blocks the other process's I/O thread.
  std::promise<void> go_on;
  one.system->middleman().backend().post([wait = go_on.get_future().share()] { wait.wait(); });
  for (int i = 0; i < 100; ++i) {
    auto message = std::make_shared<remote_envelope>();
    message->message.bytes.assign(1 << 20, 'x');
    caf::anon_send(link, send_atom_v, local<std::shared_ptr<remote_envelope>>{message});
  }
  auto refused = ask(std::string(1 << 20, 'y')).get();
  CHECK(refused.find("refused: server one takes messages too slowly") == 0);
  CHECK(links->most <= link_limits{}.window);
  CHECK(links->most > link_limits{}.window / 2);
  go_on.set_value();
  CHECK(eventually([&] { return ask("again").get() == "echo again"; }));
  CHECK(one.seen->messages >= 8);
  CHECK(one.seen->messages < 100);
  caf::anon_send_exit(link, caf::exit_reason::user_shutdown);
}
