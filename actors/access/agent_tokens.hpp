#pragma once

#include "actors/gossip_port.hpp"
#include "actors/logger.hpp"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace praetor {

namespace config {
struct acl_settings;
}

/// The purposes of an agent's tokens.
enum class token_use : std::uint8_t {
  request,           ///< requests without a token ("default")
  agent,             ///< the agent's own operations
  agent_recovery,    ///< lets operators use this agent while no server is reachable
  replication,       ///< reads the records of the primary datacenter
  file_registration, ///< syncs services and checks of configuration files
  dns,               ///< DNS queries
};
inline constexpr std::size_t token_uses = 6;

/// The use with this API name, new or old.
std::optional<token_use> token_use_named(std::string_view name);

/// A snapshot of an agent's tokens.
struct token_set {
  std::array<std::string, token_uses> secrets;

  const std::string& of(token_use use) const { return secrets[static_cast<std::size_t>(use)]; }
  const std::string& for_agent() const {
    return of(of(token_use::agent).empty() ? token_use::request : token_use::agent);
  }
  const std::string& for_dns() const { return of(of(token_use::dns).empty() ? token_use::request : token_use::dns); }
};

/// The tokens of the agent itself: those of the configuration until a request replaces them. Thread-safe.
class agent_tokens {
public:
  std::shared_ptr<const token_set> get() const { return now_.load(std::memory_order_acquire); }

  /// Applies the configuration's tokens. Persisted tokens, which requests have set, take precedence.
  /// @param files where to persist tokens if that is configured; null: nowhere
  void configure(const config::acl_settings& settings, std::shared_ptr<gossip_files> files, logger& log);
  /// @param written called when the token is persisted, if it is; may be null
  /// @returns whether the token changed
  bool set(token_use use, std::string secret, std::function<void(const error*)> written);

private:
  void publish();

  std::mutex guard_;
  std::array<std::string, token_uses> current_, persisted_;
  std::shared_ptr<gossip_files> files_; ///< null: tokens are not persisted
  bool read_ = false;
  std::atomic<std::shared_ptr<const token_set>> now_{std::make_shared<const token_set>()};
};

} // namespace praetor
