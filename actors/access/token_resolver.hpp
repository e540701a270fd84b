#pragma once

#include "actors/raft/leadership.hpp"
#include "protocol/acl/decisions.hpp"
#include "protocol/base/recent_map.hpp"
#include "protocol/types/acl.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/watch.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace praetor {

namespace config {
struct runtime_config;
}

struct agent_view;
using agent_view_ptr = std::shared_ptr<agent_view>;

/// The current time on both clocks: tokens expire by the wall clock, cache entries by the steady clock.
struct instant {
  nanoseconds calendar{0}; ///< since 1970
  steady_time steady{};
};

/// A server's answer about a secret.
struct token_holder {
  std::string accessor;  ///< empty: no such token
  std::string refusal;   ///< in that case: the error text for the client
  bool disabled = false; ///< ACLs are disabled at that server
  std::optional<timestamp> expires;
  bool has_roles = false;
  std::vector<acl_policy_ptr> policies; ///< those in force in this datacenter

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Accessor"}, x.accessor);
    f(field{"Refusal"}, x.refusal);
    f(field{"Disabled"}, x.disabled);
    f(field{"Expires"}, x.expires);
    f(field{"HasRoles"}, x.has_roles);
    f(field{"Policies"}, x.policies);
  }
};

/// The permissions of a token, or why it was rejected.
using resolution = expected<acl::authorizer_ptr>;

/// Resolves tokens. Servers read their own state and cache the result until the state that it depends on changes;
/// client agents ask a server and cache its answer for the configured TTL. One per agent; thread-safe.
class token_resolver {
public:
  /// The cached resolution, if there is one; servers always have one.
  std::optional<resolution> cached(const agent_view_ptr& view, std::string_view secret, const instant& now);
  /// Calls back once, immediately or when a server has answered.
  void resolve(const agent_view_ptr& view, std::string_view secret, const instant& now,
               std::function<void(const resolution&)> done);
  /// A server's answer to a client agent.
  token_holder describe(const agent_view& view, std::string_view secret, nanoseconds calendar) const;
  /// Caches a server's answer, or handles its absence, and completes the waiting callers.
  /// @param asked when the query was sent
  void told(const agent_view_ptr& view, const std::string& secret, const expected<token_holder>& answer,
            const instant& asked);
  /// Drops the cache after a change of configuration.
  void forget();

private:
  static constexpr std::size_t most_tokens = 10240, most_sets = 1024;

  /// A resolution on a server.
  struct known_token {
    acl::authorizer_ptr who;
    std::shared_ptr<state::trigger> holds; ///< fires when the state that it depends on changes
    std::optional<timestamp> expires;
  };
  /// A resolution that a server sent to a client agent.
  struct cached_token {
    acl::authorizer_ptr who;
    std::optional<timestamp> expires;
    steady_time told{};
    nanoseconds fresh{0};
  };
  using callbacks = std::vector<std::function<void(const resolution&)>>;

  std::optional<resolution> locally_managed(const agent_view& view, const config::runtime_config& c,
                                            std::string_view secret);
  resolution from_state(const agent_view& view, const config::runtime_config& c, std::string_view secret,
                        nanoseconds calendar);
  /// Creates the authorizer for policies; equal sets of policies share their decisions.
  resolution authorize(const config::runtime_config& c, std::string accessor,
                       const std::vector<acl_policy_ptr>& policies);
  void ask(const agent_view_ptr& view, const std::string& secret, const instant& now);
  resolution take(const config::runtime_config& c, const std::string& secret, const expected<token_holder>& answer,
                  const instant& asked);
  resolution without_servers(const config::runtime_config& c, const std::string& secret, const instant& now);

  std::mutex guard_;
  recent_map<known_token> known_{most_tokens};
  recent_map<cached_token> cached_tokens_{most_tokens};
  std::unordered_map<std::string, callbacks> asking_; ///< by secret: callers that wait for a server's answer
  recent_map<acl::decisions_ptr> compiled_{most_sets};
};

} // namespace praetor
