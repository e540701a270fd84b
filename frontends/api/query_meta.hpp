#pragma once

#include "protocol/types/field.hpp"

#include <cstdint>
#include <string>

namespace praetor::api {

/// Metadata of a read that some answers have in their body, after their own members.
struct query_meta {
  std::uint64_t index = 0;
  std::int64_t last_contact = 0; ///< nanoseconds
  bool known_leader = true;
  std::string consistency_level = "leader";
  bool not_modified = false;
  std::int64_t backend = 0;
  bool filtered = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Index"}, x.index);
    f(field{"LastContact"}, x.last_contact);
    f(field{"KnownLeader"}, x.known_leader);
    f(field{"ConsistencyLevel"}, x.consistency_level);
    f(field{"NotModified"}, x.not_modified);
    f(field{"Backend"}, x.backend);
    f(field{"ResultsFilteredByACLs"}, x.filtered);
  }
};

} // namespace praetor::api
