#include "frontends/http/connection.hpp"

#include "frontends/api/redirect.hpp"
#include "frontends/http/pending_exchange.hpp"
#include "storage/files/scratch_file.hpp"

#include <poll.h>
#include <sys/socket.h>

namespace praetor::http {

namespace {

/// How much a client may pipeline while a request is being answered; beyond that nothing is read.
constexpr std::size_t max_ahead = 16 * 1024;
/// A longer incomplete head counts against the memory for bodies.
constexpr std::size_t short_head = 16 * 1024;
/// A body is written to disk in pieces of this size; two are in memory at a time.
constexpr std::size_t stored_piece = 256 * 1024;
constexpr std::uint64_t memory_of_stored_body = 2 * stored_piece;

} // namespace

connection::connection(std::shared_ptr<io_loop> loop, int socket, peer who, tls_session session, bool allow_unprintable)
    : loop_(std::move(loop)), socket_(loop_->context()), transport_(socket, std::move(session)), peer_(std::move(who)),
      phase_(transport_.encrypted() ? phase::handshake : phase::reading), allow_unprintable_(allow_unprintable) {
  socket_.assign({peer_.address.empty() ? AF_UNIX : AF_INET, 0}, socket);
  loop_->core().opened();
}

connection::~connection() = default;

// ---- events ---------------------------------------------------------------------------------------------------------

void connection::begin() {
  account_ = loop_->core().accounts.of(peer_.address);
  parser_.reset(loop_->limits().max_header_bytes, allow_unprintable_);
  if (phase_ == phase::handshake) {
    expire_in(loop_->limits().handshake_timeout);
    shake_hands();
  } else {
    set_read_deadline();
    wait_readable();
  }
}

void connection::wait_readable() {
  if (read_armed_ || phase_ == phase::closed) return;
  read_armed_ = true;
  socket_.async_wait(stream_socket::wait_read, [self = shared_from_this()](const boost::system::error_code& ec) {
    self->read_armed_ = false;
    if (ec && self->phase_ != phase::closed) return self->close();
    self->readable();
  });
}

void connection::wait_writable() {
  if (write_armed_ || phase_ == phase::closed) return;
  write_armed_ = true;
  socket_.async_wait(stream_socket::wait_write, [self = shared_from_this()](const boost::system::error_code& ec) {
    self->write_armed_ = false;
    if (ec && self->phase_ != phase::closed) return self->close();
    self->writable();
  });
}

void connection::readable() {
  switch (phase_) {
  case phase::handshake: return shake_hands();
  case phase::reading: return receive_requests();
  case phase::judging:
  case phase::waiting:
  case phase::writing:
  case phase::streaming: return watch_client();
  case phase::lingering: return discard_input();
  case phase::holding: // they wait for the socket again when they continue
  case phase::storing:
  case phase::closed: return;
  }
}

void connection::writable() {
  switch (phase_) {
  case phase::handshake: return shake_hands();
  case phase::reading:
    if (!out_.empty()) flush(); // 100 Continue
    return receive_requests();
  case phase::writing:
    if (flush()) answer_sent();
    if (phase_ == phase::reading) go_on_reading();
    return;
  case phase::streaming:
    if (flush()) pump_stream();
    if (phase_ == phase::reading) go_on_reading();
    return;
  default: return;
  }
}

void connection::deliver(mail& letter) {
  if (letter.sequence != sequence_ || phase_ == phase::closed) {
    if (letter.stream) letter.stream->close(true);
    return;
  }
  if (letter.kind == mail::kind_type::stream_written) {
    if (phase_ == phase::streaming && out_.empty()) pump_stream();
  } else if (letter.kind == mail::kind_type::judged) {
    if (phase_ == phase::judging) take_verdict(std::move(*letter.verdict));
  } else if (letter.kind == mail::kind_type::stored) {
    if (phase_ == phase::storing) body_stored(letter);
  } else if (phase_ != phase::waiting) {
    return;
  } else if (letter.kind == mail::kind_type::answered) {
    send_answer(letter.answer);
  } else if (letter.kind == mail::kind_type::stream_begun) {
    begin_stream(letter.answer, std::move(letter.stream));
  } else {
    close();
  }
  if (phase_ == phase::reading) go_on_reading();
}

void connection::expire_in(std::chrono::milliseconds time) {
  deadline_ = time.count() <= 0 ? 0 : loop_->tick() + 1 + static_cast<std::uint64_t>((time.count() + 999) / 1000);
}

void connection::check_deadline() {
  if (deadline_ == 0 || loop_->tick() < deadline_) return;
  if ((phase_ == phase::writing || phase_ == phase::streaming) && reads_fast_enough()) return begin_write_window();
  if (phase_ == phase::handshake) {
    loop_->counters.handshakes_failed.add(1);
    loop_->core().log("TLS handshake with " + peer_.address + " took too long");
  }
  close();
}

void connection::close_if_idle() {
  if (phase_ == phase::reading && !parser_.started() && unparsed_.empty()) close();
}

bool connection::gives_way() const {
  return phase_ == phase::handshake || (phase_ == phase::reading && !parser_.head_done());
}

void connection::close() {
  if (phase_ == phase::closed) return;
  auto self = shared_from_this();
  auto before = phase_;
  phase_ = phase::closed;
  if (before != phase::lingering) transport_.close_notify();
  boost::system::error_code ignored;
  socket_.close(ignored);
  forget_answer();
  memory_.reset();
  auto& core = loop_->core();
  if (rule_.into) core.disk.run([into = std::move(rule_.into)] {}); // releasing a large file takes time
  if (peer_.counted) core.release(peer_.address);
  if (auto stream = std::move(stream_)) {
    loop_->counters.cancelled.add(1);
    stream->close(true);
  }
  if (auto exchange = pending_.lock(); exchange && before == phase::waiting) exchange->cancel();
  loop_->forget(*this);
  core.closed();
}

// ---- reading --------------------------------------------------------------------------------------------------------

void connection::shake_hands() {
  auto result = transport_.handshake();
  switch (result.status) {
  case io_status::done:
    phase_ = phase::reading;
    set_read_deadline();
    return receive_requests();
  case io_status::want_read: return wait_readable();
  case io_status::want_write: return wait_writable();
  default:
    loop_->counters.handshakes_failed.add(1);
    loop_->core().log("TLS handshake with " + peer_.address + " failed");
    return close();
  }
}

void connection::receive_requests() {
  auto& buffer = loop_->receive_buffer;
  while (phase_ == phase::reading) {
    auto result = transport_.read(buffer.data(), buffer.size());
    if (result.status == io_status::want_read) return wait_readable();
    if (result.status == io_status::want_write) return wait_writable();
    if (result.status != io_status::done) return close();
    loop_->counters.bytes_received.add(result.bytes);
    consume({buffer.data(), result.bytes});
    // OpenSSL may have buffered data that the socket does not report; a plain socket reports everything.
    if (!transport_.encrypted() && phase_ == phase::reading) return wait_readable();
  }
}

void connection::go_on_reading() {
  if (!unparsed_.empty()) consume({});
  if (phase_ != phase::reading) return;
  if (client_finished_) return close();
  set_read_deadline();
  if (transport_.encrypted() && !read_armed_) return receive_requests();
  wait_readable();
}

void connection::watch_client() {
  if (unparsed_.size() >= max_ahead) return; // go_on_reading waits again
  auto& buffer = loop_->receive_buffer;
  auto result = transport_.read(buffer.data(), std::min(buffer.size(), max_ahead - unparsed_.size()));
  switch (result.status) {
  case io_status::done:
    loop_->counters.bytes_received.add(result.bytes);
    unparsed_.append(buffer.data(), result.bytes);
    if (unparsed_.size() < max_ahead) wait_readable();
    return;
  case io_status::want_read: return wait_readable();
  case io_status::want_write: return wait_writable();
  case io_status::closed: return client_gone(false);
  case io_status::failed: return client_gone(true);
  }
}

void connection::client_gone(bool broken) {
  client_finished_ = true;
  if (phase_ == phase::waiting) {
    loop_->counters.cancelled.add(1);
    auto exchange = pending_.lock();
    // A client that shut down its sending side may still want the answer, unless the handler has abandoned it.
    bool given_up = !exchange || exchange->cancel();
    if (phase_ == phase::waiting && (broken || given_up)) close();
  } else if (broken || phase_ == phase::streaming) {
    close();
  }
}

void connection::discard_input() {
  auto& buffer = loop_->receive_buffer;
  auto result = transport_.read(buffer.data(), buffer.size());
  if (result.status == io_status::done || result.status == io_status::want_read) return wait_readable();
  close();
}

void connection::set_read_deadline() {
  auto& limits = loop_->limits();
  if (!parser_.started()) {
    expire_in(limits.idle_timeout);
    head_clock_ = false;
  } else if (parser_.head_done()) {
    expire_in(limits.body_idle_timeout);
    auto slowest = body_begun_at_ + 1 + static_cast<std::uint64_t>(limits.body_grace.count()) +
                   parser_.body_bytes() / std::max(limits.min_rate, 1U);
    deadline_ = std::min(deadline_, slowest);
  } else if (!head_clock_) {
    expire_in(limits.head_timeout);
    head_clock_ = true;
  }
}

void connection::consume(std::string_view fresh) {
  bool stored = !unparsed_.empty();
  if (stored) unparsed_.append(fresh);
  std::string_view rest = stored ? std::string_view(unparsed_) : fresh;
  while (phase_ == phase::reading) {
    auto status = parser_.feed(rest);
    if (status == parse_status::need_more) {
      if (!parser_.head_done() && !has_room_for_head(rest.size())) break;
      set_read_deadline();
      if (rule_.into && parser_.current().body.size() >= stored_piece) store_body(false);
      break;
    }
    if (status == parse_status::head)
      judge_head(rest.size());
    else if (status == parse_status::complete)
      rule_.into && !parser_.current().body.empty() ? store_body(true) : dispatch();
    else
      parser_.body_too_long() ? refuse_body() : send_failure();
  }
  if (stored)
    unparsed_.erase(0, unparsed_.size() - rest.size());
  else if (!rest.empty())
    unparsed_.assign(rest);
  if (unparsed_.empty() && unparsed_.capacity() > 4096) std::string().swap(unparsed_);
}

bool connection::has_room_for_head(std::size_t bytes) {
  if (bytes <= short_head || memory_.amount() != 0) return true;
  auto outcome = memory_.hold(loop_->core().bodies, account_, loop_->limits().max_header_bytes);
  if (outcome != grant::given) send_busy(outcome, "long request heads");
  return outcome == grant::given;
}

void connection::judge_head(std::size_t at_hand) {
  auto& request = parser_.current();
  request.remote_address = peer_.address;
  request.remote_port = peer_.port;
  body_seen_ = at_hand > 0;
  keep_alive_ = parser_.facts().keep_alive;
  if (parser_.facts().expect_unknown) return send_simple(417, false);
  if (auto answer = answer_to_target()) return refuse(std::move(*answer));
  auto& options = loop_->core().options;
  // A body that arrived with its head is checked together with it: there is nothing to save.
  bool whole = request.content_length && *request.content_length <= at_hand;
  if (whole || !options.judge_head) return take_verdict(head_verdict());
  auto verdict = options.judge_head(request);
  if (!verdict.undecided) return take_verdict(std::move(verdict));
  phase_ = phase::judging;
  expire_in(loop_->limits().body_idle_timeout);
  options.judge_later(request, [me = shared_from_this(), loop = loop_, number = ++sequence_](head_verdict decided) {
    mail letter;
    letter.to = me;
    letter.sequence = number;
    letter.kind = mail::kind_type::judged;
    letter.verdict = std::make_shared<head_verdict>(std::move(decided));
    loop->post(std::move(letter));
  });
  wait_readable();
}

void connection::take_verdict(head_verdict verdict) {
  phase_ = phase::reading;
  rule_ = std::move(verdict.body);
  if (verdict.refusal) return refuse(std::move(*verdict.refusal));
  auto& length = parser_.current().content_length;
  if (length && *length > rule_.max_bytes) return refuse_body();
  await_body();
}

void connection::await_body() {
  auto& length = parser_.current().content_length;
  auto wanted = rule_.into ? memory_of_stored_body : length.value_or(rule_.max_bytes);
  // A long head already accounts for about as much as it needs.
  auto outcome = memory_.hold(loop_->core().bodies, account_, std::max(wanted, memory_.amount()));
  if (outcome == grant::given) return phase_ == phase::holding && !client_is_there() ? close() : begin_body();
  if (phase_ != phase::holding) return hold(&connection::await_body);
  if (std::chrono::steady_clock::now() >= hold_until_) send_busy(outcome, "request bodies");
}

void connection::begin_body() {
  phase_ = phase::reading;
  body_begun_at_ = loop_->tick();
  parser_.limit_body(rule_.max_bytes);
  bool waits = parser_.facts().expect_continue && !body_seen_ && unparsed_.empty();
  if (waits) send_or_queue("HTTP/1.1 100 Continue\r\n\r\n", nullptr);
}

void connection::store_body(bool last) {
  phase_ = phase::storing;
  deadline_ = 0; // the disk is slow, not the client
  auto piece = std::make_shared<std::string>(std::exchange(parser_.current().body, {}));
  loop_->core().disk.run([me = shared_from_this(), loop = loop_, into = rule_.into, piece, last, number = ++sequence_] {
    auto written = into->write(*piece);
    mail letter;
    letter.to = me;
    letter.sequence = number;
    letter.kind = mail::kind_type::stored;
    letter.answer.close = last;
    if (!written) letter.problem = written.error();
    loop->post(std::move(letter));
  });
}

void connection::body_stored(const mail& letter) {
  phase_ = phase::reading;
  if (letter.problem) {
    api::answer failed;
    failed.status = static_cast<unsigned>(letter.problem->status);
    failed.content_type = "text/plain; charset=utf-8";
    failed.body = api::shared_text(letter.problem->text);
    failed.close = linger_ = true;
    return send_answer(failed);
  }
  if (letter.answer.close) return dispatch();
  parser_.current().body.reserve(stored_piece);
}

void connection::hold(void (connection::*then)()) {
  phase_ = phase::holding;
  deadline_ = 0;
  held_ = then;
  hold_until_ = std::chrono::steady_clock::now() + loop_->limits().room_timeout;
  if (!std::exchange(is_asked_, true)) loop_->hold(shared_from_this());
}

bool connection::client_is_there() const {
  pollfd socket{const_cast<stream_socket&>(socket_).native_handle(), 0, 0};
  return ::poll(&socket, 1, 0) <= 0 || (socket.revents & (POLLERR | POLLHUP)) == 0;
}

bool connection::try_again() {
  if (phase_ == phase::holding) (this->*held_)();
  if (phase_ == phase::reading) go_on_reading();
  is_asked_ = phase_ == phase::holding;
  return !is_asked_;
}

std::optional<api::answer> connection::answer_to_target() {
  auto& request = parser_.current();
  auto& target = parser_.facts().target;
  if (target.kind == target_kind::path || target.kind == target_kind::malformed) return {};
  api::answer answer;
  switch (target.kind) {
  case target_kind::path:
  case target_kind::malformed: break;
  case target_kind::unprintable: answer.status = 400; break;
  case target_kind::redirect: {
    auto location = target.location;
    auto path = location.substr(0, location.find('?'));
    const auto& needs_slash = loop_->core().options.needs_slash;
    if (needs_slash && needs_slash(path)) location.insert(path.size(), "/");
    return api::redirect_answer(request.method, location);
  }
  case target_kind::asterisk:
    if (request.method == "OPTIONS") break;
    answer.status = 400;
    answer.close = true;
    break;
  case target_kind::authority:
    answer.status = 404;
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = api::shared_text("404 page not found\n");
  }
  return answer;
}

void connection::dispatch() {
  auto& facts = parser_.facts();
  loop_->counters.requests.add(1);
  keep_alive_ = facts.keep_alive;
  deadline_ = 0;
  if (auto refusal = std::exchange(refusal_, nullptr)) return send_answer(*refusal);
  if (facts.expect_unknown) return send_simple(417, false);
  if (facts.target.kind == target_kind::malformed) return send_failure();
  if (auto answer = answer_to_target()) {
    linger_ = answer->close;
    return send_answer(*answer);
  }
  if (auto outcome = loop_->core().requests.ask(*account_, 1); outcome != grant::given)
    return send_busy(outcome, "requests");
  hand_to_handler();
}

void connection::hand_to_handler() {
  auto& core = loop_->core();
  // Renders nothing more for a client that does not read its answers.
  if (auto outcome = core.answers.ask(*account_, 1); outcome != grant::given) {
    if (phase_ != phase::holding) return hold(&connection::hand_to_handler);
    if (std::chrono::steady_clock::now() >= hold_until_) send_busy(outcome, "answers that were not read");
    return;
  }
  if (phase_ == phase::holding && !client_is_there()) return close();
  auto& request = parser_.current();
  request.remote_address = peer_.address;
  request.remote_port = peer_.port;
  request.stored_body = std::move(rule_.into);
  rule_.into = nullptr;
  if (memory_.amount() > request.body.size() && !request.content_length)
    memory_.force(core.bodies, account_, request.body.size());
  phase_ = phase::waiting;
  auto exchange = std::make_shared<pending_exchange>(shared_from_this(), loop_, ++sequence_, std::move(request),
                                                     std::move(memory_));
  core.handler(exchange);
  if (exchange->answered_by_handler()) {
    auto stream = exchange->stream();
    if (!stream) return send_answer(exchange->answer());
    share slot;
    slot.force(core.requests, account_, 1);
    stream->keep(std::move(slot));
    return begin_stream(exchange->answer(), std::move(stream));
  }
  pending_ = exchange;
  wait_readable();
}

} // namespace praetor::http
