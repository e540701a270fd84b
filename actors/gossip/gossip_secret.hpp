#pragma once

#include "protocol/swim/keyring.hpp"

#include <memory>

namespace praetor {

/// The keys of the LAN gossip pool, as server RPC uses them to tell members from strangers. Published by the pool's
/// gossip_prober.
struct gossip_secret {
  swim::keyring keys;    ///< empty: gossip is not encrypted
  bool demanded = false; ///< peers have to prove that they know a key (encrypt_verify_incoming)
};
using gossip_secret_ptr = std::shared_ptr<const gossip_secret>;

} // namespace praetor
