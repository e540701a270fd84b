#include "protocol/codec/json_write.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/hcl/parse.hpp"
#include "protocol/types/config_entries/kinds.hpp"
#include "protocol/types/config_entries/request.hpp"

#include <cstdint>
#include <string_view>

using namespace praetor;

namespace {

/// An entry that is accepted has one form: what is written of it is read as the same.
void check_forms(const config_entries::config_entry_ptr& e) {
  std::string shown;
  json_write(shown, e);
  auto bytes = msgpack::pack(config_entry_request{"upsert", "dc1", e, {}});
  auto again = msgpack::unpack<config_entry_request>(bytes);
  if (!again || msgpack::pack(*again) != bytes) __builtin_trap();
}

void check(expected<std::shared_ptr<config_entries::config_entry>> made) {
  if (!made || !config_entries::normalize(**made) || !config_entries::validate(**made)) return;
  auto hash = (*made)->hash;
  if (!config_entries::normalize(**made) || (*made)->hash != hash) __builtin_trap();
  check_forms(*made);
}

} // namespace

/// Clients, files and archives bring entries: the first byte chooses the form.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
  case 0: check(config_entries::decode_entry_json(text)); break;
  case 1:
    if (auto read = hcl::parse_hcl(text)) check(config_entries::decode_entry(*read));
    break;
  default:
    if (auto request = msgpack::unpack<config_entry_request>(text)) check_forms(request->entry);
  }
  return 0;
}
