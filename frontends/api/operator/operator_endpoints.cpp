#include "actors/queries/cluster.hpp"
#include "actors/raft/membership_change.hpp"
#include "actors/raft/raft_status.hpp"
#include "frontends/api/query_meta.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api::operator_endpoints {

namespace {

struct raft_server_shape {
  std::string id, node, address, protocol_version = "3";
  bool leader = false, voter = false;
  std::uint64_t last_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Node"}, x.node);
    f(field{"Address"}, x.address);
    f(field{"Leader"}, x.leader);
    f(field{"ProtocolVersion"}, x.protocol_version);
    f(field{"Voter"}, x.voter);
    f(field{"LastIndex"}, x.last_index);
  }
};

struct raft_configuration_shape {
  std::vector<raft_server_shape> servers;
  std::uint64_t index = 0; ///< always 0, as in Consul

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Servers"}, x.servers);
    f(field{"Index"}, x.index);
  }
};

using status_function = std::function<void(const raft_status&)>;

void with_status(const call& c, status_function next) {
  caf::anon_send(c.env.handles()->peer, status_atom_v, local<status_function>{std::move(next)});
}

void raft_configuration(const call& c) {
  with_status(c, [c](const raft_status& raft) {
    auto store = c.env.state();
    raft_configuration_shape out;
    for (const auto& s : raft.members.value.servers) {
      raft_server_shape row;
      row.id = s.who.id;
      row.node = "(unknown)";
      for (const auto& n : state::list_nodes(*store, {}, nullptr).value)
        if (n->id == s.who.id) row.node = n->name;
      row.address = s.address;
      row.leader = s.who == raft.leader;
      row.voter = s.voter;
      row.last_index = raft.last_index;
      for (const auto& peer : raft.peers)
        if (peer.member.who == s.who) row.last_index = peer.match;
      out.servers.push_back(std::move(row));
    }
    respond(c, json_answer(c, out));
  });
}

done_callback answer_empty(const call& c) {
  return [c](const error* failed) { respond(c, failed ? error_answer(*failed) : empty_answer()); };
}

/// The member that a request names by `id` or `address`; null if there is none.
const raft::server* member_meant(const raft::configuration& members, const std::string& id,
                                 const std::string& address) {
  for (const auto& s : members.servers)
    if (id.empty() ? s.address == address : s.who.id == id) return &s;
  return nullptr;
}

std::optional<answer> one_peer_meant(const call& c) {
  bool by_id = c.req.query.has("id"), by_address = c.req.query.has("address");
  if (!by_id && !by_address)
    return text_answer(400, "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove");
  if (by_id && by_address) return text_answer(400, "Must specify only one of ?id or ?address");
  return {};
}

void remove_peer(const call& c) {
  auto id = c.req.query.get("id"), address = c.req.query.get("address");
  with_status(c, [c, id, address](const raft_status& raft) {
    auto* found = member_meant(raft.members.value, id, address);
    if (!found)
      return respond_error(
          c, (c.req.query.has("id") ? "id " + praetor::quoted(id) : "address " + praetor::quoted(address)) +
                 " was not found in the Raft configuration");
    auto wanted = std::make_shared<membership_change>();
    wanted->change.kind = raft::configuration_change::kind_t::remove;
    wanted->change.id = found->who.id;
    wanted->done = answer_empty(c);
    caf::anon_send(c.env.handles()->peer, members_atom_v, local<std::shared_ptr<membership_change>>{std::move(wanted)});
  });
}

struct transfer_answer {
  bool success = true;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Success"}, x.success);
  }
};

void transfer_leader(const call& c) {
  auto id = c.req.query.get("id");
  with_status(c, [c, id](const raft_status& raft) {
    const auto& members = raft.members.value;
    if (!id.empty() && !member_meant(members, id, {}))
      return respond_error(c, "Could not find address for server id " + id);
    if (members.servers.size() < 2) return respond_error(c, "cannot find peer");
    auto ended = [c](const error* failed) {
      respond(c, failed ? error_answer(*failed) : json_answer(c, transfer_answer{}));
    };
    caf::anon_send(c.env.handles()->peer, messages::transfer_leadership{id, std::move(ended)});
  });
}

struct usage_answer {
  std::map<std::string, state::usage_counts> usage;
  query_meta meta;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Usage"}, x.usage);
    query_meta::fields(f, x.meta);
  }
};

rendered_answer counts(const showing& to, const queries::usage&, const queries::found<queries::usage>& f) {
  usage_answer shown;
  shown.usage.emplace(to.env.config()->datacenter, f.value);
  shown.meta.index = f.index;
  shown.meta.consistency_level = to.form;
  rendered_answer out;
  out.body = to_json(to.how, shown);
  return out;
}

void usage(const call& c) {
  auto options = *read_options_of(c);
  answer_query(c, options, {.shows_consistency = true, .form = text_of(options.mode)}, queries::usage{}, counts);
}

constexpr route_check operator_read = needs(acl::resource::operator_, acl::access::read);
constexpr route_check operator_write = needs(acl::resource::operator_, acl::access::write);

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/operator/raft/configuration",
          .endpoint = raft_configuration,
          .summary = "The members of the Raft cluster",
          .checks = {reads_at_once, operator_read}},
    route{
        .method = "DELETE",
        .path = "/v1/operator/raft/peer",
        .endpoint = remove_peer,
        .summary = "Removes a server from the Raft cluster",
        .checks = {one_peer_meant, operator_write},
        .parameters = {{.name = "id", .meaning = "the server's id"}, {.name = "address", .meaning = "or its address"}},
        .answers = media::none},
    route{.method = "POST",
          .path = "/v1/operator/raft/transfer-leader",
          .endpoint = transfer_leader,
          .summary = "Transfers leadership to another server",
          .checks = {operator_write},
          .parameters = {{.name = "id", .meaning = "the id of the new leader; without it any server"}},
          .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/operator/usage",
          .endpoint = usage,
          .summary = "Counts of what the catalog holds",
          .checks = {blocking_read, operator_read}},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::operator_endpoints
