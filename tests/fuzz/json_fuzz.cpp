#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/types/commands.hpp"

#include <cstddef>
#include <cstdint>

/// Decodes arbitrary JSON into a large request without a crash; a decoded value survives a round trip.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace praetor;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto request = json::read<register_request>(text)) {
    auto written = json::to_string(*request);
    PRAETOR_ASSERT(json::read<register_request>(written, {.whole_text = true}));
    (void)json::indent(written, "    ");
  }
  (void)json::read<txn_request>(text, {.reject_unknown_fields = true});
  if (auto any = json::read<free_form>(text)) {
    auto written = json::to_string(*any);
    auto again = json::read<free_form>(written, {.whole_text = true});
    PRAETOR_ASSERT(again && json::to_string(*again) == written);
  }
  return 0;
}
