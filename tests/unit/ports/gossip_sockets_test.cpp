#include "actors/complaint_limit.hpp"
#include "actors/ports/gossip_admission.hpp"
#include "actors/ports/gossip_sockets.hpp"
#include "protocol/swim/sealing.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch.hpp>

#include <condition_variable>
#include <deque>
#include <optional>
#include <set>

using namespace praetor;
using namespace std::chrono_literals;
namespace asio = boost::asio;
using asio::ip::make_address;
using Catch::Contains;

namespace {

using place_ptr = std::shared_ptr<gossip_admission::place>;

/// The admission of one port, with the membership it assumes.
struct doorman {
  explicit doorman(const gossip_stream_limits& limits) : admission(std::make_shared<gossip_admission>(limits)) {}
  place_ptr admit(const std::string& ip, bool member = false) {
    why.clear();
    return admission->admit(
        make_address(ip), [&] { return member; }, why);
  }
  std::shared_ptr<gossip_admission> admission;
  std::string why;
};

/// A gossip port on loopback that queues its input.
struct listening {
  explicit listening(gossip_stream_limits limits, std::chrono::nanoseconds whole = 20s) {
    gossip_socket_options options;
    options.ip = "127.0.0.1";
    options.stream_time = whole;
    options.limits = limits;
    // Finds a port that is free for UDP and TCP.
    for (options.port = 20'000;; ++options.port) {
      auto opened = open_gossip_sockets(loop, options);
      if (!opened) continue;
      sockets = std::move(*opened);
      break;
    }
    port = options.port;
    sockets.streams->accept([this](gossip_request r) {
      std::lock_guard lock(guard);
      came.push_back(std::move(r));
      news.notify_all();
    });
  }
  ~listening() {
    sockets.streams->accept(nullptr);
    sockets.streams->consult({});
  }
  gossip_request next() {
    std::unique_lock lock(guard);
    REQUIRE(news.wait_for(lock, 20s, [&] { return !came.empty(); }));
    auto r = std::move(came.front());
    came.pop_front();
    return r;
  }

  std::shared_ptr<gossip_loop> loop = std::make_shared<gossip_loop>();
  gossip_port sockets;
  std::uint16_t port = 0;
  std::mutex guard;
  std::condition_variable news;
  std::deque<gossip_request> came;
};

/// A client that connects from a given loopback address.
struct caller {
  caller(listening& to, const std::string& from) : socket(context) {
    socket.open(asio::ip::tcp::v4());
    socket.bind({make_address(from), 0});
    socket.connect({make_address("127.0.0.1"), to.port});
  }
  void say(const std::string& bytes) {
    boost::system::error_code closed;
    asio::write(socket, asio::buffer(bytes), closed);
  }
  /// Reads until the peer closes.
  std::string hear() {
    std::string all;
    boost::system::error_code closed;
    asio::read(socket, asio::dynamic_buffer(all), closed);
    return all;
  }
  asio::io_context context;
  asio::ip::tcp::socket socket;
};

std::string header(std::uint32_t length) {
  std::string out("PF\x01\x00", 4);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift & 0xff);
  return out;
}

} // namespace

TEST_CASE("one address has a share of the streams, and gets it back", "[gossip]") {
  gossip_stream_limits limits;
  limits.per_address = 2;
  doorman d(limits);
  std::vector<place_ptr> held{d.admit("10.0.0.1"), d.admit("10.0.0.1")};
  CHECK_FALSE(d.admit("10.0.0.1"));
  CHECK_THAT(d.why, Contains("of this address are open: 2"));
  CHECK(d.admit("10.0.0.2"));
  held.pop_back();
  CHECK(d.admit("10.0.0.1"));
  // A host controls all 2^64 addresses of its IPv6 network.
  held = {d.admit("fd00::1"), d.admit("fd00::2")};
  CHECK_FALSE(d.admit("fd00::ffff"));
  CHECK(d.admit("fd00:0:0:1::1"));
}

TEST_CASE("strangers leave room for members", "[gossip]") {
  gossip_stream_limits limits;
  limits.total = 5, limits.reserved = 2;
  doorman d(limits);
  std::vector<place_ptr> held;
  for (int i = 1; i <= 3; ++i) held.push_back(d.admit("10.0.0." + std::to_string(i)));
  CHECK_FALSE(d.admit("10.0.0.4"));
  CHECK_THAT(d.why, Contains("no member's are open: 3"));
  held.push_back(d.admit("10.0.0.5", true));
  held.push_back(d.admit("10.0.0.6", true));
  CHECK(std::find(held.begin(), held.end(), nullptr) == held.end());
  CHECK_FALSE(d.admit("10.0.0.7", true));
  CHECK_THAT(d.why, Contains("too many gossip streams are open: 5"));
  held.clear();
  for (int i = 1; i <= 3; ++i) held.push_back(d.admit("10.0.0." + std::to_string(i)));
  CHECK(held.back());
}

TEST_CASE("all streams share one sum of bytes, and strangers' frames are smaller", "[gossip]") {
  gossip_stream_limits limits;
  limits.bytes = 100;
  doorman d(limits);
  auto one = d.admit("10.0.0.1"), other = d.admit("10.0.0.2", true);
  CHECK(one->take(60));
  CHECK_FALSE(other->take(41));
  CHECK(other->take(40));
  one = nullptr;
  CHECK(other->take(60));
  CHECK_FALSE(other->take(~std::size_t{0}));
  CHECK(other->frame_limit() == swim::frame_limit);
  CHECK(d.admit("10.0.0.3")->frame_limit() == limits.stranger_frame);
}

