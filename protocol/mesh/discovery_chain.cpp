#include "protocol/mesh/discovery_chain.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/codec/structural_hash.hpp"
#include "protocol/mesh/chain_graph.hpp"
#include "protocol/types/config_entries/kinds.hpp"
#include "protocol/types/config_entries/proxy_defaults.hpp"
#include "protocol/types/config_entries/service_defaults.hpp"

#include <cstdio>
#include <set>

namespace praetor::mesh {

namespace {

namespace ce = config_entries;

constexpr std::string_view only_namespace = "default", default_protocol = "tcp";
constexpr nanoseconds usual_connect_timeout = std::chrono::seconds(5);

/// The coordinates of a target.
struct target_spec {
  std::string service, subset, datacenter, peer;

  std::string id() const {
    auto scope = service + ".default.default.";
    if (!peer.empty()) return scope + "external." + peer;
    return (subset.empty() ? "" : subset + ".") + scope + datacenter;
  }
};

std::string node_name(const std::string& service) { return service + ".default.default"; }

class compiler {
public:
  compiler(const chain_request& request, const entry_lookup& entries) : request_(request), entries_(entries) {
    proxy_ =
        ce::as<ce::proxy_defaults>(entries_(ce::proxy_defaults::kind_name, std::string(ce::proxy_defaults::only_name)));
    plain_ = !request_.overrides.protocol.empty() && !ce::is_http_like(request_.overrides.protocol);
  }

  expected<compiled_chain> compile() {
    chain_.service_name = request_.service;
    auto own = defaults_of(request_.service);
    if (proxy_) chain_.envoy_extensions = proxy_->envoy_extensions;
    if (own) {
      chain_.service_meta = own->meta;
      chain_.envoy_extensions.insert(chain_.envoy_extensions.end(), own->envoy_extensions.begin(),
                                     own->envoy_extensions.end());
    }
    auto start = start_node();
    if (!start) return tl::unexpected(start.error());
    chain_.start_node = *start;
    if (auto good = check_circles(chain_); !good) return tl::unexpected(good.error());
    if (auto good = merge_nested_splitters(chain_); !good) return tl::unexpected(good.error());
    drop_unreachable(chain_, retained_);
    if (advanced_ && !ce::is_http_like(protocol_))
      return fail("discovery chain " + praetor::quoted(request_.service) + " uses a protocol " +
                  praetor::quoted(protocol_) + " that does not permit advanced routing or splitting behavior");
    finish();
    return std::move(chain_);
  }

private:
  std::shared_ptr<const ce::service_defaults> defaults_of(const std::string& service) const {
    return ce::as<ce::service_defaults>(entries_(ce::service_defaults::kind_name, service));
  }

  // Protocols: all services of a chain have the same.

  expected<void> note_protocol_of(const std::string& service) {
    auto own = defaults_of(service);
    auto protocol = lower_case(own ? own->protocol : proxy_ ? proxy_->protocol : std::string());
    if (protocol.empty()) protocol = default_protocol;
    if (protocol_.empty()) protocol_ = protocol;
    if (protocol_ == protocol) return {};
    return fail("discovery chain " + praetor::quoted(request_.service) + " uses inconsistent protocols; service " +
                praetor::quoted(service) + " has " + praetor::quoted(protocol) + " which is not " +
                praetor::quoted(protocol_));
  }

  // Targets.

  const target_spec& target(target_spec t) {
    if (!t.peer.empty())
      t.datacenter.clear();
    else if (t.datacenter.empty())
      t.datacenter = request_.datacenter;
    auto id = t.id();
    auto [known, fresh] = specs_.try_emplace(id, t);
    if (!fresh) return known->second;
    auto& made = chain_.targets[id];
    made.id = id;
    made.service = t.service;
    made.service_subset = t.subset;
    made.namespace_name = made.partition = only_namespace;
    made.datacenter = t.datacenter;
    made.peer = t.peer;
    if (t.peer.empty()) {
      made.sni = (t.subset.empty() ? "" : t.subset + ".") + t.service + ".default." + t.datacenter + ".internal." +
                 request_.trust_domain;
      made.name = made.sni;
    }
    return known->second;
  }

