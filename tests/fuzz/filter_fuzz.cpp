#include "protocol/filter/filter.hpp"
#include "protocol/types/catalog.hpp"

#include <cstddef>
#include <cstdint>

/// Compiles and evaluates arbitrary filter expressions without a crash.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor;
  static const auto instance = [] {
    node_service s;
    s.name = "web";
    s.tags = {"a"};
    s.meta = {{"v", "1"}};
    s.proxy.upstreams.resize(2);
    return s;
  }();
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto compiled = filter::compile<node_service>(text)) (void)compiled->matches(instance);
  return 0;
}
