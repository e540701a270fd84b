#include "storage/state/index_table.hpp"
#include "storage/state/index_watch.hpp"

#include <algorithm>

namespace praetor::state {

std::string peer_index_key(std::string_view peer, std::string_view rest) {
  std::string out = "peer.";
  out += peer.empty() ? std::string_view{"~"} : peer;
  out += ':';
  out += rest;
  return lower_case(out);
}

std::string_view kind_index_name(std::string_view kind) { return kind.empty() ? "typical" : kind; }

std::uint64_t index_value(const tables& t, std::string_view key) {
  auto value = t.indexes.find(key, index_watch::current());
  return value ? *value : 0;
}

std::uint64_t max_index(const tables& t, std::initializer_list<std::string_view> keys) {
  std::uint64_t out = 0;
  for (auto key : keys) out = std::max(out, index_value(t, key));
  return out;
}

void drop_index(tables& t, retired_parts& retired, std::string_view key) { t.indexes.erase(key, retired); }

} // namespace praetor::state
