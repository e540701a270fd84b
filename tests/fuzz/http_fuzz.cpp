#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "frontends/http/request_parser.hpp"

/// Reads any bytes as what a client sends on one connection. However the network cuts them, the same requests come out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor::http;
  constexpr std::uint32_t header_limit = 1 << 20;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto whole = parse_connection(text, 0, header_limit);
  auto cut = parse_connection(text, 1 + size % 7, header_limit);
  // Beginnings of a head are judged when its end has come, so that a mistake may be seen later in pieces, never sooner.
  if (whole.complete != cut.complete || (cut.failure_status != 0 && whole.failure_status == 0)) std::abort();
  (void)parse_connection(text, 3, 64);
  return 0;
}
