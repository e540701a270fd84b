#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <memory>
#include <string>
#include <vector>

namespace praetor {

/// A point of the network coordinate space: round trip times are distances in it. Unit of all parts: seconds.
/// The default is the origin, which nobody has measured yet.
struct coordinate {
  static constexpr std::size_t dimensions = 8;

  std::vector<double> vec = std::vector<double>(dimensions);
  double error = 1.5; ///< confidence, the larger the worse
  double adjustment = 0;
  double height = 1e-05; ///< what every way to the node costs

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Vec"}, x.vec);
    f(field{"Error"}, x.error);
    f(field{"Adjustment"}, x.adjustment);
    f(field{"Height"}, x.height);
  }
  bool operator==(const coordinate&) const = default;
};

/// False if a part is infinite or no number.
bool is_valid(const coordinate& c);
/// Whether the two are points of the same space: only then they have a distance.
inline bool compatible(const coordinate& a, const coordinate& b) { return a.vec.size() == b.vec.size(); }
/// The estimated round trip time. Both must be compatible; whole nanoseconds, so that machines
/// agree on which of two is nearer.
nanoseconds distance(const coordinate& a, const coordinate& b);

/// Where a node is in its network segment, as the catalog keeps it.
struct node_coordinate {
  std::string node, segment, partition;
  praetor::coordinate coord;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Segment"}, x.segment);
    f(field{"Partition", omit_empty}, x.partition);
    f(field{"Coord"}, x.coord);
  }
  bool operator==(const node_coordinate&) const = default;
};
using node_coordinate_ptr = std::shared_ptr<const node_coordinate>;
/// The coordinate_batch command, and its record in a snapshot.
using coordinate_batch = std::vector<node_coordinate_ptr>;

} // namespace praetor
