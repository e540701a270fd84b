#include "protocol/config/builder.hpp"

namespace praetor::config {

using hcl::value;

namespace {

void take(const value& from, bool& to) { to = from.boolean; }
void take(const value& from, std::int64_t& to) { to = from.integer; }
void take(const value& from, std::uint32_t& to) { to = static_cast<std::uint32_t>(from.integer); }
void take(const value& from, std::uint64_t& to) { to = static_cast<std::uint64_t>(from.integer); }
void take(const value& from, double& to) { to = from.real; }
void take(const value& from, std::string& to) { to = from.text; }
void take(const value& from, string_list& to) {
  for (const auto& item : from.items) to.push_back(item.text);
}
void take(const value& from, string_map& to) {
  for (const auto& [name, member] : from.members) to[name] = member.text;
}
void take(const value&, nanoseconds&) {} // read_duration

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
  if (row.fits()) std::visit([&](auto* to) { take(*v, *to); }, row.member.in(out_));
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
