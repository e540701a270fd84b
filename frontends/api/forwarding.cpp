#include "frontends/api/forwarding.hpp"

#include "actors/rpc/ask.hpp"
#include "frontends/api/body_streams.hpp"
#include "frontends/api/forwarded_rules.hpp"
#include "frontends/api/reads.hpp"
#include "protocol/base/client_network.hpp"

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

} // namespace praetor::api
