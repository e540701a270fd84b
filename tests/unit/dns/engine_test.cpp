#include "frontends/dns/engine.hpp"
#include "tests/unit/dns/asking.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

using namespace praetor;
using namespace praetor::dns;
namespace asio = boost::asio;
using lines = std::vector<std::string>;

namespace {

/// A server on a free port of the loopback interface.
struct serving {
  datacenter dc;
  std::unique_ptr<engine> server;
  stream_limits streams;

  void start() {
    question_sources s;
    s.state = [this] { return dc.state->now_published(); };
    s.who = [] { return acl::allow_all(); };
    s.wall_clock = [] { return std::chrono::seconds(1700000000); };
    server = std::make_unique<engine>(std::move(s), dc.config, streams);
    config::endpoint at;
    at.host = "127.0.0.1";
    REQUIRE(server->start({at}));
  }
  asio::ip::tcp::endpoint endpoint() const { return {asio::ip::make_address("127.0.0.1"), server->ports().at(0)}; }
  std::string address() const { return "127.0.0.1:" + std::to_string(server->ports().at(0)); }

  std::string over_udp(const std::string& message) {
    asio::io_context io;
    asio::ip::udp::socket socket(io, asio::ip::udp::v4());
    asio::ip::udp::endpoint to(asio::ip::make_address("127.0.0.1"), server->ports().at(0));
    socket.send_to(asio::buffer(message), to);
    std::string reply(65535, '\0');
    reply.resize(socket.receive_from(asio::buffer(reply), to));
    return reply;
  }
  /// Sends the messages one after the other on one connection.
  std::vector<std::string> over_tcp(const std::vector<std::string>& messages) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::make_address("127.0.0.1"), server->ports().at(0)});
    std::vector<std::string> out;
    for (const auto& m : messages) {
      std::string framed{static_cast<char>(m.size() >> 8), static_cast<char>(m.size() & 0xff)};
      asio::write(socket, asio::buffer(framed + m));
      unsigned char length[2];
      asio::read(socket, asio::buffer(length));
      out.emplace_back(static_cast<std::size_t>(length[0]) << 8 | length[1], '\0');
      asio::read(socket, asio::buffer(out.back()));
    }
    return out;
  }
};

} // namespace

TEST_CASE("datagrams and streams are answered") {
  serving s;
  for (int i = 1; i <= 5; ++i) s.dc.add("n" + std::to_string(i), "10.0.0." + std::to_string(i), service("web", 80));
  s.start();
  auto question = request("web.service.consul", rr::a);
  CHECK(parse_answer(s.over_udp(question)).answers.size() == 3);
  auto replies = s.over_tcp({question, request("nope.service.consul", rr::a), question});
  CHECK(parse_answer(replies[0]).answers.size() == 5);
  CHECK(parse_answer(replies[1]).code == 3);
  CHECK(parse_answer(replies[2]).answers.size() == 5);
}

namespace {

/// Waits until the server closes the connection. @returns the number of bytes before
std::size_t bytes_until_end(asio::ip::tcp::socket& socket) {
  std::size_t all = 0;
  char buffer[4096];
  for (boost::system::error_code ended;;) {
    auto got = socket.read_some(asio::buffer(buffer), ended);
    if (ended) return all;
    all += got;
  }
}

} // namespace

TEST_CASE("a connection that sends nothing, or a piece of a request, is ended") {
  serving s;
  s.streams.first_time = s.streams.idle_time = std::chrono::milliseconds(20);
  s.dc.add("n1", "10.0.0.1", service("web", 80));
  s.start();
  auto question = request("web.service.consul", rr::a);
  std::string framed = std::string{'\0', static_cast<char>(question.size())} + question;
  for (const auto& sent : {std::string(), framed.substr(0, 1), framed.substr(0, 20)}) {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect(s.endpoint());
    asio::write(socket, asio::buffer(sent));
    CHECK(bytes_until_end(socket) == 0);
  }
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.connect(s.endpoint());
  asio::write(socket, asio::buffer(framed + framed.substr(0, 9)));
  CHECK(bytes_until_end(socket) > question.size());
}

