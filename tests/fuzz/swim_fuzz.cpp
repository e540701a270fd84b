#include "tests/unit/swim/hostile_pool.hpp"

#include <cstddef>
#include <cstdint>

/// Decodes arbitrary gossip packets and frames without a crash and within the limits; a member survives arbitrary
/// messages.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor;
  if (size == 0) return 0;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  switch (bytes.front() % 3) {
  case 0: {
    if (auto read = swim::decode_stream(bytes.substr(1))) PRAETOR_ASSERT(swim::decode_stream(swim::encode(*read)));
    if (auto read = swim::decode_message(bytes.substr(1)); read && *read)
      PRAETOR_ASSERT(swim::decode_message(swim::encode(**read)));
    break;
  }
  case 1: {
    (void)swim::decode_packet(bytes.substr(1));
    (void)swim::unwrap_packet({}, {}, bytes.substr(1));
    (void)swim::unwrap_frame({}, {}, bytes.substr(1));
    (void)swim::rejoin_snapshot::parse(bytes.substr(1), false);
    break;
  }
  default: {
    fuzz::choices what(bytes.substr(1));
    swim::test::hostile_pool pool(what);
    pool.run();
    PRAETOR_ASSERT(pool.breach.empty());
  }
  }
  return 0;
}
