#include "protocol/config/builder.hpp"

namespace praetor::config {

using hcl::value;

namespace {

void read_value(const value&, nanoseconds&) {} // read_duration

} // namespace

void builder::read(std::span<const key_row> rows) {
  for (const auto& row : rows) read(row);
}

void builder::read(const key_row& row) {
  const auto* v = look_up(row.path);
  if (v == nullptr && !row.falls_back.empty()) v = look_up(row.falls_back);
  if (row.kind == key_kind::duration) return read_duration(row, v);
  if (v == nullptr) return;
  if (!row.choice.allows(v->text))
    complain(std::string(row.path) + ": invalid " + std::string(row.choice.what) + ": " + praetor::quoted(v->text));
  if (row.fits()) std::visit([&](auto* to) { read_value(*v, *to); }, row.member.in(out_));
}

/// Validates the duration even if the row has no member.
void builder::read_duration(const key_row& row, const value* v) {
  auto d = duration_of(std::string(row.named.empty() ? row.path : row.named), v);
  if (!row.least.empty() && d < *duration_from_text(row.least).value)
    complain(std::string(row.path) + ": duration '" + (v == nullptr ? std::string() : v->text) +
             "' cannot be less than: " + duration_to_text(*duration_from_text(row.least).value));
  if (row.fits()) *std::get<nanoseconds*>(row.member.in(out_)) = d;
}

} // namespace praetor::config
