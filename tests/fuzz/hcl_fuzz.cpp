#include <cstddef>
#include <cstdint>
#include <string_view>

#include "protocol/hcl/parse.hpp"

/// Parses arbitrary bytes as HCL and as JSON into a value or an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto v = praetor::hcl::parse_hcl(text)) (void)praetor::hcl::print(*v);
  if (auto v = praetor::hcl::parse_json(text)) (void)praetor::hcl::print(*v);
  return 0;
}
