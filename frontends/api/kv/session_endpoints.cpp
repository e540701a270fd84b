#include "actors/ports.hpp"
#include "actors/queries/kv.hpp"
#include "frontends/api/forwarding.hpp"
#include "frontends/api/permissions.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/types/names.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_kv.hpp"

#include <array>

namespace praetor::api::session_endpoints {

namespace {

constexpr nanoseconds default_lock_delay = std::chrono::seconds(15);
constexpr nanoseconds least_ttl = std::chrono::seconds(10);
constexpr nanoseconds most_ttl = std::chrono::hours(24);

/// A smaller number means seconds, for old clients.
constexpr nanoseconds least_delay_in_nanoseconds{1000};

/// A text or a number; anything else means no delay.
struct lock_delay_input {
  nanoseconds value = default_lock_delay;
};
void json_read(json::reader& in, lock_delay_input& into) {
  auto kind = in.kind();
  if (kind == json::value_kind::null) return in.skip();
  into.value = nanoseconds{0};
  in.duration(into.value);
  if (into.value >= least_delay_in_nanoseconds) return;
  // Wraps around like Go's multiplication.
  auto seconds = static_cast<std::uint64_t>(into.value.count()) * 1'000'000'000;
  into.value = nanoseconds{static_cast<std::int64_t>(seconds)};
}

/// The list of node checks under its former name.
struct former_checks {
  static constexpr std::string_view go_type = "[]types.CheckID";
  bool given = false;
  string_list names;
};
void json_read(json::reader& in, former_checks& into) {
  into.given = true;
  into.names.clear();
  if (in.kind() == json::value_kind::null) return in.skip();
  if (!in.begin_list(&go_type_text<former_checks>)) return;
  while (in.next_element()) json::read_value(in, into.names.emplace_back());
}

/// A service check of a session, with the type name that appears in Consul's error texts.
struct service_check_input : session_service_check {
  static constexpr std::string_view type_name = "ServiceCheck";
};

/// The body of a session's creation.
struct session_input {
  static constexpr std::string_view go_type = "struct { LockDelay interface {}; *structs.Alias }";
  std::string name, node, behavior, ttl;
  lock_delay_input lock_delay;
  former_checks checks;
  string_list node_checks = {"serfHealth"};
  std::vector<service_check_input> service_checks;
  std::uint64_t create_index = 0, modify_index = 0; ///< only their types are checked

