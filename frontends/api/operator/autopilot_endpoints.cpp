#include "actors/queries/cluster.hpp"
#include "frontends/api/readable_duration.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/strict_input.hpp"
#include "protocol/raft/autopilot.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_cluster.hpp"

#include <array>

namespace praetor::api::autopilot_endpoints {

namespace {

/// The answer before the leader has written the first settings.
autopilot_config nothing_set() {
  autopilot_config out;
  out.cleanup_dead_servers = false;
  out.last_contact_threshold = out.server_stabilization_time = nanoseconds::zero();
  out.max_trailing_logs = 0;
  return out;
}

rendered_answer settings(const showing& to, const queries::autopilot_settings&,
                         const queries::found<queries::autopilot_settings>& f) {
  rendered_answer out;
  out.head = read_head::none;
  out.body = to_json(to.how, f.value ? *f.value : nothing_set());
  return out;
}

void read_configuration(const call& c) { answer_query(c, {.cheap = true}, queries::autopilot_settings{}, settings); }

/// Members that the client omits get their defaults, not the stored values.
struct configuration_input : autopilot_config {
  static constexpr std::string_view type_name = "AutopilotConfiguration", go_type = "api.AutopilotConfiguration";
  std::optional<readable_duration> last_contact = readable_duration{last_contact_threshold},
                                   stabilization = readable_duration{server_stabilization_time};

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    autopilot_config::fields(
        [&](field d, auto& member) {
          if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(member)>, nanoseconds>) f(d, member);
        },
        x);
    f(field{"LastContactThreshold"}, x.last_contact);
    f(field{"ServerStabilizationTime"}, x.stabilization);
  }
};

expected<autopilot_request> given_configuration(const call& c) {
  auto given = read_strictly<configuration_input>(c.req.body, "Error parsing autopilot config: ");
  if (!given) return tl::unexpected(std::move(given.error()));
  autopilot_request r;
  r.config = *given;
  r.config.last_contact_threshold = given->last_contact.value_or(readable_duration{}).value;
  r.config.server_stabilization_time = given->stabilization.value_or(readable_duration{}).value;
  if (auto* cas = c.req.query.find("cas")) {
    auto index = parse_uint(*cas);
    if (!index) return fail("Error parsing cas value: " + index.error().text, 400);
    r.config.modify_index = *index;
    r.cas = true;
  }
  return r;
}

void write_configuration(const call& c) {
  auto& r = body_of<autopilot_request>(c);
  r.datacenter = c.env.config()->datacenter;
  propose(c, encode_command(command_type::autopilot, r), [](const call& c, const state::apply_result& result) {
    respond(c, json_answer(c, result.flag.value_or(true)));
  });
}

std::string_view text_of(swim::member_status status) {
  switch (status) {
  case swim::member_status::alive: return "alive";
  case swim::member_status::leaving: return "leaving";
  case swim::member_status::left: return "left";
  case swim::member_status::failed: return "failed";
  case swim::member_status::none: break;
  }
  return "none";
}

timestamp whole_seconds(nanoseconds since_epoch) {
  return timestamp::from_unix(std::chrono::floor<std::chrono::seconds>(since_epoch));
}

struct health_row {
  std::string id, name, address, serf_status, version;
  bool leader = false;
  nanoseconds last_contact{0};
  std::uint64_t last_term = 0, last_index = 0;
  bool healthy = false, voter = false;
  timestamp stable_since;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Address"}, x.address);
    f(field{"SerfStatus"}, x.serf_status);
    f(field{"Version"}, x.version);
    f(field{"Leader"}, x.leader);
    f(field{"LastContact", duration_text}, x.last_contact);
    f(field{"LastTerm"}, x.last_term);
    f(field{"LastIndex"}, x.last_index);
    f(field{"Healthy"}, x.healthy);
    f(field{"Voter"}, x.voter);
    f(field{"StableSince"}, x.stable_since);
  }
};

struct health_shape {
  bool healthy = false;
  std::int64_t failure_tolerance = 0;
  std::vector<health_row> servers;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Healthy"}, x.healthy);
    f(field{"FailureTolerance"}, x.failure_tolerance);
    f(field{"Servers"}, x.servers);
  }
};

