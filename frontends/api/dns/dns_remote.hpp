#pragma once

#include "frontends/api/dns/dns_questions.hpp"
#include "frontends/api/environment.hpp"

#include <functional>

namespace praetor::dns {

/// A question that a server answers for another agent, by that agent's configuration.
struct remote_question {
  std::string name; ///< wire form
  std::uint16_t type = 0;
  bool edns = false;
  std::string token;
  nanoseconds max_stale{0}; ///< how old a server's state may be; 0: only the leader's will do
  // Of the configuration:
  std::string datacenter, domain, alt_domain;
  bool has_recursors = false, only_passing = false, node_meta_txt = true;
  nanoseconds node_ttl{0};
  std::map<std::string, nanoseconds> service_ttl;
  std::int64_t a_record_limit = 0;
  std::uint32_t refresh = 0, retry = 0, expire = 0, min_ttl = 0;
  /// What recursors have said already, by wire name.
  std::map<std::string, std::vector<record>> resolved;

  remote_question() = default;
  remote_question(const query& q, const lookup_settings& settings, const resolved_names* resolved);
  lookup_settings settings() const;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Type"}, x.type);
    f(field{"EDNS"}, x.edns);
    f(field{"Token"}, x.token);
    f(field{"MaxStale"}, x.max_stale);
    f(field{"Datacenter"}, x.datacenter);
    f(field{"Domain"}, x.domain);
    f(field{"AltDomain"}, x.alt_domain);
    f(field{"HasRecursors"}, x.has_recursors);
    f(field{"OnlyPassing"}, x.only_passing);
    f(field{"NodeMetaTXT"}, x.node_meta_txt);
    f(field{"NodeTTL"}, x.node_ttl);
    f(field{"ServiceTTL"}, x.service_ttl);
    f(field{"ARecordLimit"}, x.a_record_limit);
    f(field{"Refresh"}, x.refresh);
    f(field{"Retry"}, x.retry);
    f(field{"Expire"}, x.expire);
    f(field{"MinTTL"}, x.min_ttl);
    f(field{"Resolved"}, x.resolved);
  }
};

/// What a server found. How much of it a client gets, and in which order, is decided where the client asked.
struct remote_reply {
  answer_set set;
  std::vector<std::string> unresolved;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Set"}, x.set);
    f(field{"Unresolved"}, x.unresolved);
  }
};

/// How a question came here.
struct question_origin {
  std::uint32_t hops = 0; ///< how many agents have handed it on already
  nanoseconds hold{0};    ///< how long it may wait for a server
  std::string name;       ///< for whom it is asked: see rpc_request::origin
};

/// Answers a packed remote_question with a packed remote_reply, from the own state or by handing it on.
void answer_remote(api::environment& env, std::string question, const question_origin& from,
                   std::function<void(expected<std::string>)> done);

/// What this agent's DNS clients are answered from: its own state where that is good enough, a server's otherwise, with
/// the permissions of the token for DNS.
/// @param env must live longer
question_sources sources_of(api::environment& env);

} // namespace praetor::dns
