#include "actors/gossip_command.hpp"
#include "actors/user_events.hpp"
#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/config/error_list.hpp"
#include "protocol/types/names.hpp"

#include <array>
#include <charconv>

namespace praetor::endpoints {

namespace {

done_callback answer_done(const call& c) {
  return [c](const error* failed) { respond(c, failed ? error_answer(*failed) : empty_answer()); };
}

/// The prober of the pool that the request asks for; null: the request has been answered.
gossip_prober_actor pool_of(const call& c) {
  auto handles = c.env.handles();
  bool wan = c.req.query.has("wan");
  auto prober = wan ? handles->wan : handles->lan;
  if (!prober)
    respond_error(c, wan ? "this agent has no part in the WAN pool: that is for servers with ports.serf_wan"
                         : "this agent has no part in gossip");
  return prober;
}

void join(const call& c) {
  auto prober = pool_of(c);
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
  auto prober = pool_of(c);
  if (prober)
    ask_gossip(prober, gossip_command::force_leave{std::string(c.rest), c.req.query.has("prune"), answer_done(c)});
}

std::optional<answer> refused_event(const call& c) {
  if (c.rest.empty()) return text_answer(400, "Missing name");
  if (auto fault = fault_in_name("event name", std::string(c.rest))) return text_answer(400, *fault);
  if (!c.who->allowed(acl::resource::event, acl::access::write, c.rest)) return text_answer(403, "Permission denied");
  return {};
}

void fire(const call& c) {
  if (auto no = refused_event(c)) return respond(c, std::move(*no));
  auto made = std::make_shared<user_event>();
  auto& e = *made;
  e.name = c.rest;
  if (other_datacenter(c)) return;
  e.node_filter = c.req.query.get("node");
  e.service_filter = c.req.query.get("service");
  e.tag_filter = c.req.query.get("tag");
  e.payload.bytes = c.req.body;
  if (auto good = check_filters(e); !good) return respond_error(c, good.error().text);
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

/// The index is of what is shown: an event that may not be seen leaves no trace in it.
void show_events(const call& c, std::vector<user_event_ptr> events) {
  auto removed = std::erase_if(events, [&](const user_event_ptr& e) { return !may_see(*c.who, *e); });
  auto a = json_answer(c, events);
  if (removed > 0 && !c.token.empty()) a.lines = filtered_line;
  a.headers.emplace_back("X-Consul-Index", std::to_string(event_index(events)));
  respond(c, std::move(a));
}

void list_events(const call& c) {
  auto options = parse_read_options(c);
  if (!options) return respond_read_error(c, options.error());
  if (!c.ex->begin_wait()) return respond(c, too_many_waits());
  auto wait = c.req.query.has("wait") ? options->wait : c.env.config()->max_query_time;
  auto request = std::make_shared<event_wait>();
  request->name = c.req.query.get("name");
  request->index = options->min_index;
  request->deadline = c.env.now() + wait + c.env.jitter(wait / 16);
  request->visible = [who = c.who](const user_event& e) { return may_see(*who, e); };
  request->done = [c](const std::vector<user_event_ptr>& events) {
    look_who_asks(c, [events](const call& c) { show_events(c, events); });
  };
  auto events = c.env.handles()->events;
  c.ex->on_cancel([events, weak = std::weak_ptr(request)] {
    if (auto gone = weak.lock()) caf::anon_send(events, leave_atom_v, local<std::shared_ptr<event_wait>>{gone});
  });
  caf::anon_send(events, watch_atom_v, local<std::shared_ptr<event_wait>>{request});
}

/// What the members of one pool said about their keys.
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
  std::string key;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
  }
};

/// A change of the keys, or a look at them, in one pool after the other.
struct key_request : std::enable_shared_from_this<key_request> {
  explicit key_request(call c) : c(std::move(c)) {}

  call c;
  gossip_command::keys command;
  std::vector<std::pair<bool, gossip_prober_actor>> pools; ///< true: WAN
  std::vector<pool_keys> answers;

  void next() {
    if (answers.size() == pools.size()) return finish();
    auto [wan, prober] = pools[answers.size()];
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

/// `relay-factor` and `local-only`.
expected<void> read_key_parameters(const call& c, gossip_command::keys& command) {
  if (auto text = c.req.query.get("relay-factor"); !text.empty()) {
    int factor = 0;
    auto [end, wrong] = std::from_chars(text.data(), text.data() + text.size(), factor);
    if (wrong != std::errc{} || end != text.data() + text.size())
      return fail("Error parsing relay factor: strconv.Atoi: parsing " + praetor::quoted(text) + ": invalid syntax",
                  400);
    if (factor < 0 || factor > 5) return fail("Invalid relay-factor: Relay factor must be in range: [0, 5]", 400);
    command.relay_factor = static_cast<std::uint8_t>(factor);
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

std::optional<answer> refused_keys(const call& c) {
  acl::permission wanted{acl::resource::keyring, c.is("GET") ? acl::access::read : acl::access::write, {}};
  if (c.who->allowed(wanted)) return {};
  return text_answer(403, c.who->denial(wanted));
}

void keyring(const call& c) {
  using enum swim::key_operation;
  if (auto no = refused_keys(c)) return respond(c, std::move(*no));
  auto work = std::make_shared<key_request>(c);
  auto& command = work->command;
  command.operation = c.is("GET") ? list : c.is("POST") ? install : c.is("PUT") ? use : remove;
  if (auto good = read_key_parameters(c, command); !good) return respond(c, error_answer(good.error()));
  if (command.operation != list) {
    key_input input;
    json::read_options strict;
    strict.reject_unknown_fields = true;
    if (auto read = json::read(c.req.body, input, strict); !read)
      return respond_error(c, "Request decode failed: " + read.error().text, 400);
    command.key = std::move(input.key);
  }
  auto handles = c.env.handles();
  if (handles->wan && !command.local_only) work->pools.emplace_back(true, handles->wan);
  if (handles->lan) work->pools.emplace_back(false, handles->lan);
  work->next();
}

constexpr route_permission agent_write{acl::resource::agent, acl::access::write, route_permission::subject::own_node};
constexpr route_permission operator_write{acl::resource::operator_, acl::access::write};

constexpr std::array routes{
    route{"/v1/agent/join/", "PUT", join, agent_write, "Joins the gossip pool that a member is in", place::agent},
    route{"/v1/agent/force-leave/", "PUT", force_leave, operator_write, "Makes a failed member one that left",
          place::agent},
    refusing(refused_event, {"/v1/event/fire/", "PUT", fire, {}, "Sends a user event to all agents", place::agent}),
    route{"/v1/event/list", "GET", list_events, {}, "The user events that reached this agent", place::agent},
    refusing(refused_keys, {"/v1/operator/keyring",
                            "GET,POST,PUT,DELETE",
                            keyring,
                            {},
                            "The keys that gossip is encrypted with",
                            place::any_server}),
};

} // namespace

std::span<const route> gossip_routes() { return routes; }

} // namespace praetor::endpoints
