#include "actors/followed_release.hpp"
#include "actors/gossip/gossip_command.hpp"
#include "actors/ports.hpp"
#include "actors/raft/raft_status.hpp"
#include "frontends/api/agent/agent_input.hpp"
#include "frontends/api/agent/agent_self.hpp"
#include "frontends/api/agent/host_info.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/version.hpp"
#include "protocol/config/debug_view.hpp"
#include "protocol/types/coordinate.hpp"

#include <array>
#include <mutex>
#include <nlohmann/json.hpp>

namespace praetor::api::agent_endpoints {

namespace {

constexpr std::string_view build_date = "1970-01-01T00:00:01Z";
constexpr std::size_t most_unsent = 256 * 1024; // bytes of a followed log; further lines are dropped

struct self_config {
  std::string datacenter, primary_datacenter, node_name, node_id, revision, version, build_date, praetor_version;
  bool server = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Datacenter"}, x.datacenter);
    f(field{"PrimaryDatacenter"}, x.primary_datacenter);
    f(field{"NodeName"}, x.node_name);
    f(field{"NodeID"}, x.node_id);
    f(field{"Revision"}, x.revision);
    f(field{"Server"}, x.server);
    f(field{"Version"}, x.version);
    f(field{"BuildDate"}, x.build_date);
    f(field{"PraetorVersion"}, x.praetor_version);
  }
};

struct self_shape {
  self_config config;
  free_form debug_config;
  std::optional<coordinate> coord;
  member_shape member;
  statistics stats;
  string_map meta;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Config"}, x.config);
    f(field{"DebugConfig"}, x.debug_config);
    f(field{"Coord"}, x.coord);
    f(field{"Member"}, x.member);
    f(field{"Stats"}, x.stats);
    f(field{"Meta"}, x.meta);
  }
};

/// This agent's network coordinate, and how often it was reset.
struct own_place {
  std::optional<coordinate> point;
  std::size_t resets = 0;
};

void show_self(const call& c, const own_place& here) {
  std::function<void(const raft_status&)> show = [c, here](const raft_status& raft) {
    auto config = c.env.config();
    self_shape out;
    out.config = {config->datacenter,
                  config->primary_datacenter,
                  config->node_name,
                  c.env.node_id(),
                  "",
                  std::string(followed_release),
                  std::string(build_date),
                  std::string(own_version),
                  config->server};
    out.debug_config = config::debug_view(*config, c.env.node_id(), std::string(followed_release));
    out.debug_config.json()["BuildDate"] = std::string(build_date);
    out.coord = here.point;
    out.member = own_member(c.env, false);
    out.stats = agent_statistics(c.env, raft, here.resets);
    out.meta = config->node_meta;
    out.meta["consul-network-segment"] = "";
    out.meta["consul-version"] = std::string(followed_release);
    respond(c, json_answer(c, out));
  };
  // A client agent is no Raft peer.
  auto peer = c.env.handles()->peer;
  if (!peer) return show({});
  caf::anon_send(peer, status_atom_v, local<std::function<void(const raft_status&)>>{std::move(show)});
}

void self(const call& c) {
  bool measured = !c.env.config()->disable_coordinates;
  auto prober = c.env.handles()->lan;
  if (!prober) return show_self(c, {measured ? std::optional<coordinate>(std::in_place) : std::nullopt, 0});
  gossip_command::look look;
  look.done = [c, measured](const gossip_status& s) {
    own_place here;
    if (measured) here.point = coordinate{s.place.vec, s.place.error, s.place.adjustment, s.place.height};
    here.resets = s.coordinate_resets;
    show_self(c, here);
  };
  ask_gossip(prober, std::move(look));
}

struct version_shape {
  std::string sha, date, human, fips;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"SHA"}, x.sha);
    f(field{"BuildDate"}, x.date);
    f(field{"HumanVersion"}, x.human);
    f(field{"FIPS"}, x.fips);
  }
};

void version(const call& c) {
  respond(c, json_answer(c, version_shape{"", std::string(build_date), std::string(followed_release), ""}));
}

void host(const call& c) { respond(c, json_answer(c, host_info(c.env.outside().wall_clock()))); }

bool asks_for_wan(const call& c) { return !c.req.query.get("wan").empty(); }

std::optional<answer> names_segment(const call& c) {
  auto segment = c.req.query.get("segment");
  if (segment.empty() || segment == "_all") return {};
  if (asks_for_wan(c)) return text_answer(400, "Cannot provide a segment with wan=true");
  return text_answer(500, "Network segments are not supported in this version of Consul");
}

std::optional<answer> bad_filter(const call& c) {
  auto filter = filter_of<member_shape>(c.req);
  return filter ? std::nullopt : std::optional(error_answer(filter.error()));
}

void members(const call& c) {
  bool wan = asks_for_wan(c);
  auto filter = *filter_of<member_shape>(c.req);
  auto out = pool_members(c.env, wan);
  std::erase_if(out, [&](const member_shape& m) { return !filter.matches(m); });
  auto removed = std::erase_if(
      out, [&](const member_shape& m) { return !c.who->allowed(acl::resource::node, acl::access::read, m.name); });
  auto a = json_answer(c, out);
  a.meta.filtered = removed > 0 && !c.token.empty();
  respond(c, std::move(a));
}

