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

/// What an agent has tokens for.
enum class token_use : std::uint8_t {
  request,           ///< requests that carry none ("default")
  agent,             ///< what the agent does by itself
  agent_recovery,    ///< held by people: to use this agent when no server can be asked
  replication,       ///< reading the records of the primary datacenter
  file_registration, ///< syncing services and checks of configuration files
  dns,               ///< DNS questions
};
inline constexpr std::size_t token_uses = 6;

/// The use that a path of the API names, by its newer or older name.
std::optional<token_use> token_use_named(std::string_view name);

/// All tokens of an agent at one moment.
struct token_set {
  std::array<std::string, token_uses> secrets;

  const std::string& of(token_use use) const { return secrets[static_cast<std::size_t>(use)]; }
  const std::string& for_agent() const {
    return of(of(token_use::agent).empty() ? token_use::request : token_use::agent);
  }
  const std::string& for_dns() const { return of(of(token_use::dns).empty() ? token_use::request : token_use::dns); }
};

/// The tokens that an agent uses by itself: what its configuration says, until a request sets another. Any thread.
class agent_tokens {
public:
  std::shared_ptr<const token_set> get() const { return now_.load(std::memory_order_acquire); }

  /// Takes over the configuration's tokens; those that were set by requests and written down count more.
  /// @param files where they are written down if that is configured; null: nowhere
  void configure(const config::acl_settings& settings, std::shared_ptr<gossip_files> files, logger& log);
  /// @param written hears when the token is written down, if it is; may be null
  /// @returns whether it is another one than before
  bool set(token_use use, std::string secret, std::function<void(const error*)> written);

private:
  void publish();

  std::mutex guard_;
  std::array<std::string, token_uses> current_, persisted_;
  std::shared_ptr<gossip_files> files_; ///< null: nothing is written down
  bool read_ = false;
  std::atomic<std::shared_ptr<const token_set>> now_{std::make_shared<const token_set>()};
};

} // namespace praetor