struct state_row {
  std::string id, name, address, node_status, version;
  nanoseconds last_contact{0};
  std::uint64_t last_term = 0, last_index = 0;
  bool healthy = false;
  timestamp stable_since;
  bool read_replica = false;
  std::string status;
  string_map meta;
  std::string node_type = "voter";

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Address"}, x.address);
    f(field{"NodeStatus"}, x.node_status);
    f(field{"Version"}, x.version);
    f(field{"LastContact", duration_text}, x.last_contact);
    f(field{"LastTerm"}, x.last_term);
    f(field{"LastIndex"}, x.last_index);
    f(field{"Healthy"}, x.healthy);
    f(field{"StableSince"}, x.stable_since);
    f(field{"ReadReplica"}, x.read_replica);
    f(field{"Status"}, x.status);
    f(field{"Meta"}, x.meta);
    f(field{"NodeType"}, x.node_type);
  }
};

struct state_shape {
  bool healthy = false;
  std::int64_t failure_tolerance = 0, optimistic_failure_tolerance = 0;
  std::map<std::string, state_row> servers;
  std::string leader;
  std::vector<std::string> voters;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Healthy"}, x.healthy);
    f(field{"FailureTolerance"}, x.failure_tolerance);
    f(field{"OptimisticFailureTolerance"}, x.optimistic_failure_tolerance);
    f(field{"Servers"}, x.servers);
    f(field{"Leader"}, x.leader);
    f(field{"Voters"}, x.voters);
  }
};

/// Autopilot's view of the servers; null after responding that there is none.
std::shared_ptr<const autopilot_state> autopilot_of(const call& c) {
  auto seen = c.env.view().autopilot.load();
  if (!seen)
    respond_error(c, c.env.view().leader.get()->is_leader ? "autopilot has not looked at the servers yet"
                                                          : "No cluster leader");
  return seen;
}

void health(const call& c) {
  auto seen = autopilot_of(c);
  if (!seen) return;
  health_shape out{seen->healthy, seen->failure_tolerance, {}};
  for (const auto& s : seen->servers)
    out.servers.push_back({s.id, s.name, s.address, std::string(text_of(s.node_status)), s.version, s.leader,
                           s.last_contact, s.last_term, s.last_index, s.healthy, s.voter,
                           whole_seconds(s.stable_since)});
  respond(c, json_answer(c, out, out.healthy ? 200 : 429));
}

void state_of_servers(const call& c) {
  auto seen = autopilot_of(c);
  if (!seen) return;
  auto store = c.env.state();
  state_shape out{seen->healthy, seen->failure_tolerance, seen->failure_tolerance, {}, seen->leader, seen->voters};
  for (const auto& s : seen->servers) {
    state_row row;
    row.id = s.id;
    row.name = s.name;
    row.address = s.address;
    row.node_status = text_of(s.node_status);
    row.version = s.version;
    row.last_contact = s.last_contact;
    row.last_term = s.last_term;
    row.last_index = s.last_index;
    row.healthy = s.healthy;
    row.stable_since = whole_seconds(s.stable_since);
    row.status = s.status();
    if (auto n = state::find_node(*store, s.name, nullptr).value) row.meta = n->meta;
    out.servers.emplace(s.id, std::move(row));
  }
  respond(c, json_answer(c, out));
}

constexpr route_check operator_read = needs(acl::resource::operator_, acl::access::read);
constexpr route_check operator_write = needs(acl::resource::operator_, acl::access::write);

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/operator/autopilot/configuration",
          .endpoint = read_configuration,
          .summary = "The settings of autopilot",
          .checks = {blocking_read_bare, operator_read}},
    route{.method = "PUT",
          .path = "/v1/operator/autopilot/configuration",
          .endpoint = write_configuration,
          .summary = "Changes the settings of autopilot",
          .checks = {reads_body<given_configuration>, operator_write},
          .parameters = {{"cas", parameter::type_t::integer, "only if the settings have this ModifyIndex"}},
          .body = json_body<autopilot_config>()},
    route{.method = "GET",
          .path = "/v1/operator/autopilot/health",
          .endpoint = health,
          .summary = "The health of the servers; 429 if one is not healthy",
          .checks = {reads_at_once, operator_read}},
    route{.method = "GET",
          .path = "/v1/operator/autopilot/state",
          .endpoint = state_of_servers,
          .summary = "Autopilot's view of the servers",
          .checks = {reads_at_once, operator_read}},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::autopilot_endpoints
