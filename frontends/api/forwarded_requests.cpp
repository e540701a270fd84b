#include "frontends/api/forwarded_requests.hpp"

#include "frontends/api/body_streams.hpp"
#include "frontends/api/dns/dns_remote.hpp"
#include "frontends/api/forwarded_rules.hpp"

#include <atomic>
#include <mutex>
#include <shared_mutex>

namespace praetor::api {

namespace {

/// A client's request that another agent forwarded.
class remote_exchange final : public exchange {
public:
  using runner = std::function<void(std::function<void()>)>;

  /// @param streams whether the answer may be a stream
  /// @param run runs work on another thread
  remote_exchange(request req, bool streams, runner run, std::function<void(remote_answer)> done)
      : req_(std::move(req)), streams_(streams), run_(std::move(run)), done_(std::move(done)) {}

  const request& get_request() const override { return req_; }

  void respond(answer a) override {
    std::unique_lock lock(guard_);
    auto done = std::exchange(done_, nullptr);
    on_cancel_ = nullptr;
    lock.unlock();
    if (done) done(packed(std::move(a)));
  }

  void make_answer(std::function<void()> make) override { run_(std::move(make)); }

  std::shared_ptr<body_stream> respond_stream(answer head) override {
    auto rest = std::make_shared<byte_pipe>();
    std::unique_lock lock(guard_);
    auto done = std::exchange(done_, nullptr);
    if (done && streams_) rest_ = rest;
    lock.unlock();
    if (!done || !streams_) rest->close();
    if (done) {
      auto out =
          packed(streams_ ? std::move(head) : text_answer(500, "the answer is a stream, which is not taken here"));
      if (streams_) out.rest = rest;
      done(std::move(out));
    }
    return writer_of(std::move(rest));
  }

  void on_cancel(std::function<void()> action) override {
    std::unique_lock lock(guard_);
    if (!cancelled_) {
      if (done_ || rest_) on_cancel_ = std::move(action);
      return;
    }
    lock.unlock();
    action();
  }

  void cancel() {
    std::unique_lock lock(guard_);
    if (std::exchange(cancelled_, true)) return;
    done_ = nullptr;
    auto action = std::exchange(on_cancel_, nullptr);
    auto rest = std::exchange(rest_, nullptr);
    lock.unlock();
    if (rest) rest->close();
    if (action) action();
  }

  /// Sets the received body. Called before the endpoint.
  void keep_body(std::shared_ptr<storage::scratch_file> file) { req_.stored_body = std::move(file); }

private:
  static remote_answer packed(answer a) {
    remote_answer out;
    out.status = a.status;
    out.content_type = a.content_type;
    for (auto& [name, value] : a.headers) out.headers.push_back({std::move(name), std::move(value)});
    out.lines = std::move(a.lines);
    out.meta = std::move(a.meta);
    if (a.body) out.body = *a.body;
    out.not_carried_out = a.not_carried_out;
    return out;
  }

  request req_;
  bool streams_;
  runner run_;
  std::mutex guard_;
  std::function<void(remote_answer)> done_;
  std::function<void()> on_cancel_;
  std::shared_ptr<byte_pipe> rest_; ///< of a streamed answer that has begun
  bool cancelled_ = false;
};

class endpoint_requests final : public forwarded_requests, public std::enable_shared_from_this<endpoint_requests> {
public:
  endpoint_requests(environment& env, const dispatcher& requests) : env_(env), requests_(requests) {}

  std::function<void()> serve(remote_request request, std::uint32_t hops, nanoseconds hold,
                              std::function<void(remote_answer)> done) override {
    {
      std::lock_guard lock(entrance_);
      if (closed_) return [] {};
      bound(request, hold, *env_.config());
    }
    auto body = std::move(request.rest);
    auto req = request_of(std::move(request), std::max(hops, std::uint32_t{1}), hold);
    auto ex = std::make_shared<remote_exchange>(std::move(req), true, runner_here(), std::move(done));
    if (body)
      run([this, ex, body] { judge(ex, body); });
    else
      run([this, ex] { requests_.handle(ex); });
    return cancelling(ex);
  }

  std::function<void()> serve_own(remote_request request, nanoseconds hold,
                                  std::function<void(remote_answer)> done) override {
    auto ex = std::make_shared<remote_exchange>(request_of(std::move(request), 0, hold), false, runner_here(),
                                                std::move(done));
    run([this, ex] { requests_.handle(ex); });
    return cancelling(ex);
  }

  void look_up(std::string question, std::uint32_t hops, nanoseconds hold, std::string origin,
               std::function<void(expected<std::string>)> done) override {
    dns::question_origin from{std::max(hops, std::uint32_t{1}), bounded_hold(hold, *env_.config()), std::move(origin)};
    run([this, question = std::move(question), from = std::move(from), done = std::move(done)] {
      dns::answer_remote(env_, question, from, done);
    });
  }

  void close() override {
    {
      std::lock_guard lock(entrance_);
      closed_ = true;
    }
    std::unique_lock lock(guard_); // waits for running endpoint calls
  }

private:
  using remote_exchange_ptr = std::shared_ptr<remote_exchange>;

  /// Judges a request by its head before its body is received, as connections do for clients' own.
  void judge(const remote_exchange_ptr& ex, const std::shared_ptr<byte_pipe>& body) {
    auto verdict = requests_.judge(ex->get_request());
    if (!verdict.undecided) return take_body(ex, body, std::move(verdict));
    requests_.judge_later(ex->get_request(), [me = shared_from_this(), ex, body](head_verdict later) {
      me->take_body(ex, body, std::move(later));
    });
  }

  void take_body(const remote_exchange_ptr& ex, const std::shared_ptr<byte_pipe>& body, head_verdict verdict) {
    auto& into = verdict.body.into;
    if (!verdict.refusal && !into) verdict.refusal = text_answer(400, "no body of this request is taken as a stream");
    if (verdict.refusal) {
      body->close();
      return ex->respond(std::move(*verdict.refusal));
    }
    auto stored = [me = shared_from_this(), ex, into](const expected<void>& whole) {
      if (!whole) return ex->respond(error_answer(whole.error()));
      ex->keep_body(into);
      me->run([me, ex] { me->requests_.handle(ex); });
    };
    store(env_.mover(), body, into, verdict.body.max_bytes, std::move(stored));
  }

  static std::function<void()> cancelling(const remote_exchange_ptr& ex) {
    return [weak = std::weak_ptr(ex)] {
      if (auto gone = weak.lock()) gone->cancel();
    };
  }

  remote_exchange::runner runner_here() {
    return [weak = weak_from_this()](std::function<void()> work) {
      if (auto me = weak.lock()) me->run(std::move(work));
    };
  }

  /// Runs queries and rendering elsewhere, so that they delay neither other servers' messages nor the state machine.
  void run(std::function<void()> work) {
    std::lock_guard lock(entrance_);
    if (closed_) return;
    env_.run([me = shared_from_this(), work = std::move(work)] {
      std::shared_lock lock(me->guard_);
      if (!me->closed_) work();
    });
  }

  environment& env_;
  const dispatcher& requests_;
  std::mutex entrance_;     ///< held while work is queued
  std::shared_mutex guard_; ///< held during endpoint calls
  std::atomic<bool> closed_ = false;
};

} // namespace

std::shared_ptr<forwarded_requests> make_request_server(environment& env, const dispatcher& requests) {
  return std::make_shared<endpoint_requests>(env, requests);
}

} // namespace praetor::api
