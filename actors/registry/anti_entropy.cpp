#include "actors/registry/anti_entropy.hpp"

#include "actors/access/proposal_permissions.hpp"
#include "actors/agent.hpp"
#include "actors/registry/registration_token.hpp"
#include "actors/rpc/ask.hpp"
#include "protocol/base/randomness.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/mutation.hpp"
#include "protocol/types/same_record.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr std::string_view serf_health = "serfHealth";
constexpr std::string_view consul_service = "consul";
constexpr auto retry_after_failure = std::chrono::seconds(15);
constexpr auto retry_of_unknown_token = std::chrono::milliseconds(500);
constexpr unsigned most_unknown_tokens = 30;
constexpr auto spread_after_join = std::chrono::seconds(3);
constexpr auto oldest_records = std::chrono::seconds(2);
constexpr auto longest_answer = std::chrono::seconds(60);
constexpr std::size_t small_pool = 128;

/// Whether the tags in the catalog are in force: they have contained the definition's, and the service has not been
/// redefined since.
bool catalog_decides(const local_service& own, const node_service& remote) {
  if (!own.service->enable_tag_override) return false;
  return own.tags_by == tag_owner::catalog || (own.tags_by == tag_owner::unknown && remote.enable_tag_override);
}

/// The desired catalog record of a service, given the current one: keeps tags that others may override, and addresses
/// that servers add.
/// @param news the current record may be newer than this agent's last write
node_service wanted(const local_service& own, const node_service* remote, bool news) {
  auto out = *own.service;
  if (!remote) return out;
  bool taken = news && catalog_decides(own, *remote);
  if (mutated(mutation::tags_of_the_catalog_always)) taken = own.service->enable_tag_override;
  if (taken) out.tags = remote->tags;
  for (const auto& [name, address] : remote->tagged_addresses)
    if (name.starts_with("consul-")) out.tagged_addresses.insert_or_assign(name, address);
  return out;
}

/// A check's record repeats its service's tags. They are updated only together with another change of the check; until
/// then an override leaves them stale.
bool same_in_catalog(const local_check& own, const local_state& local, const health_check& remote) {
  auto service = own.check->service_id.empty() ? nullptr : local.service(own.check->service_id);
  if (!service || !service->service->enable_tag_override) return same_record(*own.check, remote);
  auto copy = *own.check;
  copy.service_tags = remote.service_tags;
  return same_record(copy, remote);
}

} // namespace

node_identity node_identity_of(const config::runtime_config& c, const std::string& node_id) {
  node_identity n;
  n.datacenter = c.datacenter;
  n.id = node_id;
  n.name = c.node_name;
  n.address = c.advertise_addr_lan;
  n.tagged_addresses = c.tagged_addresses;
  n.meta = c.node_meta;
  n.locality = c.locality;
  return n;
}

void anti_entropy_state::request_sync() {
  if (sync_sent) return;
  sync_sent = true;
  self->send(self, sync_atom_v);
}

bool anti_entropy_state::on_its_way(const std::string& service) const {
  return std::any_of(pushing.begin(), pushing.end(), [&](const auto& p) { return p.second.service == service; });
}

register_request anti_entropy_state::node_request(bool with_node) const {
  register_request r;
  r.datacenter = identity.datacenter;
  r.id = identity.id;
  r.node = identity.name;
  r.address = identity.address;
  r.tagged_addresses = identity.tagged_addresses;
  r.node_meta = identity.meta;
  r.locality = identity.locality;
  r.skip_node_update = !with_node;
  return r;
}

node_records anti_entropy_state::own_records() const {
  node_records out;
  auto store = view->state.load();
  auto found = state::node_services(*store, identity.name, nullptr).value;
  out.node = found.node;
  out.services = std::move(found.services);
  out.checks = state::node_checks(*store, identity.name, nullptr).value;
  return out;
}

node_service_ptr anti_entropy_state::remote_service(const std::string& id) const {
  if (own_state) return state::find_service(*view->state.load(), identity.name, id, nullptr).value;
  for (const auto& s : known->services)
    if (s->id == id) return s;
  return nullptr;
}

health_check_ptr anti_entropy_state::remote_check(const std::string& id) const {
  if (own_state) return state::find_check(*view->state.load(), identity.name, id, nullptr).value;
  for (const auto& c : known->checks)
    if (c->check_id == id) return c;
  return nullptr;
}

