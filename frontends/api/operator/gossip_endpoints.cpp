#include "actors/gossip/gossip_command.hpp"
#include "actors/gossip/user_events.hpp"
#include "actors/ports.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/strict_input.hpp"
#include "protocol/codec/base64.hpp"
#include "protocol/config/error_list.hpp"
#include "protocol/types/names.hpp"

#include <array>

namespace praetor::api::gossip_endpoints {

namespace {

/// The prober of a pool; null after responding that there is none.
gossip_prober_actor pool_of(const call& c, bool wan) {
  auto handles = c.env.handles();
  auto prober = wan ? handles->wan : handles->lan;
  if (!prober)
    respond_error(c, wan ? "this agent has no part in the WAN pool: that is for servers with ports.serf_wan"
                         : "this agent has no part in gossip");
  return prober;
}

void join(const call& c) {
  auto prober = pool_of(c, !c.req.query.get("wan").empty());
  if (!prober) return;
  gossip_command::join command;
  command.addresses = {std::string(c.rest)};
  command.done = [c](std::size_t reached, const swim::join_failures& errors) {
    if (reached > 0) return respond(c, empty_answer());
    respond_error(c, config::list_of_errors(swim::texts_of(errors)));
  };
  ask_gossip(prober, std::move(command));
}

void force_leave(const call& c) {
  auto prober = pool_of(c, c.req.query.has("wan"));
  if (prober)
    ask_gossip(prober, gossip_command::force_leave{std::string(c.rest), c.req.query.has("prune"), answer_done(c)});
}

std::optional<answer> bad_event_name(const call& c) {
  if (auto fault = fault_in_name("event name", std::string(c.rest))) return text_answer(400, *fault);
  return {};
}

user_event asked_event(const call& c) {
  user_event e;
  e.name = c.rest;
  e.node_filter = c.req.query.get("node");
  e.service_filter = c.req.query.get("service");
  e.tag_filter = c.req.query.get("tag");
  return e;
}

std::optional<answer> bad_filters(const call& c) {
  if (auto good = check_filters(asked_event(c)); !good) return text_answer(500, good.error().text);
  return {};
}

void fire(const call& c) {
  auto made = std::make_shared<user_event>(asked_event(c));
  auto& e = *made;
  e.payload.bytes = c.req.body;
  e.id = c.env.outside().new_uuid();
  auto prober = c.env.handles()->lan;
  if (!prober) return respond_error(c, "this agent has no part in gossip");
  auto done = [c, made](const error* failed) {
    if (!failed) return respond(c, json_answer(c, *made));
    respond(c, error_answer({"error broadcasting event: " + failed->text, failed->status}));
  };
  gossip_command::fire command{std::string(user_event_prefix) + e.name, encode_event(e), std::move(done)};
  ask_gossip(prober, std::move(command));
}

bool may_see(const acl::authorizer& who, const user_event& e) {
  return who.allowed(acl::resource::event, acl::access::read, e.name);
}

/// Responds with the events. The index is that of the shown ones, so that it does not reveal others.
void show_events(const call& c, std::vector<user_event_ptr> events) {
  auto removed = std::erase_if(events, [&](const user_event_ptr& e) { return !may_see(*c.who, *e); });
  auto a = json_answer(c, events);
  a.meta.filtered = removed > 0 && !c.token.empty();
  a.meta.index = event_index(events);
  respond(c, std::move(a));
}

void list_events(const call& c) {
  if (!c.ex->begin_wait()) return respond(c, too_many_waits());
  auto options = *read_options_of(c);
  auto wait = c.req.query.has("wait") ? options.wait : c.env.config()->max_query_time;
  auto request = std::make_shared<event_wait>();
  request->name = c.req.query.get("name");
  request->index = options.min_index;
  request->deadline = c.env.now() + wait + c.env.jitter(wait / 16);
  request->visible = [who = c.who](const user_event& e) { return may_see(*who, e); };
  request->done = [c](const std::vector<user_event_ptr>& events) {
    authenticate(c, [events](const call& c) { show_events(c, events); });
  };
  auto events = c.env.handles()->events;
  c.ex->on_cancel([events, weak = std::weak_ptr(request)] {
    if (auto gone = weak.lock()) caf::anon_send(events, leave_atom_v, local<std::shared_ptr<event_wait>>{gone});
  });
  caf::anon_send(events, watch_atom_v, local<std::shared_ptr<event_wait>>{request});
}

/// The answers of a pool's members about their keys.
struct pool_keys {
  bool wan = false;
  std::string datacenter, segment;
  string_map messages;
  std::map<std::string, std::uint64_t> keys, primary_keys;
  std::uint64_t nodes = 0;
  std::string error;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"WAN"}, x.wan);
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Segment"}, x.segment);
    f(field{"Messages", omit_empty}, x.messages);
    f(field{"Keys"}, x.keys);
    f(field{"PrimaryKeys"}, x.primary_keys);
    f(field{"NumNodes"}, x.nodes);
    f(field{"Error", omit_empty}, x.error);
  }
};

