#include "frontends/http/fair_share.hpp"

#include <arpa/inet.h>
#include <array>

namespace praetor::http {

namespace {

/// Whoever has one address of an IPv6 network has 2^64 of them.
constexpr std::size_t network_bytes = 8;

std::string account_name(const std::string& address) {
  std::array<char, 16> v6{};
  if (address.find(':') == address.npos || ::inet_pton(AF_INET6, address.c_str(), v6.data()) != 1) return address;
  return std::string(v6.data(), network_bytes);
}

} // namespace

std::shared_ptr<client_account> client_accounts::of(const std::string& address) {
  auto name = account_name(address);
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
