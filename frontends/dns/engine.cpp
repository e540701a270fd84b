#include "frontends/dns/engine.hpp"

#include "frontends/api/dns/dns_remote.hpp"
#include "frontends/dns/datagram_listener.hpp"
#include "frontends/dns/stream_listener.hpp"
#include "frontends/dns/stream_places.hpp"
#include "protocol/codec/msgpack.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

namespace praetor::dns {

namespace asio = boost::asio;

engine::engine(question_sources sources, const config::runtime_config& c, stream_limits streams)
    : context_(1), ask_(sources.ask), questions_(sources, c), recursors_(context_, sources.seed ^ 0x9e3779b97f4a7c15u),
      places_(std::make_shared<stream_places>(std::move(streams))) {
  recursors_.configure(c);
}

engine::~engine() { stop(); }

expected<void> engine::start(const std::vector<config::endpoint>& addresses) {
  for (const auto& at : addresses) {
    boost::system::error_code failed;
    auto host = asio::ip::make_address(at.host, failed);
    if (failed) return fail("cannot serve DNS on " + at.text() + ": " + failed.message());
    auto port = static_cast<std::uint16_t>(at.port);
    auto stream = stream_listener::open(*this, {host, port});
    if (!stream) return fail("cannot serve DNS over TCP on " + at.text() + ": " + stream.error().text);
    auto datagram = datagram_listener::open(*this, {host, (*stream)->port()});
    if (!datagram) return fail("cannot serve DNS over UDP on " + at.text() + ": " + datagram.error().text);
    ports_.push_back((*stream)->port());
    streams_.push_back(std::move(*stream));
    datagrams_.push_back(std::move(*datagram));
  }
  for (auto& s : streams_) s->start();
  for (auto& d : datagrams_) d->start();
  thread_ = std::thread([this] {
    auto work = asio::make_work_guard(context_);
    context_.run();
  });
  return {};
}

void engine::reload(const config::runtime_config& c) {
  asio::post(context_, [this, c] {
    questions_.configure(c);
    recursors_.configure(c);
  });
}

void engine::stop() {
  if (thread_.joinable()) {
    asio::post(context_, [this] {
      for (auto& d : datagrams_) d->stop();
      for (auto& s : streams_) s->stop();
      recursors_.cancel();
      context_.stop();
    });
    thread_.join();
  }
  datagrams_.clear();
  streams_.clear();
}

std::string_view engine::handle(std::string_view packet, transport how,
                                const std::function<recursors::callback()>& later) {
  auto result = questions_.answer(packet, how);
  if (result.what == outcome::action::drop) return {};
  if (result.what == outcome::action::reply) return result.message;
  carry_on(std::move(result), std::string(packet), how, later());
  return {};
}

void engine::carry_on(outcome what, std::string packet, transport how, recursors::callback done) {
  switch (what.what) {
  case outcome::action::drop: return;
  case outcome::action::reply: return done(what.message);
  case outcome::action::forward: return forward(std::move(packet), how, std::move(done));
  case outcome::action::resolve: return resolve(std::move(packet), how, std::move(what.hosts), std::move(done));
  case outcome::action::ask: return ask(std::move(what.question), std::move(packet), how, std::move(done), false);
  }
}

void engine::ask(std::string question, std::string packet, transport how, recursors::callback done, bool resolved) {
  auto told = [this, packet = std::move(packet), how, done = std::move(done), resolved](expected<std::string> answer) {
    remote_reply reply;
    if (!answer || !msgpack::unpack(*answer, reply)) return done(questions_.failure(packet, how));
    // Host names that recursors do not know are not queried twice.
    static const resolved_names nothing;
    carry_on(questions_.answer(packet, how, resolved ? &nothing : nullptr, &reply), packet, how, done);
  };
  ask_(std::move(question), [this, told = std::move(told)](expected<std::string> answer) mutable {
    asio::post(context_, [told = std::move(told), answer = std::move(answer)] { told(answer); });
  });
}

void engine::forward(std::string packet, transport how, recursors::callback done) {
  auto message = packet;
  recursors_.ask(std::move(message), how,
                 [this, packet = std::move(packet), how, done = std::move(done)](std::string_view reply) {
                   done(reply.empty() ? questions_.failure(packet, how) : reply);
                 });
}

void engine::resolve(std::string packet, transport how, std::vector<std::string> hosts, recursors::callback done) {
  struct gathering {
    std::string packet;
    transport how;
    recursors::callback done;
    resolved_names found;
    std::size_t left;
  };
  auto all = std::make_shared<gathering>(gathering{std::move(packet), how, std::move(done), {}, hosts.size()});
  for (const auto& host : hosts) {
    auto name = wire_name(host);
    lower_in_place(name.data(), name.size());
    recursors_.ask(address_query(0, host), transport::udp, [this, all, name](std::string_view reply) {
      all->found[name] = addresses_in(reply);
      if (--all->left > 0) return;
      auto result = questions_.answer(all->packet, all->how, &all->found);
      if (result.what == outcome::action::ask)
        return ask(std::move(result.question), all->packet, all->how, all->done, true);
      carry_on(std::move(result), all->packet, all->how, all->done);
    });
  }
}

} // namespace praetor::dns