struct key_input {
  static constexpr std::string_view type_name = "keyringArgs", go_type = "agent.keyringArgs";
  std::string key;
  // Accepted and ignored.
  std::string token;
  std::uint8_t relay_factor = 0;
  bool local_only = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
    f(field{"Token"}, x.token);
    f(field{"RelayFactor"}, x.relay_factor);
    f(field{"LocalOnly"}, x.local_only);
  }
};

/// A keyring operation, executed in one pool after the other.
struct key_request : std::enable_shared_from_this<key_request> {
  explicit key_request(call c) : c(std::move(c)) {}

  call c;
  gossip_command::keys command;
  std::vector<std::pair<bool, gossip_prober_actor>> pools; ///< true: WAN
  std::vector<pool_keys> answers;

  void next() {
    if (answers.size() == pools.size()) return finish();
    auto [wan, prober] = pools[answers.size()];
    // Do not send a malformed key to the members.
    if (auto key = base64_decode(command.key); !key) {
      pool_keys refused;
      refused.wan = wan;
      refused.datacenter = c.env.config()->datacenter;
      refused.error = key.error().text;
      answers.push_back(std::move(refused));
      return next();
    }
    auto ask = command;
    ask.done = [me = shared_from_this(), wan = wan](const swim::key_tally* tally, const error* failed) {
      pool_keys p;
      p.wan = wan;
      p.datacenter = me->c.env.config()->datacenter;
      if (failed) p.error = failed->text;
      if (tally) {
        p.messages = tally->messages;
        for (const auto& [key, count] : tally->keys) p.keys[key] = count;
        for (const auto& [key, count] : tally->primary_keys) p.primary_keys[key] = count;
        p.nodes = tally->nodes;
        p.error = tally->error();
      }
      me->answers.push_back(std::move(p));
      me->next();
    };
    ask_gossip(prober, std::move(ask));
  }

  void finish() {
    std::vector<std::string> errors;
    for (const auto& p : answers) {
      if (p.error.empty()) continue;
      errors.push_back((p.wan ? "WAN" : p.datacenter + " (LAN)") + " error: " + p.error);
      for (const auto& [node, text] : p.messages) errors.push_back(node + ": " + text);
    }
    if (!errors.empty()) return respond_error(c, config::list_of_errors(errors));
    respond(c, command.operation == swim::key_operation::list ? json_answer(c, answers) : empty_answer());
  }
};

/// Parses `relay-factor` and `local-only`.
expected<void> read_key_parameters(const call& c, gossip_command::keys& command) {
  if (auto text = c.req.query.get("relay-factor"); !text.empty()) {
    auto factor = parse_int(text);
    if (!factor) return fail("Error parsing relay factor: " + factor.error().text, 400);
    if (*factor < 0 || *factor > 5) return fail("Invalid relay-factor: Relay factor must be in range: [0, 5]", 400);
    command.relay_factor = static_cast<std::uint8_t>(*factor);
  }
  if (auto text = c.req.query.get("local-only"); !text.empty()) {
    auto local_only = parse_bool(text);
    if (!local_only)
      return fail("Error parsing local-only: strconv.ParseBool: parsing " + praetor::quoted(text) + ": invalid syntax",
                  400);
    command.local_only = *local_only;
  }
  if (command.local_only && !c.is("GET"))
    return fail("Invalid use of local-only: local-only can only be set for list requests", 400);
  return {};
}

expected<key_input> given_key(const call& c) { return read_strictly<key_input>(c.req.body); }

