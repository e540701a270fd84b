#include "storage/state/tables.hpp"

namespace praetor::state {

namespace {

std::string join(std::initializer_list<std::string_view> parts, bool open) {
  std::size_t size = parts.size();
  for (auto p : parts) size += p.size();
  std::string out;
  out.reserve(size);
  for (auto p : parts) {
    out += p;
    out += '\0';
  }
  if (!open && !out.empty()) out.pop_back();
  return out;
}

} // namespace

std::string tree_key(std::initializer_list<std::string_view> parts) { return join(parts, false); }
std::string tree_prefix(std::initializer_list<std::string_view> parts) { return join(parts, true); }

} // namespace praetor::state
