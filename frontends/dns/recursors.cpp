#include "frontends/dns/recursors.hpp"

#include "frontends/api/dns/dns_questions.hpp"
#include "frontends/dns/recursor_channel.hpp"
#include "protocol/base/big_endian.hpp"

#include <algorithm>

namespace praetor::dns {

namespace {

void set_id(std::string& message, std::uint16_t id) { write_big_endian(message.data(), id); }

bool acceptable(std::string_view reply) {
  auto code = rcode_of(reply);
  return code == rcode::no_error || code == rcode::name_error;
}

} // namespace

struct recursors::attempt {
  std::string message;
  std::string id; // the client's
  callback done;
  std::vector<std::shared_ptr<recursor_channel>> left; // the next one is last
};

recursors::recursors(boost::asio::io_context& context, std::uint64_t seed) : context_(context), random_(seed) {}
recursors::~recursors() = default;

void recursors::configure(const config::runtime_config& c) {
  upstreams_.clear();
  shuffle_ = c.dns.recursor_strategy == "random";
  auto timeout = c.dns.recursor_timeout.count() > 0 ? c.dns.recursor_timeout : nanoseconds(std::chrono::seconds(2));
  for (const auto& address : c.dns_recursors) {
    upstream u{recursor_channel::open(context_, address, false, timeout),
               recursor_channel::open(context_, address, true, timeout)};
    if (u.udp && u.tcp) upstreams_.push_back(std::move(u));
  }
}

void recursors::ask(std::string message, transport how, callback done) {
  auto a = std::make_shared<attempt>();
  a->id = message.substr(0, 2);
  a->message = std::move(message);
  a->done = std::move(done);
  for (const auto& u : upstreams_) a->left.push_back(how == transport::udp ? u.udp : u.tcp);
  if (shuffle_) std::shuffle(a->left.begin(), a->left.end(), random_);
  std::reverse(a->left.begin(), a->left.end());
  next(std::move(a));
}

void recursors::cancel() {
  for (auto& u : upstreams_)
    for (auto& channel : {u.udp, u.tcp}) channel->cancel();
}

void recursors::next(std::shared_ptr<attempt> a) {
  if (a->left.empty()) return a->done({});
  auto channel = std::move(a->left.back());
  a->left.pop_back();
  // Clients choose similar, predictable IDs; use random ones towards recursors (RFC 5452).
  set_id(a->message, static_cast<std::uint16_t>(random_()));
  channel->send(a->message, [this, a](std::string_view reply) {
    if (!acceptable(reply)) return next(a);
    auto own = a->id + std::string(reply.substr(2));
    a->done(own);
  });
}

} // namespace praetor::dns
