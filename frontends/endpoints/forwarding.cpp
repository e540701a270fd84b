#include "frontends/endpoints/forwarding.hpp"

#include "frontends/endpoints/dns_remote.hpp"
#include "frontends/endpoints/forwarded_rules.hpp"
#include "frontends/endpoints/reads.hpp"
#include "protocol/codec/msgpack.hpp"

#include <array>
#include <shared_mutex>

namespace praetor::endpoints {

namespace {

bool is_read(const request& req) { return req.method == "GET" || req.method == "HEAD"; }

asking_agent asker_of(const call& c) {
  asking_agent out;
  if (c.req.via) {
    out = c.req.via->asker;
  } else {
    auto config = c.env.config();
    out.node = config->node_name;
    out.indents = config->dev_mode;
    out.discovery_max_stale = config->discovery_max_stale;
  }
  if (c.wait_until != steady_time{}) out.wait_left = std::max<nanoseconds>(c.wait_until - c.env.now(), nanoseconds{1});
  return out;
}

/// Answers hold views of their content types: the one of these that says the same, or "" if none does.
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
  // A request without a token is made with that of the agent that was asked.
  if (!c.token.empty() && token_of(req).empty()) out.headers.push_back({"x-consul-token", c.token});
  out.body = req.body;
  out.remote_address = req.remote_address;
  out.remote_port = req.remote_port;
  out.asker = asker_of(c);
  return out;
}

namespace {

void respond_failure(const call& c, const error& e) {
  if (is_read(c.req)) return respond_read_error(c, e);
  respond(c, error_answer(e));
}

void respond_forwarded(const call& c, const expected<std::string>& reply) {
  if (!reply) return respond_failure(c, reply.error());
  remote_answer answered;
  if (auto read = msgpack::unpack(*reply, answered); !read)
    return respond_failure(c, {"another server's answer could not be read: " + read.error().text, 500});
  respond(c, unpacked(std::move(answered)));
}

/// When a blocking query's wait is over; nothing for requests that don't wait.
steady_time end_of_wait(const call& c) {
  if (c.wait_until != steady_time{}) return c.wait_until;
  if (!is_read(c.req) || (!c.req.query.has("index") && !c.req.query.has("hash"))) return {};
  auto options = parse_read_options(c);
  if (!options || (options->min_index == 0 && !c.req.query.has("hash"))) return {};
  return c.env.now() + options->wait + (options->exact_wait ? nanoseconds{0} : c.env.jitter(options->wait / 16));
}

/// Gathers the pieces of an answer, so that it can be handed on as a whole.
class gathered_stream final : public body_stream {
public:
  gathered_stream(answer head, std::function<void(answer)> done) : head_(std::move(head)), done_(std::move(done)) {}
  ~gathered_stream() override { end(text_answer(500, "the answer has ended in the middle")); }

  std::size_t write(shared_bytes piece) override {
    std::unique_lock lock(guard_);
    if (body_.size() + piece->size() <= most_bytes) {
      body_ += *piece;
      return 0;
    }
    closed_ = true;
    body_.clear();
    lock.unlock();
    end(text_answer(500, "the answer is too large to be handed on by another agent; ask the leader itself"));
    return 0;
  }
  void finish() override {
    std::unique_lock lock(guard_);
    auto whole = std::move(head_);
    whole.body = std::make_shared<const std::string>(std::move(body_));
    lock.unlock();
    end(std::move(whole));
  }
  bool closed() const override {
    std::lock_guard lock(guard_);
    return closed_;
  }
  void close() {
    std::lock_guard lock(guard_);
    closed_ = true;
  }

private:
  static constexpr std::size_t most_bytes = 48 << 20; // links carry no larger message

  void end(answer with) {
    std::unique_lock lock(guard_);
    auto done = std::exchange(done_, nullptr);
    lock.unlock();
    if (done) done(std::move(with));
  }

  mutable std::mutex guard_;
  answer head_;
  std::function<void(answer)> done_;
  std::string body_;
  bool closed_ = false;
};

/// A client's request that another agent has handed on.
class remote_exchange final : public exchange {
public:
  remote_exchange(request req, std::function<void(remote_answer)> done)
      : req_(std::move(req)), done_(std::move(done)) {}

  const request& get_request() const override { return req_; }

  void respond(answer a) override {
    std::unique_lock lock(guard_);
    auto done = std::exchange(done_, nullptr);
    on_cancel_ = nullptr;
    lock.unlock();
    if (!done) return;
    remote_answer out;
    out.status = a.status;
    out.content_type = a.content_type;
    for (auto& [name, value] : a.headers) out.headers.push_back({std::move(name), std::move(value)});
    out.lines = std::move(a.lines);
    if (a.body) out.body = *a.body;
    out.not_carried_out = a.not_carried_out;
    done(std::move(out));
  }