std::optional<answer> bad_key_parameters(const call& c) {
  gossip_command::keys command;
  if (auto good = read_key_parameters(c, command); !good) return error_answer(good.error());
  return {};
}

void keyring(const call& c) {
  using enum swim::key_operation;
  auto work = std::make_shared<key_request>(c);
  auto& command = work->command;
  command.operation = c.is("GET") ? list : c.is("POST") ? install : c.is("PUT") ? use : remove;
  (void)read_key_parameters(c, command); // valid: the route checks them
  if (command.operation != list) command.key = std::move(body_of<key_input>(c).key);
  auto handles = c.env.handles();
  if (handles->wan && !command.local_only) work->pools.emplace_back(true, handles->wan);
  if (handles->lan) work->pools.emplace_back(false, handles->lan);
  work->next();
}

constexpr route_check keyring_read = needs(acl::resource::keyring, acl::access::read);
constexpr route_check keyring_write = needs(acl::resource::keyring, acl::access::write);
constexpr parameter relay_factor{"relay-factor", parameter::type_t::integer, "relays of each answer, at most 5"};
constexpr parameter wan{"wan", parameter::type_t::flag, "in the pool of the servers of all datacenters"};

constexpr std::array rows{
    route{.method = "PUT",
          .path = "/v1/agent/join/",
          .rest = "address",
          .endpoint = join,
          .summary = "Joins the gossip pool of a member",
          .checks = {needs(acl::resource::agent, acl::access::write, name_source::own_node)},
          .parameters = {wan},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/force-leave/",
          .rest = "node",
          .endpoint = force_leave,
          .summary = "Makes a failed member leave",
          .checks = {needs(acl::resource::operator_, acl::access::write)},
          .parameters = {wan, {"prune", parameter::type_t::flag, "forgets the member at once"}},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/event/fire/",
          .rest = "name",
          .endpoint = fire,
          .summary = "Sends a user event to all agents",
          .checks = {required_rest{"Missing name"}, bad_event_name, bad_filters, datacenter_policy::asked,
                     route_permission{acl::resource::event, acl::access::write, name_source::path, true}},
          .parameters = {{.name = "node", .meaning = "only agents whose node name matches this regular expression"},
                         {.name = "service", .meaning = "only agents with a service that matches"},
                         {.name = "tag", .meaning = "only services with a tag that matches"}},
          .body = bytes_body()},
    route{.method = "GET",
          .path = "/v1/event/list",
          .endpoint = list_events,
          .summary = "The user events that reached this agent",
          .checks = {blocking_read_bare, shows_only(acl::resource::event)},
          .parameters = {{.name = "name", .meaning = "only events of this name"}}},
    route{.method = "GET",
          .path = "/v1/operator/keyring",
          .endpoint = keyring,
          .summary = "The keys of the gossip pools",
          .checks = {bad_key_parameters, keyring_read},
          .parameters = {relay_factor, {"local-only", parameter::type_t::boolean, "asks the own pool alone"}},
          .answered_by = answerer::any_server,
          .own_datacenter = true},
    route{.method = "POST",
          .path = "/v1/operator/keyring",
          .endpoint = keyring,
          .summary = "Installs a key",
          .checks = {reads_body<given_key>, bad_key_parameters, keyring_write},
          .parameters = {relay_factor},
          .body = json_body<key_input>(),
          .answers = media::none,
          .answered_by = answerer::any_server,
          .own_datacenter = true},
    route{.method = "PUT",
          .path = "/v1/operator/keyring",
          .endpoint = keyring,
          .summary = "Makes a key the one that messages are encrypted with",
          .checks = {reads_body<given_key>, bad_key_parameters, keyring_write},
          .parameters = {relay_factor},
          .body = json_body<key_input>(),
          .answers = media::none,
          .answered_by = answerer::any_server,
          .own_datacenter = true},
    route{.method = "DELETE",
          .path = "/v1/operator/keyring",
          .endpoint = keyring,
          .summary = "Removes a key",
          .checks = {reads_body<given_key>, bad_key_parameters, keyring_write},
          .parameters = {relay_factor},
          .body = json_body<key_input>(),
          .answers = media::none,
          .answered_by = answerer::any_server,
          .own_datacenter = true},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::gossip_endpoints