void maintenance(const call& c) {
  caf::anon_send(c.env.handles()->registry, messages::set_maintenance{.service = {},
                                                                      .on = *read_maintenance(c.req),
                                                                      .reason = c.req.query.get("reason"),
                                                                      .token = token_of(c.req),
                                                                      .done = answer_done(c)});
}

void reload(const call& c) { c.env.hooks().reload(answer_done(c)); }

void leave(const call& c) { c.env.hooks().leave(answer_done(c)); }

/// Sends the log to a client that follows it. Drops lines while too many bytes are unsent.
class followed_log {
public:
  void line(const std::string& text) {
    auto piece = std::make_shared<const std::string>(text + "\n");
    std::lock_guard lock(guard_);
    if (!stream_) {
      if (backlog_.size() < most_backlog) backlog_.push_back(std::move(piece));
    } else if (unsent_ < most_unsent && !stream_->closed()) {
      unsent_ = stream_->write(std::move(piece));
    }
  }
  void open(std::shared_ptr<body_stream> stream) {
    std::lock_guard lock(guard_);
    stream_ = std::move(stream);
    for (auto& piece : backlog_) unsent_ = stream_->write(std::move(piece));
    backlog_.clear();
  }
  void drained() {
    std::lock_guard lock(guard_);
    unsent_ = 0;
  }
  /// Whether lines are dropped until the client has caught up.
  bool behind() {
    std::lock_guard lock(guard_);
    return unsent_ >= most_unsent;
  }
  std::shared_ptr<body_stream> stream() {
    std::lock_guard lock(guard_);
    return stream_;
  }

private:
  static constexpr std::size_t most_backlog = 512;

  std::mutex guard_;
  std::shared_ptr<body_stream> stream_;
  std::vector<shared_bytes> backlog_; // lines from before the stream is open
  std::size_t unsent_ = 0;
};

void monitor(const call& c) {
  auto level = c.req.query.get("loglevel");
  if (level.empty()) level = "INFO";
  auto follower = std::make_shared<followed_log>();
  auto stop = c.env.hooks().follow_log(level, c.req.query.has("logjson"), [follower](const std::string& text) {
    follower->line(text);
    if (follower->behind())
      if (auto stream = follower->stream()) stream->on_drained([follower] { follower->drained(); });
  });
  if (!stop) return respond(c, error_answer(stop.error()));
  answer head;
  head.common_lines = c.common_lines;
  head.content_type = c.req.query.has("logjson") ? json_type : text_type;
  follower->open(c.ex->respond_stream(std::move(head)));
  c.ex->on_cancel(*stop);
}

constexpr route_check agent_read = needs(acl::resource::agent, acl::access::read, name_source::own_node);
constexpr route_check agent_write = needs(acl::resource::agent, acl::access::write, name_source::own_node);

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/agent/self",
          .endpoint = self,
          .summary = "The agent, its configuration and its statistics",
          .checks = {agent_read}},
    route{.method = "GET",
          .path = "/v1/agent/version",
          .endpoint = version,
          .summary = "The release whose behaviour the agent follows",
          .public_route = true},
    route{.method = "GET",
          .path = "/v1/agent/host",
          .endpoint = host,
          .summary = "The machine",
          .checks = {needs(acl::resource::operator_, acl::access::read)}},
    route{.method = "GET",
          .path = "/v1/agent/members",
          .endpoint = members,
          .summary = "The members of the gossip pool",
          .checks = {names_segment, bad_filter, shows_only(acl::resource::node)},
          .parameters = {{.name = "wan",
                          .meaning = "any value but the empty one: the pool of the servers of all datacenters"},
                         {.name = "segment", .meaning = "only _all, because there are no segments"},
                         filter_parameter}},
    route{.method = "PUT",
          .path = "/v1/agent/maintenance",
          .endpoint = maintenance,
          .summary = "Takes the node out of service, or back in",
          .checks = {bad_maintenance, needs(acl::resource::node, acl::access::write, name_source::own_node)},
          .parameters = {{"enable", parameter::type_t::boolean, "required: whether the node is out of service"},
                         {.name = "reason", .meaning = "the text of the maintenance check"}},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/reload",
          .endpoint = reload,
          .summary = "Reads the configuration again",
          .checks = {agent_write},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/leave",
          .endpoint = leave,
          .summary = "Leaves the cluster and ends the agent",
          .checks = {agent_write},
          .answers = media::none},
    route{.method = "GET",
          .path = "/v1/agent/monitor",
          .endpoint = monitor,
          .summary = "Follows the log",
          .checks = {agent_read},
          .parameters = {{.name = "loglevel", .meaning = "the lowest level shown (default: info)"},
                         {"logjson", parameter::type_t::flag, "a JSON object per line"}},
          .answers = media::text},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::agent_endpoints
