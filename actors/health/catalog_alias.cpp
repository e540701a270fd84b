#include "actors/health/catalog_alias.hpp"

#include "actors/registry/registration_token.hpp"
#include "actors/rpc/forwarded_request.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/config/runtime_config.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr std::string_view longest_wait = "60s";  ///< of a blocking query: reads the target at least once a minute
constexpr std::string_view oldest_answer = "15s"; ///< rejects older states
constexpr nanoseconds until_frontends = std::chrono::seconds(1); ///< at the agent's start the frontends start after its
                                                                 ///< checks

/// The part of a node and its services that the alias uses.
struct seen_node {
  std::string name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.name);
  }
};
struct seen_service {
  std::string id;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
  }
};
struct seen_services {
  std::optional<seen_node> node;
  std::vector<seen_service> services;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Services"}, x.services);
  }
};

bool is_of(const health_check& c, const std::string& service_id) {
  return !c.service_id.empty() && c.service_id == service_id;
}

} // namespace

catalog_alias_state::~catalog_alias_state() {
  if (cancel) cancel();
}

void catalog_alias_state::pause(nanoseconds time) {
  awaited = nullptr;
  ++number;
  if (time.count() > 0)
    self->delayed_send(self, time, wake_up<>{number});
  else
    self->send(self, wake_up<>{number});
}

void catalog_alias_state::ask(std::string path, std::vector<named_text> query) {
  auto requests = start.view->requests.load();
  if (!requests) return pause(until_frontends);
  remote_request r;
  r.method = "GET";
  r.path = std::move(path) + start.definition.alias_node;
  r.query = std::move(query);
  r.query.push_back({"stale", ""});
  r.query.push_back({"max_stale", std::string(oldest_answer)});
  if (auto token = registration_token(*start.view, start.token, start.from_file); !token.empty())
    r.headers.push_back({"x-consul-token", std::move(token)});
  r.requester.node = start.node_name;
  awaited = std::make_shared<slot>();
  auto done = [me = caf::actor_cast<caf::actor_addr>(self), into = awaited, mine = ++number](remote_answer a) {
    into->answer.store(std::make_shared<const remote_answer>(std::move(a)));
    if (auto alias = caf::actor_cast<check_runner_actor>(me)) caf::anon_send(alias, wake_up<>{mine});
  };
  auto settings = start.view->settings.load();
  cancel = requests->serve_own(std::move(r), settings ? settings->rpc_hold_timeout : nanoseconds{0}, std::move(done));
}

void catalog_alias_state::ask_for_checks() {
  looking_for_target = false;
  std::vector<named_text> query;
  if (index > 0) query = {{"index", std::to_string(index)}, {"wait", std::string(longest_wait)}};
  ask("/v1/health/node/", std::move(query));
}

/// A target without checks passes; a missing or unreadable one does not.
void catalog_alias_state::ask_for_target() {
  looking_for_target = true;
  ask("/v1/catalog/node-services/", {});
}

void catalog_alias_state::wake() {
  if (!awaited) return ask_for_checks();
  auto answer = awaited->answer.load();
  if (!answer) return;
  awaited = nullptr;
  cancel = nullptr;
  answered(*answer);
}

void catalog_alias_state::answered(const remote_answer& a) {
  if (a.status != 200) return failed(a.body);
  // A server that has just begun has not applied its whole log yet, or has lost touch: it does not tell how things are.
  if (a.meta.known_leader == false) return pause(until_frontends);
  auto taken = looking_for_target ? take_target(a) : take_checks(a);
  if (!taken) failed("the answer could not be read: " + taken.error().text);
}

expected<void> catalog_alias_state::take_checks(const remote_answer& a) {
  const auto& d = start.definition;
  std::vector<health_check> all;
  if (auto read = json::read(a.body, all); !read) return read;
  pauses.reset();
  index = std::max<std::uint64_t>(a.meta.index, 1); // 0 would not wait
  checks.clear();
  bool same_node = equal_fold(d.alias_node, start.node_name);
  for (const auto& c : all)
    if (counts_for_alias(c, d, same_node)) checks.push_back(std::make_shared<const health_check>(c));
  bool target_seen = d.alias_service.empty()
                         ? !all.empty()
                         : std::any_of(all.begin(), all.end(), [&](auto& c) { return is_of(c, d.alias_service); });
  if (!target_seen) {
    ask_for_target();
    return {};
  }
  report(judge_alias(checks));
  return {};
}

expected<void> catalog_alias_state::take_target(const remote_answer& a) {
  const auto& d = start.definition;
  seen_services found;
  if (auto read = json::read(a.body, found); !read) return read;
  pauses.reset();
  bool there = found.node &&
               (d.alias_service.empty() || std::any_of(found.services.begin(), found.services.end(),
                                                       [&](const seen_service& s) { return s.id == d.alias_service; }));
  report(there ? judge_alias(checks) : missing_target(d));
  return {};
}

/// A single failure may be a change of leader; from the second one on the target's state is unknown.
void catalog_alias_state::failed(const std::string& why) {
  auto wait = pauses.next();
  if (pauses.failures() > 1)
    report_alias(self, start, {std::string(health_critical), "Failure checking aliased node or service: " + why});
  pause(wait);
}

void catalog_alias_state::report(alias_verdict verdict) {
  report_alias(self, start, std::move(verdict));
  ask_for_checks();
}

check_runner_actor::behavior_type catalog_alias(check_runner_actor::stateful_pointer<catalog_alias_state> self,
                                                check_start start) {
  auto& s = self->state;
  s.self = self;
  s.start = std::move(start);
  self->send(self, wake_up<>{s.number});
  return {
      [self](wake_up<> message) {
        if (message.number == self->state.number) self->state.wake();
      },
      [](const messages::probe_ended&) {},
      [](renew_atom) {},
  };
}

} // namespace praetor