  /// The target that `from` becomes with what `to` names. Another service has other subsets.
  const target_spec& rewritten(target_spec from, const target_spec& to) {
    if (!to.service.empty() && to.service != from.service) {
      from.service = to.service;
      from.subset.clear();
    }
    if (!to.subset.empty()) from.subset = to.subset;
    if (!to.datacenter.empty()) from.datacenter = to.datacenter;
    from.peer = to.peer;
    return target(std::move(from));
  }

  // Nodes.

  expected<std::string> start_node() {
    auto router = ce::as<ce::service_router>(entries_(ce::service_router::kind_name, request_.service));
    if (router && plain_) {
      router = nullptr;
      changed_.protocol = request_.overrides.protocol;
    }
    return router ? router_node(*router) : splitter_or_resolver({request_.service, {}, {}, {}});
  }

  expected<std::string> router_node(const ce::service_router& router) {
    chain_node node;
    node.type = router_type;
    node.name = node_name(router.name);
    advanced_ = true;
    if (auto good = note_protocol_of(router.name); !good) return tl::unexpected(good.error());
    for (const auto& route : router.routes) {
      target_spec to{request_.service, {}, {}, {}};
      if (route.destination && !route.destination->service.empty()) to.service = route.destination->service;
      if (route.destination) to.subset = route.destination->service_subset;
      auto next = to.subset.empty() ? splitter_or_resolver(to) : resolver_node(target(to));
      if (!next) return next;
      node.routes.push_back({route, *next});
    }
    auto rest = splitter_or_resolver({router.name, {}, {}, {}});
    if (!rest) return rest;
    ce::service_route everything;
    everything.match.emplace().http.emplace().path_prefix = "/";
    auto& to = everything.destination.emplace();
    to.service = router.name;
    to.namespace_name = to.partition = only_namespace;
    node.routes.push_back({std::move(everything), *rest});
    return add(std::move(node));
  }

  std::string add(chain_node node) {
    auto key = node.key();
    chain_.nodes[key] = std::move(node);
    return key;
  }

  expected<std::string> splitter_or_resolver(const target_spec& to) {
    const auto& t = target(to);
    auto splitter = splitter_node(t.service);
    if (!splitter || !splitter->empty()) return splitter;
    return resolver_node(t);
  }

  /// The key of a service's splitter, "" if it has none.
  expected<std::string> splitter_node(const std::string& service) {
    auto key = std::string(splitter_type) + ":" + node_name(service);
    if (chain_.nodes.contains(key)) return key;
    auto splitter = ce::as<ce::service_splitter>(entries_(ce::service_splitter::kind_name, service));
    if (splitter && plain_) {
      splitter = nullptr;
      changed_.protocol = request_.overrides.protocol;
    }
    if (!splitter) return std::string();
    if (++depth_ > deepest) return fail("discovery chain " + praetor::quoted(request_.service) + " is too deep");
    chain_node made;
    made.type = splitter_type;
    made.name = node_name(service);
    add(std::move(made)); // before its splits, which may lead back to it
    std::vector<chain_split> splits;
    std::optional<ce::load_balancer> balancer;
    for (const auto& split : splitter->splits) {
      auto next = next_of(split, service);
      if (!next) return next;
      splits.push_back({split, split.weight, *next});
      const auto& below = chain_.nodes[*next];
      if (!balancer && below.resolver && below.load_balancer && below.load_balancer->is_hash_based())
        balancer = below.load_balancer;
    }
    auto& node = chain_.nodes[key];
    node.splits = std::move(splits);
    node.load_balancer = std::move(balancer);
    advanced_ = true;
    --depth_;
    return key;
  }

  expected<std::string> next_of(const ce::service_split& split, const std::string& owner) {
    const auto& service = split.service.empty() ? owner : split.service;
    if (service != owner && split.service_subset.empty()) {
      auto nested = splitter_node(service);
      if (!nested || !nested->empty()) return nested;
    }
    return resolver_node(target({service, split.service_subset, {}, {}}));
  }

