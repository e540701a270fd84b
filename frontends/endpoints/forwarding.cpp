#include "frontends/endpoints/forwarding.hpp"

#include "frontends/endpoints/dns_remote.hpp"
#include "frontends/endpoints/reads.hpp"
#include "protocol/codec/msgpack.hpp"

#include <array>
#include <shared_mutex>

namespace praetor::endpoints {

namespace {

/// Only these headers make a difference to endpoints; the others stay with the agent that was asked.
constexpr std::array headers_that_matter{"accept", "authorization", "content-type", "x-consul-token"};

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

  std::size_t write(shared_bytes piece) override {
    std::lock_guard lock(guard_);
    if (body_.size() + piece->size() > most_bytes)
      too_large_ = true;
    else
      body_ += *piece;
    return 0;
  }
  void finish() override {
    std::unique_lock lock(guard_);
    auto done = std::exchange(done_, nullptr);
    if (!done) return;
    if (too_large_)
      head_ = text_answer(500, "the answer is too large to be handed on by another agent; ask the leader itself");
    else
      head_.body = std::make_shared<const std::string>(std::move(body_));
    auto whole = std::move(head_);
    lock.unlock();
    done(std::move(whole));
  }
  bool closed() const override {
    std::lock_guard lock(guard_);
    return closed_ || too_large_;
  }
  void close() {
    std::lock_guard lock(guard_);
    closed_ = true;
  }

private:
  static constexpr std::size_t most_bytes = 48 << 20; // links carry no larger message

  mutable std::mutex guard_;
  answer head_;
  std::function<void(answer)> done_;
  std::string body_;
  bool too_large_ = false, closed_ = false;
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

request request_of(remote_request from, std::uint32_t hops, nanoseconds hold) {
  request req;
  req.method = std::move(from.method);
  req.path = std::move(from.path);
  req.raw_query = std::move(from.raw_query);
  std::vector<std::pair<std::string, std::string>> items;
  for (auto& one : from.query) items.emplace_back(std::move(one.name), std::move(one.value));
  req.query = query_parameters(std::move(items));
  for (auto& one : from.headers) req.headers.emplace_back(std::move(one.name), std::move(one.value));
  req.body = std::move(from.body);
  req.content_length = req.body.size();
  req.remote_address = std::move(from.remote_address);
  req.remote_port = from.remote_port;
  req.via = std::make_shared<const handed_on>(handed_on{hops, hold, std::move(from.asker)});
  return req;
}

class endpoint_requests final : public forwarded_requests, public std::enable_shared_from_this<endpoint_requests> {
public:
  endpoint_requests(environment& env, const dispatcher& requests) : env_(env), requests_(requests) {}

  std::function<void()> serve(remote_request request, std::uint32_t hops, nanoseconds hold,
                              std::function<void(remote_answer)> done) override {
    auto ex = std::make_shared<remote_exchange>(request_of(std::move(request), hops, hold), std::move(done));
    run([this, ex] { requests_.handle(ex); });
    return [weak = std::weak_ptr(ex)] {
      if (auto gone = weak.lock()) gone->cancel();
    };
  }

  void look_up(std::string question, std::uint32_t hops, nanoseconds hold,
               std::function<void(expected<std::string>)> done) override {
    run([this, question = std::move(question), hops, hold, done = std::move(done)] {
      dns::answer_remote(env_, question, hops, hold, done);
    });
  }

  void close() override {
    std::unique_lock lock(guard_);
    closed_ = true;
  }

private:
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
