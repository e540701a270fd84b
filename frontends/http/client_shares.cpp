#include "frontends/http/client_shares.hpp"

#include "protocol/base/client_network.hpp"

namespace praetor::http {

std::shared_ptr<client_account> client_accounts::of(const std::string& address) {
  auto name = client_network(address);
  std::lock_guard lock(registry_->mutex);
  auto& known = registry_->accounts[name];
  if (auto account = known.lock()) return account;
  auto forget = [registry = registry_, name](client_account* account) {
    {
      std::lock_guard lock(registry->mutex);
      auto it = registry->accounts.find(name);
      if (it != registry->accounts.end() && it->second.expired()) registry->accounts.erase(it);
    }
    delete account;
  };
  std::shared_ptr<client_account> made(new client_account, forget);
  known = made;
  return made;
}

} // namespace praetor::http
