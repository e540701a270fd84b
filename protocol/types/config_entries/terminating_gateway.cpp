#include "protocol/types/config_entries/terminating_gateway.hpp"

#include "protocol/base/quoted.hpp"

#include <set>

namespace praetor::config_entries {

expected<void> terminating_gateway::validate() const {
  if (auto good = check_meta(meta).result(); !good) return good;
  std::set<std::string_view> seen;
  for (const auto& s : services) {
    if (s.name.empty()) return fail("Service name cannot be blank.");
    if (!seen.insert(s.name).second)
      return fail("Service " + praetor::quoted(s.name) + " was specified more than once within a namespace");
    bool own_certificate = !s.cert_file.empty() || !s.key_file.empty();
    if (own_certificate && (s.ca_file.empty() || s.cert_file.empty() || s.key_file.empty()))
      return fail("Service " + praetor::quoted(s.name) +
                  " must have a CertFile, CAFile, and KeyFile specified for TLS origination");
  }
  return {};
}

string_list terminating_gateway::warnings() const {
  string_list out;
  for (const auto& s : services)
    if (s.sni.empty() && !(s.ca_file.empty() && s.cert_file.empty() && s.key_file.empty()))
      out.push_back("TLS is configured but SNI is not set for service " + praetor::quoted(s.name) +
                    ". Enabling SNI is strongly recommended when using TLS.");
  return out;
}

} // namespace praetor::config_entries
