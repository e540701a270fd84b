#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "frontends/http/request_parser.hpp"

/// Parses arbitrary bytes as requests on one connection. The result does not depend on how they are split.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor::http;
  constexpr std::uint32_t header_limit = 1 << 20;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  auto whole = parse_connection(text, 0, header_limit);
  auto cut = parse_connection(text, 1 + size % 7, header_limit);
  // Incomplete heads are validated when they are complete, so split input may detect a fault later, never earlier.
  if (whole.complete != cut.complete || (cut.failure_status != 0 && whole.failure_status == 0)) std::abort();
  (void)parse_connection(text, 3, 64);
  return 0;
}
