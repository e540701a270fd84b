#include "frontends/http/io_loop.hpp"

#include "frontends/http/connection.hpp"
#include "frontends/http/pending_exchange.hpp"

#include <boost/asio/post.hpp>

namespace praetor::http {

namespace {

/// The polling interval for connections that wait for room.
constexpr std::chrono::milliseconds room_interval{10};
/// Guaranteed to each client, however little is left: a request, and a body of the default limit.
constexpr std::uint64_t least_requests = 1;
constexpr std::uint64_t least_bytes = 512 << 10;
/// Connections beyond the limit that are accepted while others are being closed for them.
constexpr std::uint32_t most_ahead = 32;

} // namespace

server_core::server_core(server_options with)
    : options(std::move(with)), requests(&client_account::requests, options.limits.max_in_flight, least_requests),
      waits(&client_account::waits, options.limits.max_waits, least_requests),
      bodies(&client_account::bodies, options.limits.max_body_memory, least_bytes),
      answers(&client_account::answers, options.limits.max_answer_memory, least_bytes) {}

void server_core::set_totals(const limit_options& limits) {
  requests.set_total(limits.max_in_flight);
  waits.set_total(limits.max_waits);
  bodies.set_total(limits.max_body_memory);
  answers.set_total(limits.max_answer_memory);
}

void server_core::count(const std::string& address, std::uint32_t before, std::uint32_t now) {
  if (before > 0) by_count_.erase({before, address});
  if (now > 0) by_count_.emplace(now, address);
  if (now > 0)
    clients_[address] = now;
  else
    clients_.erase(address);
}

admission server_core::admit(const std::string& address, const limit_options& limits,
                             std::optional<std::string>& instead) {
  std::lock_guard lock(mutex_);
  // Unix sockets have no addresses: their clients count as one, which is local and gets a larger limit.
  auto most = address.empty() ? limits.max_connections / 2 : limits.max_connections_per_client;
  auto found = clients_.find(address);
  auto own = found == clients_.end() ? 0 : found->second;
  if (most != 0 && own >= most) return admission::client_has_enough;
  if (limits.max_connections != 0 && admitted_ >= limits.max_connections) {
    bool fewer = !by_count_.empty() && by_count_.rbegin()->first > own;
    if (!fewer || admitted_ >= limits.max_connections + most_ahead) return admission::server_has_enough;
    instead = by_count_.rbegin()->second;
  }
  count(address, own, own + 1);
  ++admitted_;
  return admission::admitted;
}

void server_core::release(const std::string& address) {
  std::lock_guard lock(mutex_);
  auto it = clients_.find(address);
  if (it == clients_.end()) return;
  --admitted_;
  count(address, it->second, it->second - 1);
}

void server_core::opened() {
  std::lock_guard lock(mutex_);
  ++open_;
}

void server_core::closed() {
  std::lock_guard lock(mutex_);
  if (--open_ == 0) all_closed_.notify_all();
}

std::uint32_t server_core::open_connections() const {
  std::lock_guard lock(mutex_);
  return open_;
}

bool server_core::wait_until_closed(std::chrono::milliseconds grace) {
  std::unique_lock lock(mutex_);
  return all_closed_.wait_for(lock, grace, [this] { return open_ == 0; });
}

io_loop::io_loop(std::shared_ptr<server_core> core)
    : receive_buffer(65536), core_(std::move(core)), context_(1), work_(context_.get_executor()),
      sweep_timer_(context_), limits_(core_->options.limits), room_timer_(context_) {}

io_loop::~io_loop() = default;

void io_loop::run() { context_.run(); }

void io_loop::post(mail&& letter) {
  {
    std::lock_guard lock(inbox_mutex_);
    if (!inbox_closed_) {
      inbox_.push_back(std::move(letter));
      if (inbox_.size() == 1) boost::asio::post(context_, [this] { drain(); });
      return;
    }
  }
  if (letter.stream) letter.stream->close(true);
}

void io_loop::run_soon(std::function<void()> action) {
  std::lock_guard lock(inbox_mutex_);
  if (!inbox_closed_) boost::asio::post(context_, std::move(action));
}

void io_loop::drain() {
  std::vector<mail> letters;
  {
    std::lock_guard lock(inbox_mutex_);
    letters.swap(inbox_);
  }
  for (auto& letter : letters)
    if (letter.kind == mail::kind_type::to_be_answered)
      letter.make();
    else
      letter.to->deliver(letter);
}

void io_loop::adopt(std::shared_ptr<connection> one) {
  one->position = connections_.size();
  connections_.push_back(one);
  if (!sweeping_) sweep();
  one->begin();
}

void io_loop::forget(connection& one) {
  auto at = one.position;
  auto keep = std::move(connections_[at]);
  if (at + 1 != connections_.size()) {
    connections_[at] = std::move(connections_.back());
    connections_[at]->position = at;
  }
  connections_.pop_back();
}

bool io_loop::make_room(const std::string& address) {
  for (auto& one : connections_)
    if (one->address() == address && one->gives_way()) {
      one->close();
      return true;
    }
  return false;
}

void io_loop::close_idle() {
  for (std::size_t i = connections_.size(); i-- > 0;) connections_[i]->close_if_idle();
}

void io_loop::hold(std::shared_ptr<connection> one) {
  held_.push_back(std::move(one));
  if (held_.size() == 1) ask_held();
}

void io_loop::ask_held() {
  room_timer_.expires_after(room_interval);
  room_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (ec) return;
    auto asked = std::exchange(held_, {});
    for (auto& one : asked)
      if (!one->try_again()) held_.push_back(std::move(one));
    if (!held_.empty()) ask_held();
  });
}

void io_loop::answer_waits(const api::shared_bytes& bytes, const std::shared_ptr<client_account>& who) {
  auto& one = waiting_answers_[bytes.get()];
  if (one.clients++ == 0) one.memory.force(core_->answers, who, bytes->size());
}

void io_loop::answer_gone(const std::string* bytes) {
  auto it = waiting_answers_.find(bytes);
  if (it != waiting_answers_.end() && --it->second.clients == 0) waiting_answers_.erase(it);
}

void io_loop::close_all() {
  held_.clear();
  room_timer_.cancel();
  while (!connections_.empty()) connections_.back()->close();
  std::vector<mail> unread;
  {
    std::lock_guard lock(inbox_mutex_);
    inbox_closed_ = true;
    unread.swap(inbox_);
  }
  for (auto& letter : unread)
    if (letter.stream) letter.stream->close(true);
  sweep_timer_.cancel();
  work_.reset();
}

void io_loop::sweep() {
  ++tick_;
  for (std::size_t i = connections_.size(); i-- > 0;)
    if (i < connections_.size()) connections_[i]->check_deadline();
  sweeping_ = !connections_.empty();
  if (!sweeping_) return;
  sweep_timer_.expires_after(std::chrono::seconds(1));
  sweep_timer_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec) sweep();
  });
}

} // namespace praetor::http
