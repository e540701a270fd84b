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

/// Now, by both clocks: tokens expire by the calendar, what is kept of them ages.
struct instant {
  nanoseconds calendar{0}; ///< since 1970
  steady_time steady{};
};

/// What a server says of a secret.
struct token_holder {
  std::string accessor;  ///< empty: there is no such token
  std::string refusal;   ///< then: what the client is told
  bool disabled = false; ///< access control is off at that server
  std::optional<timestamp> expires;
  bool has_roles = false;
  std::vector<acl_policy_ptr> policies; ///< that are in force here

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

/// What the holder of a token may do, or why the token is good for nothing.
using resolution = expected<acl::authorizer_ptr>;

/// Finds out who holds a token. Servers look into their own state and keep the outcome until a part of it changes;
/// client agents ask a server and keep what it said for as long as they are configured to. One per agent; any thread.
class token_resolver {
public:
  /// The outcome, if it is at hand: on servers it always is.
  std::optional<resolution> at_hand(const agent_view_ptr& view, std::string_view secret, const instant& now);
  /// Calls back once, at once or when a server has answered.
  void resolve(const agent_view_ptr& view, std::string_view secret, const instant& now,
               std::function<void(const resolution&)> done);
  /// What a server tells a client agent.
  token_holder describe(const agent_view& view, std::string_view secret, nanoseconds calendar) const;
  /// A server's answer has come in, or none has: keeps it, and calls back who waits for it.
  /// @param asked when it was asked for
  void told(const agent_view_ptr& view, const std::string& secret, const expected<token_holder>& answer,
            const instant& asked);
  /// Another configuration counts from now on.
  void forget();

private:
  static constexpr std::size_t most_tokens = 10240, most_sets = 1024;

  /// As far as a server knows it.
  struct known_token {
    acl::authorizer_ptr who;
    std::shared_ptr<state::trigger> holds; ///< fires when a part of it has changed
    std::optional<timestamp> expires;
  };
  /// As a server told a client agent.
  struct told_token {
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
  /// The authorizer for policies; those of equal policies share their decisions.
  resolution authorize(const config::runtime_config& c, std::string accessor,
                       const std::vector<acl_policy_ptr>& policies);
  void ask(const agent_view_ptr& view, const std::string& secret, const instant& now);
  resolution take(const config::runtime_config& c, const std::string& secret, const expected<token_holder>& answer,
                  const instant& asked);
  resolution without_servers(const config::runtime_config& c, const std::string& secret, const instant& now);

  std::mutex guard_;
  recent_map<known_token> known_{most_tokens};
  recent_map<told_token> told_{most_tokens};
  std::unordered_map<std::string, callbacks> asking_; ///< by secret: who waits for a server's answer
  recent_map<acl::decisions_ptr> compiled_{most_sets};
};

} // namespace praetor
