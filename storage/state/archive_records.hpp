#pragma once

#include "storage/state/archive_forms.hpp"

namespace praetor::state {

// How the records of each kind are written, and added to a state that is being restored.

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

/// A node, then its services, then its checks, and so on.
bool write_catalog(record_writer& out, command_type type);
/// Errors: it belongs to a node that no record before it has.
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

/// Consul reassembles large commands from chunks and keeps them here. This release has none.
bool write_no_chunks(record_writer& out, command_type type);
/// For records that follow from others.
expected<void> restore_nothing(restoring& in, command_type type, std::string_view bytes);

/// Computes the hash that archives of old releases lack.
void restore_token(restoring& in, std::shared_ptr<acl_token> e);

} // namespace praetor::state
