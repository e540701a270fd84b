#include "storage/state/apply_steps.hpp"
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

} // namespace praetor::state
