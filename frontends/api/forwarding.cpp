#include "frontends/api/forwarding.hpp"

#include "actors/rpc/ask.hpp"
#include "frontends/api/body_streams.hpp"
#include "frontends/api/dns/dns_remote.hpp"
#include "frontends/api/forwarded_rules.hpp"
#include "frontends/api/reads.hpp"
#include "protocol/base/client_network.hpp"

#include <array>
#include <atomic>
#include <mutex>
#include <shared_mutex>

namespace praetor::api {

namespace {

/// The timeout of a request with an archive: enough to pack, move and write the largest. The loss of the server is
/// noticed at once nevertheless.
constexpr nanoseconds longest_archive_work = std::chrono::hours(1);

bool is_read(const request& req) { return req.method == "GET" || req.method == "HEAD"; }

asking_agent requester_of(const call& c) {
  asking_agent out;
  if (c.req.via) {
    out = c.req.via->requester;
  } else {
    auto config = c.env.config();
    out.node = config->node_name;
    out.indents = config->dev_mode;
    out.discovery_max_stale = config->discovery_max_stale;
  }
  if (c.wait_until != steady_time{}) out.wait_left = std::max<nanoseconds>(c.wait_until - c.env.now(), nanoseconds{1});
  return out;
}

/// The literal equal to a content type, because answers hold views of theirs; "" if there is none.
std::string_view known_type(std::string_view type) {
  for (auto known : {json_type, text_type, std::string_view("text/plain"), std::string_view("application/x-gzip"),
                     std::string_view("application/pem-certificate-chain")})
    if (known == type) return known;
  return {};
}

} // namespace

answer unpacked(remote_answer from) {
  answer a;
  a.status = static_cast<unsigned>(from.status);
  a.content_type = known_type(from.content_type);
  if (a.content_type.empty() && !from.content_type.empty()) a.headers.emplace_back("Content-Type", from.content_type);
  for (auto& line : from.headers) a.headers.emplace_back(std::move(line.name), std::move(line.value));
  a.lines = std::move(from.lines);
  a.meta = std::move(from.meta);
  if (!from.body.empty()) a.body = std::make_shared<const std::string>(std::move(from.body));
  return a;
}

remote_request described(const call& c) {
  const auto& req = c.req;
  remote_request out;
  out.method = req.method;
  out.path = req.path;
  out.raw_query = req.raw_query;
  for (const auto& [name, value] : req.query.items()) out.query.push_back({name, value});
  for (auto name : headers_that_matter)
    if (auto* value = req.header(name)) out.headers.push_back({name, *value});
  // A request without a token uses that of the contacted agent.
  if (!c.token.empty() && token_of(req).empty()) out.headers.push_back({"x-consul-token", c.token});
  if (req.stored_body)
    out.rest_size = req.stored_body->size();
  else
    out.body = req.body;
  out.remote_address = req.remote_address;
  out.remote_port = req.remote_port;
  out.requester = requester_of(c);
  return out;
}

namespace {

void respond_failure(const call& c, const error& e) {
  if (is_read(c.req)) return respond_read_error(c, e);
  respond(c, error_answer(e));
}

void respond_forwarded(const call& c, expected<remote_answer> reply) {
  if (!reply) return respond_failure(c, reply.error());
  respond(c, unpacked(std::move(*reply)));
}

/// The deadline of a blocking query; zero for requests that do not block.
steady_time end_of_wait(const call& c) {
  if (c.wait_until != steady_time{}) return c.wait_until;
  if (!is_read(c.req) || (!c.req.query.has("index") && !c.req.query.has("hash"))) return {};
  auto options = read_options_of(c);
  if (!options || (options->min_index == 0 && !c.req.query.has("hash"))) return {};
  return wait_deadline(c, *options);
}

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

std::string named_datacenter(const call& c) {
  if (!c.matched->takes_datacenter()) return {};
  auto name = c.req.query.get("datacenter");
  return name.empty() ? c.req.query.get("dc") : name;
}

destination destination_of(const call& c) {
  auto config = c.env.config();
  destination to;
  to.datacenter = named_datacenter(c);
  if (to.datacenter.empty()) to.datacenter = config->datacenter;
  to.who = c.matched->answered_by;
  if (is_read(c.req) && asks_for_stale(c)) to.max_age = any_age;
  to.hold = c.req.via ? c.req.via->hold : config->rpc_hold_timeout;
  return to;
}

std::optional<answer> too_many_hops(const call& c) {
  if (!c.req.via || c.req.via->hops < most_hops) return {};
  auto no = text_answer(500, "No cluster leader");
  no.not_carried_out = true;
  return no;
}

namespace {

/// The body that is sent to the other server as a stream; null: none.
std::shared_ptr<storage::scratch_file> streamed_body(const call& c) {
  if (c.req.stored_body || c.matched->body.type != media::archive || c.req.body.empty()) return c.req.stored_body;
  return storage::make_memory_scratch(c.req.body); // in the simulator
}

/// The destination, timeout and origin of the forwarded request.
request_terms terms_of(const call& c) {
  request_terms terms;
  terms.to = c.to;
  terms.patience = c.matched->moves_archive() ? longest_archive_work : nanoseconds{c.env.config()->rpc.client_timeout};
  if (c.wait_until != steady_time{})
    terms.patience += std::max<nanoseconds>(c.wait_until - c.env.now(), nanoseconds{0});
  terms.hops = (c.req.via ? c.req.via->hops : 0) + 1;
  terms.origin = c.req.via ? c.req.via->origin : "client " + client_network(c.req.remote_address);
  return terms;
}

/// Responds with another server's answer whose rest follows as a stream.
void respond_streamed(const call& c, remote_answer head, std::shared_ptr<byte_pipe> rest) {
  auto to = respond_stream(c, unpacked(std::move(head)));
  if (!to) return rest->close();
  c.ex->on_cancel([rest] { rest->close(); });
  pump(c.env.mover(), std::move(rest), std::move(to));
}

} // namespace

void forward(const call& c) {
  if (auto no = too_many_hops(c)) return respond(c, std::move(*no));
  auto waiting = c;
  waiting.wait_until = end_of_wait(c);
  if (waiting.wait_until != steady_time{} && !c.ex->begin_wait()) return respond(c, too_many_waits());
  auto terms = terms_of(waiting);
  terms.here = [waiting] { invoke(waiting); };
  auto r = prepared<rpc_kind::request>(
      std::move(terms), [waiting] { return described(waiting); },
      [waiting](expected<remote_answer> reply) { respond_forwarded(waiting, std::move(reply)); });
  if (auto body = streamed_body(c))
    r->rest = [mover = std::weak_ptr(c.env.mover()), body] { return piped(mover.lock(), body); };
  take_stream<rpc_kind::request>(*r, [waiting](remote_answer head, std::shared_ptr<byte_pipe> rest) {
    respond_streamed(waiting, std::move(head), std::move(rest));
  });
  auto router = c.env.handles()->writes.router();
  c.ex->on_cancel(cancelling(router, r));
  ask(router, std::move(r));
}

std::shared_ptr<forwarded_requests> make_request_server(environment& env, const dispatcher& requests) {
  return std::make_shared<endpoint_requests>(env, requests);
}

} // namespace praetor::api
