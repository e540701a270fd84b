#pragma once

#include "protocol/swim/keyring.hpp"

#include <memory>

namespace praetor {

/// The keys of the LAN gossip pool, with which server RPC authenticates members. Published by the pool's gossip_prober.
struct gossip_secret {
  swim::keyring keys;    ///< empty: gossip is not encrypted
  bool demanded = false; ///< peers must prove that they have a key (encrypt_verify_incoming)
};
using gossip_secret_ptr = std::shared_ptr<const gossip_secret>;

} // namespace praetor
