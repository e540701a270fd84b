#pragma once

#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

/// The common beginning and end of all queries.
struct reading {
  const tables& t;

  reading(const store& s, watch_set* watch) : t(s.tables()) {
    if (watch) watch->add(s.abandon_cell());
  }
  template <class T>
  result<T> done(std::uint64_t index, T value) const {
    return {index == 0 ? 1 : index, std::move(value)};
  }
};

bool has_all_tags(const node_service& s, const string_list& wanted);

/// The index that covers one service. `exists`: it has instances. Watches what can change this index: the service's own
/// key or, while there is none, the last removal of a service.
std::uint64_t service_index(const tables& t, std::string_view peer, std::string_view name, bool exists,
                            bool with_checks, watch_set* watch);

} // namespace praetor::state
