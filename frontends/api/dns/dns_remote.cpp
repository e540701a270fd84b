#include "frontends/api/dns/dns_remote.hpp"

#include "actors/ports.hpp"
#include "actors/raft/no_leader.hpp"
#include "actors/rpc/ask.hpp"
#include "frontends/api/dns/dns_scope.hpp"
#include "protocol/codec/msgpack.hpp"

namespace praetor::dns {

namespace {

/// A token that is good for nothing sees nothing.
acl::authorizer_ptr holder_of(const api::environment& env, const std::string& token) {
  auto holder = env.cached_identity(token);
  return holder && *holder ? **holder : acl::allow_nothing();
}

std::string look_up_here(const api::environment& env, const remote_question& q) {
  auto settings = q.settings();
  resolved_names resolved(q.resolved.begin(), q.resolved.end());
  auto store = env.state();
  auto who = holder_of(env, q.token);
  auto found =
      look_up({settings, *store, *who, nullptr, resolved.empty() ? nullptr : &resolved}, q.name, q.type, q.edns);
  remote_reply reply;
  reply.set = std::move(found.set);
  reply.unresolved = std::move(found.unresolved);
  return msgpack::pack(reply);
}

/// Whose eyes see the catalog.
std::string dns_token(const api::environment& env) {
  return env.config()->acl.enabled ? env.view().tokens.get()->for_dns() : std::string();
}

} // namespace

remote_question::remote_question(const query& q, const lookup_settings& s, const resolved_names* known)
    : name(q.name()), type(q.type), edns(q.has_edns), max_stale(usual_destination(s).max_age), datacenter(s.datacenter),
      domain(s.domain), alt_domain(s.alt_domain), has_recursors(s.has_recursors), only_passing(s.dns.only_passing),
      node_meta_txt(s.dns.node_meta_txt), node_ttl(s.dns.node_ttl), service_ttl(s.dns.service_ttl),
      a_record_limit(s.dns.a_record_limit), refresh(s.dns.soa.refresh), retry(s.dns.soa.retry),
      expire(s.dns.soa.expire), min_ttl(s.dns.soa.min_ttl) {
  if (known) resolved.insert(known->begin(), known->end());
}

lookup_settings remote_question::settings() const {
  lookup_settings s;
  s.datacenter = datacenter;
  s.has_recursors = has_recursors;
  s.domain = domain;
  s.alt_domain = alt_domain;
  s.dns.allow_stale = max_stale.count() > 0;
  s.dns.max_stale = max_stale;
  s.dns.only_passing = only_passing;
  s.dns.node_meta_txt = node_meta_txt;
  s.dns.node_ttl = node_ttl;
  s.dns.service_ttl = service_ttl;
  s.dns.a_record_limit = a_record_limit;
  s.dns.soa = {refresh, retry, expire, min_ttl};
  return s;
}

void answer_remote(api::environment& env, std::string question, const question_origin& from,
                   std::function<void(expected<std::string>)> done) {
  remote_question q;
  if (auto read = msgpack::unpack(question, q); !read)
    return done(fail("a DNS question of another agent could not be read: " + read.error().text, 400));
  request_terms terms;
  terms.to = destination_of(q.settings(), q.name, q.type);
  terms.to.hold = from.hold;
  // NXDOMAIN is what the look-up says of a datacenter without a path.
  if (env.next_hop_of(terms.to) != next_hop::server) return done(look_up_here(env, q));
  if (from.hops >= most_hops) return done(tl::unexpected(no_leader()));
  terms.patience = env.config()->rpc.client_timeout;
  terms.hops = from.hops + 1;
  terms.origin = from.name;
  terms.here = [&env, q = std::move(q), done] { done(look_up_here(env, q)); };
  ask<rpc_kind::dns>(env.handles()->writes.router(), std::move(terms), std::move(question), std::move(done));
}

question_sources sources_of(api::environment& env) {
  question_sources sources;
  sources.state = [&env] { return env.state(); };
  sources.who = [&env] { return holder_of(env, dns_token(env)); };
  sources.token = [&env] { return dns_token(env); };
  sources.next_hop_of = [&env](const destination& to) { return env.next_hop_of(to); };
  sources.ask = [&env](std::string question, std::function<void(expected<std::string>)> done) {
    answer_remote(env, std::move(question), {0, env.config()->rpc_hold_timeout, {}}, std::move(done));
  };
  sources.wall_clock = env.outside().wall_clock;
  sources.seed = env.outside().seed();
  return sources;
}

} // namespace praetor::dns
