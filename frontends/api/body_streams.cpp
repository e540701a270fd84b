#include "frontends/api/body_streams.hpp"

#include <utility>

namespace praetor::api {

namespace {

/// Runs a step on the mover's thread, if it still exists.
template <class Mover>
std::function<void()> on_mover(std::shared_ptr<Mover> job) {
  return [job = std::move(job)] {
    if (auto thread = job->mover.lock()) thread->run([job] { job->step(); });
  };
}

struct file_reader : std::enable_shared_from_this<file_reader> {
  std::weak_ptr<side_thread> mover;
  std::shared_ptr<storage::scratch_file> file;
  std::shared_ptr<byte_pipe> to;
  std::uint64_t offset = 0;

  void step() {
    while (!to->closed() && to->has_room()) {
      std::string piece(byte_pipe::piece, '\0');
      auto got = file->read_at(offset, piece.data(), piece.size());
      if (!got) return to->fail(got.error());
      if (*got == 0) return to->finish();
      piece.resize(*got);
      offset += *got;
      to->write(std::move(piece));
    }
    if (!to->closed()) to->on_room(on_mover(shared_from_this()));
  }
};

struct file_writer : std::enable_shared_from_this<file_writer> {
  std::weak_ptr<side_thread> mover;
  std::shared_ptr<byte_pipe> from;
  std::shared_ptr<storage::scratch_file> into;
  std::uint64_t left = 0;
  std::function<void(expected<void>)> done;

  void step() {
    for (;;) {
      auto part = from->take(byte_pipe::piece);
      if (part.bytes.size() > left)
        return end(fail("Request body too large, max size: " + std::to_string(into->size() + left) + " bytes.", 413));
      left -= part.bytes.size();
      if (auto written = into->write(part.bytes); !written) return end(std::move(written));
      if (part.failed) return end(tl::unexpected(*part.failed));
      if (part.end) return end({});
      if (part.bytes.empty()) return from->on_readable(on_mover(shared_from_this()));
    }
  }

private:
  void end(expected<void> outcome) {
    from->close();
    std::exchange(done, nullptr)(std::move(outcome));
  }
};

struct answer_writer : std::enable_shared_from_this<answer_writer> {
  std::weak_ptr<side_thread> mover;
  std::shared_ptr<byte_pipe> from;
  std::shared_ptr<body_stream> to;

  void step() {
    if (!to) return;
    if (to->closed()) return end();
    auto part = from->take(byte_pipe::piece);
    if (!part.bytes.empty()) to->write(std::make_shared<const std::string>(std::move(part.bytes)));
    if (part.end) to->finish();
    if (part.end || part.failed) return end();
    auto next = on_mover(shared_from_this());
    // An answer that waits for bytes must notice that its client disconnects: on_cancel of the exchange closes the
    // pipe.
    from->on_readable([to = to, next = std::move(next)] { to->on_drained(next); });
  }

private:
  void end() {
    from->close();
    to = nullptr; // unfinished: truncates the body
  }
};

class pipe_writer final : public body_stream {
public:
  explicit pipe_writer(std::shared_ptr<byte_pipe> pipe) : pipe_(std::move(pipe)) {}
  ~pipe_writer() override { pipe_->fail({"the answer has ended in the middle"}); }

  std::size_t write(shared_bytes piece) override {
    bool fits = piece && pipe_->write(*piece);
    if (!fits && piece && !pipe_->closed()) pipe_->fail({"the answer came faster than it was taken"});
    return pipe_->waiting();
  }
  void finish() override { pipe_->finish(); }
  bool closed() const override { return pipe_->closed(); }
  void on_drained(std::function<void()> action) override { pipe_->on_room(std::move(action)); }

private:
  std::shared_ptr<byte_pipe> pipe_;
};

} // namespace

std::shared_ptr<byte_pipe> piped(const std::shared_ptr<side_thread>& mover,
                                 std::shared_ptr<storage::scratch_file> file) {
  auto job = std::make_shared<file_reader>();
  job->mover = mover;
  job->file = std::move(file);
  job->to = std::make_shared<byte_pipe>();
  on_mover(job)();
  return job->to;
}

void store(const std::shared_ptr<side_thread>& mover, std::shared_ptr<byte_pipe> from,
           std::shared_ptr<storage::scratch_file> into, std::uint64_t most, std::function<void(expected<void>)> done) {
  auto job = std::make_shared<file_writer>();
  job->mover = mover;
  job->from = std::move(from);
  job->into = std::move(into);
  job->left = most;
  job->done = std::move(done);
  on_mover(job)();
}

void pump(const std::shared_ptr<side_thread>& mover, std::shared_ptr<byte_pipe> from, std::shared_ptr<body_stream> to) {
  auto job = std::make_shared<answer_writer>();
  job->mover = mover;
  job->from = std::move(from);
  job->to = std::move(to);
  on_mover(job)();
}

std::shared_ptr<body_stream> writer_of(std::shared_ptr<byte_pipe> pipe) {
  return std::make_shared<pipe_writer>(std::move(pipe));
}

} // namespace praetor::api
