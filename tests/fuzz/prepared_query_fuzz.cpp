#include "protocol/codec/json_read.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/prepared_query/query_template.hpp"

#include <cstddef>
#include <cstdint>

using namespace praetor;

/// Reads arbitrary bytes as the body of a prepared query, and renders a template for a name that begins with its own.
/// What is read survives its encoding, and rendering depends on nothing but the name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  json::read_options strict;
  strict.reject_unknown_fields = true;
  auto read = json::read<prepared_query>({reinterpret_cast<const char*>(data), size}, strict);
  if (!read) return 0;
  auto again = msgpack::unpack<prepared_query>(msgpack::pack(*read));
  if (!again || !(*again == *read)) __builtin_trap();
  if (!read->is_template()) return 0;
  auto compiled = query_template::compile(*read);
  if (!compiled) return 0;
  for (const auto& name : {read->name, read->name + "a-b-7"}) {
    auto one = (*compiled)->render(name, "segment"), two = (*compiled)->render(name, "segment");
    if (one.has_value() != two.has_value() || (one && !(*one == *two))) __builtin_trap();
    if (one && one->name != read->name) __builtin_trap();
  }
  return 0;
}
