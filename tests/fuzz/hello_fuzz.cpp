#include "actors/ports/remoting_hello.hpp"

#include <cstddef>
#include <cstdint>

/// Classifies the first bytes of a connection without a crash; a decoded hello survives a round trip.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  (void)describe_stranger(bytes);
  if (size < hello_head_size) return 0;
  (void)decode_hello_head(bytes.substr(0, hello_head_size));
  if (auto read = decode_hello(bytes.substr(hello_head_size))) {
    auto again = encode_hello(*read);
    auto length = decode_hello_head(std::string_view(again).substr(0, hello_head_size));
    PRAETOR_ASSERT(!length || decode_hello(std::string_view(again).substr(hello_head_size)) == *read);
  }
  return 0;
}