TEST_CASE("frames are handed on and answered, again and again", "[gossip]") {
  gossip_stream_limits limits;
  limits.total = limits.per_address = 2, limits.reserved = 0;
  listening port(limits);
  for (int i = 0; i < 20; ++i) {
    caller one(port, "127.0.0.1");
    one.say(swim::wrap_frame({}, {}, "hello", {}));
    {
      auto r = port.next();
      CHECK(r.failure.empty());
      CHECK(swim::unwrap_frame({}, {}, r.frame.bytes).value() == "hello");
      r.reply(swim::wrap_frame({}, {}, "good day", {}));
    }
    CHECK(swim::unwrap_frame({}, {}, one.hear()).value() == "good day");
  }
}

TEST_CASE("streams beyond their limits are closed at once, and it is said why", "[gossip]") {
  gossip_stream_limits limits;
  limits.total = 4, limits.reserved = 1, limits.per_address = 2;
  listening port(limits);
  port.sockets.streams->consult({[](const std::string& ip) { return ip == "127.0.0.9"; }, nullptr});
  caller a(port, "127.0.0.2"), b(port, "127.0.0.2"), third(port, "127.0.0.2");
  CHECK(third.hear().empty());
  CHECK_THAT(port.next().failure, Contains("of this address"));
  caller c(port, "127.0.0.3"), fourth(port, "127.0.0.4");
  CHECK(fourth.hear().empty());
  CHECK_THAT(port.next().failure, Contains("no member's"));
  caller member(port, "127.0.0.9");
  member.say(swim::wrap_frame({}, {}, "state", {}));
  auto r = port.next();
  CHECK(r.failure.empty());
  CHECK(r.frame.from.starts_with("127.0.0.9:"));
}

TEST_CASE("who opens a stream and sends nothing, or part of a header, is cut off early", "[gossip]") {
  gossip_stream_limits limits;
  limits.first_bytes = 50ms;
  listening port(limits, 1h);
  caller silent(port, "127.0.0.2"), slow(port, "127.0.0.3");
  slow.say("PF");
  CHECK(silent.hear().empty());
  CHECK(slow.hear().empty());
  std::set<std::string> reasons{port.next().failure, port.next().failure};
  CHECK(reasons == std::set<std::string>{"it opened a stream and sent nothing", "it is a frame header cut short"});
}

TEST_CASE("a frame that does not come whole in time is not waited for", "[gossip]") {
  listening port({}, 100ms);
  caller one(port, "127.0.0.2");
  one.say(header(1000) + "xyz");
  CHECK(one.hear().empty());
  CHECK(port.next().failure == "its frame has 11 bytes instead of 1008");
}

TEST_CASE("a frame is refused for its header alone where that is enough", "[gossip]") {
  gossip_stream_limits limits;
  limits.stranger_frame = 1000;
  listening port(limits, 1h);
  port.sockets.streams->consult({[](const std::string& ip) { return ip == "127.0.0.9"; },
                                 [](std::string_view h) { return h[1] == 'X' ? "no key here" : ""; }});
  caller stranger(port, "127.0.0.2"), sealed(port, "127.0.0.3"), huge(port, "127.0.0.9"), member(port, "127.0.0.9");
  stranger.say(header(993)); // without the frame itself
  CHECK_THAT(port.next().failure, Contains("its frame of 1001 bytes is over the limit of 1000"));
  auto other = header(100);
  other[1] = 'X';
  sealed.say(other);
  CHECK(port.next().failure == "no key here");
  huge.say(header(0xffffffff));
  CHECK_THAT(port.next().failure, Contains("over the limit"));
  member.say(swim::wrap_frame({}, {}, std::string(5000, 'm'), {}));
  CHECK(port.next().failure.empty());
}

TEST_CASE("frames that wait take from one sum of bytes", "[gossip]") {
  gossip_stream_limits limits;
  limits.bytes = 150'000;
  listening port(limits, 1h);
  caller one(port, "127.0.0.2"), other(port, "127.0.0.3"), third(port, "127.0.0.4");
  auto frame = swim::wrap_frame({}, {}, std::string(100'000, 'f'), {});
  one.say(frame);
  std::optional<gossip_request> waits = port.next(); // being handled
  CHECK(waits->failure.empty());
  other.say(frame);
  CHECK_THAT(port.next().failure, Contains("too many bytes"));
  other.hear();
  waits.reset();
  CHECK(one.hear().empty());
  third.say(frame);
  CHECK(port.next().failure.empty());
}

TEST_CASE("packets that are too long are not copied whole", "[gossip]") {
  listening port({});
  std::mutex guard;
  std::condition_variable news;
  std::optional<std::size_t> size;
  port.sockets.packets->receive([&](gossip_packet p) {
    std::lock_guard lock(guard);
    size = p.bytes.size();
    news.notify_all();
  });
  std::unique_lock lock(guard);
  for (int tries = 0; tries < 100 && !size; ++tries) { // datagrams may be lost
    port.sockets.packets->send("127.0.0.1:" + std::to_string(port.port), std::string(60'000, 'p'));
    news.wait_for(lock, 200ms, [&] { return size.has_value(); });
  }
  REQUIRE(size);
  CHECK(*size < 2100);
  lock.unlock();
  port.sockets.packets->receive(nullptr);
}

TEST_CASE("who invents peers neither fills the log nor silences what is said of others", "[gossip]") {
  complaint_limit complaints;
  auto now = std::chrono::steady_clock::time_point(1h);
  std::size_t logged = 0;
  for (int i = 0; i < 10'000; ++i) logged += complaints.admits("invented " + std::to_string(i), "nonsense", now);
  CHECK(logged < 1100);
  CHECK(complaints.admits("10.0.0.1", "another key", now));
  CHECK_FALSE(complaints.admits("10.0.0.1", "another key", now));
  CHECK(complaints.admits("10.0.0.1", "another key", now + 2h));
}