  /// Follows redirects and default subsets. @returns the target that is reached, with its resolver
  struct resolved {
    const target_spec* target;
    std::shared_ptr<const ce::service_resolver> resolver;
  };
  /// The rules of a service. Those of this cluster's service do not hold for a peer's service of that name, to which a
  /// failover leads, unless the chain has met the former already.
  std::shared_ptr<const ce::service_resolver> resolver_of(const target_spec& t, bool for_failover) {
    bool foreign = for_failover && !t.peer.empty() && !met_.contains(t.service);
    if (!foreign) met_.insert(t.service);
    auto stored =
        foreign ? nullptr : ce::as<ce::service_resolver>(entries_(ce::service_resolver::kind_name, t.service));
    return stored ? stored : std::make_shared<const ce::service_resolver>();
  }
  expected<resolved> resolve(const target_spec* at, bool for_failover = false) {
    std::set<std::string> seen;
    string_list order;
    for (;;) {
      auto id = at->id();
      if (chain_.nodes.contains(resolver_key(id))) return resolved{at, nullptr};
      if (at->peer.empty())
        if (auto good = note_protocol_of(at->service); !good) return tl::unexpected(good.error());
      order.push_back(id);
      if (!seen.insert(id).second) return fail("detected circular resolver redirect: [" + path_text(order) + "]");
      auto resolver = resolver_of(*at, for_failover);
      const target_spec* next = at;
      if (resolver->redirect) {
        const auto& r = *resolver->redirect;
        next = &rewritten(*at, {r.service, r.service_subset, r.datacenter, r.peer});
      }
      if (next->id() == id && at->subset.empty() && !resolver->default_subset.empty())
        next = &rewritten(*at, {{}, resolver->default_subset, {}, {}});
      if (next->id() == id) return resolved{at, std::move(resolver)};
      at = next;
    }
  }

  static std::string resolver_key(const std::string& id) { return std::string(resolver_type) + ":" + id; }

  expected<std::string> resolver_node(const target_spec& asked) {
    auto found = resolve(&asked);
    if (!found) return tl::unexpected(found.error());
    auto id = found->target->id();
    if (!found->resolver) return resolver_key(id);
    auto node = make_resolver(*found);
    if (!node) return tl::unexpected(node.error());
    add(*node);
    if (auto failover = failover_of(*found)) {
      if (!*failover) return tl::unexpected(failover->error());
      if (!(*failover)->targets.empty()) chain_.nodes[resolver_key(id)].resolver->failover = std::move(**failover);
    }
    return resolver_key(id);
  }

  /// Fills in the target and makes its node.
  expected<chain_node> make_resolver(const resolved& r) {
    auto id = r.target->id();
    const auto& resolver = *r.resolver;
    if (!resolver.has_subset(r.target->subset))
      return fail("service " + praetor::quoted(r.target->service) + " does not have a subset named " +
                  praetor::quoted(r.target->subset));
    auto& t = chain_.targets[id];
    t.connect_timeout = resolver.connect_timeout > nanoseconds{0} ? resolver.connect_timeout : usual_connect_timeout;
    if (request_.overrides.connect_timeout > nanoseconds{0} && t.connect_timeout != request_.overrides.connect_timeout)
      t.connect_timeout = changed_.connect_timeout = request_.overrides.connect_timeout;
    if (auto subset = resolver.subsets.find(r.target->subset); subset != resolver.subsets.end())
      t.subset = subset->second;
    if (auto good = fill_from_defaults(t, resolver); !good) return tl::unexpected(good.error());
    retained_.insert(id);
    chain_node node;
    node.type = resolver_type;
    node.name = id;
    node.resolver = chain_resolver{t.connect_timeout, resolver.is_default(), resolver.request_timeout, id, {}};
    node.load_balancer = resolver.load_balancer;
    return node;
  }

