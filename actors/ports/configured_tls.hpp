#pragma once

#include "actors/ports/tls/tls_context.hpp"
#include "protocol/config/runtime_config.hpp"

namespace praetor {

/// The row of a stanza of the configuration (tls.https, tls.internal_rpc): its files, version and cipher suites. The
/// caller adds the side and what is demanded of the other one.
inline tls_options configured_tls(const config::tls_settings& stanza) {
  return {.cert_file = stanza.cert_file,
          .key_file = stanza.key_file,
          .ca_file = stanza.ca_file,
          .ca_path = stanza.ca_path,
          .min_version = stanza.min_version,
          .cipher_suites = stanza.cipher_suites};
}

} // namespace praetor
