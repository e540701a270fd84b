#include "storage/state/apply_steps.hpp"
#include "storage/state/archive_forms.hpp"
#include "storage/state/command_forms.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/records.hpp"

#include <algorithm>

namespace praetor::state {

namespace {

std::string joined(const staged_archive& archive) {
  std::string out;
  out.reserve(archive.size);
  for (const auto& piece : archive.pieces) out += *piece;
  return out;
}

/// The largest index that clients could see. The index table covers all records.
std::uint64_t highest_index(const tables& t) {
  auto highest = t.last_index;
  t.indexes.for_each([&](std::string_view, std::uint64_t index) { highest = std::max(highest, index); });
  return highest;
}

/// Indexes follow the archive; later ones exceed all that were seen before and all in the archive.
apply_result put_in_place(step& s, const staged_archive& archive) {
  auto next = read_state(joined(archive));
  s.tables().staged = nullptr;
  if (!next) return apply_result::failure(next.error().text);
  if (auto highest = highest_index(*next); highest > largest_index)
    return apply_result::failure("the archive's index " + std::to_string(highest) + " is larger than " +
                                     std::to_string(largest_index) + ", so that changes could not be counted on",
                                 400);
  auto offset = s.tables().index_offset;
  if (next->last_index >= s.index) offset += next->last_index + 1 - s.index;
  next->index_offset = offset;
  next->staged = nullptr;
  s.txn.replace(std::move(*next));
  return {};
}

} // namespace

void written_keys(const restore_request&, key_visitor&) {}
void check_rules(const restore_request& r, first_fault& f) {
  f.need("ID", r.id);
  if (r.data.bytes.size() > largest_piece)
    f.add("Data", "a piece of " + std::to_string(r.data.bytes.size()) + " bytes is larger than " +
                      std::to_string(largest_piece));
}

apply_result apply_restore(step& s, restore_request request) {
  const auto& before = s.tables().staged;
  auto next = std::make_shared<staged_archive>();
  if (request.offset > 0) {
    if (!before || before->id != request.id || before->size != request.offset)
      return apply_result::failure("another restore has begun meanwhile: this one is void");
    *next = *before;
  }
  next->id = std::move(request.id);
  next->size += request.data.bytes.size();
  next->pieces.push_back(std::make_shared<const std::string>(std::move(request.data.bytes)));
  if (request.done) return put_in_place(s, *next);
  s.tables().staged = std::move(next);
  return {};
}

template <>
record_kind row<command_type::restore>() {
  return {.name = "Restore", .command = command<apply_restore>("piece of a restored archive", proposer::leader)};
}

namespace {

bool write_staged_archive(record_writer& out, command_type type) {
  const auto& staged = out.tables().staged;
  if (out.scope() == record_scope::exported || !staged) return true;
  restore_request piece;
  piece.id = staged->id;
  for (const auto& bytes : staged->pieces) {
    piece.data.bytes = *bytes;
    if (!out.put(type, piece)) return false;
    piece.offset += bytes->size();
  }
  return true;
}

void restore_staged_archive(restoring& in, std::shared_ptr<restore_request> piece) {
  auto next = in.t.staged ? std::make_shared<staged_archive>(*in.t.staged) : std::make_shared<staged_archive>();
  next->id = std::move(piece->id);
  next->size += piece->data.bytes.size();
  next->pieces.push_back(std::make_shared<const std::string>(std::move(piece->data.bytes)));
  in.t.staged = std::move(next);
}

} // namespace

template <>
record_kind row<command_type::staged_archive>() {
  return {.name = "StagedArchive",
          .archive = archived<restore_request, write_staged_archive, restore_staged_archive>(29)};
}

} // namespace praetor::state