  expected<void> fill_from_defaults(chain_target& t, const ce::service_resolver& resolver) {
    auto own = defaults_of(t.service);
    if (own && !own->external_sni.empty()) {
      t.sni = own->external_sni;
      t.external = true;
      for (auto [set, what] : {std::pair{resolver.redirect.has_value(), "redirects"},
                               {!resolver.subsets.empty(), "subsets"},
                               {!resolver.failover.empty(), "failover"}})
        if (set)
          return fail("service " + praetor::quoted(t.service) + " has an external SNI set; cannot define " + what +
                      " for external services");
      t.mesh_gateway.mode.clear();
      return {};
    }
    if (own) {
      t.mesh_gateway = own->mesh_gateway;
      t.transparent_proxy.dialed_directly = own->transparent_proxy.dialed_directly;
    }
    if (proxy_) {
      if (t.mesh_gateway.mode.empty()) t.mesh_gateway.mode = proxy_->mesh_gateway.mode;
      t.transparent_proxy.dialed_directly |= proxy_->transparent_proxy.dialed_directly;
    }
    if (!request_.overrides.mesh_gateway.mode.empty() && t.mesh_gateway.mode != request_.overrides.mesh_gateway.mode)
      t.mesh_gateway.mode = changed_.mesh_gateway.mode = request_.overrides.mesh_gateway.mode;
    return {};
  }

  /// Where requests go while a target has no instance; nothing without a rule for it.
  std::optional<expected<chain_failover>> failover_of(const resolved& r) {
    const auto& rules = r.resolver->failover;
    auto rule = rules.find(r.target->subset);
    if (rule == rules.end()) rule = rules.find(std::string(ce::wildcard));
    if (rule == rules.end()) return std::nullopt;
    const auto& f = rule->second;
    std::vector<const target_spec*> wanted;
    if (!f.datacenters.empty()) {
      for (const auto& dc : f.datacenters)
        wanted.push_back(&rewritten(*r.target, {f.service, f.service_subset, dc, {}}));
    } else if (!f.targets.empty()) {
      for (const auto& t : f.targets)
        wanted.push_back(&rewritten(*r.target, {t.service, t.service_subset, t.datacenter, t.peer}));
    } else {
      wanted.push_back(&rewritten(*r.target, {f.service, f.service_subset, {}, {}}));
    }
    chain_failover out;
    if (f.policy)
      out.policy = f.policy;
    else if (proxy_)
      out.policy = proxy_->failover_policy;
    for (const auto* t : wanted) {
      if (t->id() == r.target->id()) continue; // not to itself
      auto reached = resolve(t, true);
      if (!reached) return tl::unexpected(reached.error());
      if (reached->resolver)
        if (auto node = make_resolver(*reached); !node) return tl::unexpected(node.error());
      out.targets.push_back(reached->target->id());
    }
    return out;
  }

  void finish() {
    if (!request_.overrides.protocol.empty() && request_.overrides.protocol != protocol_)
      protocol_ = changed_.protocol = request_.overrides.protocol;
    chain_.namespace_name = chain_.partition = only_namespace;
    chain_.datacenter = request_.datacenter;
    chain_.protocol = protocol_;
    const auto& start = chain_.nodes.at(chain_.start_node);
    chain_.is_default = start.resolver && start.resolver->is_default &&
                        chain_.targets.at(start.resolver->target).service == request_.service;
    if (changed_.empty()) return;
    char digits[17];
    std::snprintf(digits, sizeof digits, "%llx", static_cast<unsigned long long>(structural_hash(changed_)));
    chain_.customization_hash = std::string(digits).substr(0, 8);
  }

  /// Splitters below splitters; recursion stops there.
  static constexpr int deepest = 200;

  const chain_request& request_;
  const entry_lookup& entries_;
  std::shared_ptr<const ce::proxy_defaults> proxy_;
  bool plain_ = false; ///< the wanted protocol permits neither routing nor splitting
  bool advanced_ = false;
  int depth_ = 0;
  std::string protocol_;
  chain_overrides changed_;                  ///< those that had an effect
  std::map<std::string, target_spec> specs_; ///< all targets that were named, by id
  std::set<std::string> met_;                ///< services whose resolvers were asked for
  std::set<std::string> retained_;           ///< ids of those that are used
  compiled_chain chain_;
};

} // namespace

expected<compiled_chain> compile_chain(const chain_request& request, const entry_lookup& entries) {
  return compiler(request, entries).compile();
}

} // namespace praetor::mesh
