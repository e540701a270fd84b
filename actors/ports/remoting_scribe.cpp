#include "actors/ports/remoting_scribe.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>
#include <caf/io/basp_broker.hpp>

#include <algorithm>
#include <cerrno>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace praetor {

namespace {

namespace basp = caf::io::basp;
using caf::io::network::operation;
using clock = std::chrono::steady_clock;

/// A frame's buffer grows in steps of this size as its bytes arrive.
constexpr std::size_t piece = 256 << 10;

clock::rep ticks() { return clock::now().time_since_epoch().count(); }

socket_policy::outcome judge(ssl_st* session, int returned) {
  auto problem = SSL_get_error(session, returned);
  ERR_clear_error();
  return problem == SSL_ERROR_WANT_READ || problem == SSL_ERROR_WANT_WRITE ? socket_policy::outcome::success
                                                                           : socket_policy::outcome::failure;
}

} // namespace

socket_policy::outcome socket_policy::read_some(std::size_t& count, int socket, void* into, std::size_t size) {
  count = 0;
  auto got = session ? SSL_read(session.get(), into, static_cast<int>(size)) : ::recv(socket, into, size, 0);
  if (got > 0) {
    count = static_cast<std::size_t>(got);
    last_read->store(ticks(), std::memory_order_relaxed);
    return outcome::success;
  }
  if (session) return judge(session.get(), static_cast<int>(got));
  return got < 0 && (errno == EAGAIN || errno == EINTR) ? outcome::success : outcome::failure;
}

socket_policy::outcome socket_policy::write_some(std::size_t& count, int socket, const void* from, std::size_t size) {
  count = 0;
  auto most = std::min<std::size_t>(size, 1 << 30);
  auto sent =
      session ? SSL_write(session.get(), from, static_cast<int>(most)) : ::send(socket, from, most, MSG_NOSIGNAL);
  if (sent > 0) {
    count = static_cast<std::size_t>(sent);
    last_write->store(ticks(), std::memory_order_relaxed);
    return outcome::success;
  }
  if (session) return judge(session.get(), static_cast<int>(sent));
  return sent < 0 && (errno == EAGAIN || errno == EINTR) ? outcome::success : outcome::failure;
}

bool socket_policy::must_read_more(int, std::size_t threshold) const {
  return session && static_cast<std::size_t>(SSL_pending(session.get())) >= threshold;
}

remoting_scribe::remoting_scribe(caf::actor_system& system, std::int64_t handle, setup s)
    : caf::io::scribe(caf::io::connection_handle::from_int(handle)), system_(system), who_(std::move(s.who)),
      alias_(std::move(s.alias)), dialled_(s.dialled), limits_(s.limits), complain_(std::move(s.complain)),
      on_end_(std::move(s.ended)), memory_(std::move(s.memory)), filter_(system, {s.dialled, alias_, s.target, who_}),
      session_(s.session.get()), last_read_(ticks()), last_write_(ticks()),
      stream_(static_cast<caf::io::network::default_multiplexer&>(system.middleman().backend()), s.socket,
              socket_policy{std::move(s.session), &last_read_, &last_write_}) {
  stream_.ack_writes(true);
}

remoting_scribe::~remoting_scribe() {
  if (memory_) memory_->give_back(accounted_);
}

void remoting_scribe::abort() { ::shutdown(stream_.fd(), SHUT_RDWR); }

void remoting_scribe::heartbeat(clock::time_point now, std::chrono::milliseconds silence) {
  if (now.time_since_epoch().count() - last_write_.load() < clock::duration(silence).count()) return;
  system_.middleman().backend().post([me = caf::intrusive_ptr<remoting_scribe>(this)] {
    if (me->ended() || me->counted_ > 0) return;
    basp::header beat{basp::message_type::heartbeat, 0, 0, 0, caf::invalid_actor_id, caf::invalid_actor_id};
    basp::instance::write(me->system_.dummy_execution_unit(), me->wr_buf(), beat);
    me->flush();
  });
}

std::chrono::nanoseconds remoting_scribe::stalled_for(clock::time_point now) const {
  auto since = [&](clock::rep then) { return now - clock::time_point(clock::duration(then)); };
  if (!reading_) return since(last_write_);
  // Unread bytes in the socket are this side's delay, not the peer's.
  int waiting = 0;
  if (::ioctl(stream_.fd(), FIONREAD, &waiting) == 0 && waiting > 0) return std::chrono::nanoseconds{0};
  return since(last_read_);
}

void remoting_scribe::await(std::size_t size) { stream_.configure_read(caf::io::receive_policy::exactly(size)); }

void remoting_scribe::configure_read(caf::io::receive_policy::config) {
  // This class decides how much to read; the broker's first request only starts it.
  if (std::exchange(started_, true)) return;
  await(basp::header_size);
  stream_.start(this);
}

void remoting_scribe::note_end() {
  ended_ = true;
  if (auto tell = std::exchange(on_end_, nullptr)) tell();
}

void remoting_scribe::graceful_shutdown() {
  note_end();
  stream_.graceful_shutdown();
  detach(&stream_.backend(), false);
}

void remoting_scribe::remove_from_loop() {
  note_end();
  stream_.passivate();
}

bool remoting_scribe::deliver(caf::execution_unit* unit, std::vector<char>& bytes) {
  frame_.swap(bytes);
  return caf::io::scribe::consume(unit, frame_.data(), frame_.size());
}

