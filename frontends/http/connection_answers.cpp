#include "frontends/http/connection.hpp"

#include "frontends/http/pending_exchange.hpp"

#include <charconv>
#include <ctime>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/uio.h>

/// The sending side of a connection: whole or chunked answers, as fast as the client reads.
namespace praetor::http {

namespace {

/// A rejected body up to this size is read and discarded to keep the connection; a longer one closes it.
constexpr std::uint64_t max_dropped_body = 256 * 1024;
/// The maximal size of one write of a stream.
constexpr std::size_t stream_batch = 256 * 1024;
constexpr int max_pieces_per_write = 64;
constexpr std::chrono::seconds linger_time{1};

bool has_header(const api::answer& answer, std::string_view lower_case_name) {
  for (auto& [name, value] : answer.headers) {
    if (name.size() != lower_case_name.size()) continue;
    bool same = true;
    for (std::size_t i = 0; same && i < name.size(); ++i) same = (name[i] | 0x20) == (lower_case_name[i] | 0x20);
    if (same) return true;
  }
  return false;
}

} // namespace

// ---- writing --------------------------------------------------------------------------------------------------------

void connection::send_failure() {
  loop_->counters.malformed.add(1);
  keep_alive_ = false;
  linger_ = true;
  phase_ = phase::writing;
  send_or_queue(failure_answer(parser_.failure()), nullptr);
  if (out_.empty() && phase_ == phase::writing) answer_sent();
}

void connection::refuse(api::answer answer) {
  auto& facts = parser_.facts();
  bool waits = facts.expect_continue && !body_seen_ && unparsed_.empty(); // nothing will be received
  if (!waits && !answer.close && parser_.current().content_length.value_or(0) <= max_dropped_body) {
    refusal_ = std::make_unique<api::answer>(std::move(answer));
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
  api::answer busy;
  busy.content_type = "text/plain; charset=utf-8";
  busy.status = why == grant::used_up ? 503 : 429;
  busy.body = api::shared_text(why == grant::used_up ? "Too many requests are being handled, try again later"
                                                     : "Your IP has too many " + std::string(what) +
                                                           " under way, please rate limit your calls");
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
  api::answer answer;
  answer.status = status;
  answer.close = !keep;
  linger_ = !keep;
  send_answer(answer);
}

void connection::send_answer(const api::answer& answer) {
  auto& core = loop_->core();
  auto& facts = parser_.facts();
  bool last = client_finished_ && unparsed_.empty();
  if (answer.close || last || core.stopping.load(std::memory_order_relaxed)) keep_alive_ = false;
  phase_ = phase::writing;
  framing how{facts.http_1_0, keep_alive_, false, false, {}};
  bool without_body = facts.head_only || !status_has_body(answer.status) || !answer.body || answer.body->empty();
  api::shared_bytes packed;
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

void connection::send_or_queue(std::string_view head, const api::shared_bytes& body) {
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
  // Data in the kernel's buffer has not reached the client. With TLS that is slightly more than what was written.
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
  // Closing a socket with unread input resets the connection, and the client would lose the answer (RFC 9112 9.6).
  phase_ = phase::lingering;
  transport_.finish_sending();
  expire_in(linger_time);
  wait_readable();
}

// ---- streams --------------------------------------------------------------------------------------------------------

void connection::begin_stream(const api::answer& head, std::shared_ptr<stream_state> stream) {
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
    std::vector<api::shared_bytes> first{head.body};
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

void connection::queue_chunk(std::vector<api::shared_bytes>& pieces, bool last) {
  if (gzip_) {
    std::string packed;
    for (auto& piece : pieces) gzip_->append(packed, *piece);
    if (last) gzip_->finish(packed);
    pieces.assign(1, api::shared_text(std::move(packed)));
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
