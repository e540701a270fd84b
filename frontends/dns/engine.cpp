#include "frontends/dns/engine.hpp"

#include "frontends/dns/datagram_listener.hpp"
#include "frontends/dns/stream_listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>

namespace praetor::dns {

namespace asio = boost::asio;

engine::engine(question_sources sources, const config::runtime_config& c)
    : context_(1), questions_(sources, c), recursors_(context_, sources.seed ^ 0x9e3779b97f4a7c15u) {
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
  switch (result.what) {
  case outcome::action::drop: return {};
  case outcome::action::reply: return result.message;
  case outcome::action::forward: forward(std::string(packet), how, later()); return {};
  case outcome::action::resolve: resolve(std::string(packet), how, std::move(result.hosts), later()); return {};
  }
  return {};
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
      all->done(questions_.answer(all->packet, all->how, &all->found).message);
    });
  }
}

} // namespace praetor::dns
