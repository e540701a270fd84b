#include "actors/ports/script_run.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace praetor {

namespace {

/// Both ends of a pipe; closes those that are not released.
struct pipe_ends {
  int read = -1, write = -1;

  pipe_ends() = default;
  ~pipe_ends() {
    for (int end : {read, write})
      if (end >= 0) ::close(end);
  }
  pipe_ends(const pipe_ends&) = delete;
  pipe_ends& operator=(const pipe_ends&) = delete;

  expected<void> open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return fail("pipe: " + lower_case(std::strerror(errno)));
    read = ends[0];
    write = ends[1];
    return {};
  }
};

} // namespace

script_run::script_run(boost::asio::io_context& context, script_settings settings)
    : settings_(std::move(settings)), pipe_(context), input_(context), exit_(context), output_(settings_.output_limit) {
}

expected<void> script_run::start(std::function<void(int status)> ended) {
  if (auto started = start_process(); !started) return started;
  ended_ = std::move(ended);
  exit_.async_wait(boost::asio::posix::descriptor_base::wait_read,
                   [this, alive = shared_from_this()](const boost::system::error_code&) {
                     exited_ = true;
                     end_if_over();
                   });
  read();
  feed();
  return {};
}

expected<void> script_run::start_process() {
  pipe_ends output, input;
  if (auto opened = output.open(); !opened) return opened;
  bool fed = !settings_.input.empty();
  if (fed)
    if (auto opened = input.open(); !opened) return opened;
  auto started = child_group::start(settings_.arguments, output.write, input.read, settings_.environment);
  if (!started) return tl::make_unexpected(started.error());
  process_ = std::move(*started);
  auto exit = process_.end_descriptor();
  if (!exit) return tl::make_unexpected(exit.error());
  exit_.assign(*exit);
  pipe_.assign(std::exchange(output.read, -1));
  if (fed) input_.assign(std::exchange(input.write, -1));
  return {};
}

void script_run::kill() {
  killed_ = true;
  process_.kill();
  end_if_over();
}

/// A script may exit without reading all of its input.
void script_run::feed() {
  if (!input_.is_open()) return;
  boost::asio::async_write(input_, boost::asio::buffer(settings_.input),
                           [this, alive = shared_from_this()](const boost::system::error_code&, std::size_t) {
                             boost::system::error_code ignored;
                             input_.close(ignored);
                           });
}

void script_run::read() {
  pipe_.async_read_some(boost::asio::buffer(chunk_),
                        [this, alive = shared_from_this()](const boost::system::error_code& ended, std::size_t size) {
                          output_.append({chunk_.data(), size});
                          if (!ended && process_.running()) return read();
                          closed_ = true;
                          end_if_over();
                        });
}

void script_run::end_if_over() {
  if (!process_.running() || !exited_ || !(closed_ || killed_)) return;
  int status = process_.reap();
  boost::system::error_code ignored;
  pipe_.close(ignored);
  input_.close(ignored);
  exit_.close(ignored);
  if (auto tell = std::exchange(ended_, nullptr)) tell(status);
}

} // namespace praetor
