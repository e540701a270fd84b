#pragma once

#include "storage/state/archive_forms.hpp"

namespace praetor::state {

// How the records of each kind are written to an archive and restored.

struct index_record {
  std::string key;
  std::uint64_t value = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
    f(field{"Value"}, x.value);
  }
};

struct index_offset_record {
  std::uint64_t offset = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Offset"}, x.offset);
  }
};

/// Each node, followed by its services and its checks.
bool write_catalog(record_writer& out, command_type type);
/// Error: no earlier record has its node.
expected<void> restore_registration(restoring& in, std::shared_ptr<register_request> r);

bool write_coordinates(record_writer& out, command_type type);
void restore_coordinates(restoring& in, std::shared_ptr<coordinate_batch> batch);

bool write_tombstones(record_writer& out, command_type type);
void restore_tombstone(restoring& in, std::shared_ptr<kv_entry> e);

bool write_indexes(record_writer& out, command_type type);
void restore_index(restoring& in, std::shared_ptr<index_record> e);

bool write_lock_delays(record_writer& out, command_type type);

bool write_index_offset(record_writer& out, command_type type);
void restore_index_offset(restoring& in, std::shared_ptr<index_offset_record> e);

bool write_staged_archive(record_writer& out, command_type type);
void restore_staged_archive(restoring& in, std::shared_ptr<restore_request> piece);

/// Consul stores the chunks of large commands here. This release does not use them.
bool write_no_chunks(record_writer& out, command_type type);
/// For records derived from others.
expected<void> restore_nothing(restoring& in, command_type type, std::string_view bytes);

/// Computes the hash, which archives of old releases lack.
void restore_token(restoring& in, std::shared_ptr<acl_token> e);

} // namespace praetor::state