TEST_CASE("a connection that does not take its answers is ended") {
  serving s;
  s.streams.first_time = s.streams.idle_time = std::chrono::milliseconds(50);
  for (int i = 0; i < 200; ++i) s.dc.add("n" + std::to_string(i), "10.0.0." + std::to_string(i), service("web", 80));
  s.start();
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  socket.open(asio::ip::tcp::v4());
  socket.set_option(asio::socket_base::receive_buffer_size(4096));
  socket.connect(s.endpoint());
  auto question = request("web.service.consul", rr::a);
  std::string framed = std::string{'\0', static_cast<char>(question.size())} + question;
  boost::system::error_code ended;
  // Sends without reading: the server stops reading requests, and then closes the connection.
  while (!ended) asio::write(socket, asio::buffer(framed), ended);
  CHECK(ended);
}

TEST_CASE("connections beyond the limits are closed at once, and places are given back") {
  serving s;
  std::vector<std::string> warnings;
  s.streams.most_in_total = 3;
  s.streams.most_per_address = 2;
  s.streams.warn = [&](const std::string& text) { warnings.push_back(text); };
  s.dc.add("n1", "10.0.0.1", service("web", 80));
  s.start();
  asio::io_context io;
  auto from = [&](const char* address) {
    asio::ip::tcp::socket socket(io);
    socket.open(asio::ip::tcp::v4());
    socket.bind({asio::ip::make_address(address), 0});
    socket.connect(s.endpoint());
    return socket;
  };
  auto question = request("web.service.consul", rr::a);
  auto served = [&](asio::ip::tcp::socket& socket) {
    std::string framed = std::string{'\0', static_cast<char>(question.size())} + question;
    boost::system::error_code ended;
    asio::write(socket, asio::buffer(framed), ended);
    char first = 0;
    return asio::read(socket, asio::buffer(&first, 1), ended) == 1;
  };
  auto one = from("127.0.0.1"), two = from("127.0.0.1");
  CHECK(served(one));
  CHECK(served(two));
  auto three = from("127.0.0.1");
  CHECK(bytes_until_end(three) == 0);
  auto other = from("127.0.0.2");
  CHECK(served(other));
  auto full = from("127.0.0.3");
  CHECK(bytes_until_end(full) == 0);
  one.close();
  bool again = false;
  for (int i = 0; i < 10000 && !again; ++i) {
    auto next = from("127.0.0.3");
    again = served(next);
  }
  CHECK(again);
  s.server->stop();
  REQUIRE(warnings.size() >= 2);
  CHECK(warnings[0].find("127.0.0.1: it has 2 already") != std::string::npos);
  CHECK(warnings[1].find("127.0.0.3: there are as many") != std::string::npos);
}

TEST_CASE("recursors answer what is not ours, one after the other") {
  serving deaf, other, s;
  deaf.start(); // refuses names outside its domain
  other.dc.config.dns_domain = "example.";
  other.dc.add("n1", "10.0.0.1", service("web", 80));
  other.start();
  s.dc.add("h1", "web.service.example", service("alias", 5));
  s.dc.config.dns_recursors = {deaf.address(), other.address()};
  s.start();
  auto message = request("web.service.example", rr::a);
  auto raw = s.over_udp(message);
  CHECK(raw.substr(0, 2) == message.substr(0, 2));
  CHECK(parse_answer(raw).answers == lines{"web.service.example. 0 A 10.0.0.1"});
  CHECK(parse_answer(s.over_tcp({message})[0]).answers.size() == 1);
  CHECK(parse_answer(s.over_udp(request("alias.service.consul", rr::a))).answers ==
        lines{"alias.service.consul. 0 CNAME web.service.example.", "web.service.example. 0 A 10.0.0.1"});
  auto failed = parse_answer(s.over_udp(request("nobody.knows", rr::a)));
  CHECK(failed.code == 2);
  CHECK(failed.recursion_available);

  s.dc.config.dns_recursors.clear();
  s.server->reload(s.dc.config);
  CHECK(parse_answer(s.over_udp(message)).code == 5);
  CHECK(parse_answer(s.over_udp(request("alias.service.consul", rr::a))).answers.size() == 1);
}

TEST_CASE("a server stops with requests under way") {
  serving s;
  asio::io_context io;
  asio::ip::udp::socket silent(io, {asio::ip::make_address("127.0.0.1"), 0});
  s.dc.config.dns_recursors = {"127.0.0.1:" + std::to_string(silent.local_endpoint().port())};
  s.start();
  asio::ip::udp::socket client(io, asio::ip::udp::v4());
  client.send_to(asio::buffer(request("nobody.knows", rr::a)),
                 {asio::ip::make_address("127.0.0.1"), s.server->ports().at(0)});
  char buffer[512];
  silent.receive(asio::buffer(buffer)); // the recursor has received it
  s.server->stop();
}
