#pragma once

#include "frontends/http/io_loop.hpp"

#include <atomic>
#include <functional>
#include <mutex>

namespace praetor::http {

/// A streamed body between the thread that writes it and the connection that sends it.
class stream_state : public std::enable_shared_from_this<stream_state> {
public:
  stream_state(std::shared_ptr<connection> to, std::shared_ptr<io_loop> loop, std::uint64_t sequence,
               std::size_t max_backlog)
      : to_(std::move(to)), loop_(std::move(loop)), sequence_(sequence), max_backlog_(max_backlog) {}

  // The writer's side; thread-safe.
  std::size_t write(api::shared_bytes piece);
  void finish(bool complete);
  bool closed() const { return closed_.load(std::memory_order_acquire); }
  void on_drained(std::function<void()> action);
  void on_cancel(std::function<void()> action);

  // The connection's side.
  struct batch {
    std::vector<api::shared_bytes> pieces;
    bool finished = false;  ///< nothing follows these
    bool abandoned = false; ///< the writer stopped in the middle, or wrote far more than the client reads
  };
  batch take(std::size_t about);
  /// The client is gone, or everything is sent.
  void close(bool cancelled);
  /// Keeps the request's slot until the stream is closed.
  void keep(share slot);

private:
  void notify(std::unique_lock<std::mutex>& lock);

  std::shared_ptr<connection> to_; ///< until closed
  std::shared_ptr<io_loop> loop_;
  std::uint64_t sequence_;
  std::size_t max_backlog_;
  std::mutex mutex_;
  std::vector<api::shared_bytes> pieces_;
  std::size_t waiting_ = 0;
  share slot_;
  bool notified_ = false, finished_ = false, abandoned_ = false;
  std::atomic<bool> closed_{false};
  std::function<void()> drained_, cancel_;
};

/// A request that was passed to the handler.
class pending_exchange final : public api::exchange {
public:
  /// @param body the memory share of the request's body and head
  pending_exchange(std::shared_ptr<connection> from, std::shared_ptr<io_loop> loop, std::uint64_t sequence,
                   api::request request, share body)
      : from_(std::move(from)), loop_(std::move(loop)), sequence_(sequence), request_(std::move(request)),
        body_(std::move(body)) {}
  ~pending_exchange() override;

  const api::request& get_request() const override { return request_; }
  void respond(api::answer answer) override;
  void make_answer(std::function<void()> make) override;
  std::shared_ptr<api::body_stream> respond_stream(api::answer head) override;
  void on_cancel(std::function<void()> action) override;
  bool begin_wait() override;
  bool has_room() const override { return !loop_->core().answers.full(); }

  // For the connection, after the handler has returned.
  /// @returns whether it was answered meanwhile; otherwise the answer arrives as mail.
  bool answered_by_handler();
  api::answer& answer() { return answer_; }
  std::shared_ptr<stream_state>& stream() { return stream_; }
  /// The client is gone. @returns whether anyone is notified.
  bool cancel();

private:
  enum class stage_type { in_handler, waiting, answered };
  bool claim();
  void settle(mail::kind_type kind);

  std::shared_ptr<connection> from_;
  std::shared_ptr<io_loop> loop_;
  std::uint64_t sequence_;
  api::request request_;
  share body_, slot_, wait_; ///< the last two until it is answered
  api::answer answer_;
  std::shared_ptr<stream_state> stream_;
  std::atomic<bool> claimed_{false};
  std::atomic<stage_type> stage_{stage_type::in_handler};
  std::mutex mutex_;
  bool cancelled_ = false;
  std::function<void()> cancel_;
};

} // namespace praetor::http
