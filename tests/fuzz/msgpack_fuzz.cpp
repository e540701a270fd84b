#include "protocol/codec/msgpack.hpp"
#include "protocol/types/commands.hpp"

#include <cstddef>
#include <cstdint>

/// Decodes arbitrary MessagePack into large requests without a crash; a decoded value always encodes to the same bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (auto request = msgpack::unpack<register_request>(bytes)) {
    auto packed = msgpack::pack(*request);
    auto again = msgpack::unpack<register_request>(packed);
    PRAETOR_ASSERT(again && msgpack::pack(*again) == packed);
  }
  (void)msgpack::unpack<txn_request>(bytes);
  if (auto any = msgpack::unpack<free_form>(bytes)) {
    auto packed = msgpack::pack(*any);
    auto again = msgpack::unpack<free_form>(packed);
    PRAETOR_ASSERT(again && msgpack::pack(*again) == packed);
  }
  return 0;
}
