#include "tests/unit/raft/hostile_peers.hpp"

#include <cstddef>
#include <cstdint>

/// A Raft server survives arbitrary messages and keeps the guarantees of a single server.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto m = raft::decode_message(bytes)) PRAETOR_ASSERT(raft::decode_message(raft::encode(*m)));
  if (auto c = raft::decode_configuration(bytes)) PRAETOR_ASSERT(raft::decode_configuration(raft::encode(*c)));
  if (bytes.empty()) return 0;
  fuzz::choices what(bytes.substr(1));
  raft::test::hostile_peers world(what, bytes.front() % 2 != 0);
  world.run();
  PRAETOR_ASSERT(world.breach.empty());
  return 0;
}