  static constexpr bool json_lenient = true;
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Node"}, x.node);
    f(field{"LockDelay"}, x.lock_delay);
    f(field{"Behavior"}, x.behavior);
    f(field{"TTL"}, x.ttl);
    f(field{"Checks"}, x.checks);
    f(field{"NodeChecks"}, x.node_checks);
    f(field{"ServiceChecks"}, x.service_checks);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
};

expected<void> valid_ttl(const std::string& text, const config::runtime_config& config) {
  if (text.empty()) return {};
  auto parsed = duration_from_text(text);
  if (!parsed.value) return fail("Session TTL '" + text + "' invalid: " + parsed.error);
  auto least = config.session_ttl_min.count() > 0 ? config.session_ttl_min : least_ttl;
  if (parsed.value->count() != 0 && (*parsed.value < least || *parsed.value > most_ttl))
    return fail("Invalid Session TTL '" + std::to_string(parsed.value->count()) + "', must be between [" +
                duration_to_text(least) + "=" + duration_to_text(most_ttl) + "]");
  return {};
}

struct session_id_answer {
  std::string id;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
  }
};

expected<session_input> given_session(const call& c) {
  session_input in;
  if (c.req.body.empty()) return in;
  if (auto read = json::read(c.req.body, in); !read) return fail("Request decode failed: " + read.error().text, 400);
  return in;
}

void create(const call& c) {
  auto config = c.env.config();
  const auto& in = body_of<session_input>(c);
  session_request r;
  r.datacenter = config->datacenter;
  r.op = "create";
  auto& s = r.session;
  s.id = c.env.outside().new_uuid();
  s.name = in.name;
  s.node = in.node.empty() ? asked_node(c) : in.node;
  s.lock_delay = in.lock_delay.value;
  s.behavior = in.behavior.empty() ? "release" : in.behavior;
  s.ttl = in.ttl;
  s.node_checks = in.node_checks;
  s.checks = in.checks.names;
  // An empty list under either name means no checks. The default list under the old name alone adds nothing.
  if (in.checks.given && s.checks.empty()) s.node_checks.clear();
  if (s.node_checks.empty() || s.checks == string_list{"serfHealth"}) s.checks.clear();
  s.service_checks.assign(in.service_checks.begin(), in.service_checks.end());
  if (auto fault = fault_in_names(s)) return respond_error(c, *fault, 400);
  if (auto no = refused_write(c, s)) return respond_refusal(c, std::move(*no), 500);
  if (s.behavior != "release" && s.behavior != "delete")
    return respond_error(c, "Invalid Behavior setting '" + s.behavior + "'");
  if (auto valid = valid_ttl(s.ttl, *config); !valid) return respond(c, error_answer(valid.error()));
  propose_any(c, encode_command(command_type::session, r), [](const call& c, const state::apply_result& result) {
    if (!result.ok()) return respond_error(c, "apply failed: " + result.error, static_cast<unsigned>(result.status));
    respond(c, json_answer(c, session_id_answer{result.text.value_or("")}));
  });
}

/// Responds if the caller may not write sessions of the node. @returns whether it responded
bool denied(const call& c, const session_ptr& s) {
  if (!s) return false;
  acl::permission wanted{acl::resource::session, acl::access::write, s->node};
  if (c.who->allowed(wanted)) return false;
  respond_error(c, c.who->denial(wanted), 403);
  return true;
}

void destroy(const call& c) {
  if (denied(c, state::find_session(*c.env.state(), c.rest, nullptr).value)) return;
  session_request r;
  r.datacenter = c.env.config()->datacenter;
  r.op = "destroy";
  r.session.id = c.rest;
  propose(c, encode_command(command_type::session, r),
          [](const call& c, const state::apply_result&) { respond(c, json_answer(c, true)); });
}

void renew(const call& c);

/// Answers a renewal after confirming that this server was the leader when it renewed: a deposed leader that has not
/// noticed yet has neither the newest sessions nor the effective timers.
void answer_renewal(const call& c, renewal what) {
  auto answer = [c, what] {
    auto session = state::find_session(*c.env.state(), c.rest, nullptr).value;
    if (!session) return respond_error(c, "Session id '" + std::string(c.rest) + "' not found", 404);
    // The session may have been created before this server had the newest state.
    if (what == renewal::unknown_session) return renew(c);
    respond(c, json_answer(c, std::array{session}));
  };
  if (c.env.view().leader.leads(c.env.now())) return answer();
  c.env.handles()->writes.read([c, answer](const error* failed) {
    if (!failed) return answer();
    if (!c.env.view().leader.get()->is_leader) return forward(c);
    respond(c, error_answer(*failed));
  });
}

void renew(const call& c) {
  auto found = state::find_session(*c.env.state(), c.rest, nullptr).value;
  if (denied(c, found)) return;
  auto heard = [c](renewal what) {
    if (what == renewal::not_leader) return respond_error(c, "No cluster leader");
    answer_renewal(c, what);
  };
  caf::anon_send(c.env.handles()->duties, messages::renew_session{std::string(c.rest), std::move(heard)});
}

void info(const call& c) { answer_query(c, {}, queries::session_get{{}, std::string(c.rest)}); }
void of_node(const call& c) { answer_query(c, {}, queries::node_sessions{{}, std::string(c.rest)}); }
void list(const call& c) { answer_query(c, {}, queries::session_list{}); }

constexpr required_rest session_given{"Missing session"};
constexpr route_check session_write = endpoint_needs(acl::resource::session, acl::access::write, name_source::record);
constexpr route_check shows_sessions = shows_only(acl::resource::session);

constexpr std::array rows{
    route{.method = "PUT",
          .path = "/v1/session/create",
          .endpoint = create,
          .summary = "Creates a session",
          .checks = {reads_body<given_session>,
                     endpoint_needs(acl::resource::session, acl::access::write, name_source::body)},
          .body = json_body<session_input>()},
    route{.method = "PUT",
          .path = "/v1/session/destroy/",
          .rest = "id",
          .endpoint = destroy,
          .summary = "Ends a session",
          .checks = {session_given, session_write}},
    route{.method = "PUT",
          .path = "/v1/session/renew/",
          .rest = "id",
          .endpoint = renew,
          .summary = "Renews a session with a TTL",
          .checks = {bad_read_options, rejects_tenancy, session_given, session_write}},
    route{.method = "GET",
          .path = "/v1/session/info/",
          .rest = "id",
          .endpoint = info,
          .summary = "One session",
          .checks = {blocking_read, rejects_tenancy, session_given, shows_sessions}},
    route{.method = "GET",
          .path = "/v1/session/node/",
          .rest = "node",
          .endpoint = of_node,
          .summary = "The sessions of a node",
          .checks = {blocking_read, rejects_tenancy, required_rest{"Missing node name"}, shows_sessions}},
    route{.method = "GET",
          .path = "/v1/session/list",
          .endpoint = list,
          .summary = "All sessions",
          .checks = {blocking_read, rejects_tenancy, shows_sessions}},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::session_endpoints
