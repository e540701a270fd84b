#include "frontends/cli/snapshot_contents.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/types/commands.hpp"
#include "protocol/types/connect.hpp"
#include "protocol/types/coordinate.hpp"
#include "protocol/types/kv.hpp"

#include <nlohmann/json.hpp>

namespace praetor::cli {

namespace {

template <class Record>
std::string json_of(std::string_view bytes) {
  auto record = msgpack::unpack<Record>(bytes);
  std::string out;
  if (record) json::write(out, *record);
  return out;
}

std::string typed_json(std::uint8_t type, std::string_view record) {
  switch (static_cast<command_type>(type)) {
  case command_type::register_node: return json_of<register_request>(record);
  case command_type::kvs:
  case command_type::tombstone: return json_of<kv_entry>(record);
  case command_type::session: return json_of<session>(record);
  case command_type::coordinate_batch: return json_of<coordinate_batch>(record);
  case command_type::autopilot: return json_of<autopilot_config>(record);
  case command_type::connect_ca: return json_of<ca_root>(record);
  case command_type::ca_config: return json_of<ca_configuration>(record);
  default: return {};
  }
}

} // namespace

std::string record_json(std::uint8_t type, std::string_view record) {
  if (auto typed = typed_json(type, record); !typed.empty()) return typed;
  msgpack::reader in(record);
  free_form value;
  if (!in.any(value)) return "null";
  return value.json().dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace praetor::cli
