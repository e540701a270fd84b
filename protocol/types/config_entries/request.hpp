#pragma once

#include "protocol/codec/msgpack_reader.hpp"
#include "protocol/types/config_entries/entry.hpp"

namespace praetor {

/// A write of a configuration entry. Its MessagePack is a raw string that holds the entry's kind and then the map of
/// the fields, because the entry can't be read before its kind is known (Consul: ConfigEntryRequest.MarshalBinary).
struct config_entry_request {
  /// What to do: upsert, upsert-cas, upsert-with-status-cas, delete, delete-cas. With a compare-and-set the entry's
  /// ModifyIndex is the index to compare with.
  std::string op;
  std::string datacenter;
  config_entries::config_entry_ptr entry;
  std::string token;
};

void msgpack_write(std::string& out, const config_entry_request& r);
void msgpack_read(msgpack::reader& in, config_entry_request& r);
void json_write(std::string& out, const config_entry_request& r);

namespace config_entries {

// An entry by itself: as JSON its fields, in MessagePack between agents a list of its kind and its fields.

void json_write(std::string& out, const config_entry_ptr& e);
void msgpack_write(std::string& out, const config_entry_ptr& e);
void msgpack_read(msgpack::reader& in, config_entry_ptr& e);

} // namespace config_entries

} // namespace praetor
