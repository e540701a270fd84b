#include "frontends/cli/snapshot_contents.hpp"
#include "protocol/codec/msgpack_reader.hpp"
#include "protocol/types/values.hpp"
#include "storage/state/record_kinds.hpp"

#include <nlohmann/json.hpp>

namespace praetor::cli {

namespace {

/// Empty: such records are unknown to this release, or damaged.
std::string typed_json(std::uint8_t type, std::string_view record) {
  const auto* kind = state::find_kind(type);
  return kind && kind->archive.json ? kind->archive.json(record) : std::string{};
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