void anti_entropy_state::note(const push& done) {
  if (auto& r = done.registered; r && r->service && !done.service.empty()) {
    auto& over = written_over[done.service];
    over = std::max(over, done.over);
    settle_tags(*r->service, done.own_tags);
  }
  if (done.removed && !done.service.empty()) written_over.erase(done.service);
  if (own_state || !known) return;
  auto drop_service = [this](const std::string& id) {
    std::erase_if(known->services, [&](const auto& s) { return s->id == id; });
  };
  auto drop_check = [this](const std::string& id) {
    std::erase_if(known->checks, [&](const auto& c) { return c->check_id == id; });
  };
  if (auto& r = done.registered) {
    if (r->service) {
      drop_service(r->service->id);
      known->services.push_back(r->service);
    }
    auto checks = r->checks;
    if (r->check) checks.push_back(r->check);
    for (const auto& c : checks) {
      drop_check(c->check_id);
      known->checks.push_back(c);
    }
  }
  if (auto& r = done.removed; r && !r->service_id.empty()) {
    drop_service(r->service_id);
    std::erase_if(known->checks, [&](const auto& c) { return c->service_id == r->service_id; });
  } else if (r) {
    drop_check(r->check_id);
  }
}

/// A follower may not have applied this agent's last write yet, or a server's answer may predate it.
bool anti_entropy_state::is_news(const node_service& in_catalog) const {
  auto it = written_over.find(in_catalog.id);
  return it == written_over.end() || in_catalog.modify_index > it->second;
}

void anti_entropy_state::settle_tags(const node_service& in_catalog, const string_list& own) {
  if (!in_catalog.enable_tag_override) return;
  auto settled = std::make_shared<tag_settlement>();
  settled->service_id = in_catalog.id;
  settled->own = own;
  settled->in_force = in_catalog.tags;
  if (auto handles = view->handles.load(); handles && handles->registry)
    self->send(handles->registry, changed_atom_v, local<std::shared_ptr<const tag_settlement>>{std::move(settled)});
}

void anti_entropy_state::send_register(register_request request, push what) {
  what.registered = std::make_shared<const register_request>(request);
  propose(encode_command(command_type::register_node, request), std::move(what));
}

void anti_entropy_state::send_deregister(deregister_request request, push what) {
  request.token = view->tokens.get()->for_agent();
  what.removal = true;
  what.removed = std::make_shared<const deregister_request>(request);
  propose(encode_command(command_type::deregister, request), std::move(what));
}

/// A server authorizes its own write; for a client agent the receiving server does.
void anti_entropy_state::propose(expected<log_command> command, push what) {
  auto me = anti_entropy_actor{self};
  auto number = ++next_push;
  pushing.emplace(number, std::move(what));
  auto ended = [me, number](bool worked, error why) {
    auto result = std::make_shared<const push_result>(push_result{number, worked, std::move(why)});
    caf::anon_send(me, result_atom_v, local<std::shared_ptr<const push_result>>{std::move(result)});
  };
  if (own_state && command)
    if (auto no = refused_command(view, command->bytes(), {outside->wall_clock(), self->clock().now()}))
      return ended(false, std::move(*no));
  writes.propose(std::move(command), [ended](const state::apply_result& r) { ended(r.ok(), r.why()); });
}

std::string anti_entropy_state::token_of(const std::string& own, bool from_file) const {
  return registration_token(*view, own, from_file);
}

bool anti_entropy_state::try_again_soon() {
  if (std::exchange(compares_soon, true)) return true;
  if (++unknown_tokens > most_unknown_tokens) return false;
  schedule(retry_of_unknown_token, retry_of_unknown_token);
  return true;
}

void anti_entropy_state::blocked(const push& what, const std::string& why) {
  auto kind = what.node ? "Node info update" : !what.service.empty() ? "Service" : "Check";
  auto text = std::string(kind) + (what.node ? "" : what.removal ? " deregistration" : " registration");
  outside->log_lines->write(log_level::warn, "agent", text + " blocked by ACLs",
                            {{"service", what.service}, {"error", why}});
}

void anti_entropy_state::push_node() {
  node_dirty = false;
  push what;
  what.node = true;
  auto request = node_request(true);
  request.token = view->tokens.get()->for_agent();
  send_register(std::move(request), std::move(what));
}

