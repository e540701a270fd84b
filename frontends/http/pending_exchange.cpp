#include "frontends/http/pending_exchange.hpp"

#include "frontends/http/connection.hpp"

namespace praetor::http {

namespace {

/// A stream's writer continues once less than this is unsent.
constexpr std::size_t drained_below = 256 * 1024;

/// An endpoint's handle on a stream. Destroying it without `finish` closes the connection, so that the client detects
/// the truncated body.
class stream_handle final : public api::body_stream {
public:
  explicit stream_handle(std::shared_ptr<stream_state> state) : state_(std::move(state)) {}
  ~stream_handle() override { state_->finish(false); }
  std::size_t write(api::shared_bytes piece) override { return state_->write(std::move(piece)); }
  void finish() override { state_->finish(true); }
  bool closed() const override { return state_->closed(); }
  void on_drained(std::function<void()> action) override { state_->on_drained(std::move(action)); }

private:
  std::shared_ptr<stream_state> state_;
};

} // namespace

void stream_state::notify(std::unique_lock<std::mutex>& lock) {
  auto to = notified_ ? nullptr : to_;
  notified_ = true;
  lock.unlock();
  if (to) loop_->post({std::move(to), sequence_, mail::kind_type::stream_written, {}, {}});
}

std::size_t stream_state::write(api::shared_bytes piece) {
  std::unique_lock lock(mutex_);
  if (closed_ || finished_ || abandoned_) return 0;
  if (!piece || piece->empty()) return waiting_;
  waiting_ += piece->size();
  pieces_.push_back(std::move(piece));
  if (waiting_ > max_backlog_) abandoned_ = true;
  auto waiting = waiting_;
  notify(lock);
  return waiting;
}

void stream_state::finish(bool complete) {
  std::unique_lock lock(mutex_);
  if (closed_ || finished_) return;
  (complete ? finished_ : abandoned_) = true;
  notify(lock);
}

void stream_state::on_drained(std::function<void()> action) {
  {
    std::lock_guard lock(mutex_);
    if (!closed_ && waiting_ >= drained_below) {
      drained_ = std::move(action);
      return;
    }
  }
  action();
}

void stream_state::on_cancel(std::function<void()> action) {
  {
    std::lock_guard lock(mutex_);
    if (!closed_) {
      cancel_ = std::move(action);
      return;
    }
    if (finished_) return;
  }
  action();
}

stream_state::batch stream_state::take(std::size_t about) {
  batch out;
  std::function<void()> drained;
  {
    std::lock_guard lock(mutex_);
    notified_ = false;
    std::size_t count = 0, bytes = 0;
    while (count < pieces_.size() && bytes < about) bytes += pieces_[count++]->size();
    auto end = pieces_.begin() + static_cast<std::ptrdiff_t>(count);
    out.pieces.assign(std::make_move_iterator(pieces_.begin()), std::make_move_iterator(end));
    pieces_.erase(pieces_.begin(), end);
    waiting_ -= bytes;
    out.finished = finished_ && pieces_.empty();
    out.abandoned = abandoned_;
    if (waiting_ < drained_below) drained.swap(drained_);
  }
  if (drained) drained();
  return out;
}

void stream_state::close(bool cancelled) {
  std::function<void()> drained, cancel;
  std::shared_ptr<connection> to;
  std::vector<api::shared_bytes> pieces;
  share slot;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    slot = std::move(slot_);
    closed_ = true;
    drained.swap(drained_);
    cancel.swap(cancel_);
    to.swap(to_);
    pieces.swap(pieces_);
    waiting_ = 0;
  }
  if (cancelled && cancel) cancel();
  if (drained) drained();
}

void stream_state::keep(share slot) {
  std::lock_guard lock(mutex_);
  if (!closed_) slot_ = std::move(slot);
}

pending_exchange::~pending_exchange() {
  if (!claimed_ && stage_ == stage_type::waiting) loop_->post({from_, sequence_, mail::kind_type::dropped, {}, {}});
}

bool pending_exchange::claim() {
  if (claimed_.exchange(true)) return false;
  std::function<void()> unused;
  std::lock_guard lock(mutex_);
  unused.swap(cancel_);
  return true;
}

void pending_exchange::settle(mail::kind_type kind) {
  if (stage_.exchange(stage_type::answered) != stage_type::waiting) return;
  wait_.reset();
  if (stream_)
    stream_->keep(std::move(slot_));
  else
    slot_.reset();
  loop_->post({from_, sequence_, kind, std::move(answer_), stream_});
}

bool pending_exchange::begin_wait() {
  return wait_.amount() != 0 || wait_.hold(loop_->core().waits, from_->account(), 1) == grant::given;
}

void pending_exchange::respond(api::answer answer) {
  if (!claim()) return;
  answer_ = std::move(answer);
  settle(mail::kind_type::answered);
}

void pending_exchange::make_answer(std::function<void()> make) {
  mail letter{from_, sequence_, mail::kind_type::to_be_answered};
  letter.make = std::move(make);
  loop_->post(std::move(letter));
}

std::shared_ptr<api::body_stream> pending_exchange::respond_stream(api::answer head) {
  if (claimed_.exchange(true)) {
    auto nowhere = std::make_shared<stream_state>(nullptr, loop_, sequence_, 0);
    nowhere->close(false);
    return std::make_shared<stream_handle>(std::move(nowhere));
  }
  auto stream =
      std::make_shared<stream_state>(from_, loop_, sequence_, loop_->core().options.limits.max_stream_backlog);
  bool cancelled = false;
  {
    std::lock_guard lock(mutex_);
    stream_ = stream;
    cancelled = cancelled_;
    if (cancel_) stream->on_cancel(std::move(cancel_));
    cancel_ = nullptr;
  }
  if (cancelled) stream->close(true);
  answer_ = std::move(head);
  settle(mail::kind_type::stream_begun);
  return std::make_shared<stream_handle>(std::move(stream));
}

void pending_exchange::on_cancel(std::function<void()> action) {
  std::shared_ptr<stream_state> stream;
  {
    std::lock_guard lock(mutex_);
    stream = stream_;
    if (!stream && !cancelled_) {
      if (!claimed_) cancel_.swap(action);
      return;
    }
  }
  if (stream)
    stream->on_cancel(std::move(action));
  else if (!claimed_)
    action();
}

bool pending_exchange::answered_by_handler() {
  if (stage_.load() == stage_type::answered) return true;
  slot_.force(loop_->core().requests, from_->account(), 1); // before the stage allows other threads to return it
  auto expected = stage_type::in_handler;
  return !stage_.compare_exchange_strong(expected, stage_type::waiting);
}

bool pending_exchange::cancel() {
  std::function<void()> action;
  {
    std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (!claimed_) action.swap(cancel_);
  }
  if (!action) return false;
  action();
  return true;
}

} // namespace praetor::http