bool remoting_scribe::give_up(caf::execution_unit* unit, const std::string& why) {
  complain_(why);
  abort();
  io_failure(unit, operation::read);
  return false;
}

bool remoting_scribe::consume(caf::execution_unit* unit, const void* bytes, std::size_t size) {
  const auto* begin = static_cast<const char*>(bytes);
  bool go_on = true;
  if (!verdict_) {
    go_on = head_arrived(unit, begin, size);
  } else {
    if (*verdict_ == frame_verdict::pass) payload_.insert(payload_.end(), begin, begin + size);
    left_ -= size;
    if (left_ == 0) go_on = payload_arrived(unit);
  }
  if (!go_on || detached()) return false;
  if (!account()) return give_up(unit, "sends more than its share of the memory for what peers send");
  await(verdict_ ? std::min(left_, piece) : basp::header_size);
  if (may_read()) return true;
  reading_ = false;
  // The obstacle may have been removed since it was checked.
  if (!may_read()) return false;
  reading_ = true;
  return true;
}

bool remoting_scribe::may_read() const {
  return dialled_ || (counted_ < limits_.pause_at && unhandled_ <= limits_.unhandled);
}

void remoting_scribe::handled(std::size_t bytes) {
  unhandled_ -= bytes;
  if (reading_ || unhandled_ > limits_.unhandled / 2) return;
  system_.middleman().backend().post([me = caf::intrusive_ptr<remoting_scribe>(this)] { me->read_on(); });
}

void remoting_scribe::read_on() {
  if (reading_ || ended_ || counted_ > limits_.pause_at / 2 || unhandled_ > limits_.unhandled / 2) return;
  account();
  reading_ = true;
  last_read_ = ticks();
  stream_.activate(this);
  // Bytes that TLS has decrypted already cause no further read event.
  if (session_ && SSL_pending(session_) > 0) stream_.handle_event(operation::read);
}

bool remoting_scribe::account() {
  if (!memory_) return true;
  auto now = counted_ + payload_.size() + unhandled_;
  if (now > accounted_) {
    if (!memory_->admits(accounted_, now - accounted_)) return false;
    memory_->take(now - accounted_);
  } else {
    memory_->give_back(accounted_ - now);
  }
  accounted_ = now;
  return true;
}

bool remoting_scribe::head_arrived(caf::execution_unit* unit, const char* bytes, std::size_t size) {
  caf::binary_deserializer source{unit, bytes, size};
  if (auto failed = source(head_)) return give_up(unit, "sent bytes that are no frame");
  auto verdict = filter_.judge(head_);
  if (verdict == frame_verdict::refuse) return give_up(unit, filter_.objection());
  if (verdict == frame_verdict::drop && !filter_.objection().empty()) complain_(filter_.objection());
  if (head_.payload_len == 0) return true;
  verdict_ = verdict;
  left_ = head_.payload_len;
  return true;
}

bool remoting_scribe::payload_arrived(caf::execution_unit* unit) {
  auto verdict = *std::exchange(verdict_, std::nullopt);
  if (verdict == frame_verdict::drop) return true;
  verdict = filter_.judge(head_, payload_);
  if (verdict == frame_verdict::refuse) return give_up(unit, filter_.objection());
  if (!dialled_ && head_.operation == basp::message_type::direct_message) unhandled_ += filter_.envelope_size();
  std::vector<char> head;
  caf::binary_serializer sink{unit, head};
  auto failed = sink(head_);
  PRAETOR_ASSERT(!failed);
  if (!deliver(unit, head) || !deliver(unit, payload_)) return false;
  payload_.clear();
  // Free the buffer of a large frame.
  if (payload_.capacity() > piece) payload_.shrink_to_fit();
  if (caf::io::basp::is_handshake(head_)) forget_greeting();
  return true;
}

/// CAF spawns an actor per new node that waits for that node's spawn server, which does not exist here.
void remoting_scribe::forget_greeting() {
  auto* broker = static_cast<caf::io::basp_broker*>(parent());
  if (!broker) return;
  auto it = broker->spawn_servers.find(alias_);
  if (it == broker->spawn_servers.end()) return;
  caf::anon_send_exit(it->second, caf::exit_reason::kill);
  broker->spawn_servers.erase(it);
}

void remoting_scribe::flush() {
  auto& waiting = stream_.wr_buf();
  auto arrived = waiting.size() - counted_offline_;
  counted_ += arrived;
  // Frames are larger than announced, and some are not announced: clamp at zero.
  auto coming = coming_.load(std::memory_order_relaxed);
  while (!coming_.compare_exchange_weak(coming, coming - std::min(coming, arrived), std::memory_order_relaxed))
    continue;
  stream_.flush(this);
  counted_offline_ = waiting.size();
  unsent_.store(counted_, std::memory_order_relaxed);
  if (ended_ || (account() && counted_ <= limits_.end_at)) return;
  complain_("does not read what it is sent: " + std::to_string(counted_) + " bytes wait for it");
  abort();
}

void remoting_scribe::data_transferred(caf::execution_unit*, std::size_t, std::size_t remaining) {
  auto offline = stream_.wr_buf().size();
  counted_ = remaining;
  counted_offline_ = remaining == offline ? 0 : offline; // the stream takes them over then
  unsent_.store(counted_, std::memory_order_relaxed);
  account();
  read_on();
}

} // namespace praetor