void anti_entropy_state::push_service(const local_state& local, const std::string& id) {
  push what;
  what.service = id;
  auto own = local.service(id);
  auto remote = remote_service(id);
  if (!own) {
    // Its checks go with it.
    std::erase_if(dirty_checks, [&](const std::string& check) { return !local.check(check); });
    if (!remote) return;
    deregister_request request;
    request.datacenter = identity.datacenter;
    request.node = identity.name;
    request.service_id = id;
    return send_deregister(std::move(request), std::move(what));
  }
  auto request = node_request(false);
  request.service = std::make_shared<const node_service>(wanted(*own, remote.get(), remote && is_news(*remote)));
  what.over = remote ? remote->modify_index : 0;
  request.token = token_of(own->token, own->from_file);
  what.own_tags = own->own_tags;
  // Sends all its checks that the catalog lacks along: the service must never look healthy because they are missing.
  // Excludes checks with another token, which must not gain its permissions.
  local.for_checks_of(id, nullptr, [&](const local_check_ptr& c) {
    const auto& check_id = c->check->check_id;
    if (token_of(c->token, c->from_file) != request.token) return;
    bool dirty = dirty_checks.erase(check_id) > 0;
    if (!dirty && remote_check(check_id)) return;
    request.checks.push_back(c->check);
    what.checks.push_back(check_id);
  });
  send_register(std::move(request), std::move(what));
}

void anti_entropy_state::push_check(const local_state& local, const std::string& id) {
  push what;
  what.checks.push_back(id);
  auto own = local.check(id);
  if (!own) {
    if (!remote_check(id)) return;
    deregister_request request;
    request.datacenter = identity.datacenter;
    request.node = identity.name;
    request.check_id = id;
    return send_deregister(std::move(request), std::move(what));
  }
  const auto& service_id = own->check->service_id;
  auto remote = service_id.empty() ? nullptr : remote_service(service_id);
  if (!service_id.empty() && !remote) {
    // The first record of its service: send both together.
    dirty_checks.insert(id);
    return push_service(local, service_id);
  }
  auto request = node_request(false);
  request.check = own->check;
  request.token = token_of(own->token, own->from_file);
  // Do not undo tags that others have set since they were last seen here.
  if (auto service = remote ? local.service(service_id) : nullptr; service && !catalog_decides(*service, *remote))
    request.service = std::make_shared<const node_service>(wanted(*service, remote.get(), is_news(*remote)));
  send_register(std::move(request), std::move(what));
}

void anti_entropy_state::partial_sync() {
  sync_sent = false;
  // The differences are unknown until a server has answered, or the own state has been applied.
  if (own_state ? !timer.was_started() : !known) return;
  auto local = view->registry.get();
  if (node_dirty) push_node();
  for (auto it = dirty_services.begin(); it != dirty_services.end();) {
    // One pending push per service, so that an older one can't overtake a newer one.
    if (on_its_way(*it)) {
      ++it;
      continue;
    }
    auto id = *it;
    it = dirty_services.erase(it);
    push_service(*local, id);
  }
  for (const auto& id : std::exchange(dirty_checks, {})) {
    auto own = local->check(id);
    // A check of a service that is about to be pushed goes with it.
    if (own && dirty_services.contains(own->check->service_id))
      dirty_checks.insert(id);
    else
      push_check(*local, id);
  }
}

void anti_entropy_state::pushed(const push_result& result) {
  auto it = pushing.find(result.number);
  if (it == pushing.end()) return;
  auto what = std::move(it->second);
  pushing.erase(it);
  auto& log = *outside->log_lines;
  auto code = result.why.code;
  // Nothing to remove: already as desired.
  bool worked = result.worked || (what.removal && code == error_code::not_found);
  bool unknown_token = code == error_code::unauthenticated;
  if (!worked && (unknown_token || code == error_code::permission_denied)) {
    blocked(what, result.why.text);
    if (unknown_token) try_again_soon();
    return;
  }
  if (worked) {
    unknown_tokens = 0;
    note(what);
    if (what.node) log.write(log_level::info, "agent", "Synced node info");
    if (!what.service.empty())
      log.write(log_level::debug, "agent", "Synced service", {{"service", what.service}});
    else
      for (const auto& id : what.checks) log.write(log_level::debug, "agent", "Synced check", {{"check", id}});
  } else {
    log.write(log_level::warn, "agent", "Syncing failed, will try again", {{"error", result.why.text}});
    if (mutated(mutation::anti_entropy_drops_retry)) return;
    node_dirty |= what.node;
    if (!what.service.empty()) dirty_services.insert(what.service);
    dirty_checks.insert(what.checks.begin(), what.checks.end());
    schedule(retry_after_failure, retry_after_failure);
    return;
  }
  if (!dirty_services.empty() || !dirty_checks.empty()) request_sync();
}

void anti_entropy_state::full_sync() {
  compares_soon = false;
  if (!own_state) return ask_server();
  compare(own_records());
  schedule(interval, interval);
}

