#include "frontends/http/connection.hpp"

#include "frontends/endpoints/redirect.hpp"
#include "frontends/http/pending_exchange.hpp"

#include <charconv>
#include <ctime>
#include <sys/socket.h>
#include <sys/uio.h>

namespace praetor::http {

namespace {

/// What a client may send ahead while its request is being answered.
constexpr std::size_t max_ahead = 64 * 1024;
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
  case phase::waiting:
  case phase::writing:
  case phase::streaming: return watch_client();
  case phase::lingering: return discard_input();
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
  end_in_flight();
  auto& core = loop_->core();
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
  auto result = transport_.read(buffer.data(), buffer.size());
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
      set_read_deadline();
      break;
    }
    if (status == parse_status::head)
      judge_head(!rest.empty());
    else if (status == parse_status::complete)
      dispatch();
    else
      parser_.body_too_long() ? refuse_body() : send_failure();
  }
  if (stored)
    unparsed_.erase(0, unparsed_.size() - rest.size());
  else if (!rest.empty())
    unparsed_.assign(rest);
  if (unparsed_.empty() && unparsed_.capacity() > 4096) std::string().swap(unparsed_);
}

void connection::judge_head(bool more) {
  auto& request = parser_.current();
  auto& facts = parser_.facts();
  request.remote_address = peer_.address;
  request.remote_port = peer_.port;
  if (facts.expect_unknown) return send_simple(417, false);
  auto& options = loop_->core().options;
  rule_ = options.body_limit ? options.body_limit(request) : body_rule{};
  if (request.content_length && *request.content_length > rule_.max_bytes) return refuse_body();
  parser_.limit_body(rule_.max_bytes);
  if (facts.expect_continue && !more) send_or_queue("HTTP/1.1 100 Continue\r\n\r\n", nullptr);
}

void connection::dispatch() {
  auto& request = parser_.current();
  auto& facts = parser_.facts();
  auto& core = loop_->core();
  loop_->counters.requests.add(1);
  keep_alive_ = facts.keep_alive;
  deadline_ = 0;
  if (facts.expect_unknown) return send_simple(417, false);
  switch (facts.target.kind) {
  case target_kind::path: break;
  case target_kind::malformed: return send_failure();
  case target_kind::unprintable: return send_simple(400, keep_alive_);
  case target_kind::redirect: return send_answer(endpoints::redirect_answer(request.method, facts.target.location));
  case target_kind::asterisk:
    return request.method == "OPTIONS" ? send_simple(200, keep_alive_) : send_simple(400, false);
  case target_kind::authority: return send_simple(404, keep_alive_);
  }
  if (core.in_flight.load(std::memory_order_relaxed) >= loop_->limits().max_in_flight) {
    loop_->counters.over_capacity.add(1);
    endpoints::answer busy;
    busy.status = 503;
    busy.content_type = "text/plain; charset=utf-8";
    busy.body = text("Too many requests are being handled, try again later");
    return send_answer(busy);
  }
  hand_to_handler();
}

void connection::hand_to_handler() {
  auto& request = parser_.current();
  request.remote_address = peer_.address;
  request.remote_port = peer_.port;
  phase_ = phase::waiting;
  auto exchange = std::make_shared<pending_exchange>(shared_from_this(), loop_, ++sequence_, std::move(request));
  loop_->core().handler(exchange);
  if (exchange->answered_by_handler()) {
    if (auto stream = exchange->stream()) return begin_stream(exchange->answer(), std::move(stream));
    return send_answer(exchange->answer());
  }
  pending_ = exchange;
  counted_in_flight_ = true;
  loop_->core().in_flight.fetch_add(1, std::memory_order_relaxed);
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

void connection::refuse_body() {
  loop_->counters.requests.add(1);
  auto& options = loop_->core().options;
  auto& request = parser_.current();
  auto answer = options.refuse_body ? options.refuse_body(request, rule_) : body_too_large(request, rule_);
  answer.close = true;
  linger_ = true;
  send_answer(answer);
}

void connection::send_simple(unsigned status, bool keep) {
  endpoints::answer answer;
  answer.status = status;
  answer.close = !keep;
  if (status == 404) {
    answer.content_type = "text/plain; charset=utf-8";
    answer.body = text("404 page not found\n");
  }
  linger_ = !keep;
  send_answer(answer);
}

void connection::send_answer(const endpoints::answer& answer) {
  end_in_flight();
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
  }
  expire_in(loop_->limits().body_idle_timeout);
  wait_writable();
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
    if (result.status == io_status::failed) {
      close();
      return false;
    }
    if (result.bytes > 0) expire_in(loop_->limits().body_idle_timeout);
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

void connection::end_in_flight() {
  if (!counted_in_flight_) return;
  counted_in_flight_ = false;
  loop_->core().in_flight.fetch_sub(1, std::memory_order_relaxed);
}

// ---- streams --------------------------------------------------------------------------------------------------------

void connection::begin_stream(const endpoints::answer& head, std::shared_ptr<stream_state> stream) {
  auto& core = loop_->core();
  auto& facts = parser_.facts();
  if (!counted_in_flight_) {
    counted_in_flight_ = true;
    core.in_flight.fetch_add(1, std::memory_order_relaxed);
  }
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
    end_in_flight();
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
      end_in_flight();
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
