#include "frontends/api/call.hpp"

#include "frontends/api/request_log.hpp"

#include <charconv>

namespace praetor::api {

namespace {

double milliseconds_of(nanoseconds time) { return std::chrono::duration<double, std::milli>(time).count(); }

/// The header lines of the members that are set, each with its CRLF.
std::string header_lines(const read_meta& m) {
  std::string out;
  auto add = [&out](std::string_view name, std::string_view value) { out.append(name).append(value).append("\r\n"); };
  if (m.known_leader) out.reserve(256);
  if (!m.consistency.empty()) add("X-Consul-Effective-Consistency: ", m.consistency);
  if (!m.content_hash.empty()) add("X-Consul-Contenthash: ", m.content_hash);
  if (m.index > 0) add("X-Consul-Index: ", std::to_string(m.index));
  if (m.known_leader) add("X-Consul-Knownleader: ", *m.known_leader ? "true" : "false");
  if (m.last_contact) {
    auto contact = std::chrono::duration_cast<std::chrono::milliseconds>(*m.last_contact);
    add("X-Consul-Lastcontact: ", std::to_string(contact.count()));
  }
  if (!m.backend.empty()) add("X-Consul-Query-Backend: ", m.backend);
  if (m.filtered) add("X-Consul-Results-Filtered-By-Acls: ", "true");
  return out;
}

/// Leaves the thread of the state machine. The request lives as long as its exchange, and so does everything that the
/// copy of `c` refers to.
void run_on_exchange(const call& c, const state::apply_result& result, const result_handler& done) {
  c.ex->make_answer([c, result, done] { done(c, result); });
}

} // namespace

answer text_answer(unsigned status, std::string text) {
  answer a;
  a.status = status;
  a.content_type = text_type;
  a.body = std::make_shared<const std::string>(std::move(text));
  return a;
}

answer empty_answer(unsigned status) {
  answer a;
  a.status = status;
  return a;
}

answer too_many_waits() {
  return text_answer(429, "Your IP has too many blocking queries under way, please rate limit your calls");
}

answer too_many_answers() { return text_answer(503, "Too many answers wait to be read, try again later"); }

answer finished(const call& c, answer a) {
  a.common_lines = c.common_lines;
  if (c.timing) c.timing->write(milliseconds_of(c.env.now() - c.started));
  if (c.req.via) return a; // the contacted agent writes the lines and logs the request
  a.lines = header_lines(a.meta) + a.lines;
  log_request(c.env, c.req, a, c.started);
  return a;
}

void respond(const call& c, answer a) { c.ex->respond(finished(c, std::move(a))); }

std::shared_ptr<body_stream> respond_stream(const call& c, answer head) {
  return c.ex->respond_stream(finished(c, std::move(head)));
}

done_callback answer_done(const call& c) {
  return [c](const error* failed) { respond(c, failed ? error_answer(*failed) : empty_answer()); };
}

void respond_error(const call& c, std::string text, unsigned status) {
  respond(c, text_answer(status, std::move(text)));
}

layout layout_of(const call& c) {
  bool pretty = c.req.query.has("pretty");
  bool indents = c.req.via ? c.req.via->requester.indents : c.env.config()->dev_mode;
  return {pretty || indents, pretty};
}

shared_bytes laid_out(layout how, std::string compact) {
  if (how.indent) compact = json::indent(compact, "    ");
  if (how.newline) compact += '\n';
  return std::make_shared<const std::string>(std::move(compact));
}

namespace {

/// @param function the name in error texts. @param digits `text` without its sign
template <class T>
expected<T> parse_number(const char* function, std::string_view text, std::string_view digits) {
  T value = 0;
  auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (problem == std::errc{} && end == digits.data() + digits.size()) return value;
  bool too_large = problem == std::errc::result_out_of_range;
  return fail("strconv." + std::string(function) + ": parsing " + praetor::quoted(text) +
              (too_large ? ": value out of range" : ": invalid syntax"));
}

} // namespace

expected<std::uint64_t> parse_uint(std::string_view text) {
  return parse_number<std::uint64_t>("ParseUint", text, text);
}

expected<std::int64_t> parse_int(std::string_view text) {
  bool plus = text.starts_with('+') && !text.starts_with("+-");
  return parse_number<std::int64_t>("Atoi", text, text.substr(plus ? 1 : 0));
}

void propose_any(const call& c, expected<log_command> command, result_handler done) {
  c.env.handles()->writes.propose(std::move(command), [c, done = std::move(done)](const state::apply_result& result) {
    run_on_exchange(c, result, done);
  });
}

void propose(const call& c, expected<log_command> command, result_handler done) {
  const auto& measured = c.env.measured();
  if (c.env.view().leader.get()->is_leader) measured.proposals.add();
  auto* counted = command ? measured.applied(command->bytes()) : nullptr;
  auto reply = [done = std::move(done)](const call& c, const state::apply_result& result) {
    if (!result.ok()) return respond_error(c, result.error, static_cast<unsigned>(result.status));
    done(c, result);
  };
  c.env.handles()->writes.propose(std::move(command), [c, counted, started = c.env.now(),
                                                       reply = std::move(reply)](const state::apply_result& result) {
    if (counted) counted->write(milliseconds_of(c.env.now() - started));
    run_on_exchange(c, result, reply);
  });
}

std::string asked_node(const call& c) { return c.req.via ? c.req.via->requester.node : c.env.config()->node_name; }

std::string token_of(const request& req) {
  if (auto* token = req.query.find("token"); token && !token->empty()) return *token;
  if (auto* token = req.header("x-consul-token"); token && !token->empty()) return *token;
  auto* authorization = req.header("authorization");
  if (!authorization) return {};
  std::string_view text = *authorization;
  auto blank = text.find(' ');
  if (blank == text.npos || !equal_fold(text.substr(0, blank), "bearer")) return {};
  text.remove_prefix(blank + 1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  return std::string(text.substr(0, text.find(' ')));
}

} // namespace praetor::api