void anti_entropy_state::ask_server() {
  if (asking) return;
  asking = true;
  node_records_request question;
  question.node = identity.name;
  question.token = view->tokens.get()->for_agent();
  question.max_stale = oldest_records;
  request_terms terms;
  terms.to = {
      .datacenter = identity.datacenter, .max_age = oldest_records, .hold = view->settings.load()->rpc_hold_timeout};
  terms.patience = longest_answer;
  auto told = [me = anti_entropy_actor{self}](expected<node_records> answer) {
    std::shared_ptr<node_records> records;
    if (answer) {
      records = std::make_shared<node_records>(std::move(*answer));
      std::erase(records->services, nullptr);
      std::erase(records->checks, nullptr);
    }
    caf::anon_send(me, result_atom_v, local<std::shared_ptr<const node_records>>{std::move(records)});
  };
  ask<rpc_kind::node_records>(writes.router(), std::move(terms), std::move(question), std::move(told));
}

void anti_entropy_state::answered(const std::shared_ptr<const node_records>& records) {
  asking = false;
  if (!records && view->settings.load()->acl.enabled && try_again_soon()) return;
  if (!records) return schedule(retry_after_failure, retry_after_failure);
  known = *records;
  compare(*records);
  schedule(interval, interval);
}

void anti_entropy_state::compare(const node_records& catalog) {
  auto local = view->registry.get();
  const auto* n = catalog.node.get();
  if (!n || n->id != identity.id || n->tagged_addresses != identity.tagged_addresses || n->meta != identity.meta ||
      n->locality != identity.locality || n->address != identity.address)
    node_dirty = true;

  std::set<std::string> remote_services, remote_checks;
  for (const auto& s : catalog.services) {
    if (s->id == consul_service) continue;
    remote_services.insert(s->id);
    auto own = local->service(s->id);
    if (!own || !same_record(wanted(*own, s.get(), is_news(*s)), *s))
      dirty_services.insert(s->id);
    else if (own->tags_by != tag_owner::catalog || own->service->tags != s->tags)
      settle_tags(*s, own->own_tags);
  }
  for (const auto& c : catalog.checks) {
    if (c->check_id == serf_health) continue;
    remote_checks.insert(c->check_id);
    auto own = local->check(c->check_id);
    if (!own || !same_in_catalog(*own, *local, *c)) dirty_checks.insert(c->check_id);
  }
  local->services.for_each([&](std::string_view id, const local_service_ptr&) {
    if (!remote_services.contains(std::string(id))) dirty_services.insert(std::string(id));
  });
  local->checks.for_each([&](std::string_view id, const local_check_ptr&) {
    if (!remote_checks.contains(std::string(id))) dirty_checks.insert(std::string(id));
  });
  partial_sync();
}

std::int64_t sync_scale(std::size_t members) {
  std::int64_t scale = 1;
  for (auto pool = small_pool; pool < members; pool *= 2) ++scale;
  return scale;
}

void anti_entropy_state::schedule(nanoseconds base, nanoseconds least) {
  auto pool = view->lan.load();
  auto wait = least + jitter(random, base * sync_scale(pool ? pool->members.size() : 1));
  timer.start(self, wait);
}

anti_entropy_actor::behavior_type anti_entropy(anti_entropy_actor::stateful_pointer<anti_entropy_state> self,
                                               ports_ptr outside, agent_view_ptr view, write_path writes,
                                               node_identity identity, nanoseconds interval, bool own_state) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.writes = std::move(writes);
  s.identity = std::move(identity);
  s.interval = interval;
  s.own_state = own_state;
  s.random.seed(s.outside->seed());
  return {
      [self](const messages::service_changed& m) {
        self->state.dirty_services.insert(m.service);
        self->state.request_sync();
      },
      [self](const messages::check_changed& m) {
        self->state.dirty_checks.insert(m.check);
        self->state.request_sync();
      },
      [self](changed_atom, local<std::shared_ptr<node_identity>>& identity) {
        if (self->state.identity == *identity.value) return;
        self->state.identity = *identity.value;
        self->state.node_dirty = true;
        self->state.request_sync();
      },
      [self](sync_atom) { self->state.partial_sync(); },
      [self](start_atom) { self->state.timer.wake_now(self); },
      [self](members_atom) {
        auto& s = self->state;
        if (s.timer.was_started()) s.schedule(spread_after_join, nanoseconds{0});
      },
      [self](result_atom, local<std::shared_ptr<const node_records>>& records) { self->state.answered(records.value); },
      [self](wake_up<> message) {
        if (self->state.timer.has_ended(message)) self->state.full_sync();
      },
      [self](result_atom, local<std::shared_ptr<const push_result>>& result) { self->state.pushed(*result.value); },
  };
}

} // namespace praetor