  std::shared_ptr<body_stream> respond_stream(answer head) override {
    auto stream = std::make_shared<gathered_stream>(std::move(head), [me = shared_from_this()](answer whole) {
      static_cast<remote_exchange&>(*me).respond(std::move(whole));
    });
    std::lock_guard lock(guard_);
    stream_ = stream;
    if (cancelled_) stream->close();
    return stream;
  }

  void on_cancel(std::function<void()> action) override {
    std::unique_lock lock(guard_);
    if (!cancelled_) {
      if (done_) on_cancel_ = std::move(action);
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
    if (auto stream = stream_.lock()) stream->close();
    lock.unlock();
    if (action) action();
  }

private:
  request req_;
  std::mutex guard_;
  std::function<void(remote_answer)> done_;
  std::function<void()> on_cancel_;
  std::weak_ptr<gathered_stream> stream_;
  bool cancelled_ = false;
};

class endpoint_requests final : public forwarded_requests, public std::enable_shared_from_this<endpoint_requests> {
public:
  endpoint_requests(environment& env, const dispatcher& requests) : env_(env), requests_(requests) {}

  std::function<void()> serve(remote_request request, std::uint32_t hops, nanoseconds hold,
                              std::function<void(remote_answer)> done) override {
    {
      std::shared_lock lock(guard_);
      if (closed_) return [] {};
      bound(request, hold, *env_.config());
    }
    return begin(request_of(std::move(request), std::max(hops, std::uint32_t{1}), hold), std::move(done));
  }

  std::function<void()> serve_own(remote_request request, nanoseconds hold,
                                  std::function<void(remote_answer)> done) override {
    return begin(request_of(std::move(request), 0, hold), std::move(done));
  }

  void look_up(std::string question, std::uint32_t hops, nanoseconds hold,
               std::function<void(expected<std::string>)> done) override {
    run([this, question = std::move(question), hops = std::max(hops, std::uint32_t{1}), hold, done = std::move(done)] {
      dns::answer_remote(env_, question, hops, bounded_hold(hold, *env_.config()), done);
    });
  }

  void close() override {
    std::unique_lock lock(guard_);
    closed_ = true;
  }

private:
  std::function<void()> begin(request req, std::function<void(remote_answer)> done) {
    auto ex = std::make_shared<remote_exchange>(std::move(req), std::move(done));
    run([this, ex] { requests_.handle(ex); });
    return [weak = std::weak_ptr(ex)] {
      if (auto gone = weak.lock()) gone->cancel();
    };
  }

  /// Queries and their rendering must not hold up what else comes from other servers.
  void run(std::function<void()> work) {
    std::shared_lock lock(guard_);
    if (closed_) return;
    env_.run([me = shared_from_this(), work = std::move(work)] {
      std::shared_lock lock(me->guard_);
      if (!me->closed_) work();
    });
  }

  environment& env_;
  const dispatcher& requests_;
  std::shared_mutex guard_; ///< held while the endpoints are asked
  bool closed_ = false;
};

} // namespace

bool answers_here(const call& c, place where) {
  if (where == place::agent) return true;
  if (!c.env.config()->server) return false;
  auto& leader = c.env.view().leader;
  if (where == place::any_server || leader.get()->is_leader) return true;
  // A server that has not heard of a leader since its start has nothing to tell even to those who take old news.
  return is_read(c.req) && asks_for_stale(c) && leader.last_contact() != steady_time{};
}

void forward(const call& c) {
  auto hops = c.req.via ? c.req.via->hops : 0;
  if (hops >= most_hops) {
    auto no = text_answer(500, "No cluster leader");
    no.not_carried_out = true;
    return respond(c, std::move(no));
  }
  auto config = c.env.config();
  auto waiting = c;
  waiting.wait_until = end_of_wait(c);
  if (waiting.wait_until != steady_time{} && !c.ex->begin_wait()) return respond(c, too_many_waits());
  auto r = std::make_shared<forwarded_request>();
  r->repeatable = is_read(c.req);
  r->hops = hops + 1;
  r->hold = c.req.via ? c.req.via->hold : config->rpc_hold_timeout;
  r->deadline = std::max(waiting.wait_until, c.env.now()) + r->hold + config->rpc.client_timeout;
  r->body = [waiting] { return msgpack::pack(described(waiting)); };
  r->done = [waiting](const expected<std::string>& reply) { respond_forwarded(waiting, reply); };
  r->here = [waiting] { answer_here(waiting); };
  auto router = c.env.handles()->writes.router();
  c.ex->on_cancel([router, weak = std::weak_ptr(r)] {
    if (auto gone = weak.lock()) caf::anon_send(router, leave_atom_v, local<forwarded_request_ptr>{gone});
  });
  caf::anon_send(router, forward_atom_v, local<forwarded_request_ptr>{std::move(r)});
}

std::shared_ptr<forwarded_requests> make_request_server(environment& env, const dispatcher& requests) {
  return std::make_shared<endpoint_requests>(env, requests);
}

} // namespace praetor::endpoints
