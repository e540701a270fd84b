#include "protocol/types/config_entries/mesh.hpp"

namespace praetor::config_entries {

expected<void> mesh::validate() const {
  if (auto good = check_meta(meta).result(); !good) return good;
  if (!tls) return {};
  for (const auto& [side, direction] : {std::pair{&tls->incoming, "incoming"}, {&tls->outgoing, "outgoing"}}) {
    if (!*side) continue;
    auto good = check_tls((*side)->least_version, (*side)->greatest_version, (*side)->cipher_suites);
    if (!good) return fail("error in " + std::string(direction) + " TLS configuration: " + good.error().text);
  }
  return {};
}

} // namespace praetor::config_entries
