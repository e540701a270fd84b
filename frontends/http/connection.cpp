#include "frontends/http/connection.hpp"

#include "frontends/endpoints/redirect.hpp"
#include "frontends/http/pending_exchange.hpp"

#include "storage/files/scratch_file.hpp"

#include <charconv>
#include <ctime>
#include <linux/sockios.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace praetor::http {

namespace {

/// What a client may send ahead while its request is being answered; then nothing is read.
constexpr std::size_t max_ahead = 16 * 1024;
/// A head that is longer before it is whole counts among the memory for bodies.
constexpr std::size_t short_head = 16 * 1024;
/// A refused body up to this size is read and dropped, so that the connection can go on; a longer one ends it.
constexpr std::uint64_t max_dropped_body = 256 * 1024;
/// A body on its way to disk goes there in pieces of this size; two are in memory at a time.
constexpr std::size_t stored_piece = 256 * 1024;
constexpr std::uint64_t memory_of_stored_body = 2 * stored_piece;
/// What a stream puts into the socket's hands at once.
constexpr std::size_t stream_batch = 256 * 1024;
constexpr int max_pieces_per_write = 64;
constexpr std::chrono::seconds linger_time{1};

bool has_header(const endpoints::answer& answer, std::string_view lower_case_name) {
  for (auto& [name, value] : answer.headers) {
    if (name.size() != lower_case_name.size()) continue;
    bool same = true;
    for (std::size_t i = 0; same && i < name.size(); ++i) same = (name[i] | 0x20) == (lower_case_name[i] | 0x20);
    if (same) return true;
  }
  return false;
}

endpoints::shared_bytes text(std::string content) { return std::make_shared<const std::string>(std::move(content)); }

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
  case phase::holding: // they wait for the socket again when they go on
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
  if (rule_.into) core.disk.run([into = std::move(rule_.into)] {}); // to let go of a large file takes its time
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
    // OpenSSL may hold more than the socket tells; a plain socket tells all.
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
    // Who has only ended its sending may still want the answer, unless the handler has given it up.
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
  // A body that has come whole with its head is judged with it: nothing would be saved.
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
  // What a long head holds already is about as much as it needs.
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
  deadline_ = 0; // the disk's time, not the client's
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
    endpoints::answer failed;
    failed.status = static_cast<unsigned>(letter.problem->status);
    failed.content_type = "text/plain; charset=utf-8";
    failed.body = text(letter.problem->text);
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

std::optional<endpoints::answer> connection::answer_to_target() {
  auto& request = parser_.current();
  auto& target = parser_.facts().target;
  if (target.kind == target_kind::path || target.kind == target_kind::malformed) return {};
  endpoints::answer answer;
  switch (target.kind) {
  case target_kind::path:
  case target_kind::malformed: break;
  case target_kind::unprintable: answer.status = 400; break;
  case target_kind::redirect: return endpoints::redirect_answer(request.method, target.location);
  case target_kind::asterisk:
    if (request.method == "OPTIONS") break;
    answer.status = 400;
    answer.close = true;
    break;
  case target_kind::authority:
    answer.status = 404;
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = text("404 page not found\n");
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
  // Who does not read what was rendered for it gets nothing more rendered.
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

// ---- writing --------------------------------------------------------------------------------------------------------

void connection::send_failure() {
  loop_->counters.malformed.add(1);
  keep_alive_ = false;
  linger_ = true;
  phase_ = phase::writing;
  send_or_queue(failure_answer(parser_.failure()), nullptr);
  if (out_.empty() && phase_ == phase::writing) answer_sent();
}

void connection::refuse(endpoints::answer answer) {
  auto& facts = parser_.facts();
  bool waits = facts.expect_continue && !body_seen_ && unparsed_.empty(); // nothing will come
  if (!waits && !answer.close && parser_.current().content_length.value_or(0) <= max_dropped_body) {
    refusal_ = std::make_unique<endpoints::answer>(std::move(answer));
    body_begun_at_ = loop_->tick();
    parser_.limit_body(max_dropped_body, false);
    return;
  }
  loop_->counters.requests.add(1);
  answer.close = true;
  linger_ = true;
  send_answer(answer);
}

void connection::send_busy(grant why, std::string_view what) {
  loop_->counters.over_capacity.add(1);
  endpoints::answer busy;
  busy.content_type = "text/plain; charset=utf-8";
  busy.status = why == grant::used_up ? 503 : 429;
  busy.body = text(why == grant::used_up
                       ? "Too many requests are being handled, try again later"
                       : "Your IP has too many " + std::string(what) + " under way, please rate limit your calls");
  bool body_follows = parser_.started() && !parser_.is_complete();
  busy.close = linger_ = body_follows;
  send_answer(busy);
}

void connection::refuse_body() {
  loop_->counters.requests.add(1);
  auto& options = loop_->core().options;
  auto& request = parser_.current();
  if (refusal_) {
    refusal_->close = linger_ = true;
    return send_answer(*std::exchange(refusal_, nullptr));
  }
  auto answer = options.refuse_body ? options.refuse_body(request, rule_) : body_too_large(request, rule_);
  answer.close = true;
  linger_ = true;
  send_answer(answer);
}

void connection::send_simple(unsigned status, bool keep) {
  endpoints::answer answer;
  answer.status = status;
  answer.close = !keep;
  linger_ = !keep;
  send_answer(answer);
}

void connection::send_answer(const endpoints::answer& answer) {
  auto& core = loop_->core();
  auto& facts = parser_.facts();
  bool last = client_finished_ && unparsed_.empty();
  if (answer.close || last || core.stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
  phase_ = phase::writing;
  framing how{facts.http_1_0, keep_alive_, false, false, {}};
  bool without_body = facts.head_only || !status_has_body(answer.status) || !answer.body || answer.body->empty();
  endpoints::shared_bytes packed;
  if (facts.accepts_gzip && core.options.gzip && !without_body && answer.body->size() >= min_gzip_bytes &&
      !has_header(answer, "content-encoding")) {
    packed = loop_->gzip.compress(answer.body);
    how.gzip = true;
  }
  auto& body = how.gzip ? packed : answer.body;
  how.length = body ? body->size() : 0;
  auto& head = loop_->head_buffer;
  head.clear();
  append_head(head, answer, how, loop_->date.at(std::time(nullptr)));
  if (without_body)
    send_or_queue(head, nullptr);
  else
    send_or_queue(head, body);
  if (out_.empty() && phase_ == phase::writing) answer_sent();
}

void connection::send_or_queue(std::string_view head, const endpoints::shared_bytes& body) {
  std::size_t sent = 0, total = head.size() + (body ? body->size() : 0);
  if (out_.empty()) {
    iovec pieces[2] = {{const_cast<char*>(head.data()), head.size()}, {nullptr, 0}};
    if (body) pieces[1] = {const_cast<char*>(body->data()), body->size()};
    auto result = transport_.write(pieces, body ? 2 : 1);
    sent = result.bytes;
    loop_->counters.bytes_sent.add(sent);
    bytes_sent_ += sent;
    if (result.status == io_status::failed) return close();
    if (sent == total) return;
    if (result.status == io_status::want_read) wait_readable();
  }
  if (sent < head.size()) {
    out_.push_back({std::string(head.substr(sent)), nullptr});
    sent = head.size();
  }
  if (body) {
    if (out_.empty()) out_offset_ = sent - head.size();
    out_.push_back({{}, body});
    loop_->answer_waits(body, account_);
    counted_answer_ = body.get();
  }
  begin_write_window();
  wait_writable();
}

std::uint64_t connection::taken_by_client() const {
  // What the kernel holds has not reached the client. With TLS that is a little more than what was written.
  int queued = 0;
  if (::ioctl(const_cast<stream_socket&>(socket_).native_handle(), SIOCOUTQ, &queued) != 0 || queued < 0) queued = 0;
  return bytes_sent_ - std::min<std::uint64_t>(bytes_sent_, static_cast<std::uint64_t>(queued));
}

void connection::begin_write_window() {
  window_start_ = taken_by_client();
  expire_in(loop_->limits().write_window);
}

bool connection::reads_fast_enough() {
  auto least = static_cast<std::uint64_t>(loop_->limits().write_window.count()) * loop_->limits().min_rate;
  return taken_by_client() - window_start_ >= least;
}

void connection::forget_answer() {
  if (counted_answer_) loop_->answer_gone(std::exchange(counted_answer_, nullptr));
}

bool connection::flush() {
  while (out_at_ < out_.size()) {
    iovec pieces[max_pieces_per_write];
    int count = 0;
    std::size_t total = 0;
    for (auto i = out_at_; i < out_.size() && count < max_pieces_per_write; ++i, ++count) {
      auto bytes = out_[i].bytes();
      if (i == out_at_) bytes.remove_prefix(out_offset_);
      pieces[count] = {const_cast<char*>(bytes.data()), bytes.size()};
      total += bytes.size();
    }
    auto result = transport_.write(pieces, count);
    loop_->counters.bytes_sent.add(result.bytes);
    bytes_sent_ += result.bytes;
    if (result.status == io_status::failed) {
      close();
      return false;
    }
    for (auto left = result.bytes; left > 0 || (out_at_ < out_.size() && out_[out_at_].bytes().empty());) {
      auto rest = out_[out_at_].bytes().size() - out_offset_;
      if (left < rest) {
        out_offset_ += left;
        break;
      }
      left -= rest;
      out_[out_at_++] = {};
      out_offset_ = 0;
    }
    if (result.bytes < total) {
      if (deadline_ == 0) begin_write_window();
      result.status == io_status::want_read ? wait_readable() : wait_writable();
      return false;
    }
  }
  out_.clear();
  out_at_ = out_offset_ = 0;
  return true;
}

void connection::answer_sent() {
  deadline_ = 0;
  forget_answer();
  memory_.reset();
  rule_ = {};
  if (keep_alive_ && !loop_->core().stopping.load(std::memory_order_relaxed)) {
    phase_ = phase::reading;
    parser_.reset(loop_->limits().max_header_bytes, allow_unprintable_);
    head_clock_ = false;
  } else if (linger_) {
    linger();
  } else {
    close();
  }
}

void connection::linger() {
  // Closing a socket with unread input resets the connection, and the client would lose the answer.
  phase_ = phase::lingering;
  transport_.finish_sending();
  expire_in(linger_time);
  wait_readable();
}

// ---- streams --------------------------------------------------------------------------------------------------------

void connection::begin_stream(const endpoints::answer& head, std::shared_ptr<stream_state> stream) {
  auto& core = loop_->core();
  auto& facts = parser_.facts();
  if (head.close || facts.http_1_0 || core.stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
  bool without_body = facts.head_only || !status_has_body(head.status);
  framing how{facts.http_1_0, keep_alive_, !facts.http_1_0 && !without_body, false, {}};
  if (facts.accepts_gzip && core.options.gzip && !without_body && !has_header(head, "content-encoding") &&
      head.content_type.find("gzip") == std::string_view::npos) {
    how.gzip = true;
    gzip_ = std::make_unique<gzip_stream>();
  }
  auto& line = loop_->head_buffer;
  line.clear();
  append_head(line, head, how, loop_->date.at(std::time(nullptr)));
  if (without_body) {
    stream->close(false);
    phase_ = phase::writing;
    send_or_queue(line, nullptr);
    if (out_.empty() && phase_ == phase::writing) answer_sent();
    return;
  }
  stream_ = std::move(stream);
  phase_ = phase::streaming;
  send_or_queue(line, nullptr);
  if (phase_ != phase::streaming) return;
  if (head.body && !head.body->empty()) {
    std::vector<endpoints::shared_bytes> first{head.body};
    queue_chunk(first, false);
    if (!flush()) return;
  }
  wait_readable();
  if (out_.empty()) pump_stream();
}

void connection::pump_stream() {
  while (phase_ == phase::streaming) {
    auto batch = stream_->take(stream_batch);
    if (phase_ != phase::streaming) return;
    if (batch.abandoned) return close();
    if (batch.pieces.empty() && !batch.finished) {
      deadline_ = 0;
      return;
    }
    queue_chunk(batch.pieces, batch.finished);
    if (batch.finished) {
      std::exchange(stream_, nullptr)->close(false);
      gzip_.reset();
      phase_ = phase::writing;
      if (flush()) answer_sent();
      return;
    }
    if (!flush()) return;
  }
}

void connection::queue_chunk(std::vector<endpoints::shared_bytes>& pieces, bool last) {
  if (gzip_) {
    std::string packed;
    for (auto& piece : pieces) gzip_->append(packed, *piece);
    if (last) gzip_->finish(packed);
    pieces.assign(1, text(std::move(packed)));
  }
  bool chunked = !parser_.facts().http_1_0;
  std::size_t size = 0;
  for (auto& piece : pieces) size += piece->size();
  if (size > 0) {
    if (chunked) {
      char digits[20];
      auto end = std::to_chars(digits, digits + sizeof digits, size, 16).ptr;
      out_.push_back({std::string(digits, end) + "\r\n", nullptr});
    }
    for (auto& piece : pieces) out_.push_back({{}, std::move(piece)});
    if (chunked) out_.push_back({"\r\n", nullptr});
  }
  if (chunked && last) out_.push_back({"0\r\n\r\n", nullptr});
}

} // namespace praetor::http
